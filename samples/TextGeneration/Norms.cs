using System;
using System.Numerics.Tensors;

namespace TextGeneration;

/// <summary>RMSNorm: <c>y = x / sqrt(mean(x²) + ε) · w</c>, over groups of one width.</summary>
internal sealed class RmsNorm
{
    private readonly float[] _weight;
    private readonly int _group;
    private readonly float _epsilon;

    /// <summary>A norm over the whole width, or over each of <paramref name="groups"/> equal parts (per head).</summary>
    public RmsNorm(Safetensors file, string name, int width, float epsilon, int groups = 1)
    {
        _weight = file.Floats(name, width);
        _group = width / groups;
        _epsilon = epsilon;
    }

    public int Parameters => _weight.Length;

    /// <summary>Normalises every row of x [rows, width] into y, which may be x.</summary>
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int at = 0; at < x.Length; at += _group)
        {
            ReadOnlySpan<float> part = x.Slice(at, _group);
            Span<float> target = y.Slice(at, _group);
            float scale = 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares(part) / _group) + _epsilon);
            TensorPrimitives.Multiply(part, scale, target);
            TensorPrimitives.Multiply(target, _weight.AsSpan(at % _weight.Length, _group), target);
        }
    }
}
