using System;
using System.IO;
using System.Linq;
using AttnDsl.Conformance.Layers;
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

    private static float[] Data(int width) => [.. Enumerable.Range(0, Batch * 10 * width).Select(i => MathF.Sin(i))];
}
