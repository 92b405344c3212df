using System;
using AttnDsl.Primitives;
using AttnDsl.Tests.Support;
using Xunit;

namespace AttnDsl.Tests.Primitives;

public sealed class PhasesTests
{
    /// <summary>Bound: half an ulp of an angle within a half turn, and the doubles' own rounding.</summary>
    private const double Bound = 2.5e-7;

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(0, true, false)]
    [InlineData(1, false, false)]
    [InlineData(1, true, true)]
    [InlineData(2, false, true)]
    [InlineData(2, true, false)]
    public void Sum_AnySize_TurnsByWhatInputsAdd(int gating, bool biased, bool differenced)
    {
        var random = new Random(30);
        foreach (int pairs in new[] { 1, 2, 7, 8, 9, 16, 33 })
        {
            foreach (int rows in new[] { 0, 1, 2, 65 })
            {
                int width = gating == 0 ? 0 : gating == 1 ? 1 : pairs;
                using Matrix phi = Matrix.Random(random, rows, pairs, gap: 3);
                using Matrix gate = Matrix.Random(random, rows, Math.Max(1, width), gap: 1);
                using Matrix edge = Matrix.Random(random, 4, pairs);
                for (int i = 0; i < pairs; i++)
                {
                    edge[1, i] *= 1e-8f; // what rounding left is small
                }

                using var angles = new Matrix(rows, pairs, gap: 2);
                using var ends = new Matrix(2, pairs);
                double[] temperatures = Phases.Geometric(pairs, 100, 30);
                ref float before = ref edge[2, 0];
                ref float bias = ref edge[3, 0];
                Phases.Sum(rows, pairs, ref phi.Ref, phi.Stride, ref edge.Ref, ref edge[1, 0], ref gate.Ref, gate.Stride, width, ref bias, biased, ref before, differenced, temperatures, ref angles.Ref, angles.Stride);
                Phases.End(rows, pairs, ref phi.Ref, phi.Stride, ref edge.Ref, ref edge[1, 0], ref gate.Ref, gate.Stride, width, ref bias, biased, ref before, differenced, temperatures, isRest: false, ref ends.Ref);
                Phases.End(rows, pairs, ref phi.Ref, phi.Stride, ref edge.Ref, ref edge[1, 0], ref gate.Ref, gate.Stride, width, ref bias, biased, ref before, differenced, temperatures, isRest: true, ref ends[1, 0]);
                angles.CheckCanaries();
                for (int i = 0; i < pairs; i++)
                {
                    double angle = (double)edge[0, i] + edge[1, i];
                    for (int t = 0; t < rows; t++)
                    {
                        double step = phi[t, i] - (differenced ? (double)(t > 0 ? phi[t - 1, i] : edge[2, i]) : 0) + (biased ? Math.Exp(edge[3, i]) : 0);
                        angle += temperatures[i] * step * (gating == 0 ? 1 : 1 / (1 + Math.Exp(-gate[t, gating == 1 ? 0 : i])));
                        Rounding.Check(0, (float)Math.IEEERemainder(angles[t, i] - angle, 2 * Math.PI), Bound, "angle", t, i);
                        Assert.InRange(Math.Abs(angles[t, i]), 0, (float)Math.PI);
                    }

                    Rounding.Check(0, (float)Math.IEEERemainder((double)ends[0, i] + ends[1, i] - angle, 2 * Math.PI), 1e-11, "end", rows, i);
                }
            }
        }
    }

    [Fact]
    public void Temperatures_AreTheirSeries()
    {
        double[] geometric = Phases.Geometric(4, 10000, 2);
        Assert.Equal([2, 0.2, 0.02, 0.002], Array.ConvertAll(geometric, x => Math.Round(x, 12)));
        double[] tangent = Phases.Tangent(3, 0.5, 1);
        Assert.Equal([0, Math.Tan(Math.PI / 8), 1], Array.ConvertAll(tangent, x => x), (x, y) => Math.Abs(x - y) < 1e-15);
    }

    [Fact]
    public void Temper_InPlace_Multiplies()
    {
        using Matrix x = Matrix.Random(new Random(31), 5, 7, gap: 2);
        using Matrix original = x.Copy(0);
        double[] temperatures = Phases.Geometric(7, 50, 3);
        Phases.Temper(5, 7, ref x.Ref, x.Stride, temperatures, ref x.Ref, x.Stride);
        x.CheckCanaries();
        for (int t = 0; t < 5; t++)
        {
            for (int i = 0; i < 7; i++)
            {
                Assert.Equal((float)(temperatures[i] * original[t, i]), x[t, i]);
            }
        }
    }
}
