using System;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Vectors;

public sealed class MathTests512(ITestOutputHelper output) : MathTests<Simd512>(output);

public sealed class MathTests256(ITestOutputHelper output) : MathTests<Simd256>(output);

public sealed class MathTests128(ITestOutputHelper output) : MathTests<Simd128>(output);

public sealed class MathTestsScalar(ITestOutputHelper output) : MathTests<SimdScalar>(output);

/// <summary>The elementary functions against those of double precision.</summary>
public abstract class MathTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    private const float Infinity = float.PositiveInfinity;

    // Prime, so that all patterns of low bits occur.
    private const int DenseStride = 211;

    [Fact]
    public void Expm1_DenseFloats_WithinBound() => CheckRange("expm1", TVec.Expm1, Expm1, -110, 90, bound: 1.6, DenseStride);

    // x·log₂e to a float's accuracy: its rounded factor costs 1.3e-8 of x, beside the fit and the roundings.
    [Fact]
    public void Weight_DenseFloats_WithinItsBound()
    {
        CheckRange("weight", TVec.Weight, Math.Exp, -1, 0, bound: 3.5, DenseStride);
        CheckRange("weight", TVec.Weight, Math.Exp, -10, -1, bound: 6, DenseStride);
        CheckRange("weight", TVec.Weight, Math.Exp, -87.3365f, -10, bound: 30, DenseStride);
    }

    [Fact]
    public void Log_AllMagnitudes_WithinOneUlp() => CheckRange("log", TVec.Log, Math.Log, float.Epsilon, float.MaxValue, bound: 1, DenseStride);

    [Fact]
    public void Log1p_AllMagnitudes_WithinBound()
    {
        CheckRange("log1p", TVec.Log1p, Log1p, -0.99999994f, 0, bound: 1.5, DenseStride);
        CheckRange("log1p", TVec.Log1p, Log1p, 0, float.MaxValue, bound: 1.5, DenseStride);
    }

    [Fact]
    public void Tanh_AllMagnitudes_WithinThreeUlps() => CheckRange("tanh", TVec.Tanh, Math.Tanh, -float.MaxValue, float.MaxValue, bound: 3, DenseStride);

    [Fact]
    public void Sigmoid_DenseFloats_WithinBound() =>
        CheckRange("sigmoid", TVec.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -87.3f, 200, bound: 2.5, DenseStride);

    [Fact]
    public void Softplus_DenseFloats_WithinThreeUlps() =>
        CheckRange("softplus", TVec.Softplus, x => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x))), -87.3f, 200, bound: 3, DenseStride);

    [Fact]
    public void Sin_UpTo65536_WithinTwoUlps() => CheckRange("sin", TVec.Sin, Math.Sin, -65536, 65536, bound: 2, DenseStride, absolute: 1e-11);

    [Fact]
    public void Cos_UpTo65536_WithinTwoUlps() => CheckRange("cos", TVec.Cos, Math.Cos, -65536, 65536, bound: 2, DenseStride, absolute: 1e-11);

    [Fact]
    public void SinAndCos_HugeArguments_StayAccurate()
    {
        CheckRange("sin", TVec.Sin, Math.Sin, 65537, float.MaxValue, bound: 1, 100_003);
        CheckRange("cos", TVec.Cos, Math.Cos, 65537, float.MaxValue, bound: 1, 100_003);
    }

    [Theory]
    [InlineData("exp", 0, 1)]
    [InlineData("exp", -0f, 1)]
    [InlineData("exp", float.NegativeInfinity, 0)]
    [InlineData("exp", -87.34f, 0)]
    [InlineData("exp", -104.1f, 0)]
    [InlineData("exp", -1e30f, 0)]
    [InlineData("exp", 88.8f, Infinity)]
    [InlineData("exp", 1e30f, Infinity)]
    [InlineData("exp", Infinity, Infinity)]
    [InlineData("exp", float.NaN, float.NaN)]
    [InlineData("weight", 0, 1)]
    [InlineData("weight", -0f, 1)]
    [InlineData("weight", float.NegativeInfinity, 0)]
    [InlineData("weight", -87.34f, 0)]
    [InlineData("weight", -1e30f, 0)]
    [InlineData("weight", float.NaN, float.NaN)]
    [InlineData("expm1", 0, 0)]
    [InlineData("expm1", 1e-45f, 1e-45f)]
    [InlineData("expm1", float.NegativeInfinity, -1)]
    [InlineData("expm1", -1e30f, -1)]
    [InlineData("expm1", Infinity, Infinity)]
    [InlineData("expm1", 1e30f, Infinity)]
    [InlineData("expm1", float.NaN, float.NaN)]
    [InlineData("log", 1, 0)]
    [InlineData("log", 0, float.NegativeInfinity)]
    [InlineData("log", -0f, float.NegativeInfinity)]
    [InlineData("log", -1, float.NaN)]
    [InlineData("log", float.NegativeInfinity, float.NaN)]
    [InlineData("log", Infinity, Infinity)]
    [InlineData("log", float.NaN, float.NaN)]
    [InlineData("log1p", 0, 0)]
    [InlineData("log1p", 1e-45f, 1e-45f)]
    [InlineData("log1p", -1, float.NegativeInfinity)]
    [InlineData("log1p", -1.5f, float.NaN)]
    [InlineData("log1p", Infinity, Infinity)]
    [InlineData("log1p", float.NaN, float.NaN)]
    [InlineData("tanh", 0, 0)]
    [InlineData("tanh", Infinity, 1)]
    [InlineData("tanh", float.NegativeInfinity, -1)]
    [InlineData("tanh", float.NaN, float.NaN)]
    [InlineData("sigmoid", 0, 0.5f)]
    [InlineData("sigmoid", Infinity, 1)]
    [InlineData("sigmoid", float.NegativeInfinity, 0)]
    [InlineData("sigmoid", -1e30f, 0)]
    [InlineData("sigmoid", float.NaN, float.NaN)]
    [InlineData("softplus", float.NegativeInfinity, 0)]
    [InlineData("softplus", Infinity, Infinity)]
    [InlineData("softplus", float.MaxValue, float.MaxValue)]
    [InlineData("softplus", float.NaN, float.NaN)]
    [InlineData("sin", 0, 0)]
    [InlineData("sin", Infinity, float.NaN)]
    [InlineData("sin", float.NaN, float.NaN)]
    [InlineData("cos", 0, 1)]
    [InlineData("cos", float.NegativeInfinity, float.NaN)]
    [InlineData("cos", float.NaN, float.NaN)]
    public unsafe void Function_Limit_IsExact(string function, float x, float expected)
    {
        if (!IsAccelerated())
        {
            return;
        }

        // In the first lane and in the last, between harmless neighbours.
        float* lanes = stackalloc float[TVec.Count];
        for (int lane = 0; lane < TVec.Count; lane += Math.Max(1, TVec.Count - 1))
        {
            new Span<float>(lanes, TVec.Count).Fill(0.5f);
            lanes[lane] = x;
            TVec.Store(Named(function)(TVec.Load(ref *lanes, 0)), ref *lanes, 0);
            Assert.Equal(expected, lanes[lane]);
        }
    }

    private static Func<TVec, TVec> Named(string function) => function switch
    {
        "exp" => TVec.Exp,
        "weight" => TVec.Weight,
        "expm1" => TVec.Expm1,
        "log" => TVec.Log,
        "log1p" => TVec.Log1p,
        "tanh" => TVec.Tanh,
        "sigmoid" => TVec.Sigmoid,
        "softplus" => TVec.Softplus,
        "sin" => TVec.Sin,
        "cos" => TVec.Cos,
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private static double Expm1(double x) =>
        Math.Abs(x) < 1e-5 ? x + (x * x / 2) + (x * x * x / 6) : Math.Exp(x) - 1;

    private static double Log1p(double x)
    {
        // Kahan: what rounding 1 + x does to the logarithm it does to the quotient.
        double sum = 1 + x;
        return sum == 1 ? x : double.IsInfinity(sum) ? sum : Math.Log(sum) * (x / (sum - 1));
    }

    /// <summary>Every stride-th float of a range, through the function in whole vectors.</summary>
    private unsafe void CheckRange(
        string name, Func<TVec, TVec> function, Func<double, double> reference, float from, float to, double bound, int stride, double absolute = 0)
    {
        if (!IsAccelerated())
        {
            return;
        }

        float* x = stackalloc float[TVec.Count];
        float* y = stackalloc float[TVec.Count];
        double worst = 0;
        float worstAt = 0;
        int lane = 0;
        long last = Ordinal(to);
        for (long ordinal = Ordinal(from); ordinal <= last; ordinal += stride)
        {
            x[lane++] = FromOrdinal(ordinal);
            if (lane < TVec.Count)
            {
                continue;
            }

            lane = 0;
            TVec.Store(function(TVec.Load(ref *x, 0)), ref *y, 0);
            for (int i = 0; i < TVec.Count; i++)
            {
                double expected = reference(x[i]);
                double ulps = Math.Abs(y[i] - expected) <= absolute ? 0 : Rounding.Ulps(y[i], expected);
                if (!(ulps <= worst))
                {
                    worst = ulps;
                    worstAt = x[i];
                }
            }
        }

        string report = FormattableString.Invariant($"{typeof(TVec).Name} {name}: {worst:F3} ulp at {worstAt:R}");
        Output.WriteLine(report);
        Assert.True(worst <= bound, report);
    }

    /// <summary>Floats numbered in their order.</summary>
    private static long Ordinal(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        return bits < 0 ? -(long)(bits & int.MaxValue) : bits;
    }

    private static float FromOrdinal(long ordinal) =>
        ordinal < 0 ? -BitConverter.Int32BitsToSingle((int)-ordinal) : BitConverter.Int32BitsToSingle((int)ordinal);
}
