using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using System.Reflection;
using AttnDsl.Gpu;
using AttnDsl.Golden.Vectors;

namespace AttnDsl.Golden.Layers;

/// <summary>
/// The GPU twin of a layer behind the same face. Its types are ordinary ones, so it is found and called by name: no declaration
/// needs a second list of delegates.
/// </summary>
internal sealed class GpuLayer : ILayer
{
    private readonly ILayer _cpu;
    private readonly GpuDevice _device;
    private readonly Type _twin;
    private readonly Type _inputs;
    private readonly Type _gradients;
    private readonly Type? _state;

    public GpuLayer(ILayer cpu, GpuDevice device)
    {
        (_cpu, _device) = (cpu, device);
        var layer = cpu.GetType().GetGenericArguments()[0].DeclaringType ?? throw new InvalidOperationException("Not a declared layer.");
        _twin = layer.GetNestedType("Gpu") ?? throw new InvalidOperationException($"{layer.Name} has no GPU twin: is AttnDsl.Gpu referenced?");
        (_inputs, _gradients, _state) = (_twin.GetNestedType("Inputs")!, _twin.GetNestedType("Gradients")!, _twin.GetNestedType("State"));
    }

    public Forms Forms => _cpu.Forms;

    public bool IsCausal => _cpu.IsCausal;

