using System;

namespace AttnDsl.Runtime;

/// <summary>The sequences of a state one by one: reset, copied, dropped.</summary>
public readonly partial struct StateMemory
{
    /// <summary>Tokens that a sequence has seen.</summary>
    public long PositionOf(int slot) => Slot(slot).Position;

    /// <summary>A sequence without a past: every float zero, position 0.</summary>
    public void Clear(int slot)
    {
        Slot(slot) = default;
        Units(slot).Clear();
    }

    /// <summary>Fills a part of every unit of a sequence.</summary>
    public void Fill(int slot, int offset, int count, float value)
    {
        for (var units = Units(slot); !units.IsEmpty; units = units[UnitFloats..]) units.Slice(offset, count).Fill(value);
    }

    /// <summary>Makes a sequence of a state stand where one of this state does.</summary>
    public void CopySlot(int slot, StateMemory target, int targetSlot) => CopySlot(slot, Contents(UnitFloats), target, targetSlot, Contents(UnitFloats));

    /// <summary>Moves these sequences to the front; what the others held stays behind them, to be cleared.</summary>
    /// <exception cref="ArgumentException">They do not ascend, or are not all slots of this state.</exception>
    public void Compact(ReadOnlySpan<int> slots) => Compact(slots, Contents(UnitFloats));

    internal void Compact(ReadOnlySpan<int> slots, in UnitContents contents)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            _ = Slot(slots[i]);
            if (i > 0 && slots[i] <= slots[i - 1]) throw new ArgumentException($"slots[{i}] is {slots[i]} behind {slots[i - 1]}; give the slots to keep in ascending order, each once", nameof(slots));
        }

        // Nothing is overwritten before it has moved, as no sequence moves back.
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] != i) CopySlot(slots[i], in contents, this, i, in contents);
        }
    }

    internal void CopySlot(int slot, in UnitContents contents, StateMemory target, int targetSlot, in UnitContents targetContents)
    {
        ref readonly var header = ref Slot(slot);
        ref var to = ref target.Slot(targetSlot);
        if (target.Heads != Heads) throw new ArgumentException($"the state of {_layer} to copy to was made for {target.Heads} heads, this one for {Heads}; make one for {Heads}", nameof(target));
        if (contents.IsCache && contents.Window == 0 && header.Rows > targetContents.Capacity)
            throw new ArgumentException($"slot {slot} of this state of {_layer} holds {header.Rows} tokens, but the state to copy to has room for {targetContents.Capacity}; make it with a larger capacity", nameof(target));
        var surplus = targetContents.Surplus(in header);
        var keeps = contents.Snapshots == targetContents.Snapshots;
        var parts = contents.Parts + (contents.Carried > 0 && keeps ? 1 : 0);
        for (var head = 0; head < Heads; head++)
        {
            var source = Unit(slot * Heads + head);
            var destination = target.Unit(targetSlot * Heads + head);
            for (var part = 0; part < parts; part++)
            {
                var (offset, rows, width) = contents.Part(part, in header);
                var skipped = part < 2 ? surplus : 0;
                source.Slice(offset + skipped * width, (rows - skipped) * width).CopyTo(destination[targetContents.Part(part, in header).Offset..]);
            }
        }

        var kept = contents switch
        {
            { IsCache: false } => CopySnapshots(slot, in header, target, targetSlot),
            { Carried: 0 } => Math.Min(header.Kept, targetContents.Snapshots),
            _ => keeps ? header.Kept : 0,
        };
        to = header with { FirstRow = header.FirstRow + surplus, Rows = header.Rows - surplus, Kept = kept };
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no such slot.</exception>
    internal ref StateHeader Slot(int slot)
    {
        var headers = Headers;
        if ((uint)slot >= (uint)headers.Length) throw new ArgumentOutOfRangeException(nameof(slot), slot, $"this state of {_layer} has the slots 0 to {Batch - 1}");
        return ref headers[slot];
    }

    private Span<float> Units(int slot) => Live.Slice(slot * Heads * UnitFloats, Heads * UnitFloats);
}
