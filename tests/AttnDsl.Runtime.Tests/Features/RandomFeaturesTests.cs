using System;
using System.Linq;
using Xunit;

namespace AttnDsl.Tests.Features;

public sealed class RandomFeaturesTests
{
    [Fact]
    public void Orthogonal_SameSeed_SameNumbersAndTheseNumbers()
    {
        float[] w = RandomFeatures.Orthogonal(5, 3, seed: 7);
        Assert.Equal(w, RandomFeatures.Orthogonal(5, 3, seed: 7));
        Assert.NotEqual(w, RandomFeatures.Orthogonal(5, 3, seed: 8));
        // Written down once: other machines have to find the same bits.
        Assert.Equal([-0.0700863004f, 1.47166026f, -0.513775885f], w[..3]);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(3, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 8)]
    [InlineData(21, 8)]
    [InlineData(64, 64)]
    public void Orthogonal_AnySize_HasBlocksOfOrthogonalRows(int projections, int channels)
    {
        float[] w = RandomFeatures.Orthogonal(projections, channels, seed: 1);
        Assert.Equal(projections * channels, w.Length);
        for (int i = 0; i < projections; i++)
        {
            for (int j = 0; j < i && channels > 0; j++)
            {
                if (i / channels != j / channels)
                {
                    continue;
                }

                // Rounding to float, of rows about √K long.
                Assert.InRange(Math.Abs(Dot(w, i, w, j, channels)), 0, 1e-6 * channels);
            }
        }
    }

    [Fact]
    public void Orthogonal_Products_EstimateTheExponentialKernel()
    {
        const int projections = 1 << 14, channels = 6;
        float[] w = RandomFeatures.Orthogonal(projections, channels, seed: 3);
        float[] q = [0.3f, -0.5f, 0.2f, 0.4f, -0.1f, 0.6f], k = [0.5f, 0.1f, -0.3f, 0.2f, 0.4f, 0.3f];
        double estimate = Enumerable.Range(0, projections).Average(i =>
            Math.Exp(Dot(w, i, q, 0, channels) + Dot(w, i, k, 0, channels) - (0.5 * (Dot(q, 0, q, 0, channels) + Dot(k, 0, k, 0, channels)))));
        // The standard deviation of a term is 1.2 of the mean at this ‖q + k‖; 16384 terms leave less than 0.01 of it.
        Assert.InRange(estimate / Math.Exp(Dot(q, 0, k, 0, channels)), 0.96, 1.04);
    }

    [Fact]
    public void Phases_AreUniformUpToTwoPi()
    {
        float[] b = RandomFeatures.Phases(1 << 14, seed: 5);
        Assert.All(b, x => Assert.InRange(x, 0, 2 * MathF.PI));
        Assert.InRange(b.Average(), Math.PI - 0.06, Math.PI + 0.06);
    }

    [Fact]
    public void Sizes_Negative_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("projections", () => RandomFeatures.Orthogonal(-1, 4, 0));
        Assert.Throws<ArgumentOutOfRangeException>("channels", () => RandomFeatures.Orthogonal(4, -1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("projections", () => RandomFeatures.Phases(-1, 0));
    }

    private static double Dot(float[] a, int i, float[] b, int j, int channels)
    {
        double sum = 0;
        for (int c = 0; c < channels; c++)
        {
            sum += (double)a[(i * channels) + c] * b[(j * channels) + c];
        }

        return sum;
    }
}
