using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Scores of queries and keys between which every channel decays by itself.</summary>
/// <remarks>
/// The rows are cut into blocks of 16. The decay from j to i is that from a point of reference to i, divided by that to j, and so the
/// scores are an ordinary product of matrices: queries decayed from the reference on, keys that are the stronger the later they come.
/// The reference moves up before the decays since then could lose a digit or overflow (<see cref="Faintest"/>). Where a block by itself
/// decays as much as that, nothing is divided: its keys are decayed row by row. Both take products of e^g, never differences of sums.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Decays
{
    private const int BlockRows = 16;

    /// <summary>What decays since the reference may come down to, e^−30: its inverse is far from overflow, and so are keys times it.</summary>
    private const float Faintest = 1e-13f;

    /// <summary>The smallest normal number. What has decayed below it is gone: arithmetic on denormals costs a hundred times its worth.</summary>
    private const float Gone = 1.17549435e-38f;

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
        ref float reach = ref Unsafe.Add(ref decay, BlockRows * row);
        ref float decayedQuery = ref Unsafe.Add(ref reach, BlockRows * row);
        ref float raisedKey = ref Unsafe.Add(ref decayedQuery, BlockRows * row);
        ref float sinceReference = ref Unsafe.Add(ref raisedKey, BlockRows * row);
        ref float sums = ref Unsafe.Add(ref sinceReference, row);
        ref float keys = ref Unsafe.Add(ref sums, BlockRows * BlockRows);
        Fill<TVec>(ref sinceReference, row, 1);
        for (int first = 0; first < rows; first += BlockRows)
        {
            int count = Math.Min(BlockRows, rows - first);
            ref float qBlock = ref Unsafe.Add(ref q, first * qRow);
            ref float keyBlock = ref Unsafe.Add(ref key, first * keyRow);
            ref float pBlock = ref Unsafe.Add(ref p, first * pRow);
            ref float ownKeys = ref Unsafe.Add(ref keys, first);
            Exponentiate<TVec>(count, k, ref Unsafe.Add(ref g, first * gRow), gRow, ref decay, row);
            bool isFaint = Reach<TVec>(count, k, ref decay, ref reach, row, ref sinceReference);
            if (isFaint)
            {
                // The reference moves up to this block.
                DecayKeys<TVec>(k, first, ref sinceReference, ref keys, keysRow);
                Fill<TVec>(ref sinceReference, row, 1);
                isFaint = Reach<TVec>(count, k, ref decay, ref reach, row, ref sinceReference);
            }

            DecayQueries<TVec>(count, k, ref qBlock, qRow, ref reach, ref decayedQuery, row);
            if (!isFaint)
            {
                RaiseKeys<TVec>(count, k, ref keyBlock, keyRow, ref reach, ref raisedKey, row);
                Tiles.Transpose<TVec>(count, k, ref raisedKey, row, ref ownKeys, keysRow);
                Products.Multiply<TVec>(count, first + count, k, ref decayedQuery, row, 1, ref keys, keysRow, ref pBlock, pRow, accumulate: false);
                Copy<TVec>(k, ref Unsafe.Add(ref reach, (count - 1) * row), ref sinceReference);
                for (int i = 0; i < count; i++)
                {
                    int seen = first + (strict ? i : i + 1);
                    Fill<TVec>(ref Unsafe.Add(ref pBlock, (i * pRow) + seen), rows - seen, 0);
                }

                continue;
            }

            Products.Multiply<TVec>(count, first, k, ref decayedQuery, row, 1, ref keys, keysRow, ref pBlock, pRow, accumulate: false);
            Tiles.Transpose<TVec>(count, k, ref keyBlock, keyRow, ref ownKeys, keysRow);
            Diagonal<TVec>(k, count, ref qBlock, qRow, ref decay, row, ref ownKeys, keysRow, ref sums);
            for (int i = 0; i < count; i++)
            {
                PutRow<TVec>(strict ? i : i + 1, count, rows - first, ref Unsafe.Add(ref sums, i * BlockRows), ref Unsafe.Add(ref pBlock, (i * pRow) + first));
            }

            // The block's own keys have decayed to its end; those before it follow, and the reference is there.
            DecayKeys<TVec>(k, first, ref Unsafe.Add(ref reach, (count - 1) * row), ref keys, keysRow);
        }
    }

    /// <summary>Scratch of <see cref="Gram"/>.</summary>
    public static int GramScratchFloats(int rows, int k) =>
        checked((((4 * BlockRows) + 1) * PaddedRow(k)) + (BlockRows * BlockRows) + (k * KeysRow(rows)));

    /// <summary>Whole blocks, and off the multiples of a kibibyte whose rows would share cache sets.</summary>
    private static int KeysRow(int rows)
    {
        int row = (rows + BlockRows - 1) / BlockRows * BlockRows;
        return row % 256 == 0 ? row + BlockRows : row;
    }

    private static int PaddedRow(int k) => (k + 15) & ~15;

    /// <summary>e^g.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Exponentiate<TVec>(int count, int k, ref float g, nint gRow, ref float decay, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < count; i++)
        {
            for (int c = 0; c < k; c += TVec.Count)
            {
                TVec.Store(TVec.Exp(TVec.Load(in g, (i * gRow) + c, k - c)), ref decay, (i * row) + c);
            }
        }
    }

    /// <summary>Decays from the reference to each row; true where one of them is too faint to be divided by, or no number.</summary>
    [MethodImpl(Jit.Kernel)]
    private static bool Reach<TVec>(int count, int k, ref float decay, ref float reach, nint row, ref float sinceReference)
        where TVec : struct, ISimd<TVec>
    {
        TVec faintest = TVec.Create(Faintest);
        TVec gone = TVec.Create(Gone);
        TVec zero = TVec.Create(0);
        TVec one = TVec.Create(1);
        TVec isFine = one;
        for (int c = 0; c < k; c += TVec.Count)
        {
            TVec running = TVec.Load(in sinceReference, c);
            for (int i = 0; i < count; i++)
            {
                running *= TVec.Load(in decay, (i * row) + c);
                TVec.Store(TVec.Select(TVec.Less(running, gone), zero, running), ref reach, (i * row) + c);
            }

            // Lanes behind the last channel hold the decay of what is not there: e^0.
            isFine = TVec.Select(TVec.LessOrEqual(faintest, running), isFine, zero);
        }

        return TVec.MaxLane(one - isFine) > 0;
    }

    [MethodImpl(Jit.Kernel)]
    private static void DecayQueries<TVec>(int count, int k, ref float q, nint qRow, ref float reach, ref float decayedQuery, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < count; i++)
        {
            for (int c = 0; c < k; c += TVec.Count)
            {
                TVec.Store(TVec.Load(in q, (i * qRow) + c, k - c) * TVec.Load(in reach, (i * row) + c), ref decayedQuery, (i * row) + c);
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void RaiseKeys<TVec>(int count, int k, ref float key, nint keyRow, ref float reach, ref float raisedKey, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < count; i++)
        {
            for (int c = 0; c < k; c += TVec.Count)
            {
                TVec.Store(TVec.Load(in key, (i * keyRow) + c, k - c) / TVec.Load(in reach, (i * row) + c), ref raisedKey, (i * row) + c);
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Copy<TVec>(int k, ref float from, ref float to)
        where TVec : struct, ISimd<TVec>
    {
        for (int c = 0; c < k; c += TVec.Count)
        {
            TVec.Store(TVec.Load(in from, c), ref to, c);
        }
    }

    /// <summary>Multiplies each channel of the first keys by the decay of a block.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void DecayKeys<TVec>(int k, int count, ref float blockDecay, ref float keys, nint keysRow)
        where TVec : struct, ISimd<TVec>
    {
        // Whole blocks, so whole vectors.
        TVec gone = TVec.Create(Gone);
        TVec zero = TVec.Create(0);
        for (int c = 0; c < k; c++)
        {
            TVec factor = TVec.Splat(in blockDecay, c);
            ref float channel = ref Unsafe.Add(ref keys, c * keysRow);
            for (int j = 0; j < count; j += TVec.Count)
            {
                TVec decayed = TVec.Load(in channel, j) * factor;
                TVec.Store(TVec.Select(TVec.Less(TVec.Abs(decayed), gone), zero, decayed), ref channel, j);
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
        Fill<TVec>(ref sums, BlockRows * BlockRows, 0);
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

        Fill<TVec>(ref Unsafe.Add(ref p, count), rest - count, 0);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Fill<TVec>(ref float target, int count, float value)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < count; j += TVec.Count)
        {
            TVec.Store(TVec.Create(value), ref target, j, count - j);
        }
    }
}
