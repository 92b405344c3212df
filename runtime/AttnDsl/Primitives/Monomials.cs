using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>
/// Rows of monomials up to the second degree, each product x_a x_b once: <c>[constant, linear·x_c, diagonal·x_a², mixed·x_a x_b]</c>, in
/// the order 1; x_0, x_1, …; x_0², x_0x_1, …, x_1², x_1x_2, …. A factor of 0 leaves constant or linear out.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Monomials
{
    /// <summary>y := the monomials of x.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="k">Channels.</param>
    /// <param name="constant">Value of the first column, or 0 for none.</param>
    /// <param name="linear">Factor of the channels themselves, or 0 for none.</param>
    /// <param name="diagonal">Factor of squares.</param>
    /// <param name="mixed">Factor of products of two channels.</param>
    /// <param name="x">x [rows,k].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">y [rows, (1) + (k) + k(k+1)/2].</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Expand<TVec>(int rows, int k, float constant, float linear, float diagonal, float mixed, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int t = 0; t < rows; t++)
        {
            ref float xt = ref Unsafe.Add(ref x, t * xRow);
            ref float yt = ref Unsafe.Add(ref y, t * yRow);
            if (constant != 0)
            {
                yt = constant;
                yt = ref Unsafe.Add(ref yt, 1);
            }

            if (linear != 0)
            {
                Scale<TVec>(k, TVec.Create(linear), ref xt, ref yt);
                yt = ref Unsafe.Add(ref yt, k);
            }

            for (int a = 0; a < k; a++)
            {
                ref float from = ref Unsafe.Add(ref xt, a);
                Scale<TVec>(k - a, TVec.Create(mixed * from), ref from, ref yt);
                yt = diagonal * from * from;
                yt = ref Unsafe.Add(ref yt, k - a);
            }
        }
    }

    /// <summary>dx := the adjoint of x, given that of its monomials.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="k">Channels.</param>
    /// <param name="constant">As in <see cref="Expand"/>.</param>
    /// <param name="linear">As in <see cref="Expand"/>.</param>
    /// <param name="diagonal">As in <see cref="Expand"/>.</param>
    /// <param name="mixed">As in <see cref="Expand"/>.</param>
    /// <param name="x">x [rows,k].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="dy">Adjoint of the monomials.</param>
    /// <param name="dyRow">Row stride of dy.</param>
    /// <param name="dx">dx [rows,k].</param>
    /// <param name="dxRow">Row stride of dx.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Contract<TVec>(
        int rows, int k, float constant, float linear, float diagonal, float mixed, ref float x, nint xRow, ref float dy, nint dyRow, ref float dx, nint dxRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int t = 0; t < rows; t++)
        {
            ref float xt = ref Unsafe.Add(ref x, t * xRow);
            ref float dyt = ref Unsafe.Add(ref dy, t * dyRow);
            ref float dxt = ref Unsafe.Add(ref dx, t * dxRow);
            if (constant != 0)
            {
                dyt = ref Unsafe.Add(ref dyt, 1);
            }

            // Without the linear part this sets dx to zero.
            Scale<TVec>(k, TVec.Create(linear), ref linear != 0 ? ref dyt : ref xt, ref dxt);
            if (linear != 0)
            {
                dyt = ref Unsafe.Add(ref dyt, k);
            }

            for (int a = 0; a < k; a++)
            {
                // x_a x_b hands x_b to a and x_a to b.
                float own = Unsafe.Add(ref xt, a);
                var factor = TVec.Create(mixed * own);
                var sum = TVec.Create(0f);
                int b = a + 1;
                for (; b + TVec.Count <= k; b += TVec.Count)
                {
                    var d = TVec.Load(ref dyt, b - a);
                    sum = TVec.MultiplyAdd(d, TVec.Load(ref xt, b), sum);
                    TVec.Store(TVec.MultiplyAdd(factor, d, TVec.Load(ref dxt, b)), ref dxt, b);
                }

                if (b < k)
                {
                    var d = TVec.Load(ref dyt, b - a, k - b);
                    sum = TVec.MultiplyAdd(d, TVec.Load(ref xt, b, k - b), sum);
                    TVec.Store(TVec.MultiplyAdd(factor, d, TVec.Load(ref dxt, b, k - b)), ref dxt, b, k - b);
                }

                Unsafe.Add(ref dxt, a) += (2 * diagonal * own * dyt) + (mixed * TVec.Sum(sum));
                dyt = ref Unsafe.Add(ref dyt, k - a);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale<TVec>(int count, TVec factor, ref float x, ref float y)
        where TVec : struct, ISimd<TVec>
    {
        int j = 0;
        for (; j + TVec.Count <= count; j += TVec.Count)
        {
            TVec.Store(factor * TVec.Load(ref x, j), ref y, j);
        }

        if (j < count)
        {
            TVec.Store(factor * TVec.Load(ref x, j, count - j), ref y, j, count - j);
        }
    }
}
