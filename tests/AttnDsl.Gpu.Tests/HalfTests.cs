using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using AttnDsl.Gpu.Kernels;
using AttnDsl.Gpu.Tests.Halves;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>Tensors of 16 bits: in floats between copies everywhere, on tensor cores where there are some.</summary>
[Collection(OnCpu.Name)]
public sealed class HalfTests(CpuAccelerator accelerator)
{
    [Theory]
    [InlineData(TensorFormat.BFloat16, 2e-3)]
    [InlineData(TensorFormat.Float16, 2.5e-4)]
    public void Calls_WithoutTensorCores_AreRoundedOnce(TensorFormat format, double bar)
    {
        foreach (var layer in new[] { typeof(Narrow6x5), typeof(Gated6x5), typeof(Causal16x32) })
        {
            var run = new HalfRun(layer, accelerator.Device, format, time: 19);
            Assert.InRange(run.Forward(), 1e-6, bar);
            foreach (var (name, error) in run.Backward()) Assert.True(error <= bar && (error > 0 || name == "G"), $"{layer.Name} {name}: {error:e2}");
        }
    }

    [Theory]
    [InlineData(TensorFormat.BFloat16)]
    [InlineData(TensorFormat.Float16)]
    public void Formats_RoundToNearestEven(TensorFormat format)
    {
        for (var bits = 0; bits < 65536; bits++)
        {
            var x = GpuFormats.Widen((ushort)bits, (int)format);
            Assert.Equal(format == TensorFormat.Float16 ? (float)BitConverter.UInt16BitsToHalf((ushort)bits) : BitConverter.Int32BitsToSingle(bits << 16), x);
            if (float.IsNaN(x)) Assert.True(float.IsNaN(GpuFormats.Widen(GpuFormats.Narrow(x, (int)format), (int)format)));
            else Assert.Equal(bits, GpuFormats.Narrow(x, (int)format));
        }

        var random = new Random(1);
        for (var n = 0; n < 100_000; n++)
        {
            var x = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            // Halfway cases and their neighbours, as often as the rest.
            if (n % 2 == 0) x = BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(x) & ~0x1fff) | (0x1000 + random.Next(-1, 2)));
            if (float.IsNaN(x)) continue;
            if (format == TensorFormat.Float16) Assert.Equal(BitConverter.HalfToUInt16Bits((Half)x), GpuFormats.Narrow(x, (int)format));
        }
    }

    /// <summary>The text that the driver gets for float16 is the one for bfloat16 with other operands.</summary>
    [Fact]
    public void Modules_ForFloat16_HaveNoOtherHalves()
    {
        var kernels = typeof(Causal64).Assembly.GetTypes().Where(t => t.Namespace == "AttnDsl.Generated").SelectMany(t => t.GetFields()).Where(f => f.FieldType == typeof(TensorKernel)).Select(f => (TensorKernel)f.GetValue(null)!).ToList();
        Assert.True(kernels.Count > 40, $"only {kernels.Count} kernels for tensor cores");
        Assert.Contains(kernels, k => k.Module(TensorFormat.Float16).Contains("cvt.f32.f16", StringComparison.Ordinal));
        foreach (var k in kernels)
        {
            var (wide, half) = (k.Module(TensorFormat.BFloat16), k.Module(TensorFormat.Float16));
            Assert.Contains("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", half, StringComparison.Ordinal);
            Assert.DoesNotContain("bf16", half, StringComparison.Ordinal);
            Assert.DoesNotContain("{%none, ", half, StringComparison.Ordinal);
            Assert.Equal(wide.Count(c => c == '\n'), half.Count(c => c == '\n'));
        }
    }

    [Fact]
    public void Formats_ThatDiffer_AreRefused()
    {
        using var rows = accelerator.Device.Tensor(1, 2, 4, 6);
        using var halves = accelerator.Device.Tensor(TensorFormat.BFloat16, 1, 2, 4, 6);
        using var keys = accelerator.Device.Tensor(TensorFormat.BFloat16, 1, 2, 2, 6);
        using var values = accelerator.Device.Tensor(TensorFormat.BFloat16, 1, 2, 2, 5);
        using var output = accelerator.Device.Tensor(TensorFormat.BFloat16, 1, 2, 4, 5);
        using var floats = accelerator.Device.Tensor(1, 2, 4, 5);
        var mixed = Assert.Throws<ArgumentException>(() => Narrow6x5.Gpu.Forward(new() { Q = rows, K = keys, V = values }, output));
        Assert.Contains("one format", mixed.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Narrow6x5.Gpu.Forward(new() { Q = halves, K = keys, V = values }, floats));
        Narrow6x5.Gpu.Forward(new() { Q = halves, K = keys, V = values }, output);
        Assert.Throws<ArgumentException>(() => floats.CopyBitsTo(new ushort[floats.Length]));
    }
}

/// <summary>On a card: every layer by its tensor cores, against the portable kernels on the same values.</summary>
public sealed class TensorCoreTests
{
    private static readonly Type[] s_layers = [.. typeof(Causal64).Assembly.GetTypes().Where(t => t.Namespace == typeof(Causal64).Namespace && t.GetNestedType("Gpu") is not null).OrderBy(t => t.Name, StringComparer.Ordinal)];

    [CudaFact]
    public void Forward_EveryLayer_IsWithinItsFormat() => ForEveryLayer(run => new Dictionary<string, double> { ["o"] = run.Forward() });

    [CudaFact]
    public void Backward_EveryLayer_IsWithinItsFormat() => ForEveryLayer(run => run.Backward());

    private static void ForEveryLayer(Func<HalfRun, IReadOnlyDictionary<string, double>> errors)
    {
        using var device = GpuDevice.OpenCuda();
        Assert.True(device.HasTensorCores, $"{device.Name} has no tensor cores, or too old ones");
        var (worst, off) = (new Dictionary<string, double>(), new List<string>());
        foreach (var layer in s_layers)
        {
            foreach (var (format, bar) in new[] { (TensorFormat.BFloat16, 4e-3), (TensorFormat.Float16, 6e-4) })
            {
                foreach (var time in new[] { 1, 77, 333 })
                {
                    try
                    {
                        foreach (var (name, error) in errors(new(layer, device, format, time)))
                        {
                            var key = $"{layer.Name} {name} {format}";
                            worst[key] = Math.Max(worst.GetValueOrDefault(key), error);
                            if (!(error <= bar)) off.Add(string.Create(CultureInfo.InvariantCulture, $"{key} T{time}: {error:e2}"));
                        }
                    }
                    catch (Exception e)
                    {
                        off.Add($"{layer.Name} {format} T{time}: {e.Message}");
                    }
                }
            }
        }

        foreach (var (key, error) in worst) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key}: {error:e2}"));
        off.AddRange(device.Fallbacks);
        Assert.True(off.Count == 0, $"{off.Count} are off on {device.Name}:{Environment.NewLine}{string.Join(Environment.NewLine, off)}");
    }
}
