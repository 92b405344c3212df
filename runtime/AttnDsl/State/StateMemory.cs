using System;
using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>The memory behind a generated <c>State</c>: a header, then one unit of floats for each sequence and head. Copies share it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct StateMemory
{
    /// <summary>Floats in front of the first unit.</summary>
    public const int HeaderFloats = 16;

    private readonly Memory<float> _memory;
    private readonly string? _layer;
    private readonly int _batch;

    /// <summary>Takes memory of at least <see cref="FloatCount"/> floats; its contents are not touched.</summary>
    /// <exception cref="ArgumentException">The memory is too small, or a count is not positive.</exception>
    public StateMemory(string layer, int batch, int heads, int unitFloats, Memory<float> memory)
    {
        var needed = FloatCount(layer, batch, heads, unitFloats);
        if (memory.Length < needed)
            throw new ArgumentException($"the memory for a state of {layer} has {memory.Length} floats, but batch {batch} with {heads} heads needs {needed}; ask {layer}.State.FloatCount", nameof(memory));
        (_memory, _layer, _batch, Heads, UnitFloats) = (memory[..needed], layer, batch, heads, unitFloats);
    }

    /// <summary>Number of sequences.</summary>
    /// <exception cref="InvalidOperationException">The state is <c>default</c>.</exception>
    public int Batch => Checked.IsEmpty ? 0 : _batch;

    /// <summary>Number of heads that have a unit each.</summary>
    public int Heads { get; }

    /// <summary>Floats of one head of one sequence.</summary>
    public int UnitFloats { get; }

    /// <summary>Tokens seen.</summary>
    public long Position
    {
        get => Header.Position;
        set => Header.Position = value;
    }

    internal ref StateHeader Header => ref Unsafe.As<float, StateHeader>(ref MemoryMarshal.GetReference(Checked.Span));

    private Memory<float> Checked => _layer is null
        ? throw new InvalidOperationException("this State is default: it has no memory; make one with 'new State(batch)'")
        : _memory;

    /// <summary>Floats that a state needs.</summary>
    /// <exception cref="ArgumentException">A count is not positive, or the state would have more than 2^31 floats.</exception>
    public static int FloatCount(string layer, int batch, int heads, int unitFloats)
    {
        if (batch <= 0) throw new ArgumentOutOfRangeException(nameof(batch), batch, $"a state of {layer} needs at least one sequence");
        if (heads <= 0) throw new ArgumentOutOfRangeException(nameof(heads), heads, $"a state of {layer} needs at least one head");
        var floats = HeaderFloats + (long)batch * heads * unitFloats;
        return floats <= Array.MaxLength ? (int)floats : throw new ArgumentException($"a state of {layer} for batch {batch} and {heads} heads would have {floats} floats; split the batch");
    }

    /// <summary>Refuses inputs that belong to another state.</summary>
    /// <exception cref="InvalidOperationException">The state is <c>default</c>.</exception>
    /// <exception cref="ArgumentException">Batch or head count differ.</exception>
    public void Match(int batch, int heads)
    {
        _ = Checked;
        if (batch != Batch) throw new ArgumentException($"the inputs have batch B = {batch}, but this state of {_layer} was made for B = {Batch}; make a state for each batch size");
        if (heads != Heads) throw new ArgumentException($"the inputs have {heads} heads, but this state of {_layer} was made for {Heads}");
    }

    /// <summary>Refuses an output that lies in the state's own memory.</summary>
    public void Apart(in TensorSpan<float> output) => Guards.Apart(output, new ReadOnlyTensorSpan<float>(Checked.Span), "the state");

    /// <summary>Refuses a second state over the same memory.</summary>
    public void Apart(StateMemory other, string name, string otherName)
    {
        if (Unsafe.AreSame(ref Header, ref other.Header)) throw new ArgumentException($"{name} and {otherName} are one state: make a state of its own for each, or Fork one");
    }

    /// <summary>First float of the first unit.</summary>
    public ref float Units() => ref MemoryMarshal.GetReference(Checked.Span[HeaderFloats..]);

    /// <summary>As new: every float zero, position 0.</summary>
    public void Clear() => Checked.Span.Clear();

    /// <summary>Fills a part of every unit.</summary>
    public void Fill(int offset, int count, float value)
    {
        var units = Checked.Span[HeaderFloats..];
        for (var unit = 0; unit < Batch * Heads; unit++) units.Slice(unit * UnitFloats + offset, count).Fill(value);
    }

    /// <summary>The same contents in memory of its own.</summary>
    public StateMemory Fork() => new(_layer ?? "", Batch, Heads, UnitFloats, Checked.ToArray());

    /// <summary>A part of every unit as a tensor <c>[B,H,rows,cols]</c>, sharing the memory.</summary>
    public TensorSpan<float> Part(int offset, int rows, int cols) => View(offset, [Batch, Heads, rows, cols], [Stride(Batch, Heads * UnitFloats), Stride(Heads, UnitFloats), Stride(rows, cols), Stride(cols, 1)]);

    /// <summary>A part of every unit as a tensor <c>[B,H,n]</c>, sharing the memory.</summary>
    public TensorSpan<float> Part(int offset, int n) => View(offset, [Batch, Heads, n], [Stride(Batch, Heads * UnitFloats), Stride(Heads, UnitFloats), Stride(n, 1)]);

    /// <summary>A single float of every unit as a tensor <c>[B,H]</c>, sharing the memory.</summary>
    public TensorSpan<float> Part(int offset) => View(offset, [Batch, Heads], [Stride(Batch, Heads * UnitFloats), Stride(Heads, UnitFloats)]);

    private TensorSpan<float> View(int offset, scoped ReadOnlySpan<nint> lengths, scoped ReadOnlySpan<nint> strides) => new(Checked.Span[(HeaderFloats + offset)..], lengths, strides);

    /// <summary>A tensor shape wants stride 0 along an axis of length 1.</summary>
    private static nint Stride(int length, int stride) => length == 1 ? 0 : stride;
}

/// <summary>What stands in front of the units.</summary>
internal struct StateHeader
{
    /// <summary>Tokens seen.</summary>
    public long Position;

    /// <summary>Position of the first cached row.</summary>
    public long FirstRow;

    /// <summary>Cached rows.</summary>
    public int Rows;
}
