using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Pairs of channels, as rotations take them: products of two rows pair by pair, one value for both channels, both channels' sum.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Pairs
{
    /// <summary>For the pairs (a, b) of x and (c, d) of y: a·c + b·d, or a·d − b·c.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="k">Channels, even.</param>
    /// <param name="layout">Which channels make a pair.</param>
    /// <param name="cross">The second of the two products.</param>
    /// <param name="x">x [rows,k].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">y [rows,k].</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="z">The products [rows,k/2].</param>
    /// <param name="zRow">Row stride of z.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Product<TVec>(
        int rows, int k, PairLayout layout, bool cross, ref float x, nint xRow, ref float y, nint yRow, ref float z, nint zRow)
        where TVec : struct, ISimd<TVec>
    {
        int pairs = k / 2;
        for (int t = 0; t < rows; t++)
        {
            ref float xt = ref Unsafe.Add(ref x, t * xRow);
            ref float yt = ref Unsafe.Add(ref y, t * yRow);
            ref float zt = ref Unsafe.Add(ref z, t * zRow);
            for (int i = 0; i < pairs; i += TVec.Count)
            {
                Load(ref xt, i, pairs, layout, out TVec a, out TVec b);
                Load(ref yt, i, pairs, layout, out TVec c, out TVec d);
                TVec.Store(cross ? (a * d) - (b * c) : TVec.MultiplyAdd(a, c, b * d), ref zt, i, pairs - i);
            }
        }
    }

    /// <summary>Both channels of a pair get the pair's value.</summary>
    /// <inheritdoc cref="Product" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void Spread<TVec>(int rows, int k, PairLayout layout, ref float x, nint xRow, ref float z, nint zRow)
        where TVec : struct, ISimd<TVec>
    {
        int pairs = k / 2;
        for (int t = 0; t < rows; t++)
        {
            ref float xt = ref Unsafe.Add(ref x, t * xRow);
            ref float zt = ref Unsafe.Add(ref z, t * zRow);
            for (int i = 0; i < pairs; i += TVec.Count)
            {
                TVec value = TVec.Load(in xt, i, pairs - i);
                if (layout == PairLayout.HalfSplit)
                {
                    TVec.Store(value, ref zt, i, pairs - i);
                    TVec.Store(value, ref zt, pairs + i, pairs - i);
                }
                else
                {
                    TVec.Store(TVec.ZipLow(value, value), ref zt, 2 * i, k - (2 * i));
                    TVec.Store(TVec.ZipHigh(value, value), ref zt, (2 * i) + TVec.Count, k - (2 * i) - TVec.Count);
                }
            }
        }
    }

    /// <summary>The sum of both channels of every pair.</summary>
    /// <inheritdoc cref="Product" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void Fold<TVec>(int rows, int k, PairLayout layout, ref float x, nint xRow, ref float z, nint zRow)
        where TVec : struct, ISimd<TVec>
    {
        int pairs = k / 2;
        for (int t = 0; t < rows; t++)
        {
            ref float xt = ref Unsafe.Add(ref x, t * xRow);
            ref float zt = ref Unsafe.Add(ref z, t * zRow);
            for (int i = 0; i < pairs; i += TVec.Count)
            {
                Load(ref xt, i, pairs, layout, out TVec a, out TVec b);
                TVec.Store(a + b, ref zt, i, pairs - i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TVec>(ref float x, int i, int pairs, PairLayout layout, out TVec first, out TVec second)
        where TVec : struct, ISimd<TVec>
    {
        if (layout == PairLayout.HalfSplit)
        {
            first = TVec.Load(in x, i, pairs - i);
            second = TVec.Load(in x, pairs + i, pairs - i);
            return;
        }

        int count = 2 * (pairs - i);
        TVec low = TVec.Load(in x, 2 * i, count);
        TVec high = TVec.Load(in x, (2 * i) + TVec.Count, count - TVec.Count);
        first = TVec.Even(low, high);
        second = TVec.Odd(low, high);
    }
}
