using System;

namespace TextGeneration.Blocks;

/// <summary>The part of a block in which tokens meet. It owns its weights and the state of one stream.</summary>
internal interface IMixer
{
    int Parameters { get; }

    int WeightBytes { get; }

    int StateBytes { get; }

    /// <summary>Advances the stream: x and y are [rows, dim], one row a token.</summary>
    void Apply(ReadOnlySpan<float> x, Span<float> y, int rows, Scratch scratch, Timings timings);

    /// <summary>Forgets the stream.</summary>
    void Reset();
}
