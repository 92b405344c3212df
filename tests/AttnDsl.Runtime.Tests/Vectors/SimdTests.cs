using System;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Vectors;

public sealed class SimdTests512(ITestOutputHelper output) : SimdTests<Simd512>(output);

public sealed class SimdTests256(ITestOutputHelper output) : SimdTests<Simd256>(output);

public sealed class SimdTests128(ITestOutputHelper output) : SimdTests<Simd128>(output);

public sealed class SimdTestsScalar(ITestOutputHelper output) : SimdTests<SimdScalar>(output);

/// <summary>The single operations, lane by lane.</summary>
public abstract class SimdTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    private static readonly int s_count = TVec.Count;

    [Fact]
    public void LoadAndStore_AnyCount_TouchNothingBeyond()
    {
        if (!IsAccelerated())
        {
            return;
        }

        for (int count = -3; count <= s_count + 3; count++)
        {
            int kept = Math.Clamp(count, 0, s_count);

            // Both matrices end at a page that must not be touched.
            using Matrix source = Matrix.Random(new Random(1), 1, kept);
            using var target = new Matrix(1, kept);
            TVec value = TVec.Load(ref source.Ref, 0, count);
            TVec.Store(value, ref target.Ref, 0, count);
            target.CheckCanaries();
            float[] lanes = Lanes(value);
            for (int i = 0; i < s_count; i++)
            {
                Assert.Equal(i < kept ? source[0, i] : 0, lanes[i]);
                Assert.True(i >= kept || target[0, i] == source[0, i]);
            }

            float[] first = Lanes(TVec.First(TVec.Create(2), count, 7));
            for (int i = 0; i < s_count; i++)
            {
                Assert.Equal(i < kept ? 2 : 7, first[i]);
            }
        }
    }

    [Fact]
    public void LoadAndStore_Offset_AddressesFloats()
    {
        using Matrix source = Matrix.Random(new Random(2), 1, 40);
        using var target = new Matrix(1, 40);
        TVec.Store(TVec.Load(ref source.Ref, 3), ref target.Ref, 5);
        target.CheckCanaries();
        for (int i = 0; i < s_count; i++)
        {
            Assert.Equal(source[0, 3 + i], target[0, 5 + i]);
        }

        Assert.All(Lanes(TVec.Splat(ref source.Ref, 9)), lane => Assert.Equal(source[0, 9], lane));
        Assert.Equal(source[0, 9], Lanes(TVec.Load(ref source[0, 19], -10))[0]);
    }

    [Fact]
    public void Arithmetic_EveryLane_IsThatOfFloats()
    {
        Check((a, b) => a + b, (a, b) => a + b);
        Check((a, b) => a - b, (a, b) => a - b);
        Check((a, b) => a * b, (a, b) => a * b);
        Check((a, b) => a / b, (a, b) => a / b);
        Check((a, b) => -a, (a, b) => -a);
        Check(TVec.Min, MathF.Min);
        Check(TVec.Max, MathF.Max);
        Check((a, b) => TVec.Abs(a), (a, b) => MathF.Abs(a));
        Check((a, b) => TVec.Sqrt(a * a), (a, b) => MathF.Sqrt(a * a));
        Check((a, b) => TVec.Reciprocal((a * a) + TVec.Create(1e-13f)), (a, b) => 1 / ((a * a) + 1e-13f), tolerance: 2e-7f);
        Check((a, b) => TVec.Round(a), (a, b) => MathF.Round(a));
        Check((a, b) => TVec.Floor(a), (a, b) => MathF.Floor(a));
        Check(TVec.CopySign, MathF.CopySign);
        Check((a, b) => TVec.MultiplyAdd(a, b, b), (a, b) => (a * b) + b, tolerance: 1e-6f);
        Check((a, b) => TVec.ScaleByPowerOfTwo(TVec.Create(1.5f), TVec.Round(a)), (a, b) => MathF.ScaleB(1.5f, (int)MathF.Round(a)));
        Check((a, b) => TVec.Select(TVec.Less(a, b), a, b), (a, b) => a < b ? a : b);
        Check((a, b) => TVec.Select(TVec.LessOrEqual(a, b), a, b), (a, b) => a <= b ? a : b);
        Check(
            (a, b) => TVec.Select(TVec.And(TVec.Less(a, b), TVec.Less(a, TVec.Create(0))), a, b),
            (a, b) => a < b && a < 0 ? a : b);
        Check(
            (a, b) => TVec.Select(TVec.Or(TVec.Less(a, b), TVec.Less(a, TVec.Create(0))), a, b),
            (a, b) => a < b || a < 0 ? a : b);
    }

    [Fact]
    public void MinAndMax_NaNSecond_Survives()
    {
        TVec nan = TVec.Create(float.NaN);
        Assert.All(Lanes(TVec.Min(TVec.Create(1), nan)), lane => Assert.Equal(float.NaN, lane));
        Assert.All(Lanes(TVec.Max(TVec.Create(1), nan)), lane => Assert.Equal(float.NaN, lane));
    }

    [Fact]
    public void SplitExponent_PositiveNumbers_GivesMantissaAboutOne()
    {
        foreach (float x in new[] { 1.17549435e-38f, 0.3f, 0.70710677f, 0.75f, 0.7499999f, 1, 1.4999999f, 1.5f, 5, float.MaxValue, float.Epsilon, 3e-43f, 1e-38f })
        {
            float mantissa = Lanes(TVec.SplitExponent(TVec.Create(x), out TVec exponent))[0];
            Assert.InRange(mantissa, 0.75f, 1.4999999f);
            Assert.Equal(x, MathF.ScaleB(mantissa, (int)Lanes(exponent)[0]));
        }
    }

    [Theory]
    [InlineData(0, float.NegativeInfinity)]
    [InlineData(-0f, float.NegativeInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(-1e-45f, float.NaN)]
    [InlineData(-3, float.NaN)]
    [InlineData(float.NegativeInfinity, float.NaN)]
    [InlineData(float.NaN, float.NaN)]
    public void SplitExponent_NoPositiveNumber_SaysSoInTheExponent(float x, float expected)
    {
        float mantissa = Lanes(TVec.SplitExponent(TVec.Create(x), out TVec exponent))[0];
        Assert.Equal(expected, Lanes(exponent)[0] + mantissa);
    }

    [Fact]
    public void ScaleByPowerOfTwo_NormalProducts_AreExact()
    {
        foreach (int n in new[] { -126, -125, -1, 0, 1, 126, 127 })
        {
            Assert.Equal(MathF.ScaleB(1.25f, n), Lanes(TVec.ScaleByPowerOfTwo(TVec.Create(1.25f), TVec.Create(n)))[0]);
        }

        Assert.Equal(float.MaxValue, Lanes(TVec.ScaleByPowerOfTwo(TVec.Create(0.99999994f), TVec.Create(128)))[0]);

        Assert.Equal(float.NaN, Lanes(TVec.ScaleByPowerOfTwo(TVec.Create(float.NaN), TVec.Create(float.NaN)))[0]);
    }

    [Fact]
    public void Rearranging_TwoVectors_PicksElements()
    {
        TVec a = TVec.Iota(0);
        TVec b = TVec.Iota(s_count);
        float[] even = Lanes(TVec.Even(a, b));
        float[] odd = Lanes(TVec.Odd(a, b));
        float[] low = Lanes(TVec.ZipLow(TVec.Even(a, b), TVec.Odd(a, b)));
        float[] high = Lanes(TVec.ZipHigh(TVec.Even(a, b), TVec.Odd(a, b)));
        for (int i = 0; i < s_count; i++)
        {
            Assert.Equal(2 * i, even[i]);
            Assert.Equal((2 * i) + 1, odd[i]);
            Assert.Equal(i, low[i]);
            Assert.Equal(s_count + i, high[i]);
        }
    }

    [Fact]
    public void Reductions_EveryLane_Counts()
    {
        for (int peak = 0; peak < s_count; peak++)
        {
            TVec isPeak = TVec.And(TVec.LessOrEqual(TVec.Iota(0), TVec.Create(peak)), TVec.LessOrEqual(TVec.Create(peak), TVec.Iota(0)));
            TVec x = TVec.Select(isPeak, TVec.Create(5), TVec.Create(-1));
            Assert.Equal(5, TVec.MaxLane(x));
            Assert.Equal(6 - s_count, TVec.Sum(x));
            Assert.Equal(1, TVec.CountSet(isPeak));
            Assert.Equal(peak + 1, TVec.CountSet(TVec.LessOrEqual(TVec.Iota(0), TVec.Create(peak))));
        }
    }

    private static unsafe float[] Lanes(TVec value)
    {
        float* lanes = stackalloc float[s_count];
        TVec.Store(value, ref *lanes, 0);
        return new Span<float>(lanes, s_count).ToArray();
    }

    private void Check(Func<TVec, TVec, TVec> operation, Func<float, float, float> expected, float tolerance = 0)
    {
        if (!IsAccelerated())
        {
            return;
        }

        using Matrix a = Matrix.Random(new Random(3), 1, 64, low: -4, high: 4);
        using Matrix b = Matrix.Random(new Random(4), 1, 64, low: -4, high: 4);
        for (int at = 0; at + s_count <= 64; at += s_count)
        {
            float[] lanes = Lanes(operation(TVec.Load(ref a.Ref, at), TVec.Load(ref b.Ref, at)));
            for (int i = 0; i < s_count; i++)
            {
                Assert.Equal(expected(a[0, at + i], b[0, at + i]), lanes[i], tolerance);
            }
        }
    }
}
