using System;
using AttnDsl.Gpu.Kernels;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>Angles of kernels against double precision. They are whole numbers, the same on every device.</summary>
public sealed class PhaseTests
{
    private const int Exponent = -41;

    [Theory]
    [InlineData(1)]
    [InlineData(0.3)]
    [InlineData(1e-5)]
    [InlineData(0)]
    public void Turn_ThousandsOfSteps_StandsWhereItShould(double tau)
    {
        var random = new Random(1);
        var turns = (long)Math.Round(tau / (2 * Math.PI) * Math.Pow(2, -Exponent));
        float finite = 0, phase = 2, rest = 3e-8f;
        var (expected, tolerance) = ((double)phase + rest, 1e-11);
        for (var block = 0; block < 500; block++)
        {
            var angle = GpuPhases.Begin(phase, rest, ref finite);
            for (var t = 0; t < 64; t++)
            {
                var x = (float)(Math.Pow(10, random.Next(-6, 3)) * (random.NextDouble() - 0.3));
                angle = GpuPhases.Turn(angle, x, turns, Exponent, ref finite);
                expected += tau * x;
                tolerance += Math.Abs(x) * Math.PI * Math.Pow(2, Exponent); // half a unit of τ
                Assert.InRange(Math.Abs(Math.IEEERemainder(GpuPhases.Angle(angle, finite) - expected, 2 * Math.PI)), 0, 2.5e-7 + tolerance);
            }

            (phase, rest) = (GpuPhases.Angle(angle, finite), GpuPhases.Rest(angle, finite));
            Assert.InRange(Math.Abs(phase), 0, (float)Math.PI);
            Assert.InRange(Math.Abs(Math.IEEERemainder((double)phase + rest - expected, 2 * Math.PI)), 0, tolerance);
        }
    }

    [Fact]
    public void Begin_OfWhatAngleAndRestSay_IsTheSameAngle()
    {
        var random = new Random(2);
        for (var n = 0; n < 10_000; n++)
        {
            float finite = 0;
            var angle = random.NextInt64(1L << 48) - (1L << 47);
            var again = GpuPhases.Begin(GpuPhases.Angle(angle, finite), GpuPhases.Rest(angle, finite), ref finite);
            Assert.InRange((again - angle) << 16 >> 16, -2, 2);
        }
    }

    [Fact]
    public void Turn_NotFinite_IsNaNFromThereOn()
    {
        foreach (var x in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float finite = 0;
            var angle = GpuPhases.Turn(GpuPhases.Begin(1, 0, ref finite), float.MaxValue, 1L << 38, Exponent, ref finite);
            Assert.True(float.IsFinite(GpuPhases.Angle(angle, finite)));
            angle = GpuPhases.Turn(GpuPhases.Turn(angle, x, 1L << 38, Exponent, ref finite), 1, 1L << 38, Exponent, ref finite);
            Assert.True(float.IsNaN(GpuPhases.Angle(angle, finite)));
            Assert.True(float.IsNaN(GpuPhases.Rest(angle, finite)));
        }
    }
}
