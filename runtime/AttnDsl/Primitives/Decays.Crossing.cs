using System;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <content>What the log-decays between the rows of a Gram matrix receive.</content>
public static partial class Decays
{
    /// <summary>Rows of a block of <see cref="Crossing"/>.</summary>
    private const int CrossingRows = 8;

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
    [MethodImpl(Jit.Kernel)]
    public static void Crossing<TVec>(
        int rows, int k, ref float w, nint wRow, ref float q, nint qRow, ref float key, nint keyRow, ref float g, nint gRow, ref float y, nint yRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        if (FallFromStart<TVec>(rows, k, ref g, gRow, ref scratch))
        {
            CrossingOfBlocks<TVec>(rows, k, ref w, wRow, ref q, qRow, ref key, keyRow, ref y, yRow, ref scratch);
            return;
        }

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

    /// <summary>Scratch of <see cref="Crossing"/>: decays, both sides, what arrives of the blocks before and behind, and the weights.</summary>
    public static int CrossingScratchFloats(int rows, int k) => checked((((4 * rows) + CrossingRows) * PaddedRow(k)) + (rows * KeysRow(rows)));

    /// <summary>
    /// The rows in blocks: pairs of which both, or one, lie outside a row's block are summed by products of matrices, pairs inside it one by
    /// one. Queries are decayed from the first row on and keys raised by as much, so that no pair has a decay of its own.
    /// </summary>
    [MethodImpl(Jit.Kernel)]
    private static void CrossingOfBlocks<TVec>(
        int rows, int k, ref float w, nint wRow, ref float q, nint qRow, ref float key, nint keyRow, ref float y, nint yRow, ref float fall)
        where TVec : struct, ISimd<TVec>
    {
        nint row = PaddedRow(k);
        nint weightsRow = KeysRow(rows);
        ref float queries = ref Unsafe.Add(ref fall, rows * row);
        ref float keys = ref Unsafe.Add(ref queries, rows * row);
        ref float earlier = ref Unsafe.Add(ref keys, rows * row);
        ref float later = ref Unsafe.Add(ref earlier, rows * row);
        ref float weights = ref Unsafe.Add(ref later, CrossingRows * row);
        Lower<TVec>(rows, ref w, wRow, ref weights, weightsRow, strict: true);
        DecayQueries<TVec>(rows, k, ref q, qRow, ref fall, ref queries, row);
        RaiseKeys<TVec>(rows, k, ref key, keyRow, ref fall, ref keys, row);
        for (int first = 0; first < rows; first += CrossingRows)
        {
            int count = Math.Min(CrossingRows, rows - first);
            int end = first + count;
            ref float behind = ref Unsafe.Add(ref weights, (end * weightsRow) + first);
            ref float ownKeys = ref Unsafe.Add(ref keys, first * row);

            // What each key of the block hands to the queries behind the block.
            Products.Multiply<TVec>(count, k, rows - end, ref behind, 1, weightsRow, ref Unsafe.Add(ref queries, end * row), row, ref later, row, accumulate: false);
            for (int c = 0; c < k; c += TVec.Count)
            {
                CrossingOfBlock<TVec>(
                    first, count, rows, ref Unsafe.Add(ref weights, (first * weightsRow) + first), weightsRow, ref Unsafe.Add(ref queries, c), ref Unsafe.Add(ref keys, c),
                    ref Unsafe.Add(ref earlier, c), ref Unsafe.Add(ref later, c), row, ref Unsafe.Add(ref y, (first * yRow) + c), yRow, k - c);
            }

            // What each query behind the block receives of the keys up to its end.
            Products.Multiply<TVec>(rows - end, k, count, ref behind, weightsRow, 1, ref ownKeys, row, ref Unsafe.Add(ref earlier, end * row), row, accumulate: first > 0);
        }
    }

    /// <summary>One vector of channels of a block of rows.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void CrossingOfBlock<TVec>(
        int first, int count, int rows, ref float w, nint wRow, ref float queries, ref float keys, ref float earlier, ref float later, nint row, ref float y, nint yRow, int channels)
        where TVec : struct, ISimd<TVec>
    {
        // Pairs around the whole block, then those whose later row is in it, from the last row up.
        TVec around = default;
        if (first > 0)
        {
            for (int i = first + count; i < rows; i++)
            {
                around = TVec.MultiplyAdd(TVec.Load(in queries, i * row), TVec.Load(in earlier, i * row), around);
            }
        }

        for (int r = count - 1; r >= 0; r--)
        {
            if (first > 0)
            {
                around = TVec.MultiplyAdd(TVec.Load(in queries, (first + r) * row), TVec.Load(in earlier, (first + r) * row), around);
            }

            TVec.Store(around, ref y, r * yRow, channels);
        }

        // Those whose earlier row is in it, from the first row down.
        TVec handed = default;
        for (int r = 1; r < count; r++)
        {
            handed = TVec.MultiplyAdd(TVec.Load(in keys, (first + r - 1) * row), TVec.Load(in later, (r - 1) * row), handed);
            TVec.Store(TVec.Load(in y, r * yRow, channels) + handed, ref y, r * yRow, channels);
        }

        // Both.
        for (int i = 1; i < count; i++)
        {
            TVec query = TVec.Load(in queries, (first + i) * row);
            TVec passing = default;
            for (int r = 1; r <= i; r++)
            {
                passing = TVec.MultiplyAdd(TVec.Splat(in w, (i * wRow) + r - 1), TVec.Load(in keys, (first + r - 1) * row), passing);
                TVec.Store(TVec.MultiplyAdd(passing, query, TVec.Load(in y, r * yRow, channels)), ref y, r * yRow, channels);
            }
        }
    }
}
