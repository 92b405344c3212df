using System;
using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>
/// The memory of a cache: for each sequence and key/value head rows of keys, rows of values, the sinks' keys and values, and what is
/// carried from token to token, with a ring of copies of that, so many as tokens can be taken back.
/// Rows lie in the order of time; when they reach the end, those that a window still needs move to the front.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly partial struct CacheMemory
{
    private readonly StateMemory _state;
    private readonly string? _layer;
    private readonly int _capacity;
    private readonly int _window;
    private readonly int _keep;
    private readonly int _keyDim;
    private readonly int _valueDim;
    private readonly int _sinks;
    private readonly int _carried;
    private readonly int _snapshots;

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
    /// <param name="snapshots">Tokens that can be taken back, where something is forgotten; a window's capacity has room for them.</param>
    public CacheMemory(string layer, int batch, int heads, int capacity, int window, int sinks, int keyDim, int valueDim, Memory<float> memory, int carried = 0, int snapshots = 0)
    {
        _state = new(layer, batch, heads, UnitFloatsOf(capacity, sinks, keyDim, valueDim, carried, snapshots), memory);
        (_layer, _capacity, _window, _keep, _keyDim, _valueDim, _sinks, _carried, _snapshots) = (layer, capacity, window, window - 1 + snapshots, keyDim, valueDim, sinks, carried, snapshots);
    }

    internal StateMemory State => _state;

    /// <summary>Number of sequences.</summary>
    public int Batch => _state.Batch;

    /// <inheritdoc cref="StateMemory.Position"/>
    public long Position => _state.Position;

    /// <inheritdoc cref="StateMemory.AreAlike"/>
    public bool AreAlike => _state.AreAlike;

    /// <inheritdoc cref="StateMemory.CommonPosition"/>
    public long CommonPosition => _state.CommonPosition;

    /// <summary>Tokens that a cache without window holds at most.</summary>
    public int Capacity => _capacity;

    /// <summary>Cached rows of the first sequence: of all, while they are alike.</summary>
    public int Rows => _state.Headers[0].Rows;

    /// <summary>Position of the first cached row, as far as kernels tell: only whether the first tokens are among the rows matters.</summary>
    public int KeyFirst => _state.Headers[0].KeyFirst;

    /// <summary>Position of the next token, counted as <see cref="KeyFirst"/> is.</summary>
    public int QueryFirst => _state.Headers[0].QueryFirst;

    /// <summary>Floats that a state needs.</summary>
    public static int FloatCount(string layer, int batch, int heads, int capacity, int sinks, int keyDim, int valueDim, int carried = 0, int snapshots = 0)
    {
        if (capacity <= 0) throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"a state of {layer} needs room for at least one token");
        if (snapshots < 0) throw new ArgumentOutOfRangeException(nameof(snapshots), snapshots, $"a state of {layer} keeps 0 snapshots or more");
        return StateMemory.FloatCount(layer, batch, heads, UnitFloatsOf(capacity, sinks, keyDim, valueDim, carried, snapshots));
    }

    /// <summary>Refuses an output that lies in the state's own memory.</summary>
    public void Apart(in TensorSpan<float> output) => _state.Apart(output);

    /// <summary>Says where the rows stand after they were copied in as a whole.</summary>
    public void Place(long position, int rows, long firstRow)
    {
        foreach (ref var header in _state.Headers) header = new() { Position = position, Rows = rows, FirstRow = firstRow };
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _state.Clear();

    /// <summary>The same contents in memory of its own.</summary>
    public CacheMemory Fork() => new(_state.Fork(), this);

    private CacheMemory(StateMemory state, CacheMemory like)
    {
        (_state, _layer) = (state, like._layer);
        (_capacity, _window, _keep, _keyDim, _valueDim, _sinks) = (like._capacity, like._window, like._keep, like._keyDim, like._valueDim, like._sinks);
        (_carried, _snapshots) = (like._carried, like._snapshots);
    }

    /// <summary>Floats from one head to the next.</summary>
    public int UnitFloats => _state.UnitFloats;

    /// <summary>Copies what is carried, one head behind the other.</summary>
    public void CopyCarried(ref float target)
    {
        for (var unit = 0; unit < Batch * _state.Heads; unit++)
            _state.Unit(unit).Slice(Offset(4), _carried).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, (nint)unit * _carried), _carried));
    }

    /// <summary>First float of the keys, values, sink keys and sink values, and of what is carried, of the first head (0 to 4).</summary>
    public ref float Reference(int part) => ref Unsafe.Add(ref _state.Units(), Offset(part));

    /// <summary>Strides of a part.</summary>
    public TensorArg Arg(bool keys) => new() { Batch = (nint)_state.Heads * _state.UnitFloats, Head = _state.UnitFloats, Time = keys ? _keyDim : _valueDim };

    private int Offset(int part) => Contents.Offset(part);

    private static int UnitFloatsOf(int capacity, int sinks, int keyDim, int valueDim, int carried, int snapshots) =>
        (((long)capacity + sinks) * (keyDim + valueDim) + (1L + snapshots) * carried + 15) / 16 * 16 is var floats && floats <= Array.MaxLength
            ? (int)floats
            : throw new ArgumentException($"a cache of {capacity} rows and {sinks} sinks would have {floats} floats a head; use a smaller capacity or window");
}
