using System;

namespace AttnDsl;

/// <summary>
/// Projections for <see cref="Kernel.Favor"/> and <see cref="Kernel.RandomFourier"/>. The same seed gives the same numbers on every machine: only
/// operations that are exact to the last bit everywhere are used.
/// </summary>
public static class RandomFeatures
{
    /// <summary>
    /// W [<paramref name="projections"/>, <paramref name="channels"/>]: blocks of orthogonal rows in random directions, each row as long as one of
    /// independent standard normal numbers. Orthogonal rows vary less than independent ones and have the same expectation.
    /// </summary>
    /// <param name="projections">J, rows of W.</param>
    /// <param name="channels">K, columns of W.</param>
    /// <param name="seed">Which W.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public static float[] Orthogonal(int projections, int channels, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(projections);
        ArgumentOutOfRangeException.ThrowIfNegative(channels);
        var draw = new Draw(seed);
        var result = new float[checked(projections * channels)];
        if (channels == 0)
        {
            return result;
        }

        var block = new double[channels][];
        for (int row = 0; row < projections; row++)
        {
            int at = row % channels;
            block[at] = Direction(draw, channels, block.AsSpan(0, at));
            double length = Length(draw.Normals(channels));
            for (int c = 0; c < channels; c++)
            {
                result[(row * channels) + c] = (float)(length * block[at][c]);
            }
        }

        return result;
    }

    /// <summary>b [<paramref name="projections"/>]: uniform from 0 to 2π.</summary>
    /// <param name="projections">J.</param>
    /// <param name="seed">Which b.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public static float[] Phases(int projections, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(projections);
        var draw = new Draw(seed);
        var result = new float[projections];
        for (int n = 0; n < projections; n++)
        {
            result[n] = (float)(2 * Math.PI * draw.Uniform());
        }

        return result;
    }

    /// <summary>A random unit vector at right angles to the others.</summary>
    private static double[] Direction(Draw draw, int channels, ReadOnlySpan<double[]> others)
    {
        while (true)
        {
            double[] x = draw.Normals(channels);
            double before = Length(x);

            // Twice: what the first pass leaves over is rounding.
            for (int pass = 0; pass < 2; pass++)
            {
                foreach (double[] other in others)
                {
                    double dot = 0;
                    for (int c = 0; c < channels; c++)
                    {
                        dot += x[c] * other[c];
                    }

                    for (int c = 0; c < channels; c++)
                    {
                        x[c] -= dot * other[c];
                    }
                }
            }

            double length = Length(x);
            if (length <= 1e-6 * before)
            {
                continue;
            }

            for (int c = 0; c < channels; c++)
            {
                x[c] /= length;
            }

            return x;
        }
    }

    private static double Length(double[] x)
    {
        double sum = 0;
        foreach (double value in x)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>SplitMix64, and normal numbers from it.</summary>
    private sealed class Draw(int seed)
    {
        private ulong _state = unchecked((ulong)seed);

        /// <summary>From 0 to 1, 53 random bits.</summary>
        public double Uniform()
        {
            unchecked
            {
                ulong z = _state += 0x9E3779B97F4A7C15;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                return ((z ^ (z >> 31)) >> 11) * (1.0 / (1L << 53));
            }
        }

        public double[] Normals(int count)
        {
            var result = new double[count];
            for (int n = 0; n < count; n++)
            {
                result[n] = Normal();
            }

            return result;
        }

        /// <summary>A point in the unit disc, its radius reshaped (Marsaglia's polar method).</summary>
        private double Normal()
        {
            while (true)
            {
                double x = (2 * Uniform()) - 1;
                double y = (2 * Uniform()) - 1;
                double square = (x * x) + (y * y);
                if (square > 0 && square < 1)
                {
                    return x * Math.Sqrt(-2 * Log(square) / square);
                }
            }
        }

        /// <summary>The library's logarithm differs from machine to machine in its last bit; this one only adds, multiplies and divides.</summary>
        private static double Log(double x)
        {
            int exponent = 0;
            while (x < 0.7)
            {
                x *= 2;
                exponent--;
            }

            // log x = 2 artanh r; |r| < 0.18, so the terms fall by a factor of 30.
            double r = (x - 1) / (x + 1);
            double sum = 0;
            for (int n = 25; n >= 1; n -= 2)
            {
                sum = (sum * r * r) + (1.0 / n);
            }

            return (2 * r * sum) + (exponent * 0.693147180559945309);
        }
    }
}
