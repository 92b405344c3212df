using System;
using System.Numerics.Tensors;
using TextGeneration.Dense;

namespace TextGeneration.Blocks;

/// <summary>SwiGLU: <c>down(SiLU(gate u) ⊙ up u)</c>.</summary>
internal sealed class Mlp(Safetensors file, string name, int dim, int hidden)
{
    private readonly Linear _gate = new(file, name + ".gate", dim, hidden);
    private readonly Linear _up = new(file, name + ".up", dim, hidden);
    private readonly Linear _down = new(file, name + ".down", hidden, dim);

    public int Parameters => _gate.Parameters + _up.Parameters + _down.Parameters;

    public int WeightBytes => _gate.WeightBytes + _up.WeightBytes + _down.WeightBytes;

    public void Apply(ReadOnlySpan<float> x, Span<float> y, int rows, Scratch scratch)
    {
        using Scratch.Frame frame = scratch.Begin();
        Span<float> gate = scratch.Take(rows * hidden);
        Span<float> up = scratch.Take(rows * hidden);
        Span<float> sigmoid = scratch.Take(rows * hidden);
        _gate.Apply(x, gate);
        _up.Apply(x, up);
        TensorPrimitives.Sigmoid(gate, sigmoid);
        TensorPrimitives.Multiply(gate, sigmoid, gate);
        TensorPrimitives.Multiply(gate, up, gate);
        _down.Apply(gate, y);
    }
}
