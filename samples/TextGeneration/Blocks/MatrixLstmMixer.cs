using System;
using System.Numerics.Tensors;
using TextGeneration.Dense;

namespace TextGeneration.Blocks;

/// <summary>mLSTM between its projections, with soft-capped gates, a norm per head and an output gate.</summary>
internal sealed class MatrixLstmMixer(Safetensors file, string name, int dim, float normEpsilon, float softCap) : IMixer
{
    private const int Heads = MatrixLstm.Heads;
    private const int KeyWidth = Heads * MatrixLstm.KeyDim;
    private const int Width = Heads * MatrixLstm.ValueDim;

    private readonly Linear _q = new(file, name + ".q", dim, KeyWidth);
    private readonly Linear _k = new(file, name + ".k", dim, KeyWidth);
    private readonly Linear _v = new(file, name + ".v", dim, Width);
    private readonly Linear _forget = new(file, name + ".f", dim, Heads, bias: true);
    private readonly Linear _input = new(file, name + ".i", dim, Heads, bias: true);
    private readonly Linear _outputGate = new(file, name + ".og", dim, Width);
    private readonly Linear _o = new(file, name + ".o", Width, dim);
    private readonly RmsNorm _norm = new(file, name + ".norm", Width, normEpsilon, Heads);
    private MatrixLstm.State _state = new(1);

    public int Parameters =>
        _q.Parameters + _k.Parameters + _v.Parameters + _forget.Parameters + _input.Parameters + _outputGate.Parameters + _o.Parameters + _norm.Parameters;

    public int WeightBytes =>
        _q.WeightBytes + _k.WeightBytes + _v.WeightBytes + _forget.WeightBytes + _input.WeightBytes + _outputGate.WeightBytes + _o.WeightBytes + (sizeof(float) * _norm.Parameters);

    public int StateBytes => sizeof(float) * MatrixLstm.State.FloatCount(1);

    public void Reset() => _state.Reset();

    public void Apply(ReadOnlySpan<float> x, Span<float> y, int rows, Scratch scratch, Timings timings)
    {
        using Scratch.Frame frame = scratch.Begin();
        Span<float> q = scratch.Take(rows * KeyWidth);
        Span<float> k = scratch.Take(rows * KeyWidth);
        Span<float> v = scratch.Take(rows * Width);
        Span<float> forget = scratch.Take(rows * Heads);
        Span<float> input = scratch.Take(rows * Heads);
        Span<float> gate = scratch.Take(rows * Width);
        Span<float> mixed = scratch.Take(rows * Width);
        _q.Apply(x, q);
        _k.Apply(x, k);
        _v.Apply(x, v);
        _forget.Apply(x, forget);
        _input.Apply(x, input);
        _outputGate.Apply(x, gate);
        Cap(forget);
        Cap(input);
        timings.Lap(Part.Projections);

        if (rows == 1)
        {
            _state.Step(q, k, v, forget, input, mixed);
        }
        else
        {
            _state.Prefill(rows, q, k, v, forget, input, mixed);
        }

        timings.Lap(Part.MatrixLstm);
        _norm.Apply(mixed, mixed);
        timings.Lap(Part.Norms);
        TensorPrimitives.Sigmoid(gate, gate);
        TensorPrimitives.Multiply(mixed, gate, mixed);
        _o.Apply(mixed, y);
        timings.Lap(Part.Projections);
    }

    /// <summary>z ← c·tanh(z / c): keeps the exponential gate within reach of single precision.</summary>
    private void Cap(Span<float> logits)
    {
        TensorPrimitives.Divide(logits, softCap, logits);
        TensorPrimitives.Tanh(logits, logits);
        TensorPrimitives.Multiply(logits, softCap, logits);
    }
}
