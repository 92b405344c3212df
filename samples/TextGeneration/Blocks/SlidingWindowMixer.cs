using System;
using TextGeneration.Dense;

namespace TextGeneration.Blocks;

/// <summary>Sliding-window softmax attention between four projections.</summary>
internal sealed class SlidingWindowMixer(Safetensors file, string name, int dim) : IMixer
{
    private const int Width = SlidingWindow.Heads * SlidingWindow.KeyDim;

    private readonly Linear _q = new(file, name + ".q", dim, Width);
    private readonly Linear _k = new(file, name + ".k", dim, Width);
    private readonly Linear _v = new(file, name + ".v", dim, Width);
    private readonly Linear _o = new(file, name + ".o", Width, dim);
    private SlidingWindow.State _state = new(1);

    public int Window { get; set; } = Options.LargestWindow;

    public int Parameters => _q.Parameters + _k.Parameters + _v.Parameters + _o.Parameters;

    public int WeightBytes => _q.WeightBytes + _k.WeightBytes + _v.WeightBytes + _o.WeightBytes;

    public int StateBytes => sizeof(float) * SlidingWindow.State.FloatCount(1);

    public void Reset() => _state.Reset();

    public void Apply(ReadOnlySpan<float> x, Span<float> y, int rows, Scratch scratch, Timings timings)
    {
        using Scratch.Frame frame = scratch.Begin();
        Span<float> q = scratch.Take(rows * Width);
        Span<float> k = scratch.Take(rows * Width);
        Span<float> v = scratch.Take(rows * Width);
        Span<float> mixed = scratch.Take(rows * Width);
        _q.Apply(x, q);
        _k.Apply(x, k);
        _v.Apply(x, v);
        timings.Lap(Part.Projections);

        // Rows of q, k, v are [head, width] already: [1, T, H, K] needs no transposition.
        if (rows == 1)
        {
            _state.Step(q, k, v, Window, mixed);
        }
        else
        {
            _state.Prefill(rows, q, k, v, Window, mixed);
        }

        timings.Lap(Part.SlidingWindow);
        _o.Apply(mixed, y);
        timings.Lap(Part.Projections);
    }
}
