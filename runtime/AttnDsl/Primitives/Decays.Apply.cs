using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <content>The two products that differentiate the Gram matrix.</content>
public static partial class Decays
{
    /// <summary>y[i,c] = Σ_{j≤i} w[i,j]·x[j,c]·exp(Σ_{j&lt;r≤i} g[r,c]).</summary>
    /// <param name="rows">Rows of all matrices, columns of w.</param>
    /// <param name="k">Channels.</param>
    /// <param name="w">Weights [rows,rows]; above the diagonal not read.</param>
    /// <param name="wRow">Row stride of the weights.</param>
    /// <param name="x">What is weighted [rows,k].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="g">Log-decays [rows,k], ≤ 0.</param>
    /// <param name="gRow">Row stride of the log-decays.</param>
    /// <param name="y">Result [rows,k].</param>
    /// <param name="yRow">Row stride of the result.</param>
    /// <param name="strict">Only j &lt; i.</param>
    /// <param name="scratch">rows·k floats, each row rounded up to 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ApplyToQueries<TVec>(
        int rows, int k, ref float w, nint wRow, ref float x, nint xRow, ref float g, nint gRow, ref float y, nint yRow, bool strict, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint stride = DecayFactors<TVec>(rows, k, ref g, gRow, ref scratch);
        for (int c = 0; c < k; c += TVec.Count)
        {
            int count = k - c;
            for (int i = 0; i < rows; i++) TVec.Store(TVec.Create(0), ref y, (i * yRow) + c, count);
            for (int j = 0; j < rows; j++)
            {
                // x_j as row i sees it: one more decay for each row in between, so no sum of gates is ever exponentiated.
                var seen = TVec.Load(ref x, (j * xRow) + c, count);
                for (int i = j; i < rows; i++)
                {
                    if (i > j) seen *= TVec.Load(ref scratch, (i * stride) + c);
                    else if (strict) continue;
                    TVec.Store(TVec.MultiplyAdd(TVec.Splat(ref w, (i * wRow) + j), seen, TVec.Load(ref y, (i * yRow) + c, count)), ref y, (i * yRow) + c, count);
                }
            }
        }
    }

    /// <summary>y[j,c] = Σ_{i≥j} w[i,j]·x[i,c]·exp(Σ_{j&lt;r≤i} g[r,c]).</summary>
    /// <inheritdoc cref="ApplyToQueries" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ApplyToKeys<TVec>(
        int rows, int k, ref float w, nint wRow, ref float x, nint xRow, ref float g, nint gRow, ref float y, nint yRow, bool strict, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint stride = DecayFactors<TVec>(rows, k, ref g, gRow, ref scratch);
        for (int c = 0; c < k; c += TVec.Count)
        {
            int count = k - c;
            for (int j = 0; j < rows; j++) TVec.Store(TVec.Create(0), ref y, (j * yRow) + c, count);
            for (int i = 0; i < rows; i++)
            {
                var handed = TVec.Load(ref x, (i * xRow) + c, count);
                for (int j = i; j >= 0; j--)
                {
                    if (j < i) handed *= TVec.Load(ref scratch, ((j + 1) * stride) + c);
                    else if (strict) continue;
                    TVec.Store(TVec.MultiplyAdd(TVec.Splat(ref w, (i * wRow) + j), handed, TVec.Load(ref y, (j * yRow) + c, count)), ref y, (j * yRow) + c, count);
                }
            }
        }
    }

    /// <summary>e^g of every row and channel into scratch; returns its row stride.</summary>
    [MethodImpl(Jit.Kernel)]
    private static nint DecayFactors<TVec>(int rows, int k, ref float g, nint gRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint stride = (k + 15) / 16 * 16;
        for (int i = 0; i < rows; i++)
            for (int c = 0; c < k; c += TVec.Count)
                TVec.Store(TVec.Exp(TVec.Load(ref g, (i * gRow) + c, k - c)), ref scratch, (i * stride) + c);
        return stride;
    }
}
