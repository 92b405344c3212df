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
/// product of matrices. Inside a block the keys are decayed row by row; what they end as is what the next block needs, and from
/// then on they decay a block at a time.
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
    [MethodImpl(Jit.Kernel)]
    public static void Gram<TVec>(
        int rows, int k, ref float q, nint qRow, ref float key, nint keyRow, ref float g, nint gRow, ref float p, nint pRow, bool strict, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        int row = PaddedRow(k);
        int keysRow = KeysRow(rows);
        ref float decay = ref scratch;
        ref float decayedQuery = ref Unsafe.Add(ref decay, BlockRows * row);
        ref float blockDecay = ref Unsafe.Add(ref decayedQuery, BlockRows * row);
        ref float sums = ref Unsafe.Add(ref blockDecay, row);
        ref float keys = ref Unsafe.Add(ref sums, BlockRows * BlockRows);
        for (int first = 0; first < rows; first += BlockRows)
        {
            int count = Math.Min(BlockRows, rows - first);
            ref float qBlock = ref Unsafe.Add(ref q, first * qRow);
            ref float pBlock = ref Unsafe.Add(ref p, first * pRow);

            // The keys before the last block decay by that block, whose own keys have done so already.
            DecayKeys<TVec>(k, first - BlockRows, ref blockDecay, ref keys, keysRow);
            Prepare<TVec>(count, k, ref Unsafe.Add(ref g, first * gRow), gRow, ref qBlock, qRow, ref decay, ref decayedQuery, row, ref blockDecay);
            Products.Multiply<TVec>(count, first, k, ref decayedQuery, row, 1, ref keys, keysRow, ref pBlock, pRow, accumulate: false);

            ref float ownKeys = ref Unsafe.Add(ref keys, first);
            Tiles.Transpose<TVec>(count, k, ref Unsafe.Add(ref key, first * keyRow), keyRow, ref ownKeys, keysRow);
            Diagonal<TVec>(k, count, ref qBlock, qRow, ref decay, row, ref ownKeys, keysRow, ref sums);
            for (int i = 0; i < count; i++)
            {
                PutRow<TVec>(strict ? i : i + 1, count, rows - first, ref Unsafe.Add(ref sums, i * BlockRows), ref Unsafe.Add(ref pBlock, (i * pRow) + first));
            }
        }
    }

    /// <summary>Scratch of <see cref="Gram"/>.</summary>
    public static int GramScratchFloats(int rows, int k) =>
        checked((((2 * BlockRows) + 1) * PaddedRow(k)) + (BlockRows * BlockRows) + (k * KeysRow(rows)));

    /// <summary>Whole blocks, and off the multiples of a kibibyte whose rows would share cache sets.</summary>
    private static int KeysRow(int rows)
    {
        int row = (rows + BlockRows - 1) / BlockRows * BlockRows;
        return row % 256 == 0 ? row + BlockRows : row;
    }

    private static int PaddedRow(int k) => (k + 15) & ~15;

    /// <summary>e^g, the queries decayed from the start of the block, and e to the sum of g over the block.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Prepare<TVec>(
        int count, int k, ref float g, nint gRow, ref float q, nint qRow, ref float decay, ref float decayedQuery, nint row, ref float blockDecay)
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

            TVec.Store(TVec.Exp(sum), ref blockDecay, c);
        }
    }

    /// <summary>Multiplies each channel of the first keys by the decay of a block.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void DecayKeys<TVec>(int k, int count, ref float blockDecay, ref float keys, nint keysRow)
        where TVec : struct, ISimd<TVec>
    {
        // Whole blocks, so whole vectors.
        for (int c = 0; c < k; c++)
        {
            TVec factor = TVec.Splat(in blockDecay, c);
            ref float channel = ref Unsafe.Add(ref keys, c * keysRow);
            for (int j = 0; j < count; j += TVec.Count)
            {
                TVec.Store(TVec.Load(in channel, j) * factor, ref channel, j);
            }
        }
    }

    /// <summary>
    /// sums[i,j] = Σ_c q[i,c]·key[j,c]·decay inside a block, for j ≤ i; what stands above the diagonal is not wanted. The keys lie
    /// channel by channel, a row in each lane, and stay in registers while the rows pass: each row decays the lanes before its own.
    /// </summary>
    [MethodImpl(Jit.Kernel)]
    private static void Diagonal<TVec>(
        int k, int count, ref float q, nint qRow, ref float decay, nint row, ref float keys, nint keysRow, ref float sums)
        where TVec : struct, ISimd<TVec>
    {
        Clear<TVec>(ref sums, BlockRows * BlockRows);
        for (int lane = 0; lane < count; lane += TVec.Count)
        {
            int c = 0;
            for (; c + 4 <= k; c += 4)
            {
                FourChannels<TVec>(lane, count, ref Unsafe.Add(ref q, c), qRow, ref Unsafe.Add(ref decay, c), row,
                    ref Unsafe.Add(ref keys, (c * keysRow) + lane), keysRow, ref Unsafe.Add(ref sums, lane));
            }

            for (; c < k; c++)
            {
                OneChannel<TVec>(lane, count, ref Unsafe.Add(ref q, c), qRow, ref Unsafe.Add(ref decay, c), row,
                    ref Unsafe.Add(ref keys, (c * keysRow) + lane), ref Unsafe.Add(ref sums, lane));
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void FourChannels<TVec>(
        int lane, int count, ref float q, nint qRow, ref float decay, nint row, ref float keys, nint keysRow, ref float sums)
        where TVec : struct, ISimd<TVec>
    {
        TVec k0 = TVec.Load(in keys, 0);
        TVec k1 = TVec.Load(in keys, keysRow);
        TVec k2 = TVec.Load(in keys, 2 * keysRow);
        TVec k3 = TVec.Load(in keys, 3 * keysRow);
        TVec lanes = TVec.Iota(lane);
        TVec own = TVec.Create(lane);
        TVec one = TVec.Create(1);
        nint qAt = lane * qRow;
        nint decayAt = lane * row;
        nint sumsAt = lane * BlockRows;
        for (int i = lane; i < count; i++)
        {
            TVec before = TVec.Less(lanes, own);
            k0 = TVec.Select(before, k0 * TVec.Splat(in decay, decayAt), k0);
            k1 = TVec.Select(before, k1 * TVec.Splat(in decay, decayAt + 1), k1);
            k2 = TVec.Select(before, k2 * TVec.Splat(in decay, decayAt + 2), k2);
            k3 = TVec.Select(before, k3 * TVec.Splat(in decay, decayAt + 3), k3);
            TVec sum = TVec.MultiplyAdd(TVec.Splat(in q, qAt), k0, TVec.Load(in sums, sumsAt));
            TVec other = TVec.Splat(in q, qAt + 1) * k1;
            sum = TVec.MultiplyAdd(TVec.Splat(in q, qAt + 2), k2, sum);
            other = TVec.MultiplyAdd(TVec.Splat(in q, qAt + 3), k3, other);
            TVec.Store(sum + other, ref sums, sumsAt);
            own += one;
            qAt += qRow;
            decayAt += row;
            sumsAt += BlockRows;
        }

        TVec.Store(k0, ref keys, 0);
        TVec.Store(k1, ref keys, keysRow);
        TVec.Store(k2, ref keys, 2 * keysRow);
        TVec.Store(k3, ref keys, 3 * keysRow);
    }

    [MethodImpl(Jit.Kernel)]
    private static void OneChannel<TVec>(
        int lane, int count, ref float q, nint qRow, ref float decay, nint row, ref float keys, ref float sums)
        where TVec : struct, ISimd<TVec>
    {
        TVec key = TVec.Load(in keys, 0);
        TVec lanes = TVec.Iota(lane);
        for (int i = lane; i < count; i++)
        {
            TVec before = TVec.Less(lanes, TVec.Create(i));
            key = TVec.Select(before, key * TVec.Splat(in decay, i * row), key);
            TVec sum = TVec.MultiplyAdd(TVec.Splat(in q, i * qRow), key, TVec.Load(in sums, i * BlockRows));
            TVec.Store(sum, ref sums, i * BlockRows);
        }

        TVec.Store(key, ref keys, 0);
    }

    /// <summary>A row of p from the diagonal block on: the wanted sums, then zeros to the end of the row.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void PutRow<TVec>(int wanted, int count, int rest, ref float sums, ref float p)
        where TVec : struct, ISimd<TVec>
    {
        for (int lane = 0; lane < count; lane += TVec.Count)
        {
            TVec.Store(TVec.First(TVec.Load(in sums, lane), wanted - lane, 0), ref p, lane, count - lane);
        }

        Clear<TVec>(ref Unsafe.Add(ref p, count), rest - count);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Clear<TVec>(ref float target, int count)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < count; j += TVec.Count)
        {
            TVec.Store(TVec.Create(0), ref target, j, count - j);
        }
    }
}
