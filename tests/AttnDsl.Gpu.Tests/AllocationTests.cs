using System;
using System.Linq;
using System.Linq.Expressions;
using System.Reflection;
using AttnDsl.Conformance.Layers;
using AttnDsl.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>
/// A call in steady state allocates nothing of its own. ILGPU's CPU accelerator makes an object of every launch, as large as the
/// kernel's parameters, for its threads to read: what a launch without work costs is measured and taken off.
/// </summary>
[Collection(OnCpu.Name)]
public sealed class AllocationTests : IDisposable
{
    private readonly GpuDevice _device;
    private readonly GpuStream _stream;
    private readonly GpuTensor _any, _q, _k, _v, _g, _i, _o, _q1, _v1, _o1, _dq, _dk, _dv, _dg, _dHeadGate, _dInputGate;

    public AllocationTests(CpuAccelerator accelerator)
    {
        (_device, _stream) = (accelerator.Device, accelerator.Device.CreateStream());
        GpuTensor Of(int time, int width) => _device.Tensor(1, time, 2, width);
        (_any, _q, _k, _v, _g, _i, _o) = (Of(1, 1 << 17), Of(20, 7), Of(20, 7), Of(20, 5), _device.Tensor(1, 20, 2), _device.Tensor(1, 20, 2), Of(20, 5));
        (_q1, _v1, _o1, _dq, _dk, _dv, _dg, _dHeadGate, _dInputGate) = (Of(1, 7), Of(1, 5), Of(1, 5), Of(20, 7), Of(20, 7), Of(20, 5), Of(20, 7), _device.Tensor(1, 20, 2), _device.Tensor(1, 20, 2));
    }

    private delegate void FillLauncher(AcceleratorStream stream, KernelConfig config, ArrayView<float> states, int units, int unit, int offset, int count, float value);

    public void Dispose()
    {
        foreach (var tensor in new[] { _any, _q, _k, _v, _g, _i, _o, _q1, _v1, _o1, _dq, _dk, _dv, _dg, _dHeadGate, _dInputGate }) tensor.Dispose();
        _stream.Dispose();
    }

    [Fact]
    public void Gla_SteadyState_AllocatesNothing()
    {
        var inputs = new Gla7x5.Gpu.Inputs { Q = _q, K = _k, V = _v, G = _q };
        var token = new Gla7x5.Gpu.Inputs { Q = _q1, K = _q1, V = _v1, G = _q1 };
        var gradients = new Gla7x5.Gpu.Gradients { Q = _dq, K = _dk, V = _dv, G = _dg };
        using var state = new Gla7x5.Gpu.State(_device, 1, 2);
        using var stateGradient = new Gla7x5.Gpu.State(_device, 1, 2);
        var (fill, chunkwise, recurrent) = (Fill, Launch<Gla7x5.Gpu.State>("Chunkwise"), Launch<Gla7x5.Gpu.State>("Recurrent"));
        AssertOnly(fill + chunkwise, () => Gla7x5.Gpu.Forward(in inputs, _o, stream: _stream));
        AssertOnly(fill + recurrent, () => Gla7x5.Gpu.Forward(in inputs, _o, Forms.Recurrent, _stream));
        AssertOnly(chunkwise, () => state.Prefill(in inputs, _o, _stream));
        AssertOnly(recurrent, () => state.Step(in token, _o1, _stream));
        var back = Launch<Gla7x5.Gpu.State>("Keep") + Launch<Gla7x5.Gpu.State>("Backward");
        AssertOnly(2 * fill + back, () => Gla7x5.Gpu.Backward(in inputs, _o, in gradients, _stream));
        AssertOnly(fill + back, () => Gla7x5.Gpu.Backward(in inputs, _o, in gradients, state, stateGradient, _stream));
    }

    [Fact]
    public void Mlstm_SteadyState_AllocatesNothing()
    {
        var inputs = new Mlstm7x5.Gpu.Inputs { Q = _q, K = _k, V = _v, G = _g, I = _i };
        var gradients = new Mlstm7x5.Gpu.Gradients { Q = _dq, K = _dk, V = _dv, G = _dHeadGate, I = _dInputGate };
        AssertOnly(2 * Fill + Launch<Mlstm7x5.Gpu.State>("Chunkwise"), () => Mlstm7x5.Gpu.Forward(in inputs, _o, stream: _stream));
        AssertOnly(3 * Fill + Launch<Mlstm7x5.Gpu.State>("Keep") + Launch<Mlstm7x5.Gpu.State>("Backward"), () => Mlstm7x5.Gpu.Backward(in inputs, _o, in gradients, _stream));
    }

