using System;
using System.Linq;
using AttnDsl.Conformance.Layers;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>What a caller meets: errors, empty calls, streams, memory, states.</summary>
[Collection(OnCpu.Name)]
public sealed class SurfaceTests(CpuAccelerator accelerator)
{
    private GpuDevice Device => accelerator.Device;

    [Fact]
    public void OpenCuda_WithoutDevice_SaysWhatToDo()
    {
        if (GpuDevice.HasCuda) return;
        var error = Assert.Throws<InvalidOperationException>(() => GpuDevice.OpenCuda());
        Assert.Contains("OpenCpu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithoutCuda_IsCpuAccelerator()
    {
        using var device = GpuDevice.Open();
        Assert.Equal(GpuDevice.HasCuda, device.IsCuda);
    }

    [Fact]
    public void Forward_WithWrongShape_NamesTensorAndShapes()
    {
        using var q = Device.Tensor(2, 5, 2, 7);
        using var v = Device.Tensor(2, 5, 2, 5);
        using var output = Device.Tensor(2, 5, 2, 5);
        var error = Assert.Throws<ArgumentException>(() => Softmax7x5.Gpu.Forward(new() { Q = q, K = v, V = v }, output));
        Assert.Contains("K has shape [2,5,2,5], expected [B,T,H,K] = [2,5,2,7]", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => Softmax7x5.Gpu.Forward(new() { Q = q, K = q, V = v }, v));
        Assert.Contains("the output and V are one tensor", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => Softmax7x5.Gpu.Forward(new() { Q = q, K = null!, V = v }, output));
        Assert.Contains("K is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_AcrossDevices_IsRefused()
    {
        using var other = GpuDevice.OpenCpu(threads: 4);
        using var q = Device.Tensor(1, 2, 1, 7);
        using var k = other.Tensor(1, 2, 1, 7);
        using var v = Device.Tensor(1, 2, 1, 5);
        using var output = Device.Tensor(1, 2, 1, 5);
        var error = Assert.Throws<ArgumentException>(() => Softmax7x5.Gpu.Forward(new() { Q = q, K = k, V = v }, output));
        Assert.Contains("one device", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_WithMissingForm_NamesForms()
    {
        using var q = Device.Tensor(1, 2, 1, 7);
        using var v = Device.Tensor(1, 2, 1, 5);
        using var output = Device.Tensor(1, 2, 1, 5);
        var error = Assert.Throws<ArgumentException>(() => Softmax7x5.Gpu.Forward(new() { Q = q, K = q, V = v }, output, Forms.Chunkwise));
        Assert.Contains("Recurrent, Parallel, not Chunkwise", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_WithoutTokens_DoesNothing()
    {
        using var q = Device.Tensor(2, 0, 2, 7);
        using var v = Device.Tensor(2, 0, 2, 5);
        using var output = Device.Tensor(2, 0, 2, 5);
        Softmax7x5.Gpu.Forward(new() { Q = q, K = q, V = v }, output);
        Gla7x5.Gpu.Forward(new() { Q = q, K = q, V = v, G = q }, output);
    }

    [Fact]
    public void State_BeyondCapacity_IsRefusedAndUnchanged()
    {
        using var q = Device.Tensor(1, 3, 1, 7);
        using var v = Device.Tensor(1, 3, 1, 5);
        using var output = Device.Tensor(1, 3, 1, 5);
        using var state = new Softmax7x5.Gpu.State(Device, 1, 1, 4);
        state.Prefill(new() { Q = q, K = q, V = v }, output);
        Assert.Throws<InvalidOperationException>(() => state.Prefill(new() { Q = q, K = q, V = v }, output));
        Assert.Equal(3, state.Position);
        state.Reset();
        state.Prefill(new() { Q = q, K = q, V = v }, output);
        Assert.Equal(3, state.Position);
    }

    [Fact]
    public void Backward_GradientOfAnotherPlace_SaysBoth()
    {
        using var q = Device.Tensor(1, 3, 1, 7);
        using var v = Device.Tensor(1, 3, 1, 5);
        using Softmax7x5.Gpu.State none = new(Device, 1, 1, 3), after = new(Device, 1, 1, 3), gradient = new(Device, 1, 1, 3);
        using GpuTensor dq = Device.Tensor(1, 3, 1, 7), dk = Device.Tensor(1, 3, 1, 7), dv = Device.Tensor(1, 3, 1, 5), output = Device.Tensor(1, 3, 1, 5);
        after.Prefill(new() { Q = q, K = q, V = v }, output);
        Backward(after, gradient);
        Assert.Equal(3, gradient.Position);
        Assert.Contains("behind token 3", Assert.Throws<ArgumentException>(() => Backward(after, gradient)).Message, StringComparison.Ordinal);
        Assert.Contains("one state", Assert.Throws<ArgumentException>(() => Backward(none, none)).Message, StringComparison.Ordinal);
        Backward(none, gradient);
        Assert.Equal(0, gradient.Position);

        void Backward(Softmax7x5.Gpu.State initial, Softmax7x5.Gpu.State stateGradient) =>
            Softmax7x5.Gpu.Backward(new() { Q = q, K = q, V = v }, v, new() { Q = dq, K = dk, V = dv }, initial, stateGradient);
    }

    [Theory]
    [InlineData("Gla7x5")]
    [InlineData("Mlstm7x5")]
    [InlineData("Softmax7x5")]
    [InlineData("Sinks7x5")]
    public void Fork_ThenContinued_LeavesTheFirstAlone(string name)
    {
        var subject = GradientSubjects.All[name].OnGpu(Device);
        var run = SubjectRun.Random(subject, seed: 3, time: 24);
        var expected = run.Stream(24).Output;
        var (output, state) = (run.NewOutput(), run.NewState());
        state.Prefill(run.Slice(0, 15), output.Time(0, 15));
        var value = state.GetType().GetProperty("Value")!.GetValue(state)!;
        using var fork = (IDisposable)value.GetType().GetMethod("Fork")!.Invoke(value, [null])!;
        state.Prefill(run.Slice(15, 9), output.Time(15, 9));
        ForwardTests.AssertEqual(expected, output.Data, name);
        Assert.Equal(15L, fork.GetType().GetProperty("Position")!.GetValue(fork));
    }

    /// <summary>A state travels: device, host, device.</summary>
    [Theory]
    [InlineData("Gla7x5")]
    [InlineData("Sinks7x5")]
    [InlineData("Rotary6x5")]
    public void CopyTo_HostAndBack_Continues(string name)
    {
        var (cpu, subject) = (GradientSubjects.All[name], GradientSubjects.All[name].OnGpu(Device));
        var run = SubjectRun.Random(subject, seed: 4, time: 200);
        var expected = SubjectRun.Random(cpu, seed: 4, time: 200).Stream(200).Output;
        var output = run.NewOutput();
        var first = run.NewState();
        first.Prefill(run.Slice(0, 90), output.Time(0, 90));
        var device = first.GetType().GetProperty("Value")!.GetValue(first)!;
        var host = cpu.Layer.NewState(2, cpu.Spec.Heads, 200);
        var hostValue = host.GetType().GetProperty("Value")!.GetValue(host)!;
        device.GetType().GetMethod("CopyTo")!.Invoke(device, [hostValue, null]);
        host.Prefill(run.Slice(90, 60), output.Time(90, 60));
        device.GetType().GetMethod("CopyFrom")!.Invoke(device, [hostValue, null]);
        first.Prefill(run.Slice(150, 50), output.Time(150, 50));
        ForwardTests.AssertEqual(expected, output.Data, name);
    }

    [Fact]
    public void Calls_AfterTheFirst_TakeNoMoreMemory()
    {
        using var stream = Device.CreateStream();
        using var q = Device.Tensor(1, 20, 2, 7);
        using var v = Device.Tensor(1, 20, 2, 5);
        using var output = Device.Tensor(1, 20, 2, 5);
        var inputs = new Gla7x5.Gpu.Inputs { Q = q, K = q, V = v, G = q };
        Gla7x5.Gpu.Forward(in inputs, output, stream: stream);
        var bytes = stream.WorkingBytes;
        for (var n = 0; n < 3; n++) Gla7x5.Gpu.Forward(in inputs, output, stream: stream);
        stream.Synchronize();
        Assert.True(bytes > 0);
        Assert.Equal(bytes, stream.WorkingBytes);
    }

    /// <summary>ILGPU takes addresses of managed memory without pinning it.</summary>
    [Fact]
    public void Copies_WhileTheCollectorMovesArrays_ArriveWhole()
    {
        using var tensor = Device.Tensor(1, 20, 1, 50);
        var stop = false;
        var collector = new System.Threading.Thread(() =>
        {
            while (!System.Threading.Volatile.Read(ref stop))
            {
                GC.KeepAlive(Enumerable.Range(0, 50).Select(n => new byte[n * 20]).ToArray());
                // Young arrays move, and other tests need not wait for all that lives.
                GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: true);
            }
        });
        collector.Start();
        try
        {
            for (var n = 0; n < 300; n++)
            {
                var (from, to) = (Enumerable.Repeat(n + 1f, 1000).ToArray(), new float[1000]);
                tensor.CopyFrom(from);
                tensor.CopyTo(to);
                Assert.Equal(from, to);
            }
        }
        finally
        {
            System.Threading.Volatile.Write(ref stop, true);
            collector.Join();
        }
    }

    [Fact]
    public void GroupSize_DoesNotChangeTheResult()
    {
        using var wide = GpuDevice.OpenCpu();
        Assert.Equal(16, wide.GroupSize);
        foreach (var name in new[] { "Gla7x5", "GroupedDelta7x5", "Sinks7x5" })
        {
            var subject = GradientSubjects.All[name];
            var narrow = SubjectRun.Random(subject.OnGpu(Device), seed: 1, time: 9).Forward(Forms.Fastest);
            Assert.Equal(narrow, SubjectRun.Random(subject.OnGpu(wide), seed: 1, time: 9).Forward(Forms.Fastest));
        }
    }
}
