using System;
using System.IO;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Layers;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>States of a twin: what they share with those on the host.</summary>
[Collection(OnCpu.Name)]
public sealed class StateTests(CpuAccelerator accelerator)
{
    private const int Batch = 3;

    private GpuDevice Device => accelerator.Device;

    [Fact]
    public void Save_IsWhatTheHostSaves_AndLoadsOnBoth()
    {
        var (q, v) = (Data(7), Data(5));
        var host = new Gla7x5.State(Batch, 1);
        host.Prefill(10, q, q, v, q, new float[v.Length]);
        using var device = new Gla7x5.Gpu.State(Device, Batch, 1);
        device.Load(host.Save());
        Assert.Equal(10, device.Position);
        Assert.Equal(host.Save(), device.Save());
        Assert.Throws<InvalidDataException>(() => device.Load(host.Save().AsSpan(1..)));
        Assert.Throws<InvalidDataException>(() => device.Load(new Mlstm7x5.State(Batch, 1).Save()));
        Assert.Equal(host.Save(), device.Save());
    }

    [Fact]
    public void Save_OfACache_IsWhatTheHostSaves()
    {
        var (q, v) = (Data(7), Data(5));
        var host = new Softmax7x5.State(Batch, 1, capacity: 20);
        host.Prefill(10, q, q, v, new float[v.Length]);
        using var device = new Softmax7x5.Gpu.State(Device, Batch, 1, capacity: 30);
        device.Load(host.Save());
        Assert.Equal((10L, 30), (device.Position, device.Capacity));
        host = new(Batch, 1, capacity: 30);
        host.Load(device.Save());
        Assert.Equal(10, host.Position);
    }

    [Fact]
    public void CopySlot_MakesOneSequenceAnother()
    {
        var (q, v) = (Data(7), Data(5));
        var host = new Gla7x5.State(Batch, 1);
        host.Prefill(10, q, q, v, q, new float[v.Length]);
        using var device = new Gla7x5.Gpu.State(Device, Batch, 1);
        device.CopyFrom(host);
        device.CopySlot(2, 0);
        host.CopySlot(2, 0);
        Assert.Equal(host.Save(), device.Save());
        Assert.Throws<ArgumentOutOfRangeException>(() => device.CopySlot(0, Batch));
    }

    [Fact]
    public void CopyFrom_SequencesOfDifferentAges_IsRefused()
    {
        var host = new Gla7x5.State(Batch, 1);
        host.Prefill(10, Data(7), Data(7), Data(5), Data(7), new float[Batch * 10 * 5]);
        host.Reset(1);
        using var device = new Gla7x5.Gpu.State(Device, Batch, 1);
        Assert.Contains("on a device they go on together", Assert.Throws<ArgumentException>(() => device.CopyFrom(host)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => device.Load(host.Save()));
        Assert.Equal(0, device.Position);
    }

    [Fact]
    public void Forward_Packed_EqualsTheHost()
    {
        const int time = 10 * Batch;
        var (q, v, expected, actual) = (Data(7), Data(5), new float[time * 5], new float[time * 5]);
        using GpuTensor keys = GpuTensor.From(Device, q, 1, time, 1, 7), values = GpuTensor.From(Device, v, 1, time, 1, 5), output = GpuTensor.From(Device, actual, 1, time, 1, 5);
        foreach (var softmax in new[] { false, true })
        {
            if (softmax)
            {
                Softmax7x5.Forward(new() { Q = Of(q), K = Of(q), V = Of(v) }, new TensorSpan<float>(expected, [1, time, 1, 5]), [0, 0, 7, 8, time]);
                Softmax7x5.Gpu.Forward(new() { Q = keys, K = keys, V = values }, output, [0, 0, 7, 8, time]);
            }
            else
            {
                Gla7x5.Forward(new() { Q = Of(q), K = Of(q), V = Of(v), G = Of(q) }, new TensorSpan<float>(expected, [1, time, 1, 5]), [0, 0, 7, 8, time]);
                Gla7x5.Gpu.Forward(new() { Q = keys, K = keys, V = values, G = keys }, output, [0, 0, 7, 8, time]);
            }

            output.CopyTo(actual);
            Assert.InRange(ErrorRatio.Of(actual, Array.ConvertAll(expected, x => (double)x)), 0, 2e-6);
        }

        Assert.Contains("cuSeqLens ends at 9", Assert.Throws<ArgumentException>(() => Softmax7x5.Gpu.Forward(new() { Q = keys, K = keys, V = values }, output, [0, 9])).Message, StringComparison.Ordinal);

        static ReadOnlyTensorSpan<float> Of(float[] data) => new(data, [1, time, 1, data.Length / time]);
    }

    private static float[] Data(int width) => [.. Enumerable.Range(0, Batch * 10 * width).Select(i => MathF.Sin(i))];
}