    [Fact]
    public void RotaryWindow_SteadyState_AllocatesNothing()
    {
        using GpuTensor q = _device.Tensor(1, 20, 2, 6), q1 = _device.Tensor(1, 1, 2, 6), dq = _device.Tensor(1, 20, 2, 6), dk = _device.Tensor(1, 20, 2, 6);
        var inputs = new Rotary6x5.Gpu.Inputs { Q = q, K = q, V = _v };
        var token = new Rotary6x5.Gpu.Inputs { Q = q1, K = q1, V = _v1 };
        var gradients = new Rotary6x5.Gpu.Gradients { Q = dq, K = dk, V = _dv };
        using var state = new Rotary6x5.Gpu.State(_device, 1, 2);
        AssertOnly(Launch<Rotary6x5.Gpu.State>("RotateKeys") + Launch<Rotary6x5.Gpu.State>("Attend"), () => Rotary6x5.Gpu.Forward(in inputs, _o, stream: _stream));
        // The sinks are copied in the first three steps; the cache is full after more than are taken here.
        AssertOnly(Launch<Rotary6x5.Gpu.State>("Append") + Launch<Rotary6x5.Gpu.State>("AttendOne"), () => state.Step(in token, _o1, _stream));
        var back = new[] { "RotateKeys", "AttendKeeping", "QueryGradients", "KeyGradients", "RotateBack" }.Sum(Launch<Rotary6x5.Gpu.State>);
        AssertOnly(back, () => Rotary6x5.Gpu.Backward(in inputs, _o, in gradients, _stream));
    }

    private void AssertOnly(long launches, Action call)
    {
        const int calls = 8;
        Assert.True(launches > 0);
        Assert.Equal(calls * launches, Allocated(calls, call));
    }

    /// <summary>A launch of a kernel that does nothing and takes what <c>StateKernels.Fill</c> hands over.</summary>
    private long Fill
    {
        get
        {
            var kernel = new GpuKernel<FillLauncher>(typeof(EmptyKernels), nameof(EmptyKernels.Fill));
            return Allocated(1, () => kernel.On(_stream)(_stream.Native, new(1, _device.GroupSize), _any.View.Data, 1, 1, 0, 1, 0f));
        }
    }

    /// <summary>A launch of one of a layer's kernels without items.</summary>
    /// <typeparam name="TState">A type of the layer's twin.</typeparam>
    private long Launch<TState>(string kernel)
    {
        var layer = typeof(TState).DeclaringType!.DeclaringType!.Name;
        var field = typeof(AllocationTests).Assembly.GetTypes()
            .Single(t => t.Namespace == "AttnDsl.Generated" && t.Name.Contains($"_{layer}_", StringComparison.Ordinal) && t.Name.EndsWith("_Gpu", StringComparison.Ordinal))
            .GetField(kernel + "Kernel", BindingFlags.Public | BindingFlags.Static)!;
        var value = field.GetValue(null)!;
        var launcher = (Delegate)value.GetType().GetMethod("On")!.Invoke(value, [_stream])!;
        var arguments = launcher.GetType().GetMethod("Invoke")!.GetParameters().Select(p => p.ParameterType).Select(Argument);
        return Allocated(1, Expression.Lambda<Action>(Expression.Invoke(Expression.Constant(launcher), arguments)).Compile());

        Expression Argument(Type type) =>
            type == typeof(AcceleratorStream) ? Expression.Constant(_stream.Native)
            : type == typeof(KernelConfig) ? Expression.Constant(new KernelConfig(1, _device.GroupSize))
            : type == typeof(TensorView) ? Expression.Constant(_any.View)
            : type == typeof(ArrayView<float>) ? Expression.Constant(_any.View.Data)
            : Expression.Default(type);
    }

    /// <summary>Bytes on this thread once everything is compiled and every buffer as large as it will be.</summary>
    private long Allocated(int calls, Action call)
    {
        for (var n = 0; n < 5; n++) call();
        _stream.Synchronize();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < calls; n++) call();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        _stream.Synchronize();
        return bytes;
    }

    internal static class EmptyKernels
    {
        public static void Fill(ArrayView<float> states, int units, int unit, int offset, int count, float value)
        {
        }
    }
}
