using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Eight rows of a product, their sums in registers.</summary>
/// <remarks>
/// Addresses move on from step to step and rows are reached by a multiple of their stride: with a base a row and an index the JIT
/// spills them in the loop, and a third of the speed is gone.
/// </remarks>
internal static class Tile8
{
    /// <summary>Eight rows × two vectors, the second of <paramref name="count"/> columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Two<TVec, TLast>(
        int k, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, int count, Update update)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        nint row = aRow * sizeof(float);
        nint row3 = 3 * row;
        nint aStep = aInner * sizeof(float);
        nint bStep = bRow * sizeof(float);
        ref float a4 = ref Unsafe.AddByteOffset(ref a, 4 * row);
        TVec c00 = default, c01 = default;
        TVec c10 = default, c11 = default;
        TVec c20 = default, c21 = default;
        TVec c30 = default, c31 = default;
        TVec c40 = default, c41 = default;
        TVec c50 = default, c51 = default;
        TVec c60 = default, c61 = default;
        TVec c70 = default, c71 = default;
        for (int p = 0; p < k; p++)
        {
            TVec b0 = TVec.Load(in b, 0);
            TVec b1 = TLast.Load(ref b, TVec.Count, count);
            TVec x0 = TVec.Splat(in a, 0);
            c00 = TVec.MultiplyAdd(x0, b0, c00);
            c01 = TVec.MultiplyAdd(x0, b1, c01);
            TVec x1 = TVec.Splat(in Unsafe.AddByteOffset(ref a, row), 0);
            c10 = TVec.MultiplyAdd(x1, b0, c10);
            c11 = TVec.MultiplyAdd(x1, b1, c11);
            TVec x2 = TVec.Splat(in Unsafe.AddByteOffset(ref a, 2 * row), 0);
            c20 = TVec.MultiplyAdd(x2, b0, c20);
            c21 = TVec.MultiplyAdd(x2, b1, c21);
            TVec x3 = TVec.Splat(in Unsafe.AddByteOffset(ref a, row3), 0);
            c30 = TVec.MultiplyAdd(x3, b0, c30);
            c31 = TVec.MultiplyAdd(x3, b1, c31);
            TVec x4 = TVec.Splat(in a4, 0);
            c40 = TVec.MultiplyAdd(x4, b0, c40);
            c41 = TVec.MultiplyAdd(x4, b1, c41);
            TVec x5 = TVec.Splat(in Unsafe.AddByteOffset(ref a4, row), 0);
            c50 = TVec.MultiplyAdd(x5, b0, c50);
            c51 = TVec.MultiplyAdd(x5, b1, c51);
            TVec x6 = TVec.Splat(in Unsafe.AddByteOffset(ref a4, 2 * row), 0);
            c60 = TVec.MultiplyAdd(x6, b0, c60);
            c61 = TVec.MultiplyAdd(x6, b1, c61);
            TVec x7 = TVec.Splat(in Unsafe.AddByteOffset(ref a4, row3), 0);
            c70 = TVec.MultiplyAdd(x7, b0, c70);
            c71 = TVec.MultiplyAdd(x7, b1, c71);
            a = ref Unsafe.AddByteOffset(ref a, aStep);
            a4 = ref Unsafe.AddByteOffset(ref a4, aStep);
            b = ref Unsafe.AddByteOffset(ref b, bStep);
        }

        TileEnd.Put<TVec, TLast>(c00, c01, ref c, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c10, c11, ref c, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c20, c21, ref c, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c30, c31, ref c, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c40, c41, ref c, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c50, c51, ref c, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c60, c61, ref c, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c70, c71, ref c, count, update);
    }

    /// <summary>Eight rows × one vector of <paramref name="count"/> columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void One<TVec, TLast>(
        int k, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, int count, Update update)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        nint row = aRow * sizeof(float);
        nint row3 = 3 * row;
        nint aStep = aInner * sizeof(float);
        nint bStep = bRow * sizeof(float);
        ref float a4 = ref Unsafe.AddByteOffset(ref a, 4 * row);
        TVec c00 = default;
        TVec c10 = default;
        TVec c20 = default;
        TVec c30 = default;
        TVec c40 = default;
        TVec c50 = default;
        TVec c60 = default;
        TVec c70 = default;
        for (int p = 0; p < k; p++)
        {
            TVec b0 = TLast.Load(ref b, 0, count);
            c00 = TVec.MultiplyAdd(TVec.Splat(in a, 0), b0, c00);
            c10 = TVec.MultiplyAdd(TVec.Splat(in Unsafe.AddByteOffset(ref a, row), 0), b0, c10);
            c20 = TVec.MultiplyAdd(TVec.Splat(in Unsafe.AddByteOffset(ref a, 2 * row), 0), b0, c20);
            c30 = TVec.MultiplyAdd(TVec.Splat(in Unsafe.AddByteOffset(ref a, row3), 0), b0, c30);
            c40 = TVec.MultiplyAdd(TVec.Splat(in a4, 0), b0, c40);
            c50 = TVec.MultiplyAdd(TVec.Splat(in Unsafe.AddByteOffset(ref a4, row), 0), b0, c50);
            c60 = TVec.MultiplyAdd(TVec.Splat(in Unsafe.AddByteOffset(ref a4, 2 * row), 0), b0, c60);
            c70 = TVec.MultiplyAdd(TVec.Splat(in Unsafe.AddByteOffset(ref a4, row3), 0), b0, c70);
            a = ref Unsafe.AddByteOffset(ref a, aStep);
            a4 = ref Unsafe.AddByteOffset(ref a4, aStep);
            b = ref Unsafe.AddByteOffset(ref b, bStep);
        }

        TileEnd.Put<TVec, TLast>(c00, ref c, 0, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c10, ref c, 0, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c20, ref c, 0, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c30, ref c, 0, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c40, ref c, 0, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c50, ref c, 0, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c60, ref c, 0, count, update);
        c = ref Unsafe.Add(ref c, cRow);
        TileEnd.Put<TVec, TLast>(c70, ref c, 0, count, update);
    }
}
