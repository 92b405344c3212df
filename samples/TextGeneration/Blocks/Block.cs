using System;
using System.Numerics.Tensors;

namespace TextGeneration.Blocks;

/// <summary>Pre-norm residual block: <c>x += mixer(norm(x))</c>, then <c>x += mlp(norm(x))</c>.</summary>
internal sealed class Block
{
    private readonly RmsNorm _mixerNorm;
    private readonly RmsNorm _mlpNorm;
    private readonly Mlp _mlp;

    public Block(Safetensors file, string name, SwaxConfig config, string mixer)
    {
        _mixerNorm = new RmsNorm(file, name + ".n1", config.Dim, config.NormEpsilon);
        _mlpNorm = new RmsNorm(file, name + ".n2", config.Dim, config.NormEpsilon);
        _mlp = new Mlp(file, name, config.Dim, config.Hidden);
        Mixer = mixer == "swa"
            ? new SlidingWindowMixer(file, name + ".mixer", config.Dim)
            : new MatrixLstmMixer(file, name + ".mixer", config.Dim, config.NormEpsilon, config.SoftCap);
    }

    public IMixer Mixer { get; }

    public int Parameters => _mixerNorm.Parameters + _mlpNorm.Parameters + _mlp.Parameters + Mixer.Parameters;

    public int WeightBytes => (sizeof(float) * (_mixerNorm.Parameters + _mlpNorm.Parameters)) + _mlp.WeightBytes + Mixer.WeightBytes;

    /// <summary>x [rows, dim], in place.</summary>
    public void Apply(Span<float> x, int rows, Scratch scratch, Timings timings)
    {
        using Scratch.Frame frame = scratch.Begin();
        Span<float> normed = scratch.Take(x.Length);
        Span<float> change = scratch.Take(x.Length);

        _mixerNorm.Apply(x, normed);
        timings.Lap(Part.Norms);
        Mixer.Apply(normed, change, rows, scratch, timings);
        TensorPrimitives.Add(x, change, x);

        _mlpNorm.Apply(x, normed);
        timings.Lap(Part.Norms);
        _mlp.Apply(normed, change, rows, scratch);
        TensorPrimitives.Add(x, change, x);
        timings.Lap(Part.Mlp);
    }
}
