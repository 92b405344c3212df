using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Eight rows of a product, their sums in registers.</summary>
internal static class Tile8
{
    /// <summary>Eight rows × two vectors, the second of <paramref name="count"/> columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Two<TVec, TLast>(
        int k, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, int count, Update update)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        ref float a1 = ref Unsafe.Add(ref a, aRow);
        ref float a2 = ref Unsafe.Add(ref a1, aRow);
        ref float a3 = ref Unsafe.Add(ref a2, aRow);
        ref float a4 = ref Unsafe.Add(ref a3, aRow);
        ref float a5 = ref Unsafe.Add(ref a4, aRow);
        ref float a6 = ref Unsafe.Add(ref a5, aRow);
        ref float a7 = ref Unsafe.Add(ref a6, aRow);
        TVec c00 = default, c01 = default;
        TVec c10 = default, c11 = default;
        TVec c20 = default, c21 = default;
        TVec c30 = default, c31 = default;
        TVec c40 = default, c41 = default;
        TVec c50 = default, c51 = default;
        TVec c60 = default, c61 = default;
        TVec c70 = default, c71 = default;
        nint aAt = 0;
        nint bAt = 0;
        for (int p = 0; p < k; p++)
        {
            TVec b0 = TVec.Load(in b, bAt);
            TVec b1 = TLast.Load(ref b, bAt + TVec.Count, count);
            TVec x0 = TVec.Splat(in a, aAt);
            c00 = TVec.MultiplyAdd(x0, b0, c00);
            c01 = TVec.MultiplyAdd(x0, b1, c01);
            TVec x1 = TVec.Splat(in a1, aAt);
            c10 = TVec.MultiplyAdd(x1, b0, c10);
            c11 = TVec.MultiplyAdd(x1, b1, c11);
            TVec x2 = TVec.Splat(in a2, aAt);
            c20 = TVec.MultiplyAdd(x2, b0, c20);
            c21 = TVec.MultiplyAdd(x2, b1, c21);
            TVec x3 = TVec.Splat(in a3, aAt);
            c30 = TVec.MultiplyAdd(x3, b0, c30);
            c31 = TVec.MultiplyAdd(x3, b1, c31);
            TVec x4 = TVec.Splat(in a4, aAt);
            c40 = TVec.MultiplyAdd(x4, b0, c40);
            c41 = TVec.MultiplyAdd(x4, b1, c41);
            TVec x5 = TVec.Splat(in a5, aAt);
            c50 = TVec.MultiplyAdd(x5, b0, c50);
            c51 = TVec.MultiplyAdd(x5, b1, c51);
            TVec x6 = TVec.Splat(in a6, aAt);
            c60 = TVec.MultiplyAdd(x6, b0, c60);
            c61 = TVec.MultiplyAdd(x6, b1, c61);
            TVec x7 = TVec.Splat(in a7, aAt);
            c70 = TVec.MultiplyAdd(x7, b0, c70);
            c71 = TVec.MultiplyAdd(x7, b1, c71);
            aAt += aInner;
            bAt += bRow;
        }

        TileEnd.Put<TVec, AllColumns<TVec>>(c00, ref c, 0, TVec.Count, update);
        TileEnd.Put<TVec, TLast>(c01, ref c, TVec.Count, count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c10, ref c, cRow, TVec.Count, update);
        TileEnd.Put<TVec, TLast>(c11, ref c, cRow + TVec.Count, count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c20, ref c, 2 * cRow, TVec.Count, update);
        TileEnd.Put<TVec, TLast>(c21, ref c, (2 * cRow) + TVec.Count, count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c30, ref c, 3 * cRow, TVec.Count, update);
        TileEnd.Put<TVec, TLast>(c31, ref c, (3 * cRow) + TVec.Count, count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c40, ref c, 4 * cRow, TVec.Count, update);
        TileEnd.Put<TVec, TLast>(c41, ref c, (4 * cRow) + TVec.Count, count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c50, ref c, 5 * cRow, TVec.Count, update);
        TileEnd.Put<TVec, TLast>(c51, ref c, (5 * cRow) + TVec.Count, count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c60, ref c, 6 * cRow, TVec.Count, update);
        TileEnd.Put<TVec, TLast>(c61, ref c, (6 * cRow) + TVec.Count, count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c70, ref c, 7 * cRow, TVec.Count, update);
        TileEnd.Put<TVec, TLast>(c71, ref c, (7 * cRow) + TVec.Count, count, update);
    }

    /// <summary>Eight rows × one vector of <paramref name="count"/> columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void One<TVec, TLast>(
        int k, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, int count, Update update)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        ref float a1 = ref Unsafe.Add(ref a, aRow);
        ref float a2 = ref Unsafe.Add(ref a1, aRow);
        ref float a3 = ref Unsafe.Add(ref a2, aRow);
        ref float a4 = ref Unsafe.Add(ref a3, aRow);
        ref float a5 = ref Unsafe.Add(ref a4, aRow);
        ref float a6 = ref Unsafe.Add(ref a5, aRow);
        ref float a7 = ref Unsafe.Add(ref a6, aRow);
        TVec c00 = default;
        TVec c10 = default;
        TVec c20 = default;
        TVec c30 = default;
        TVec c40 = default;
        TVec c50 = default;
        TVec c60 = default;
        TVec c70 = default;
        nint aAt = 0;
        nint bAt = 0;
        for (int p = 0; p < k; p++)
        {
            TVec b0 = TLast.Load(ref b, bAt, count);
            c00 = TVec.MultiplyAdd(TVec.Splat(in a, aAt), b0, c00);
            c10 = TVec.MultiplyAdd(TVec.Splat(in a1, aAt), b0, c10);
            c20 = TVec.MultiplyAdd(TVec.Splat(in a2, aAt), b0, c20);
            c30 = TVec.MultiplyAdd(TVec.Splat(in a3, aAt), b0, c30);
            c40 = TVec.MultiplyAdd(TVec.Splat(in a4, aAt), b0, c40);
            c50 = TVec.MultiplyAdd(TVec.Splat(in a5, aAt), b0, c50);
            c60 = TVec.MultiplyAdd(TVec.Splat(in a6, aAt), b0, c60);
            c70 = TVec.MultiplyAdd(TVec.Splat(in a7, aAt), b0, c70);
            aAt += aInner;
            bAt += bRow;
        }

        TileEnd.Put<TVec, TLast>(c00, ref c, 0, count, update);
        TileEnd.Put<TVec, TLast>(c10, ref c, cRow, count, update);
        TileEnd.Put<TVec, TLast>(c20, ref c, 2 * cRow, count, update);
        TileEnd.Put<TVec, TLast>(c30, ref c, 3 * cRow, count, update);
        TileEnd.Put<TVec, TLast>(c40, ref c, 4 * cRow, count, update);
        TileEnd.Put<TVec, TLast>(c50, ref c, 5 * cRow, count, update);
        TileEnd.Put<TVec, TLast>(c60, ref c, 6 * cRow, count, update);
        TileEnd.Put<TVec, TLast>(c70, ref c, 7 * cRow, count, update);
    }
}
