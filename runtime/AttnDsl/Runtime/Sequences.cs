using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Primitives;

namespace AttnDsl.Runtime;

/// <summary>
/// The sequences of a call where they differ in length or age; empty where all are alike, and the call itself says where they stand.
/// The table lies in the calling thread's <see cref="Workspace"/> until its next call.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Sequences
{
    private const int WorkspaceSlot = 6, PlacesSlot = 7;

    private readonly Sequence* _table;
    private readonly int _count;

    private Sequences(int count)
    {
        _table = (Sequence*)Workspace.RentAddress(WorkspaceSlot, (long)count * (sizeof(Sequence) / sizeof(float) + 1));
        _count = count;
    }

    /// <summary>Whether one set of lengths and positions holds for all.</summary>
    public bool AreAlike => _table is null;

    internal Span<Sequence> Table => new(_table, _count);

    /// <summary>The sequences of a call that starts from nothing.</summary>
    public static Sequences Of(scoped in Packing packing, int batch, int time) => packing.IsPacked ? Fill(in packing, batch, time) : default;

    /// <summary>The sequences of a call that goes on from a state.</summary>
    public static Sequences Of(scoped in Packing packing, int batch, int time, StateMemory state)
    {
        if (!packing.IsPacked && !packing.HasSlots && state.AreAlike) return default;
        var sequences = Fill(in packing, batch, time);
        for (var i = 0; i < sequences._count; i++)
        {
            ref var s = ref sequences._table[i];
            (s.Slot, s.Position) = (packing.Slot(i), state.Headers[packing.Slot(i)].Position);
        }

        return sequences;
    }

    /// <inheritdoc cref="Of(in Packing, int, int, StateMemory)"/>
    public static Sequences Of(scoped in Packing packing, int batch, int time, CacheMemory state)
    {
        var sequences = Of(in packing, batch, time, state.State);
        foreach (ref var s in sequences.Table) (s.KeyBatch, s.KeyStart) = (s.Slot, 0);
        return sequences;
    }

    /// <summary>Deals the items of a pass: a head each, or a block of rows of one.</summary>
    /// <param name="items">How many there are where all sequences are alike.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="rows">Rows of a block; 0 for whole heads.</param>
    /// <param name="keys">Whether they are rows of keys.</param>
    /// <returns>How many items there are.</returns>
    public int Deal(int items, int heads, int rows = 0, bool keys = false)
    {
        if (AreAlike) return items;
        items = 0;
        foreach (ref var s in Table)
        {
            s.Item = items;
            s.Blocks = s.Time == 0 ? 0 : rows == 0 ? 1 : ((keys ? s.KeyRows : s.Time) + rows - 1) / rows;
            items = checked(items + heads * s.Blocks);
        }

        return items;
    }

    /// <summary>The sequence that an item belongs to.</summary>
    public ref readonly Sequence Of(int item)
    {
        // The last one that begins at or before the item; those without items begin where the next one does.
        int low = 0, high = _count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_table[middle].Item <= item) low = middle;
            else high = middle - 1;
        }

        return ref _table[low];
    }

    /// <summary>Tables of the angles of every token of this turn.</summary>
    /// <param name="first">Position of the first token where all sequences are alike.</param>
    /// <param name="time">Tokens where they are.</param>
    /// <param name="pairs">Pairs of channels.</param>
    /// <param name="numberBase">Base of the series of frequencies.</param>
    /// <param name="step">Positions from one token to the next.</param>
    /// <param name="cos">Address of the cosines [rows,pairs].</param>
    /// <param name="sin">Address of the sines.</param>
    public void Angles(long first, int time, int pairs, double numberBase, double step, out nint cos, out nint sin)
    {
        var rows = AreAlike ? time : PlaceAngles();
        cos = Workspace.RentAddress(2, 2L * rows * pairs);
        sin = cos + (nint)rows * pairs * sizeof(float);
        if (AreAlike) Rotations.FillTable(first, rows, pairs, numberBase, ref Native.At(cos, 0), ref Native.At(sin, 0), pairs, step);
        var filled = 0;
        foreach (ref readonly var s in Table)
        {
            // Sequences that stand at the same position share their rows.
            var known = Math.Max(0, filled - s.Angles);
            if (known >= s.Time) continue;
            var row = (nint)(s.Angles + known) * pairs;
            Rotations.FillTable(s.Position + known, s.Time - known, pairs, numberBase, ref Native.At(cos, row), ref Native.At(sin, row), pairs, step);
            filled = s.Angles + s.Time;
        }
    }

    /// <summary>The place of every token of this turn.</summary>
    /// <param name="first">Position of the first token where all sequences are alike.</param>
    /// <param name="time">Tokens where they are.</param>
    /// <param name="places">Address of the places [rows], a sequence's as far on as its rows of angles.</param>
    public void Places(long first, int time, out nint places)
    {
        places = Workspace.RentAddress(PlacesSlot, AreAlike ? time : PlaceAngles());
        if (AreAlike) Levels.FillPlaces(first, time, ref Native.At(places, 0));
        foreach (ref readonly var s in Table) Levels.FillPlaces(s.Position, s.Time, ref Native.At(places, s.Angles));
    }

    /// <summary>Places rows for a value of each token such that those of every sequence begin at a multiple of 16; says how many there are.</summary>
    public int PlacePadded(int time)
    {
        var rows = AreAlike ? Padded(time) : 0;
        foreach (ref var s in Table)
        {
            s.Padded = rows;
            rows = checked(rows + Padded(s.Time));
        }

        return rows;

        static int Padded(int rows) => (rows + 15) / 16 * 16;
    }

    /// <summary>Lays each sequence's rows of keys one behind the other: those that its queries can see of a state, then its own.</summary>
    /// <param name="batch">Sequences where all are alike.</param>
    /// <param name="time">Tokens where they are.</param>
    /// <param name="initial">The state.</param>
    /// <param name="seen">Rows in front of a sequence's own, where all are alike.</param>
    /// <param name="keyRows">Rows of a batch row.</param>
    /// <returns>Rows of all sequences.</returns>
    public long PlaceKeys(int batch, int time, CacheMemory initial, out int seen, out int keyRows)
    {
        seen = AreAlike ? initial.Seen.Count : 0;
        keyRows = AreAlike ? seen + time : 0;
        if (AreAlike) return (long)batch * keyRows;
        foreach (ref var s in Table)
        {
            (s.QueryFirst, s.SinkGap) = (initial.SeenBy(s.Slot).Count, initial.SeenBy(s.Slot).Gap);
            (s.KeyBatch, s.KeyStart, s.KeyFirst, s.KeyRows) = (0, keyRows, 0, s.QueryFirst + s.Time);
            keyRows = checked(keyRows + s.KeyRows);
        }

        return keyRows;
    }

    /// <summary>Where <see cref="PlaceKeys"/> lays the rows of a sequence; its tokens, or 1 where all are alike and have some.</summary>
    internal (int Batch, int Start, int Time) KeysOf(int sequence) =>
        AreAlike ? (sequence, 0, 1) : (_table[sequence].KeyBatch, _table[sequence].KeyStart, _table[sequence].Time);

    /// <summary>Counts chunks.</summary>
    /// <param name="batch">Sequences where all are alike.</param>
    /// <param name="time">Tokens where they are.</param>
    /// <param name="size">Rows of a chunk.</param>
    /// <param name="rowsPerToken">Rows of a token.</param>
    /// <param name="chunks">Chunks of each sequence where all are alike.</param>
    /// <returns>Chunks of all sequences.</returns>
    public long PlaceChunks(int batch, int time, int size, int rowsPerToken, out nint chunks)
    {
        chunks = (time * rowsPerToken + size - 1) / size;
        if (AreAlike) return (long)batch * chunks;
        var all = 0;
        foreach (ref var s in Table)
        {
            (s.Chunk, s.Chunks) = (all, (s.Time * rowsPerToken + size - 1) / size);
            all += s.Chunks;
        }

        return all;
    }

    /// <summary>Places what the items of a pass contribute to the gradients of learned parameters, sequence after sequence.</summary>
    /// <param name="alike">How many contributions there are where all sequences are alike.</param>
    /// <param name="heads">Heads that contribute.</param>
    /// <param name="rows">Rows of a block; 0 for whole heads.</param>
    /// <param name="keys">Whether they are rows of keys.</param>
    /// <returns>How many contributions there are.</returns>
    public long PlaceContributions(long alike, int heads, int rows = 0, bool keys = false)
    {
        if (AreAlike) return alike;
        Deal(0, heads, rows, keys);
        var all = 0;
        foreach (ref var s in Table)
        {
            s.Contribution = all;
            all = checked(all + heads * s.Blocks);
        }

        return all;
    }

    /// <summary>A turn's mean number of tokens of the sequences that have any: what the cost of an item is judged by.</summary>
    internal int MeanTime()
    {
        long tokens = 0, active = 0;
        foreach (ref readonly var s in Table)
        {
            tokens += s.Time;
            active += Math.Sign(s.Time);
        }

        return (int)(tokens / Math.Max(active, 1));
    }

    private int PlaceAngles()
    {
        int rows = 0, longest = 0;
        var together = true;
        foreach (ref var s in Table)
        {
            s.Angles = rows;
            rows = checked(rows + s.Time);
            longest = Math.Max(longest, s.Time);
            together &= s.Position == _table->Position;
        }

        if (!together) return rows;
        foreach (ref var s in Table) s.Angles = 0;
        return longest;
    }

    private static Sequences Fill(scoped in Packing packing, int batch, int time)
    {
        var sequences = new Sequences(packing.Count(batch));
        for (var i = 0; i < sequences._count; i++)
        {
            var (row, start, count) = packing.Place(i, time);
            sequences._table[i] = new() { Batch = row, Start = start, Time = count, End = start + count, Slot = i, KeyBatch = row, KeyStart = start, KeyRows = count };
        }

        return sequences;
    }
}
