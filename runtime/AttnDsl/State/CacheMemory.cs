using System;
using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>
/// The memory of a cache: for each sequence and key/value head rows of keys, rows of values, the sinks' keys and values, and what is
/// carried from token to token.
/// Rows lie in the order of time; when they reach the end, those that a window still needs move to the front.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct CacheMemory
{
    private readonly StateMemory _state;
    private readonly string? _layer;
    private readonly int _capacity;
    private readonly int _keep;
    private readonly int _keyDim;
    private readonly int _valueDim;
    private readonly int _sinks;
    private readonly int _carried;

    /// <param name="layer">Name of the layer, for messages.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Key/value heads.</param>
    /// <param name="capacity">Rows of one head.</param>
    /// <param name="window">The window's (largest) length; 0 without one.</param>
    /// <param name="sinks">Sink tokens.</param>
    /// <param name="keyDim">K.</param>
    /// <param name="valueDim">V.</param>
    /// <param name="memory">At least <see cref="FloatCount"/> floats.</param>
    /// <param name="carried">Floats of one head that are carried from token to token.</param>
    public CacheMemory(string layer, int batch, int heads, int capacity, int window, int sinks, int keyDim, int valueDim, Memory<float> memory, int carried = 0)
    {
        _state = new(layer, batch, heads, UnitFloatsOf(capacity, sinks, keyDim, valueDim, carried), memory);
        (_layer, _capacity, _keep, _keyDim, _valueDim, _sinks, _carried) = (layer, capacity, window - 1, keyDim, valueDim, sinks, carried);
    }

    /// <summary>Number of sequences.</summary>
    public int Batch => _state.Batch;

    /// <summary>Tokens seen.</summary>
    public long Position => _state.Position;

    /// <summary>Tokens that a cache without window holds at most.</summary>
    public int Capacity => _capacity;

    /// <summary>Cached rows after the append that is under way: those attended to.</summary>
    public int Rows => _state.Header.Rows;

    /// <summary>Position of the first cached row, as far as kernels tell: only whether the first tokens are among the rows matters.</summary>
    public int KeyFirst => (int)Math.Min(_state.Header.FirstRow, 1 << 30);

    /// <summary>Position of the next token, counted as <see cref="KeyFirst"/> is.</summary>
    public int QueryFirst => KeyFirst + (int)(_state.Header.Position - _state.Header.FirstRow);

    /// <summary>What the next queries can see of it.</summary>
    public SeenRows Seen => new(Position, _keep, _sinks);

    /// <summary>Floats that a state needs.</summary>
    public static int FloatCount(string layer, int batch, int heads, int capacity, int sinks, int keyDim, int valueDim, int carried = 0)
    {
        if (capacity <= 0) throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"a state of {layer} needs room for at least one token");
        return StateMemory.FloatCount(layer, batch, heads, UnitFloatsOf(capacity, sinks, keyDim, valueDim, carried));
    }

    /// <summary>Refuses inputs that belong to another state, or more tokens than fit; changes nothing.</summary>
    public void Match(int batch, int heads, int time)
    {
        _state.Match(batch, heads);
        if (_keep < 0 && Position + time > _capacity)
            throw new InvalidOperationException($"this state of {_layer} holds {_capacity} tokens and has seen {Position}: {time} more do not fit; make it with a larger capacity, or declare a [Window]");
    }

    /// <summary>Refuses inputs that belong to another state.</summary>
    public void Match(int batch, int heads) => _state.Match(batch, heads);

    /// <summary>Refuses, as the gradient of a call that began with <paramref name="initial"/>, what belongs elsewhere or has no room.</summary>
    public void MatchGradient(CacheMemory initial, int batch, int heads, int time)
    {
        _state.Match(batch, heads);
        _state.Apart(initial._state, "stateGradient", "initial");
        initial.Seen.MatchGradient(_layer, Position, _capacity, time);
    }

    /// <summary>Refuses an output that lies in the state's own memory.</summary>
    public void Apart(in TensorSpan<float> output) => _state.Apart(output);

    /// <summary>Makes room behind the rows for some of the tokens and says for how many.</summary>
    public int MakeRoom(int tokens)
    {
        ref var header = ref _state.Header;
        if (_keep < 0) return tokens;
        if (header.Rows + Math.Min(tokens, _capacity - _keep) > _capacity)
        {
            var kept = Math.Min(_keep, header.Rows);
            var dropped = header.Rows - kept;
            for (var unit = 0; unit < _state.Batch * _state.Heads; unit++)
            {
                var rows = Unit(unit);
                rows.Slice(dropped * _keyDim, kept * _keyDim).CopyTo(rows);
                var values = rows[(_capacity * _keyDim)..];
                values.Slice(dropped * _valueDim, kept * _valueDim).CopyTo(values);
            }

            (header.Rows, header.FirstRow) = (kept, header.FirstRow + dropped);
        }

        return Math.Min(tokens, _capacity - header.Rows);
    }

    /// <summary>Takes note of rows that were appended; the first tokens of a sequence are kept as sinks.</summary>
    public void Commit(int tokens)
    {
        ref var header = ref _state.Header;
        for (var p = header.Position; p < Math.Min(header.Position + tokens, _sinks); p++)
        {
            var row = (int)(p - header.FirstRow);
            for (var unit = 0; unit < _state.Batch * _state.Heads; unit++)
            {
                var rows = Unit(unit);
                var sinks = rows[(_capacity * (_keyDim + _valueDim))..];
                rows.Slice(row * _keyDim, _keyDim).CopyTo(sinks[((int)p * _keyDim)..]);
                rows.Slice(_capacity * _keyDim + row * _valueDim, _valueDim).CopyTo(sinks[(_sinks * _keyDim + (int)p * _valueDim)..]);
            }
        }

        header.Rows += tokens;
        header.Position += tokens;
    }

    /// <summary>Copies what the next queries can see to the front of dense tensors <c>[B,H,rows,…]</c>.</summary>
    public void CopySeen(in TensorArg keys, in TensorArg values)
    {
        var seen = Seen;
        for (var unit = 0; unit < _state.Batch * _state.Heads; unit++)
        {
            for (var part = 0; part < 4; part++)
            {
                var row = part < 2 ? seen.Sinks : 0;
                Part(unit, part, seen).CopyTo(Part(part % 2 == 0 ? keys : values, unit, row, part < 2 ? seen.Window : seen.Sinks));
            }
        }
    }

    /// <summary>
    /// As a gradient behind the last token: adds itself to the gradients of the keys and values that a call saw, those in front of the
    /// call as <see cref="CopySeen"/> lays them.
    /// </summary>
    public void AddTo(in TensorArg keysGrad, in TensorArg valuesGrad, SeenRows before)
    {
        if (Position == 0) return;
        var seen = Seen;
        for (var unit = 0; unit < _state.Batch * _state.Heads; unit++)
        {
            for (var part = 0; part < 4; part++)
            {
                var row = part < 2 ? before.Sinks + (int)(seen.First - before.First) : 0;
                var sum = Part(part % 2 == 0 ? keysGrad : valuesGrad, unit, row, part < 2 ? seen.Window : seen.Sinks);
                TensorPrimitives.Add(sum, Part(unit, part, seen), sum);
            }
        }
    }

    /// <summary>Becomes the gradient in front of a call: the rows that <see cref="CopySeen"/> laid there.</summary>
    public void Take(in TensorArg keysGrad, in TensorArg valuesGrad, SeenRows before)
    {
        Place(before.Position, before.Window, before.First);
        for (var unit = 0; unit < _state.Batch * _state.Heads; unit++)
        {
            for (var part = 0; part < 4; part++)
            {
                var row = part < 2 ? before.Sinks : 0;
                Part(part % 2 == 0 ? keysGrad : valuesGrad, unit, row, part < 2 ? before.Window : before.Sinks).CopyTo(Part(unit, part, before));
            }
        }
    }

    /// <summary>Says where the rows stand after they were copied in as a whole.</summary>
    public void Place(long position, int rows, long firstRow)
    {
        ref var header = ref _state.Header;
        (header.Position, header.Rows, header.FirstRow) = (position, rows, firstRow);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _state.Clear();

    /// <summary>The same contents in memory of its own.</summary>
    public CacheMemory Fork() => new(_state.Fork(), this);

    private CacheMemory(StateMemory state, CacheMemory like)
    {
        (_state, _layer) = (state, like._layer);
        (_capacity, _keep, _keyDim, _valueDim, _sinks, _carried) = (like._capacity, like._keep, like._keyDim, like._valueDim, like._sinks, like._carried);
    }

    /// <summary>Floats from one head to the next.</summary>
    public int UnitFloats => _state.UnitFloats;

    /// <summary>Copies what is carried, one head behind the other.</summary>
    public void CopyCarried(ref float target)
    {
        for (var unit = 0; unit < _state.Batch * _state.Heads; unit++)
            Unit(unit).Slice(Offset(4), _carried).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, (nint)unit * _carried), _carried));
    }

    /// <summary>First float of the keys, values, sink keys and sink values, and of what is carried, of the first head (0 to 4).</summary>
    public ref float Reference(int part) => ref Unsafe.Add(ref _state.Units(), Offset(part));

    /// <summary>Strides of a part.</summary>
    public TensorArg Arg(bool keys) => new() { Batch = (nint)_state.Heads * _state.UnitFloats, Head = _state.UnitFloats, Time = keys ? _keyDim : _valueDim };

    /// <summary>What can be seen of the keys and values (0, 1: the last rows) and of the sinks' (2, 3: the first) of one head.</summary>
    private Span<float> Part(int unit, int part, SeenRows seen)
    {
        var width = part % 2 == 0 ? _keyDim : _valueDim;
        var (first, count) = part < 2 ? (Rows - seen.Window, seen.Window) : (0, seen.Sinks);
        return Unit(unit).Slice(Offset(part) + first * width, count * width);
    }

    /// <summary>Rows of one head of a dense tensor.</summary>
    private static Span<float> Part(in TensorArg tensor, int unit, int row, int count) => MemoryMarshal.CreateSpan(ref tensor.At(0, row, unit), count * (int)tensor.Time);

    private Span<float> Unit(int unit) => MemoryMarshal.CreateSpan(ref Unsafe.Add(ref _state.Units(), (nint)unit * _state.UnitFloats), _state.UnitFloats);

    private int Offset(int part) => part switch
    {
        0 => 0,
        1 => _capacity * _keyDim,
        2 => _capacity * (_keyDim + _valueDim),
        3 => _capacity * (_keyDim + _valueDim) + _sinks * _keyDim,
        _ => (_capacity + _sinks) * (_keyDim + _valueDim),
    };

    private static int UnitFloatsOf(int capacity, int sinks, int keyDim, int valueDim, int carried) =>
        (((long)capacity + sinks) * (keyDim + valueDim) + carried + 15) / 16 * 16 is var floats && floats <= Array.MaxLength
            ? (int)floats
            : throw new ArgumentException($"a cache of {capacity} rows and {sinks} sinks would have {floats} floats a head; use a smaller capacity or window");
}