    public Func<TimeSlice, float[]>? Table => _cpu.Table;

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, Forms form)
    {
        using var call = new Call(_device, Table);
        var target = call.NewOutput(output);
        Invoke(_twin, null, "Forward", [_inputs.MakeByRefType(), typeof(GpuTensor), typeof(Forms), typeof(GpuStream)], call.Bind(_inputs, inputs), target, form, null);
        Download(target, output);
    }

    public void Forward(TimeSlice inputs, in TensorSpan<float> output, ILayerState state, Forms form)
    {
        using var call = new Call(_device, Table);
        var target = call.NewOutput(output);
        Invoke(_twin, null, "Forward", [_inputs.MakeByRefType(), typeof(GpuTensor), _state!, typeof(Forms), typeof(GpuStream)], call.Bind(_inputs, inputs), target, ((State)state).Value, form, null);
        Download(target, output);
    }

    public void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients)
    {
        using var call = new Call(_device, Table);
        var bound = call.Bind(_gradients, gradients);
        Invoke(_twin, null, "Backward", [_inputs.MakeByRefType(), typeof(GpuTensor), _gradients.MakeByRefType(), typeof(GpuStream)], call.Bind(_inputs, inputs), call.Upload(outputGradient), bound, null);
        Download(bound, gradients);
    }

    public void Backward(TimeSlice inputs, in ReadOnlyTensorSpan<float> outputGradient, TimeSlice gradients, ILayerState initial, ILayerState stateGradient)
    {
        using var call = new Call(_device, Table);
        var bound = call.Bind(_gradients, gradients);
        Invoke(
            _twin, null, "Backward", [_inputs.MakeByRefType(), typeof(GpuTensor), _gradients.MakeByRefType(), _state!, _state!, typeof(GpuStream)],
            call.Bind(_inputs, inputs), call.Upload(outputGradient), bound, ((State)initial).Value, ((State)stateGradient).Value, null);
        Download(bound, gradients);
    }

    public ILayerState NewState(int batch, int heads, int capacity)
    {
        var constructor = _state!.GetConstructors().Single();
        var arguments = constructor.GetParameters().Select(p => p.Name switch
        {
            "device" => (object)_device,
            "batch" => batch,
            "heads" => heads,
            _ => capacity,
        });
        return new State(this, constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [.. arguments], null), _cpu.NewState(batch, heads, capacity));
    }

    private static object? Invoke(Type type, object? target, string name, Type[] parameters, params object?[] arguments) =>
        (type.GetMethod(name, parameters) ?? throw new MissingMethodException(type.FullName, name)).Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private static void Download(GpuTensor tensor, in TensorSpan<float> target)
    {
        var values = new float[tensor.Length];
        tensor.CopyTo(values);
        if (values.Length > 0) new ReadOnlyTensorSpan<float>(values, target.Lengths).CopyTo(target);
    }

    private static void Download(object gradients, TimeSlice target)
    {
        foreach (var property in gradients.GetType().GetProperties())
        {
            if (property.Name == "Parameters") Download(property.GetValue(gradients)!, target);
            else Download((GpuTensor)property.GetValue(gradients)!, target[target.NameOf(property.Name)]);
        }
    }

    /// <summary>Tensors of one call, freed behind it.</summary>
    private sealed class Call(GpuDevice device, Func<TimeSlice, float[]>? table) : IDisposable
    {
        private readonly List<GpuTensor> _tensors = [];

        public GpuTensor NewOutput(in TensorSpan<float> like) => Upload(FloatTensor.Poisoned([.. like.Lengths.ToArray().Select(n => (int)n)]).Span);

        public GpuTensor Upload(in ReadOnlyTensorSpan<float> tensor)
        {
            var values = new float[tensor.FlattenedLength];
            if (values.Length > 0) tensor.FlattenTo(values);
            var copy = GpuTensor.From(device, values, [.. tensor.Lengths.ToArray().Select(n => (int)n)]);
            _tensors.Add(copy);
            return copy;
        }

        /// <summary>An <c>Inputs</c> or <c>Gradients</c> with the slice's tensors, on the device.</summary>
        public object Bind(Type type, TimeSlice slice)
        {
            var bound = Activator.CreateInstance(type)!;
            foreach (var property in type.GetProperties().Where(p => p.Name != "MapTable" || table is not null))
            {
                property.SetValue(bound, property.Name == "MapTable"
                    ? Upload(new(table!(slice)))
                    : property.Name == "Parameters"
                    ? Bind(property.PropertyType, slice)
                    : property.PropertyType == typeof(int)
                    ? slice.Parameters.ValueKind == System.Text.Json.JsonValueKind.Undefined ? 11 : slice.Integer("window")
                    : Upload(slice[slice.NameOf(property.Name)]));
            }

            return bound;
        }

        public void Dispose()
        {
            device.Synchronize();
            foreach (var tensor in _tensors) tensor.Dispose();
        }
    }

    /// <summary>A state on the device, and one on the host through which its parts are read and written.</summary>
    private sealed class State(GpuLayer layer, object value, ILayerState mirror) : ILayerState
    {
        public object Value => value;

        public IAttentionState Common => ToHost().Common;

        public void Prefill(TimeSlice inputs, in TensorSpan<float> output) => Advance("Prefill", inputs, output);

        public void Step(TimeSlice inputs, in TensorSpan<float> output) => Advance("Step", inputs, output);

        public float[] ReadMatrix() => ToHost().ReadMatrix();

        public float[] ReadKeySum() => ToHost().ReadKeySum();

        public float[] ReadMaximum() => ToHost().ReadMaximum();

        public float[] ReadValueMean() => ToHost().ReadValueMean();

        public float[] ReadCount() => ToHost().ReadCount();

        public void WriteMatrix(float[] matrix)
        {
            ToHost().WriteMatrix(matrix);
            FromHost();
        }

        public void WriteKeySum(float[] keySum)
        {
            ToHost().WriteKeySum(keySum);
            FromHost();
        }

        private void Advance(string name, TimeSlice inputs, in TensorSpan<float> output)
        {
            using var call = new Call(layer._device, layer.Table);
            var target = call.NewOutput(output);
            Invoke(value.GetType(), value, name, [layer._inputs.MakeByRefType(), typeof(GpuTensor), typeof(GpuStream)], call.Bind(layer._inputs, inputs), target, null);
            Download(target, output);
        }

        private ILayerState ToHost()
        {
            Copy("CopyTo");
            return mirror;
        }

        private void FromHost() => Copy("CopyFrom");

        private void Copy(string name)
        {
            var host = mirror.GetType().GetProperty("Value")!.GetValue(mirror)!;
            Invoke(value.GetType(), value, name, [host.GetType(), typeof(GpuStream)], host, null);
        }
    }
}
