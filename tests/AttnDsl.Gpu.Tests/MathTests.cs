using System;
using System.Linq;
using AttnDsl.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Gpu.Tests;

/// <summary>The elementary functions of kernels against those of double precision, and on a device against themselves.</summary>
[Collection(OnCpu.Name)]
public sealed class MathTests(CpuAccelerator accelerator, ITestOutputHelper output)
{
    // Prime, so that all patterns of low bits occur.
    private const int DenseStride = 1511;

    private delegate void MathLauncher(AcceleratorStream stream, KernelConfig config, ArrayView<float> x, ArrayView<float> y);

    [Fact]
    public void Exp_DenseFloats_WithinTwoUlps() => Check("exp", GpuMath.Exp, Math.Exp, -110, 90, bound: 2);

    [Fact]
    public void Expm1_DenseFloats_WithinThreeUlps() => Check("expm1", GpuMath.Expm1, Expm1, -110, 90, bound: 3);

    [Fact]
    public void Log_AllMagnitudes_WithinTwoUlps() => Check("log", GpuMath.Log, Math.Log, float.Epsilon, float.MaxValue, bound: 2);

    [Fact]
    public void Log1p_AllMagnitudes_WithinThreeUlps()
    {
        Check("log1p", GpuMath.Log1p, Log1p, -0.99999994f, 0, bound: 3);
        Check("log1p", GpuMath.Log1p, Log1p, 0, float.MaxValue, bound: 3);
    }

    [Fact]
    public void Tanh_AllMagnitudes_WithinFourUlps() => Check("tanh", GpuMath.Tanh, Math.Tanh, -float.MaxValue, float.MaxValue, bound: 4);

    [Fact]
    public void Sigmoid_DenseFloats_WithinThreeUlps() => Check("sigmoid", GpuMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -87.3f, 200, bound: 3);

