using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>One row of a product, its sums in registers.</summary>
internal static class Tile1
{
    /// <summary>Four vectors of columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Four<TVec>(int k, ref float a, nint aInner, ref float b, nint bRow, ref float c, Update update)
        where TVec : struct, ISimd<TVec>
    {
        TVec c0 = default, c1 = default, c2 = default, c3 = default;
        nint aAt = 0;
        nint bAt = 0;
        for (int p = 0; p < k; p++)
        {
            TVec x = TVec.Splat(in a, aAt);
            c0 = TVec.MultiplyAdd(x, TVec.Load(in b, bAt), c0);
            c1 = TVec.MultiplyAdd(x, TVec.Load(in b, bAt + TVec.Count), c1);
            c2 = TVec.MultiplyAdd(x, TVec.Load(in b, bAt + (2 * TVec.Count)), c2);
            c3 = TVec.MultiplyAdd(x, TVec.Load(in b, bAt + (3 * TVec.Count)), c3);
            aAt += aInner;
            bAt += bRow;
        }

        TileEnd.Put<TVec, AllColumns<TVec>>(c0, ref c, 0, TVec.Count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c1, ref c, TVec.Count, TVec.Count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c2, ref c, 2 * TVec.Count, TVec.Count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c3, ref c, 3 * TVec.Count, TVec.Count, update);
    }

    /// <summary>One vector of <paramref name="count"/> columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void One<TVec>(int k, ref float a, nint aInner, ref float b, nint bRow, ref float c, int count, Update update)
        where TVec : struct, ISimd<TVec>
    {
        TVec sum = default;
        nint aAt = 0;
        nint bAt = 0;
        for (int p = 0; p < k; p++)
        {
            sum = TVec.MultiplyAdd(TVec.Splat(in a, aAt), TVec.Load(in b, bAt, count), sum);
            aAt += aInner;
            bAt += bRow;
        }

        TileEnd.Put<TVec, FirstColumns<TVec>>(sum, ref c, 0, count, update);
    }
}
