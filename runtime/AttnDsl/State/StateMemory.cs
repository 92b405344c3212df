using System;
using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>The memory behind a generated <c>State</c>: a header for each sequence, then one unit of floats for each sequence and head. Copies share it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly partial struct StateMemory
{
    private readonly Memory<float> _memory;
    private readonly string? _layer;
    private readonly int _batch;

    /// <summary>Takes memory of at least <see cref="FloatCount"/> floats; its contents are not touched.</summary>
    /// <exception cref="ArgumentException">The memory is too small, or a count is not positive.</exception>
    public StateMemory(string layer, int batch, int heads, int unitFloats, Memory<float> memory, int snapshots = 0)
    {
        var needed = FloatCount(layer, batch, heads, unitFloats, snapshots);
        if (memory.Length < needed)
            throw new ArgumentException($"the memory for a state of {layer} has {memory.Length} floats, but batch {batch} with {heads} heads needs {needed}; ask {layer}.State.FloatCount", nameof(memory));
        (_memory, _layer, _batch, Heads, UnitFloats, Snapshots) = (memory[..needed], layer, batch, heads, unitFloats, snapshots);
    }

    /// <summary>Number of sequences.</summary>
    /// <exception cref="InvalidOperationException">The state is <c>default</c>.</exception>
    public int Batch => Checked.IsEmpty ? 0 : _batch;

    /// <summary>Number of heads that have a unit each.</summary>
    public int Heads { get; }

    /// <summary>Floats of one head of one sequence.</summary>
    public int UnitFloats { get; }

    /// <summary>How many of the last tokens can be taken back at most.</summary>
    public int Snapshots { get; }

    /// <summary>Tokens that the first sequence has seen: all of them, while they are <see cref="AreAlike"/>.</summary>
    public long Position
    {
        get => Headers[0].Position;
        set
        {
            foreach (ref var header in Headers) header = header with { Position = value, Kept = 0 };
        }
    }

    /// <summary>Tokens that every sequence has seen.</summary>
    /// <exception cref="InvalidOperationException">They have seen different numbers of tokens.</exception>
    public long CommonPosition
    {
        get
        {
            var headers = Headers;
            foreach (ref readonly var header in headers)
            {
                if (header.Position != headers[0].Position)
                    throw new InvalidOperationException($"the sequences of this state of {_layer} have seen different numbers of tokens: ask PositionOf(slot)");
            }

            return headers[0].Position;
        }
    }

    /// <summary>Whether all sequences stand at the same place.</summary>
    public bool AreAlike
    {
        get
        {
            var headers = Headers;
            for (var slot = 1; slot < headers.Length; slot++)
            {
                if (!headers[slot].IsAlike(in headers[0])) return false;
            }

            return true;
        }
    }

    internal string Layer => _layer ?? "";

    internal Span<StateHeader> Headers => MemoryMarshal.Cast<float, StateHeader>(Checked.Span[..(_batch * StateHeader.Floats)]);

    private Memory<float> Checked => _layer is null
        ? throw new InvalidOperationException("this State is default: it has no memory; make one with 'new State(batch)'")
        : _memory;

    /// <summary>Floats that a state needs.</summary>
    /// <exception cref="ArgumentException">A count is not positive, or the state would have more than 2^31 floats.</exception>
    public static int FloatCount(string layer, int batch, int heads, int unitFloats, int snapshots = 0)
    {
        if (snapshots < 0) throw new ArgumentOutOfRangeException(nameof(snapshots), snapshots, $"a state of {layer} keeps 0 snapshots or more");
        if (batch <= 0) throw new ArgumentOutOfRangeException(nameof(batch), batch, $"a state of {layer} needs at least one sequence");
        if (heads <= 0) throw new ArgumentOutOfRangeException(nameof(heads), heads, $"a state of {layer} needs at least one head");
        var floats = HeaderFloats(batch) + (1L + snapshots) * batch * heads * unitFloats;
        return floats <= Array.MaxLength ? (int)floats : throw new ArgumentException($"a state of {layer} for batch {batch} and {heads} heads would have {floats} floats; split the batch");
    }

    /// <summary>Refuses an output that lies in the state's own memory.</summary>
    public void Apart(in TensorSpan<float> output) => Guards.Apart(output, new ReadOnlyTensorSpan<float>(Checked.Span), "the state");

    /// <summary>Refuses a second state over the same memory.</summary>
    public void Apart(StateMemory other, string name, string otherName)
    {
        if (Unsafe.AreSame(ref Units(), ref other.Units())) throw new ArgumentException($"{name} and {otherName} are one state: make a state of its own for each, or Fork one");
    }

    /// <summary>First float of the first unit.</summary>
    public ref float Units() => ref MemoryMarshal.GetReference(Live);

    /// <summary>As new: every float zero, position 0.</summary>
    public void Clear()
    {
        Headers.Clear();
        Live.Clear();
    }

    /// <summary>Fills a part of every unit.</summary>
    public void Fill(int offset, int count, float value)
    {
        var units = Live;
        for (var unit = 0; unit < Batch * Heads; unit++) units.Slice(unit * UnitFloats + offset, count).Fill(value);
    }

    /// <summary>The same contents in memory of its own.</summary>
    public StateMemory Fork() => new(_layer ?? "", Batch, Heads, UnitFloats, Checked.ToArray(), Snapshots);

    /// <summary>Takes over all that a state of the same size holds but its snapshots.</summary>
    internal void Take(StateMemory other)
    {
        other.Headers.CopyTo(Headers);
        other.Live.CopyTo(Live);
    }

    /// <summary>A part of every unit as a tensor <c>[B,H,rows,cols]</c>, sharing the memory.</summary>
    public TensorSpan<float> Part(int offset, int rows, int cols) => View(offset, [Batch, Heads, rows, cols], [Stride(Batch, Heads * UnitFloats), Stride(Heads, UnitFloats), Stride(rows, cols), Stride(cols, 1)]);

    /// <summary>A part of every unit as a tensor <c>[B,H,n]</c>, sharing the memory.</summary>
    public TensorSpan<float> Part(int offset, int n) => View(offset, [Batch, Heads, n], [Stride(Batch, Heads * UnitFloats), Stride(Heads, UnitFloats), Stride(n, 1)]);

    /// <summary>A single float of every unit as a tensor <c>[B,H]</c>, sharing the memory.</summary>
    public TensorSpan<float> Part(int offset) => View(offset, [Batch, Heads], [Stride(Batch, Heads * UnitFloats), Stride(Heads, UnitFloats)]);

    private TensorSpan<float> View(int offset, scoped ReadOnlySpan<nint> lengths, scoped ReadOnlySpan<nint> strides) => new(Live[offset..], lengths, strides);

    /// <summary>The floats of one head of one sequence.</summary>
    internal Span<float> Unit(int unit) => Live.Slice(unit * UnitFloats, UnitFloats);

    private Span<float> Live => Checked.Span.Slice(HeaderFloats(_batch), _batch * Heads * UnitFloats);

    /// <summary>Floats in front of the first unit, rounded up to whole cache lines.</summary>
    private static int HeaderFloats(int batch) => (int)Math.Min((batch * (long)StateHeader.Floats + 15) / 16 * 16, int.MaxValue);

    /// <summary>A tensor shape wants stride 0 along an axis of length 1.</summary>
    private static nint Stride(int length, int stride) => length == 1 ? 0 : stride;
}
