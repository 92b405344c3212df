using System;

namespace AttnDsl.Runtime;

/// <summary>
/// Taking tokens back. Behind the units lies a ring of as many copies of them as the state keeps snapshots; the state in front of the token
/// at position p goes to copy p mod n.
/// </summary>
public readonly partial struct StateMemory
{
    /// <summary>How many tokens of a sequence can be taken back now.</summary>
    public int RollbackLimit(int slot) => Slot(slot).Kept;

    /// <summary>Takes back the last tokens of every sequence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are too few snapshots of one. Nothing is changed.</exception>
    public void Rollback(int tokens)
    {
        for (var slot = 0; slot < Batch; slot++) CheckRollback(slot, tokens, RollbackLimit(slot));
        for (var slot = 0; slot < Batch; slot++) Rollback(slot, tokens);
    }

    /// <summary>Takes back the last tokens of a sequence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are too few snapshots. Nothing is changed.</exception>
    public void Rollback(int slot, int tokens)
    {
        ref var header = ref Slot(slot);
        CheckRollback(slot, tokens, header.Kept);
        if (tokens == 0) return;
        header.Position -= tokens;
        header.Kept -= tokens;
        Ring(slot, header.Position).CopyTo(Units(slot));
    }

    /// <exception cref="ArgumentOutOfRangeException">So many tokens cannot be taken back.</exception>
    internal void CheckRollback(int slot, int tokens, int limit)
    {
        if (tokens < 0) throw new ArgumentOutOfRangeException(nameof(tokens), tokens, "the number of tokens to take back is negative");
        if (tokens > limit)
            throw new ArgumentOutOfRangeException(nameof(tokens), tokens, $"{limit} tokens of slot {slot} of this state of {_layer} can be taken back, not {tokens}; make the state with snapshots for as many tokens as are ever taken back");
    }

    /// <summary>Floats from a unit to its snapshot in front of the token at a position.</summary>
    private nint SnapshotOffset(long position) => ((nint)(position % Snapshots) + 1) * Batch * Heads * UnitFloats;

    private Span<float> Ring(int slot, long position) =>
        Checked.Span.Slice(HeaderFloats(_batch) + (int)SnapshotOffset(position) + slot * Heads * UnitFloats, Heads * UnitFloats);

    /// <summary>Copies a sequence's snapshots to a state that keeps as many, and says how many that holds now.</summary>
    private int CopySnapshots(int slot, in StateHeader header, StateMemory target, int targetSlot)
    {
        if (target.Snapshots != Snapshots) return 0;
        for (var back = 1; back <= header.Kept; back++) Ring(slot, header.Position - back).CopyTo(target.Ring(targetSlot, header.Position - back));
        return header.Kept;
    }
}
