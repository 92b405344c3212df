using System;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>How gradients go through a cache: what a call saw of it lies in front of the call's own rows, and so do their gradients.</summary>
public readonly partial struct CacheMemory
{
    /// <summary>What the next queries of the first sequence can see: of all, while they are alike.</summary>
    public SeenRows Seen => SeenBy(0);

    /// <summary>Refuses inputs that belong to another state, and as their gradient what belongs elsewhere or has no room.</summary>
    public void MatchGradient(scoped in Packing packing, CacheMemory initial, int batch, int heads, int time)
    {
        initial._state.Match(in packing, batch, heads);
        _state.Match(in packing, batch, heads);
        _state.Apart(initial._state, "stateGradient", "initial");
        for (var slot = 0; slot < Batch; slot++)
            initial.SeenBy(slot).MatchGradient(_layer, PositionOf(slot), _capacity, packing.Place(slot, time).Time);
    }

    /// <summary>Copies what the next queries can see to the front of each sequence's rows in dense tensors <c>[B,H,rows,…]</c>.</summary>
    public void CopySeen(Sequences sequences, in TensorArg keys, in TensorArg values)
    {
        for (var slot = 0; slot < Batch; slot++)
        {
            var (batch, start, _) = sequences.KeysOf(slot);
            var seen = SeenBy(slot);
            for (var unit = 0; unit < 4 * _state.Heads; unit++)
            {
                var (head, part) = (unit / 4, unit % 4);
                var row = start + (part < 2 ? seen.Sinks : 0);
                Part(slot, head, part, seen).CopyTo(Part(part % 2 == 0 ? keys : values, batch, head, row, part < 2 ? seen.Window : seen.Sinks));
            }
        }
    }

    /// <summary>
    /// As a gradient behind the last token: adds itself to the gradients of the keys and values that a call saw, those in front of the
    /// call as <see cref="CopySeen"/> lays them.
    /// </summary>
    public void AddTo(Sequences sequences, in TensorArg keysGrad, in TensorArg valuesGrad, CacheMemory initial)
    {
        for (var slot = 0; slot < Batch; slot++)
        {
            var (batch, start, time) = sequences.KeysOf(slot);
            if (PositionOf(slot) == 0 || time == 0) continue;
            var (before, seen) = (initial.SeenBy(slot), SeenBy(slot));
            for (var unit = 0; unit < 4 * _state.Heads; unit++)
            {
                var (head, part) = (unit / 4, unit % 4);
                var row = start + (part < 2 ? before.Sinks + (int)(seen.First - before.First) : 0);
                var sum = Part(part % 2 == 0 ? keysGrad : valuesGrad, batch, head, row, part < 2 ? seen.Window : seen.Sinks);
                TensorPrimitives.Add(sum, Part(slot, head, part, seen), sum);
            }
        }
    }

    /// <summary>Becomes the gradient in front of a call: the rows that <see cref="CopySeen"/> laid there.</summary>
    public void Take(Sequences sequences, in TensorArg keysGrad, in TensorArg valuesGrad, CacheMemory initial)
    {
        for (var slot = 0; slot < Batch; slot++)
        {
            var (batch, start, time) = sequences.KeysOf(slot);
            if (time == 0) continue; // the gradient in front of no token is the one behind it
            var before = initial.SeenBy(slot);
            _state.Slot(slot) = new() { Position = before.Position, Rows = before.Window, FirstRow = before.First };
            for (var unit = 0; unit < 4 * _state.Heads; unit++)
            {
                var (head, part) = (unit / 4, unit % 4);
                var row = start + (part < 2 ? before.Sinks : 0);
                Part(part % 2 == 0 ? keysGrad : valuesGrad, batch, head, row, part < 2 ? before.Window : before.Sinks).CopyTo(Part(slot, head, part, before));
            }
        }
    }

    internal SeenRows SeenBy(int slot) => new(PositionOf(slot), _window - 1, _sinks);

    /// <summary>What can be seen of the keys and values (0, 1: the last rows) and of the sinks' (2, 3: the first) of one head.</summary>
    private Span<float> Part(int slot, int head, int part, SeenRows seen)
    {
        var width = part % 2 == 0 ? _keyDim : _valueDim;
        var (first, count) = part < 2 ? (_state.Slot(slot).Rows - seen.Window, seen.Window) : (0, seen.Sinks);
        return _state.Unit(slot * _state.Heads + head).Slice(Offset(part) + first * width, count * width);
    }

    /// <summary>Rows of one head of a dense tensor.</summary>
    private static Span<float> Part(in TensorArg tensor, int batch, int head, int row, int count) =>
        MemoryMarshal.CreateSpan(ref tensor.At(batch, row, head), count * (int)tensor.Time);
}
