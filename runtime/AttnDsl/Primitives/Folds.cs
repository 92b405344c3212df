using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>What is left of the rows of a tile.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Folds
{
    private const float Log2E = 1.44269504f;

    /// <summary>y[j] = max_i x[i,j]; whole vectors are read and written.</summary>
    /// <param name="rows">Rows of x.</param>
    /// <param name="cols">Columns of x.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">y [cols].</param>
    [MethodImpl(Jit.Kernel)]
    public static void MaxDown<TVec>(int rows, int cols, ref float x, nint xRow, ref float y)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            // Four chains: one would wait for its own last result at every row.
            TVec max0 = TVec.Create(float.NegativeInfinity);
            TVec max1 = max0, max2 = max0, max3 = max0;
            ref float row = ref Unsafe.Add(ref x, j);
            int i = 0;
            for (; i + 4 <= rows; i += 4)
            {
                max0 = TVec.Max(max0, TVec.Load(in row, 0));
                max1 = TVec.Max(max1, TVec.Load(in row, xRow));
                max2 = TVec.Max(max2, TVec.Load(in row, 2 * xRow));
                max3 = TVec.Max(max3, TVec.Load(in row, 3 * xRow));
                row = ref Unsafe.Add(ref row, 4 * xRow);
            }

            for (; i < rows; i++)
            {
                max0 = TVec.Max(max0, TVec.Load(in row, 0));
                row = ref Unsafe.Add(ref row, xRow);
            }

            TVec.Store(TVec.Max(TVec.Max(max0, max1), TVec.Max(max2, max3)), ref y, j);
        }
    }

    /// <summary>y[i,j] = e^(x[i,j] − most[j]) and sum[j] = Σ_i y[i,j] for x ≤ most; whole vectors are read and written.</summary>
    /// <param name="rows">Rows of x.</param>
    /// <param name="cols">Columns of x.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="most">Of each column of x the greatest element, or more [cols].</param>
    /// <param name="y">y [rows,cols], x or apart from it.</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="sum">Sums [cols].</param>
    [MethodImpl(Jit.Kernel)]
    public static void WeightsDown<TVec>(int rows, int cols, ref float x, nint xRow, ref float most, ref float y, nint yRow, ref float sum)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            // most·log₂e in two parts, the second what rounding the first lost: equal scores have a weight of 1.
            TVec start = TVec.Load(in most, j);
            TVec high = -(start * TVec.Create(Log2E));
            TVec low = TVec.MultiplyAdd(start, TVec.Create(Log2E), high);
            TVec even = TVec.Create(0), odd = even;
            ref float from = ref Unsafe.Add(ref x, j);
            ref float to = ref Unsafe.Add(ref y, j);
            int i = 0;
            for (; i + 2 <= rows; i += 2)
            {
                TVec first = Weight(TVec.Load(in from, 0), start, high, low);
                TVec second = Weight(TVec.Load(in from, xRow), start, high, low);
                TVec.Store(first, ref to, 0);
                TVec.Store(second, ref to, yRow);
                even += first;
                odd += second;
                from = ref Unsafe.Add(ref from, 2 * xRow);
                to = ref Unsafe.Add(ref to, 2 * yRow);
            }

            if (i < rows)
            {
                TVec last = Weight(TVec.Load(in from, 0), start, high, low);
                TVec.Store(last, ref to, 0);
                even += last;
            }

            TVec.Store(even + odd, ref sum, j);
        }
    }

    /// <summary>
    /// e^(x − most), to 2e-7 + 8e-8·(most − x) of its value, 0 where it would be denormal: as a power of two it is three quarters of the work, which
    /// takes the fused multiply-add's exact product.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Weight<TVec>(TVec x, TVec most, TVec high, TVec low)
        where TVec : struct, ISimd<TVec>
    {
        if (!Fma.IsSupported && !AdvSimd.IsSupported)
        {
            return TVec.Exp(x - most);
        }

        TVec t = TVec.MultiplyAdd(x, TVec.Create(Log2E), high) - low;
        TVec n = TVec.Floor(t);

        // 2^r for 0 ≤ r ≤ 1 to 2e-9, and 1 at 0.
        TVec r = t - n;
        TVec p = TVec.Create(0.000216129149f);
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.00124678464f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.00967545157f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.0554852806f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.240229306f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.693147044f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(1));
        return TVec.ZeroBelow(TVec.Create(-126), t, TVec.ScaleByPowerOfTwo(p, n));
    }
}
