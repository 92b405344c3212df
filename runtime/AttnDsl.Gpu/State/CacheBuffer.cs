using System;
using System.ComponentModel;
using System.Globalization;
using AttnDsl.Gpu.Kernels;
using AttnDsl.Runtime;
using ILGPU;

namespace AttnDsl.Gpu;

/// <summary>A cache on the device: what <see cref="CacheMemory"/> is on the host, row for row. Where the rows stand is known on the host.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class CacheBuffer : IDisposable
{
    private readonly StateBuffer _state;
    private readonly string _layer;
    private readonly int _capacity;
    private readonly int _keep;
    private readonly int _keyDim;
    private readonly int _valueDim;
    private readonly int _sinks;
    private readonly int _carried;

    /// <param name="device">Where it shall lie.</param>
    /// <param name="layer">Name of the layer, for messages.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Key/value heads.</param>
    /// <param name="capacity">Rows of one head.</param>
    /// <param name="window">The window's (largest) length; 0 without one.</param>
    /// <param name="sinks">Sink tokens.</param>
    /// <param name="keyDim">K.</param>
    /// <param name="valueDim">V.</param>
    /// <param name="carried">Floats of one head that are carried from token to token.</param>
    public CacheBuffer(GpuDevice device, string layer, int batch, int heads, int capacity, int window, int sinks, int keyDim, int valueDim, int carried = 0)
        : this(new StateBuffer(device, layer, batch, heads, UnitFloatsOf(layer, batch, heads, capacity, sinks, keyDim, valueDim, carried)), layer, capacity, window - 1, sinks, keyDim, valueDim, carried)
    {
    }

    private CacheBuffer(StateBuffer state, string layer, int capacity, int keep, int sinks, int keyDim, int valueDim, int carried) =>
        (_state, _layer, _capacity, _keep, _sinks, _keyDim, _valueDim, _carried) = (state, layer, capacity, keep, sinks, keyDim, valueDim, carried);

    /// <summary>Where it lies.</summary>
    public GpuDevice Device => _state.Device;

    /// <summary>Number of sequences.</summary>
    public int Batch => _state.Batch;

    /// <summary>Key/value heads.</summary>
    public int Heads => _state.Heads;

    /// <summary>Tokens seen.</summary>
    public long Position => _state.Position;

    /// <summary>Tokens that a cache without window holds at most.</summary>
    public int Capacity => _capacity;

    /// <summary>Cached rows after the append that is under way: those attended to.</summary>
    public int Rows { get; private set; }

    /// <summary>Position of the first cached row, as far as kernels tell: only whether the first tokens are among the rows matters.</summary>
    public int KeyFirst => (int)Math.Min(FirstRow, 1 << 30);

    /// <summary>Position of the next token, counted as <see cref="KeyFirst"/> is.</summary>
    public int QueryFirst => KeyFirst + (int)(Position - FirstRow);

    /// <summary>What the next queries can see of it.</summary>
    public SeenRows Seen => new(Position, _keep, _sinks);

    private long FirstRow { get; set; }

    /// <summary>Refuses inputs that belong to another state, or more tokens than fit; changes nothing.</summary>
    public void Match(int batch, int heads, int time, GpuStream stream)
    {
        _state.Match(batch, heads, stream);
        if (_keep < 0 && Position + time > _capacity)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"this state of {_layer} holds {_capacity} tokens and has seen {Position}: {time} more do not fit; make it with a larger capacity, or declare a [Window]"));
    }

    /// <summary>Refuses inputs that belong to another state.</summary>
    public void Match(int batch, int heads, GpuStream stream) => _state.Match(batch, heads, stream);

    /// <summary>Refuses, as the gradient of a call that began with <paramref name="initial"/>, what belongs elsewhere or has no room.</summary>
    public void MatchGradient(CacheBuffer initial, int time) => initial.Seen.MatchGradient(_layer, Position, _capacity, time);

    /// <summary>Makes room behind the rows for some of the tokens and says for how many.</summary>
    public int MakeRoom(GpuStream stream, int tokens)
    {
        if (_keep < 0) return tokens;
        if (Rows + Math.Min(tokens, _capacity - _keep) > _capacity)
        {
            var kept = Math.Min(_keep, Rows);
            var dropped = Rows - kept;
            StateKernels.MoveRows(stream, _state.Units, Units, _state.UnitFloats, 0, dropped * _keyDim, kept * _keyDim);
            StateKernels.MoveRows(stream, _state.Units, Units, _state.UnitFloats, _capacity * _keyDim, dropped * _valueDim, kept * _valueDim);
            (Rows, FirstRow) = (kept, FirstRow + dropped);
        }

        return Math.Min(tokens, _capacity - Rows);
    }

    /// <summary>Takes note of rows that were appended; the first tokens of a sequence are kept as sinks.</summary>
    public void Commit(GpuStream stream, int tokens)
    {
        var sinks = (int)(Math.Min(Position + tokens, _sinks) - Position);
        if (sinks > 0)
        {
            var (row, sink, part) = ((int)(Position - FirstRow), (int)Position, _capacity * (_keyDim + _valueDim));
            StateKernels.CopyRows(stream, _state.Units, Units, _state.UnitFloats, row * _keyDim, part + sink * _keyDim, sinks * _keyDim);
            StateKernels.CopyRows(stream, _state.Units, Units, _state.UnitFloats, _capacity * _keyDim + row * _valueDim, part + _sinks * _keyDim + sink * _valueDim, sinks * _valueDim);
        }

        Rows += tokens;
        _state.Position += tokens;
    }

    /// <summary>Copies what the next queries can see to the front of dense tensors <c>[B,H,rows,…]</c>.</summary>
    public void CopySeen(GpuStream stream, TensorView keys, TensorView values)
    {
        for (var part = 0; part < 4; part++)
        {
            var (count, row) = part < 2 ? (Seen.Window, Seen.Sinks) : (Seen.Sinks, 0);
            var to = (part % 2 == 0 ? keys : values).From(row);
            StateKernels.Transfer(stream, Part(part, count), _state.UnitFloats, to.Data, (int)to.Head, Units, count * to.Time);
        }
    }

    /// <summary>
    /// As a gradient behind the last token: adds itself to the gradients of the keys and values that a call saw, those in front of the
    /// call as <see cref="CopySeen"/> lays them.
    /// </summary>
    public void AddTo(GpuStream stream, TensorView keysGrad, TensorView valuesGrad, SeenRows before)
    {
        if (Position == 0) return;
        for (var part = 0; part < 4; part++)
        {
            var (count, row) = part < 2 ? (Seen.Window, before.Sinks + (int)(Seen.First - before.First)) : (Seen.Sinks, 0);
            var to = (part % 2 == 0 ? keysGrad : valuesGrad).From(row);
            StateKernels.Transfer(stream, Part(part, count), _state.UnitFloats, to.Data, (int)to.Head, Units, count * to.Time, add: true);
        }
    }

    /// <summary>Becomes the gradient in front of a call: the rows that <see cref="CopySeen"/> laid there.</summary>
    public void Take(GpuStream stream, TensorView keysGrad, TensorView valuesGrad, SeenRows before)
    {
        (_state.Position, Rows, FirstRow) = (before.Position, before.Window, before.First);
        for (var part = 0; part < 4; part++)
        {
            var (count, row) = part < 2 ? (before.Window, before.Sinks) : (before.Sinks, 0);
            var from = (part % 2 == 0 ? keysGrad : valuesGrad).From(row);
            StateKernels.Transfer(stream, from.Data, (int)from.Head, Part(part, count), _state.UnitFloats, Units, count * from.Time);
        }
    }

    /// <summary>The keys, values, sink keys and sink values (0 to 3) as <c>[B,rows,H,width]</c>.</summary>
    public TensorView View(int part) => new()
    {
        Data = _state.Units.SubView((long)(part switch
        {
            0 => 0,
            1 => _capacity * _keyDim,
            2 => _capacity * (_keyDim + _valueDim),
            _ => _capacity * (_keyDim + _valueDim) + _sinks * _keyDim,
        })),
        Batch = (long)_state.Heads * _state.UnitFloats,
        Head = _state.UnitFloats,
        Time = part % 2 == 0 ? _keyDim : _valueDim,
    };

    /// <summary>Floats from one head to the next.</summary>
    public int UnitFloats => _state.UnitFloats;

    /// <summary>What is carried from token to token, of the first head.</summary>
    public ArrayView<float> Carried => _state.Units.SubView((_capacity + _sinks) * (_keyDim + _valueDim));

    /// <summary>Copies what is carried, one head behind the other.</summary>
    public void CopyCarried(GpuStream stream, ArrayView<float> target) => StateKernels.Transfer(stream, Carried, _state.UnitFloats, target, _carried, Units, _carried);

    /// <summary>Forgets everything.</summary>
    public void Clear(GpuStream? stream)
    {
        _state.Clear(stream);
        (Rows, FirstRow) = (0, 0);
    }

    /// <summary>The same contents in memory of its own.</summary>
    public CacheBuffer Fork(GpuStream? stream) =>
        new(_state.Fork(stream), _layer, _capacity, _keep, _sinks, _keyDim, _valueDim, _carried) { Rows = Rows, FirstRow = FirstRow };

    /// <inheritdoc cref="StateBuffer.CopySlot"/>
    public void CopySlot(int from, int to, GpuStream? stream) => _state.CopySlot(from, to, stream);

    /// <summary>Copies the contents to a state on the host; done when it returns.</summary>
    public void CopyTo(CacheMemory host, GpuStream? stream)
    {
        Match(host);
        _state.CopyTo(ref host.Reference(0), stream);
        host.Place(Position, Rows, FirstRow);
    }

    /// <summary>Takes the contents of a state on the host; done when it returns.</summary>
    public void CopyFrom(CacheMemory host, GpuStream? stream)
    {
        Match(host);
        _state.MatchAges(host.AreAlike);
        _state.CopyFrom(ref host.Reference(0), stream);
        (_state.Position, Rows, FirstRow) = (host.Position, host.Rows, host.Position - (host.QueryFirst - host.KeyFirst));
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _state.Dispose();

    /// <summary>The last rows of the keys or values (0, 1), the first of the sinks' (2, 3).</summary>
    private ArrayView<float> Part(int part, int rows) => View(part).From(part < 2 ? Rows - rows : 0).Data;

    private int Units => _state.Batch * _state.Heads;

    private void Match(CacheMemory host)
    {
        if (host.Batch != Batch || host.Capacity != _capacity)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the state of {_layer} on the host is for B = {host.Batch} with room for {host.Capacity} tokens, that on the device for B = {Batch} and {_capacity}"));
        if (host.UnitFloats != _state.UnitFloats)
            throw new ArgumentException($"the state of {_layer} on the host keeps snapshots of what it carries, which a device has none of; make it without");
    }

    private static int UnitFloatsOf(string layer, int batch, int heads, int capacity, int sinks, int keyDim, int valueDim, int carried)
    {
        // The host's checks and messages.
        _ = CacheMemory.FloatCount(layer, batch, heads, capacity, sinks, keyDim, valueDim, carried);
        return (int)((((long)capacity + sinks) * (keyDim + valueDim) + carried + 15) / 16 * 16);
    }
}
