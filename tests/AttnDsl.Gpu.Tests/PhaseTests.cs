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

    /// <summary>What every token adds keeps all digits of τ: half a million steps later it stands where it should.</summary>
    [Fact]
    public void Grown_HalfAMillionSteps_StandWhereTheyShould()
    {
        const int steps = 500_000;
        foreach (var b in new[] { 0, 1e-6f, -0.1f, 0.5f, MathF.Log(2), 2.3f, -7.77f, -60, 8 })
        {
            float finite = 0;
            var (turns, exponent) = ((long)Math.Round(0.7 / (2 * Math.PI) * Math.Pow(2, -Exponent)), Exponent);
            var grown = GpuPhases.Grown(turns, b, ref exponent, ref finite);
            var expected = turns * 2 * Math.PI * Math.Pow(2, Exponent) * Math.Exp(b);
            Assert.InRange(grown, 0, 1L << 39);
            var angle = GpuPhases.Begin(0, 0, ref finite);
            for (var t = 0; t < steps; t++) angle = GpuPhases.Turn(angle, 1, grown, exponent, ref finite);
            Assert.InRange(Math.Abs(Math.IEEERemainder(GpuPhases.Angle(angle, finite) - (steps * expected), 2 * Math.PI)), 0, 2.5e-7 + (steps * ((expected * Math.Pow(2, -37)) + Math.Pow(2, -47))));
        }
    }

    [Fact]
    public void Grown_OfNothing_IsNothing_AndWhatIsNotFiniteIsNaN()
    {
        foreach (var (b, isFinite) in new[] { (float.NegativeInfinity, true), (-1e9f, true), (88f, true), (89f, false), (float.PositiveInfinity, false), (float.NaN, false) })
        {
            var (finite, exponent) = (0f, Exponent);
            var grown = GpuPhases.Grown(1L << 38, b, ref exponent, ref finite);
            Assert.Equal(isFinite, float.IsFinite(GpuPhases.Angle(0, finite)));
            if (b < -150) Assert.Equal(0, grown);
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