    [Fact]
    public void Softplus_DenseFloats_WithinFourUlps() => Check("softplus", GpuMath.Softplus, x => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x))), -110, 200, bound: 4);

    [Fact]
    public void SinAndCos_UpToTwoPow24_WithinTwoUlps()
    {
        Check("sin", GpuMath.Sin, Math.Sin, -16777216, 16777216, bound: 2, absolute: 1e-9);
        Check("cos", GpuMath.Cos, Math.Cos, -16777216, 16777216, bound: 2, absolute: 1e-9);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(0f)]
    [InlineData(float.MaxValue)]
    [InlineData(float.MinValue)]
    [InlineData(float.Epsilon)]
    public void SpecialValues_EqualMathF(float x)
    {
        Equal(MathF.Exp(x), GpuMath.Exp(x));
        Equal((float)Expm1(x), GpuMath.Expm1(x));
        Equal(MathF.Log(x), GpuMath.Log(x));
        Equal((float)Math.Log(1 + (double)x) is var log && x == 0 ? x : x == float.Epsilon ? x : log, GpuMath.Log1p(x));
        Equal(MathF.Tanh(x), GpuMath.Tanh(x));
        Equal(1 / (1 + MathF.Exp(-x)), GpuMath.Sigmoid(x));
        Equal(float.IsNaN(x) ? x : (float)(Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs((double)x)))), GpuMath.Softplus(x));
        Equal(MathF.Abs(x), GpuMath.Abs(x));
        Equal(MathF.Sqrt(x), GpuMath.Sqrt(x));
        Equal(MathF.Floor(x), GpuMath.Floor(x));
    }

    [Fact]
    public void Floor_AllMagnitudes_IsExact()
    {
        for (var key = Key(-float.MaxValue); key <= Key(float.MaxValue); key += 1000 * DenseStride) Assert.Equal(MathF.Floor(FromKey(key)), GpuMath.Floor(FromKey(key)));
        for (var x = -4f; x <= 4; x += 0.25f) Assert.Equal(MathF.Floor(x), GpuMath.Floor(x));
    }

    [Fact]
    public void Kernel_OnDevice_GivesTheSameBits()
    {
        var x = Enumerable.Range(0, 400).Select(n => (n - 200) * 0.37f).ToArray();
        var launcher = new GpuKernel<MathLauncher>(typeof(MathKernel), nameof(MathKernel.All));
        using var device = GpuTensor.From(accelerator.Device, x, 1, 1, x.Length);
        using var result = accelerator.Device.Tensor(1, 10, x.Length);
        launcher.On(accelerator.Device.DefaultStream)(accelerator.Device.DefaultStream.Native, accelerator.Device.DefaultStream.Groups(1), device.View.Data, result.View.Data);
        var y = new float[result.Length];
        result.CopyTo(y);
        Func<float, float>[] functions = [GpuMath.Exp, GpuMath.Expm1, GpuMath.Log, GpuMath.Log1p, GpuMath.Tanh, GpuMath.Sigmoid, GpuMath.Softplus, GpuMath.Sin, GpuMath.Cos, GpuMath.Floor];
        for (var f = 0; f < functions.Length; f++)
            for (var n = 0; n < x.Length; n++) Assert.Equal(BitConverter.SingleToInt32Bits(functions[f](x[n])), BitConverter.SingleToInt32Bits(y[(f * x.Length) + n]));
    }

    [Fact]
    public void Kernel_AsPtx_IsExact()
    {
        var ptx = PtxTests.Compile(typeof(MathKernel).GetMethod(nameof(MathKernel.All))!);
        Assert.DoesNotContain(".extern .func", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain(".approx", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain(".ftz", ptx, StringComparison.Ordinal);
        Assert.Contains("div.rn.f32", ptx, StringComparison.Ordinal);

        // The rounding by a large number must survive the compiler.
        Assert.Contains("0f4B400000", ptx, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A compiler that simplified (next − sum) − term would lose what it is for.</summary>
    [Fact]
    public void Add_AsPtx_KeepsEverySubtraction()
    {
        var ptx = PtxTests.Compile(typeof(SumKernel).GetMethod(nameof(SumKernel.Sum))!);
        Assert.Equal(3, ptx.Split("sub.f32").Length - 1);
        Assert.Equal(1, ptx.Split("add.f32").Length - 1);
    }

    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) + (x * x * x / 6) : Math.Exp(x) - 1;

    private static double Log1p(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * x / (sum - 1);
    }

    private static void Equal(float expected, float actual) =>
        Assert.True(float.IsNaN(expected) ? float.IsNaN(actual) : Math.Abs(expected - actual) <= Math.Abs(expected) * 3e-7f || expected == actual, $"{actual}, expected {expected}");

    private void Check(string name, Func<float, float> actual, Func<double, double> expected, float low, float high, double bound, double absolute = 0)
    {
        var (worst, at) = (0.0, 0f);
        for (var key = Key(low); key <= Key(high); key += DenseStride)
        {
            var x = FromKey(key);
            var (y, truth) = (actual(x), expected(x));
            if (Math.Abs(truth) > float.MaxValue)
            {
                Assert.Equal((float)truth, y);
                continue;
            }

            var error = Math.Abs(y - truth);
            var ulps = error <= absolute ? 0 : error / Math.Max(float.Epsilon, Ulp(truth));
            if (!(ulps <= worst)) (worst, at) = (ulps, x);
        }

        output.WriteLine($"{name}: {worst:0.00} ulp at {at:g9}");
        Assert.True(worst <= bound, $"{name}: {worst:0.00} ulp at {at:g9}");
    }

    /// <summary>Half of the distance between the neighbours of the nearest float.</summary>
    private static double Ulp(double x)
    {
        var f = Math.Abs((float)x);
        return f >= float.MaxValue ? f - (double)MathF.BitDecrement(f) : MathF.BitIncrement(f) - (double)f;
    }

    /// <summary>Integers in the order of the floats.</summary>
    private static long Key(float x) => BitConverter.SingleToInt32Bits(x) is var bits && bits < 0 ? -(long)(bits & 0x7fffffff) : bits;

    private static float FromKey(long key) => BitConverter.Int32BitsToSingle(key < 0 ? (int)(-key) | int.MinValue : (int)key);
}

/// <summary>Every function on every element.</summary>
public static class MathKernel
{
    public static void All(ArrayView<float> x, ArrayView<float> y)
    {
        int n = (int)x.Length;
        for (int e = Group.IdxX; e < n; e += Group.DimX)
        {
            y[e] = GpuMath.Exp(x[e]);
            y[n + e] = GpuMath.Expm1(x[e]);
            y[(2 * n) + e] = GpuMath.Log(x[e]);
            y[(3 * n) + e] = GpuMath.Log1p(x[e]);
            y[(4 * n) + e] = GpuMath.Tanh(x[e]);
            y[(5 * n) + e] = GpuMath.Sigmoid(x[e]);
            y[(6 * n) + e] = GpuMath.Softplus(x[e]);
            y[(7 * n) + e] = GpuMath.Sin(x[e]);
            y[(8 * n) + e] = GpuMath.Cos(x[e]);
            y[(9 * n) + e] = GpuMath.Floor(x[e]);
        }
    }
}

/// <summary>A sum that carries along what it rounds away.</summary>
public static class SumKernel
{
    public static void Sum(ArrayView<float> x, ArrayView<float> y)
    {
        float sum = 0f, lost = 0f;
        for (int e = 0; e < (int)x.Length; e++) sum = GpuMath.Add(sum, x[e], ref lost);
        y[Group.IdxX] = sum;
    }
}
