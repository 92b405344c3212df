using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Scores of queries and keys between which every channel decays by itself.</summary>
/// <remarks>
/// The rows are cut into blocks of 16. Let a be the block of row i, b an earlier block of row j. The decay from j to i is that from j
/// to the end of b, times that of the blocks between, times that from the start of a to i. Each factor is at most 1 and computed
/// as a product of e^g or from a sum of g, so nothing is divided by and nothing overflows, and the three meet in an ordinary
/// product of matrices. Inside a block the keys are decayed row by row; what they end as is what later blocks need.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Decays
{
    private const int BlockRows = 16;

    /// <summary>p[i,j] = Σ_c q[i,c]·key[j,c]·exp(Σ_{j&lt;r≤i} g[r,c]) for j ≤ i, 0 above the diagonal.</summary>
    /// <param name="rows">Rows of all matrices, columns of p.</param>
    /// <param name="k">Channels.</param>
    /// <param name="q">Queries [rows,k].</param>
    /// <param name="qRow">Row stride of the queries.</param>
    /// <param name="key">Keys [rows,k].</param>
    /// <param name="keyRow">Row stride of the keys.</param>
    /// <param name="g">Log-decays [rows,k], ≤ 0; −∞ is allowed.</param>
    /// <param name="gRow">Row stride of the log-decays.</param>
    /// <param name="p">Scores [rows,rows].</param>
    /// <param name="pRow">Row stride of the scores.</param>
    /// <param name="strict">Makes the diagonal 0 too.</param>
    /// <param name="scratch"><see cref="GramScratchFloats"/> floats.</param>
    public static void Gram<TVec>(
        int rows, int k, ref float q, nint qRow, ref float key, nint keyRow, ref float g, nint gRow, ref float p, nint pRow, bool strict, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        int row = PaddedRow(k);
        ref float decay = ref scratch;
        ref float decayedQuery = ref Unsafe.Add(ref decay, BlockRows * row);
        ref float mixedQuery = ref Unsafe.Add(ref decayedQuery, BlockRows * row);
        ref float between = ref Unsafe.Add(ref mixedQuery, BlockRows * row);
        ref float totals = ref Unsafe.Add(ref between, row);
        ref float keys = ref Unsafe.Add(ref totals, BlockCount(rows) * row);
        for (int block = 0; block * BlockRows < rows; block++)
        {
            int first = block * BlockRows;
            int count = Math.Min(BlockRows, rows - first);
            ref float qBlock = ref Unsafe.Add(ref q, first * qRow);
            ref float pBlock = ref Unsafe.Add(ref p, first * pRow);
            Prepare<TVec>(count, k, ref Unsafe.Add(ref g, first * gRow), gRow, ref qBlock, qRow,
                ref decay, ref decayedQuery, row, ref Unsafe.Add(ref totals, block * row));

            Clear<TVec>(ref between, row);
            for (int earlier = block - 1; earlier >= 0; earlier--)
            {
                ref float left = ref decayedQuery;
                if (earlier < block - 1)
                {
                    Extend<TVec>(count, k, ref Unsafe.Add(ref totals, (earlier + 1) * row), ref between, ref decayedQuery, ref mixedQuery, row);
                    left = ref mixedQuery;
                }

                Products.Multiply<TVec>(count, BlockRows, k, ref left, row, 1, ref Unsafe.Add(ref keys, earlier * BlockRows * k), BlockRows,
                    ref Unsafe.Add(ref pBlock, earlier * BlockRows), pRow, accumulate: false);
            }

            ref float ownKeys = ref Unsafe.Add(ref keys, block * BlockRows * k);
            Tiles.Transpose<TVec>(count, k, ref Unsafe.Add(ref key, first * keyRow), keyRow, ref ownKeys, BlockRows);
            for (int i = 0; i < count; i++)
            {
                ref float pRowStart = ref Unsafe.Add(ref pBlock, (i * pRow) + first);
                Diagonal<TVec>(i, k, count, ref Unsafe.Add(ref qBlock, i * qRow), ref Unsafe.Add(ref decay, i * row), ref ownKeys, ref pRowStart, strict ? i : i + 1);
                Clear<TVec>(ref Unsafe.Add(ref pRowStart, count), rows - first - count);
            }
        }
    }

    /// <summary>Scratch of <see cref="Gram"/>.</summary>
    public static int GramScratchFloats(int rows, int k) =>
        checked((((3 * BlockRows) + 1 + BlockCount(rows)) * PaddedRow(k)) + (BlockCount(rows) * BlockRows * k));

    private static int BlockCount(int rows) => (rows + BlockRows - 1) / BlockRows;

    private static int PaddedRow(int k) => (k + 15) & ~15;

    /// <summary>e^g, the queries decayed from the start of the block, and the sum of g over the block.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Prepare<TVec>(
        int count, int k, ref float g, nint gRow, ref float q, nint qRow, ref float decay, ref float decayedQuery, nint row, ref float total)
        where TVec : struct, ISimd<TVec>
    {
        for (int c = 0; c < k; c += TVec.Count)
        {
            TVec running = TVec.Create(1);
            TVec sum = TVec.Create(0);
            for (int i = 0; i < count; i++)
            {
                TVec gate = TVec.Load(in g, (i * gRow) + c, k - c);
                TVec factor = TVec.Exp(gate);
                sum += gate;
                running *= factor;
                TVec.Store(factor, ref decay, (i * row) + c);
                TVec.Store(TVec.Load(in q, (i * qRow) + c, k - c) * running, ref decayedQuery, (i * row) + c);
            }

            TVec.Store(sum, ref total, c);
        }
    }

    /// <summary>Moves on by a block: adds its sum to that of the blocks between, and decays the queries by all of them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Extend<TVec>(int count, int k, ref float total, ref float between, ref float decayedQuery, ref float mixedQuery, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int c = 0; c < k; c += TVec.Count)
        {
            TVec sum = TVec.Load(in between, c) + TVec.Load(in total, c);
            TVec.Store(sum, ref between, c);
            TVec factor = TVec.Exp(sum);
            for (int i = 0; i < count; i++)
            {
                TVec.Store(TVec.Load(in decayedQuery, (i * row) + c) * factor, ref mixedQuery, (i * row) + c);
            }
        }
    }

    /// <summary>
    /// Row i of a diagonal block. The keys lie channel by channel, a row in each lane: those before i decay by the row's e^g, then all
    /// meet the query, and what is not wanted is left out at the end.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Diagonal<TVec>(int i, int k, int count, ref float q, ref float decay, ref float keys, ref float p, int wanted)
        where TVec : struct, ISimd<TVec>
    {
        for (int lane = 0; lane < count; lane += TVec.Count)
        {
            TVec sum = TVec.Create(0);
            if (lane <= i)
            {
                TVec before = TVec.Less(TVec.Iota(lane), TVec.Create(i));
                TVec s1 = default, s2 = default, s3 = default;
                ref float at = ref Unsafe.Add(ref keys, lane);
                int c = 0;
                for (; c + 4 <= k; c += 4)
                {
                    sum = TVec.MultiplyAdd(TVec.Splat(in q, c), Decay(ref at, before, TVec.Splat(in decay, c)), sum);
                    s1 = TVec.MultiplyAdd(TVec.Splat(in q, c + 1), Decay(ref Unsafe.Add(ref at, BlockRows), before, TVec.Splat(in decay, c + 1)), s1);
                    s2 = TVec.MultiplyAdd(TVec.Splat(in q, c + 2), Decay(ref Unsafe.Add(ref at, 2 * BlockRows), before, TVec.Splat(in decay, c + 2)), s2);
                    s3 = TVec.MultiplyAdd(TVec.Splat(in q, c + 3), Decay(ref Unsafe.Add(ref at, 3 * BlockRows), before, TVec.Splat(in decay, c + 3)), s3);
                    at = ref Unsafe.Add(ref at, 4 * BlockRows);
                }

                for (; c < k; c++)
                {
                    sum = TVec.MultiplyAdd(TVec.Splat(in q, c), Decay(ref at, before, TVec.Splat(in decay, c)), sum);
                    at = ref Unsafe.Add(ref at, BlockRows);
                }

                sum = TVec.First((sum + s1) + (s2 + s3), wanted - lane, 0);
            }

            TVec.Store(sum, ref p, lane, count - lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Decay<TVec>(ref float keys, TVec before, TVec factor)
        where TVec : struct, ISimd<TVec>
    {
        TVec old = TVec.Load(in keys, 0);
        TVec decayed = TVec.Select(before, old * factor, old);
        TVec.Store(decayed, ref keys, 0);
        return decayed;
    }

    private static void Clear<TVec>(ref float target, int count)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < count; j += TVec.Count)
        {
            TVec.Store(TVec.Create(0), ref target, j, count - j);
        }
    }
}
