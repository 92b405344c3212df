using System;
using System.ComponentModel;

namespace AttnDsl.Runtime;

/// <summary>
/// How the sequences of a call lie in its inputs and which of a state's sequences they continue. By default one lies in each batch row
/// and continues the sequence of the same number.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct Packing
{
    private readonly ReadOnlySpan<int> _offsets;
    private readonly ReadOnlySpan<int> _slots;

    private Packing(bool isPacked, ReadOnlySpan<int> offsets, bool hasSlots, ReadOnlySpan<int> slots)
    {
        (IsPacked, HasSlots) = (isPacked, hasSlots);
        _offsets = offsets;
        _slots = slots;
    }

    /// <summary>Whether the sequences lie one behind the other along T.</summary>
    public bool IsPacked { get; }

    /// <summary>Whether it says which of a state's sequences they continue.</summary>
    public bool HasSlots { get; }

    /// <summary>One behind the other; entry i is where sequence i begins, the last where the last one ends.</summary>
    public static Packing Offsets(ReadOnlySpan<int> cuSeqLens) => new(true, cuSeqLens, false, default);

    /// <summary>One behind the other, continuing these sequences of a state.</summary>
    public static Packing Offsets(ReadOnlySpan<int> cuSeqLens, ReadOnlySpan<int> slots) => new(true, cuSeqLens, true, slots);

    /// <summary>One in each batch row, continuing these sequences of a state.</summary>
    public static Packing Slots(ReadOnlySpan<int> slots) => new(false, default, true, slots);

    /// <summary>Number of sequences.</summary>
    public int Count(int batch) => IsPacked ? _offsets.Length - 1 : batch;

    /// <summary>The state's sequence that a sequence of the call continues.</summary>
    public int Slot(int sequence) => HasSlots ? _slots[sequence] : sequence;

    /// <summary>Where a sequence lies: its batch row, its first token and how many it has.</summary>
    public (int Batch, int Start, int Time) Place(int sequence, int time) =>
        IsPacked ? (0, _offsets[sequence], _offsets[sequence + 1] - _offsets[sequence]) : (sequence, 0, time);

    /// <summary>Refuses offsets that do not describe the inputs.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public void Check(int batch, int time)
    {
        if (HasSlots && _slots.Length != (IsPacked ? Math.Max(0, _offsets.Length - 1) : batch))
            throw new ArgumentException($"slots has {_slots.Length} entries for {(IsPacked ? Math.Max(0, _offsets.Length - 1) : batch)} sequences; give one for each", "slots");
        if (!IsPacked) return;
        if (batch != 1) throw new ArgumentException($"with cuSeqLens the sequences lie one behind the other along T, so the inputs have B = 1, not B = {batch}", "cuSeqLens");
        if (_offsets.IsEmpty) throw new ArgumentException("cuSeqLens is empty: it has an entry for the start of each sequence and one for the end of the last", "cuSeqLens");
        if (_offsets[0] != 0) throw new ArgumentException($"cuSeqLens begins with {_offsets[0]}; the first sequence begins at 0", "cuSeqLens");
        for (var i = 1; i < _offsets.Length; i++)
        {
            if (_offsets[i] < _offsets[i - 1]) throw new ArgumentException($"cuSeqLens falls from {_offsets[i - 1]} to {_offsets[i]} at entry {i}; each sequence begins where the one before it ends", "cuSeqLens");
        }

        if (_offsets[^1] != time) throw new ArgumentException($"cuSeqLens ends at {_offsets[^1]}, but the inputs have T = {time} tokens; its last entry is their number", "cuSeqLens");
    }

    /// <summary>Refuses slots that a state does not have, or has only once.</summary>
    internal void CheckSlots(string layer, int batch)
    {
        var ascending = true;
        for (var i = 0; i < _slots.Length; i++)
        {
            if ((uint)_slots[i] >= (uint)batch) throw new ArgumentOutOfRangeException("slots", _slots[i], $"slots[{i}] is {_slots[i]}, but this state of {layer} has the slots 0 to {batch - 1}");
            ascending &= i == 0 || _slots[i] > _slots[i - 1];
        }

        for (var i = 0; !ascending && i < _slots.Length; i++)
        {
            if (_slots[..i].Contains(_slots[i])) throw new ArgumentException($"slots[{_slots.IndexOf(_slots[i])}] and slots[{i}] are both {_slots[i]}; a slot goes on with one sequence at a time", "slots");
        }
    }
}
