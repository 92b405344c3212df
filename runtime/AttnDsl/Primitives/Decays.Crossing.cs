using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <content>What the log-decays between the rows of a Gram matrix receive.</content>
public static partial class Decays
{
    /// <summary>y[r,c] = Σ_{j&lt;r≤i} w[i,j]·q[i,c]·key[j,c]·exp(Σ_{j&lt;s≤i} g[s,c]): only what crosses row r.</summary>
    /// <remarks>
    /// The same sum is what rows from r on receive less what they hand out, but that difference keeps the rounding of all the pairs that
    /// do not cross, and it adds up along the rows.
    /// </remarks>
    /// <param name="rows">Rows of all matrices, columns of w.</param>
    /// <param name="k">Channels.</param>
    /// <param name="w">Weights [rows,rows]; read below the diagonal only.</param>
    /// <param name="wRow">Row stride of the weights.</param>
    /// <param name="q">The side of the later rows [rows,k].</param>
    /// <param name="qRow">Row stride of q.</param>
    /// <param name="key">The side of the earlier rows [rows,k].</param>
    /// <param name="keyRow">Row stride of the keys.</param>
    /// <param name="g">Log-decays [rows,k], ≤ 0.</param>
    /// <param name="gRow">Row stride of the log-decays.</param>
    /// <param name="y">Result [rows,k].</param>
    /// <param name="yRow">Row stride of the result.</param>
    /// <param name="scratch"><see cref="CrossingScratchFloats"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Crossing<TVec>(
        int rows, int k, ref float w, nint wRow, ref float q, nint qRow, ref float key, nint keyRow, ref float g, nint gRow, ref float y, nint yRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint stride = DecayFactors<TVec>(rows, k, ref g, gRow, ref scratch);
        ref float seen = ref Unsafe.Add(ref scratch, rows * stride);
        for (int c = 0; c < k; c += TVec.Count)
        {
            int count = k - c;
            for (int r = 0; r < rows; r++) TVec.Store(TVec.Create(0), ref y, (r * yRow) + c, count);
            for (int i = 1; i < rows; i++)
            {
                // q_i as the rows before it see it, then everything that passes each of them on its way to row i.
                var query = TVec.Load(ref q, (i * qRow) + c, count);
                for (int r = i; r > 0; r--)
                {
                    TVec.Store(query, ref seen, r * TVec.Count);
                    query *= TVec.Load(ref scratch, (r * stride) + c);
                }

                var passing = TVec.Create(0);
                for (int r = 1; r <= i; r++)
                {
                    passing = TVec.MultiplyAdd(TVec.Splat(ref w, (i * wRow) + r - 1), TVec.Load(ref key, ((r - 1) * keyRow) + c, count), passing) * TVec.Load(ref scratch, (r * stride) + c);
                    TVec.Store(TVec.MultiplyAdd(passing, TVec.Load(ref seen, r * TVec.Count), TVec.Load(ref y, (r * yRow) + c, count)), ref y, (r * yRow) + c, count);
                }
            }
        }
    }

    /// <summary>y[r,c] = Σ_{j&lt;r&lt;i} w[i,j]·q[i,c]·key[j,c]·exp(Σ_{j&lt;s&lt;i} g[s,c]): row i counts before its own gate acts.</summary>
    /// <inheritdoc cref="Crossing" path="/param"/>
    public static void CrossingBefore<TVec>(
        int rows, int k, ref float w, nint wRow, ref float q, nint qRow, ref float key, nint keyRow, ref float g, nint gRow, ref float y, nint yRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        Fill<TVec>(ref Unsafe.Add(ref y, (rows - 1) * yRow), k, 0);
        Crossing<TVec>(rows - 1, k, ref Unsafe.Add(ref w, wRow), wRow, ref Unsafe.Add(ref q, qRow), qRow, ref key, keyRow, ref g, gRow, ref y, yRow, ref scratch);
    }

    /// <summary>Scratch of <see cref="Crossing"/>: the decays, and a vector for each row.</summary>
    public static int CrossingScratchFloats(int rows, int k) => checked(rows * (PaddedRow(k) + 16));
}
