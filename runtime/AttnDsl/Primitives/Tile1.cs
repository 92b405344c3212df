using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>One row of a product, its sums in registers.</summary>
internal static class Tile1
{
    /// <summary>Four vectors of columns.</summary>
    /// <remarks>Two sums each, of every other term: with one, each term would wait for the one before.</remarks>
    [MethodImpl(Jit.Kernel)]
    public static void Four<TVec>(int k, ref float a, nint aInner, ref float b, nint bRow, ref float c, Update update)
        where TVec : struct, ISimd<TVec>
    {
        TVec c0 = default, c1 = default, c2 = default, c3 = default;
        TVec d0 = default, d1 = default, d2 = default, d3 = default;
        nint aStep = 2 * aInner * sizeof(float);
        nint bStep = 2 * bRow * sizeof(float);
        for (int p = 1; p < k; p += 2)
        {
            TVec x = TVec.Splat(in a, 0);
            c0 = TVec.MultiplyAdd(x, TVec.Load(in b, 0), c0);
            c1 = TVec.MultiplyAdd(x, TVec.Load(in b, TVec.Count), c1);
            c2 = TVec.MultiplyAdd(x, TVec.Load(in b, 2 * TVec.Count), c2);
            c3 = TVec.MultiplyAdd(x, TVec.Load(in b, 3 * TVec.Count), c3);
            ref float next = ref Unsafe.Add(ref b, bRow);
            TVec y = TVec.Splat(in a, aInner);
            d0 = TVec.MultiplyAdd(y, TVec.Load(in next, 0), d0);
            d1 = TVec.MultiplyAdd(y, TVec.Load(in next, TVec.Count), d1);
            d2 = TVec.MultiplyAdd(y, TVec.Load(in next, 2 * TVec.Count), d2);
            d3 = TVec.MultiplyAdd(y, TVec.Load(in next, 3 * TVec.Count), d3);
            a = ref Unsafe.AddByteOffset(ref a, aStep);
            b = ref Unsafe.AddByteOffset(ref b, bStep);
        }

        if (k % 2 != 0)
        {
            TVec x = TVec.Splat(in a, 0);
            c0 = TVec.MultiplyAdd(x, TVec.Load(in b, 0), c0);
            c1 = TVec.MultiplyAdd(x, TVec.Load(in b, TVec.Count), c1);
            c2 = TVec.MultiplyAdd(x, TVec.Load(in b, 2 * TVec.Count), c2);
            c3 = TVec.MultiplyAdd(x, TVec.Load(in b, 3 * TVec.Count), c3);
        }

        TileEnd.Put<TVec, AllColumns<TVec>>(c0 + d0, ref c, 0, TVec.Count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c1 + d1, ref c, TVec.Count, TVec.Count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c2 + d2, ref c, 2 * TVec.Count, TVec.Count, update);
        TileEnd.Put<TVec, AllColumns<TVec>>(c3 + d3, ref c, 3 * TVec.Count, TVec.Count, update);
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
