using System;

namespace AttnDsl.Runtime;

/// <summary>The sequences of a cache one by one: reset, copied, dropped, taken back.</summary>
public readonly partial struct CacheMemory
{
    /// <inheritdoc cref="StateMemory.PositionOf"/>
    public long PositionOf(int slot) => _state.PositionOf(slot);

    /// <summary>A sequence without a past.</summary>
    public void Clear(int slot) => _state.Clear(slot);

    /// <inheritdoc cref="StateMemory.CopySlot(int, StateMemory, int)"/>
    public void CopySlot(int slot, CacheMemory target, int targetSlot) => _state.CopySlot(slot, Contents, target._state, targetSlot, target.Contents);

    /// <inheritdoc cref="StateMemory.Compact(ReadOnlySpan{int})"/>
    public void Compact(ReadOnlySpan<int> slots) => _state.Compact(slots, Contents);

    /// <summary>How many tokens of a sequence can be taken back now: all of them, or where something is forgotten as many as snapshots were asked for.</summary>
    public int RollbackLimit(int slot) => _window == 0 && _carried == 0 ? _state.Slot(slot).Rows : _state.Slot(slot).Kept;

    /// <inheritdoc cref="StateMemory.Rollback(int)"/>
    public void Rollback(int tokens)
    {
        for (var slot = 0; slot < Batch; slot++) _state.CheckRollback(slot, tokens, RollbackLimit(slot));
        for (var slot = 0; slot < Batch; slot++) Rollback(slot, tokens);
    }

    /// <inheritdoc cref="StateMemory.Rollback(int, int)"/>
    public void Rollback(int slot, int tokens)
    {
        _state.CheckRollback(slot, tokens, RollbackLimit(slot));
        ref var header = ref _state.Slot(slot);
        header.Position -= tokens;
        header.Rows -= tokens;
        header.Kept = Math.Max(0, header.Kept - tokens);
        if (tokens > 0 && _carried > 0) Carry(slot, header.Position, restore: true);
    }

    /// <summary>Copies what is carried in front of the token at a position to its snapshot, or from it.</summary>
    private void Carry(int slot, long position, bool restore)
    {
        for (var head = 0; head < _state.Heads; head++)
        {
            var unit = _state.Unit(slot * _state.Heads + head);
            var carried = unit.Slice(Offset(4), _carried);
            var snapshot = unit.Slice(Offset(5) + (int)(position % _snapshots) * _carried, _carried);
            if (restore) snapshot.CopyTo(carried);
            else carried.CopyTo(snapshot);
        }
    }
}
