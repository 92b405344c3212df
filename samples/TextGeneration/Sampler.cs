using System;
using System.Numerics.Tensors;

namespace TextGeneration;

/// <summary>Chooses the next byte. The same seed gives the same bytes on the same machine, with every version of .NET.</summary>
internal sealed class Sampler(float temperature, ulong seed)
{
    private readonly float[] _weights = new float[256];
    private ulong _random = seed;

    public byte Next(ReadOnlySpan<float> logits)
    {
        int best = TensorPrimitives.IndexOfMax(logits);
        return (byte)(temperature == 0 ? best : Draw(logits, logits[best]));
    }

    private int Draw(ReadOnlySpan<float> logits, float largest)
    {
        // Shifting by the largest score changes no probability and keeps e^x finite at every temperature.
        Span<float> weights = _weights.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, largest, weights);
        TensorPrimitives.Divide(weights, temperature, weights);
        TensorPrimitives.Exp(weights, weights);
        double rest = Uniform() * TensorPrimitives.Sum(weights);
        for (int token = 0; token < weights.Length; token++)
        {
            rest -= weights[token];
            if (rest < 0)
            {
                return token;
            }
        }

        // Rounding of the sum can leave a crumb: the likeliest byte takes it.
        return TensorPrimitives.IndexOfMax(logits);
    }

    /// <summary>SplitMix64, in [0, 1). System.Random promises no sequence across versions.</summary>
    private double Uniform()
    {
        _random += 0x9E3779B97F4A7C15;
        ulong z = _random;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
