using System;

namespace TextGeneration;

/// <summary>Chooses the next byte. The same seed gives the same bytes on the same machine, with every version of .NET.</summary>
/// <remarks>Plain loops: 256 scores take a microsecond, and the first byte does not wait for vector code to be compiled.</remarks>
internal sealed class Sampler(float temperature, ulong seed)
{
    private readonly float[] _weights = new float[256];
    private ulong _random = seed;

    public byte Next(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int token = 1; token < logits.Length; token++)
        {
            best = logits[token] > logits[best] ? token : best;
        }

        return (byte)(temperature == 0 ? best : Draw(logits, best));
    }

    private int Draw(ReadOnlySpan<float> logits, int best)
    {
        // Shifting by the largest score changes no probability and keeps e^x finite at every temperature.
        double sum = 0;
        for (int token = 0; token < logits.Length; token++)
        {
            _weights[token] = MathF.Exp((logits[token] - logits[best]) / temperature);
            sum += _weights[token];
        }

        double rest = Uniform() * sum;
        for (int token = 0; token < logits.Length; token++)
        {
            rest -= _weights[token];
            if (rest < 0)
            {
                return token;
            }
        }

        // Rounding of the sum can leave a crumb: the likeliest byte takes it.
        return best;
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
