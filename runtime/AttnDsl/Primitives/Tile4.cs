using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Four rows of a product, their sums in registers.</summary>
internal static class Tile4
{
    /// <summary>Four rows × two vectors, the second of <paramref name="count"/> columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Two<TVec, TLast>(
        int k, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, int count, Update update)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        ref float a1 = ref Unsafe.Add(ref a, aRow);
        ref float a2 = ref Unsafe.Add(ref a1, aRow);
        ref float a3 = ref Unsafe.Add(ref a2, aRow);
        TVec c00 = default, c01 = default;
        TVec c10 = default, c11 = default;
        TVec c20 = default, c21 = default;
        TVec c30 = default, c31 = default;
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
    }

    /// <summary>Four rows × one vector of <paramref name="count"/> columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void One<TVec, TLast>(
        int k, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, int count, Update update)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        ref float a1 = ref Unsafe.Add(ref a, aRow);
        ref float a2 = ref Unsafe.Add(ref a1, aRow);
        ref float a3 = ref Unsafe.Add(ref a2, aRow);
        TVec c00 = default;
        TVec c10 = default;
        TVec c20 = default;
        TVec c30 = default;
        nint aAt = 0;
        nint bAt = 0;
        for (int p = 0; p < k; p++)
        {
            TVec b0 = TLast.Load(ref b, bAt, count);
            c00 = TVec.MultiplyAdd(TVec.Splat(in a, aAt), b0, c00);
            c10 = TVec.MultiplyAdd(TVec.Splat(in a1, aAt), b0, c10);
            c20 = TVec.MultiplyAdd(TVec.Splat(in a2, aAt), b0, c20);
            c30 = TVec.MultiplyAdd(TVec.Splat(in a3, aAt), b0, c30);
            aAt += aInner;
            bAt += bRow;
        }

        TileEnd.Put<TVec, TLast>(c00, ref c, 0, count, update);
        TileEnd.Put<TVec, TLast>(c10, ref c, cRow, count, update);
        TileEnd.Put<TVec, TLast>(c20, ref c, 2 * cRow, count, update);
        TileEnd.Put<TVec, TLast>(c30, ref c, 3 * cRow, count, update);
    }
}
