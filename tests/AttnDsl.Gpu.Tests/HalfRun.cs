using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using AttnDsl.Conformance.Support;

namespace AttnDsl.Gpu.Tests;

/// <summary>
/// A layer's twin on tensors of 16 bits and, as a reference, on floats with the same values: by the portable kernels, which other tests hold
/// to 2e-6 of float64.
/// </summary>
internal sealed class HalfRun(Type layer, GpuDevice device, TensorFormat format, int time, int batch = 2, int heads = 4)
{
    private readonly Type _twin = layer.GetNestedType("Gpu")!;
    private readonly AttentionLayerAttribute _declared = layer.GetCustomAttribute<AttentionLayerAttribute>()!;

    /// <summary>How far the output is from the reference: RMS of the difference over RMS.</summary>
    public double Forward()
    {
        var run = (TensorFormat f) =>
        {
            using var tensors = new Tensors(this, f);
            var output = tensors.New("output", Shape("O"));
            var types = new[] { _twin.GetNestedType("Inputs")!.MakeByRefType(), typeof(GpuTensor), typeof(Forms), typeof(GpuStream) };
            Invoke("Forward", types, tensors.Bind(_twin.GetNestedType("Inputs")!, isInput: true), output, Forms.Fastest, null);
            return Download(output);
        };
        return ErrorRatio.Of(run(format), run(TensorFormat.Float32));
    }

    /// <summary>The same of every gradient.</summary>
    public IReadOnlyDictionary<string, double> Backward()
    {
        var run = (TensorFormat f) =>
        {
            using var tensors = new Tensors(this, f);
            var (inputs, gradients) = (_twin.GetNestedType("Inputs")!, _twin.GetNestedType("Gradients")!);
            var types = new[] { inputs.MakeByRefType(), typeof(GpuTensor), gradients.MakeByRefType(), typeof(GpuStream) };
            var bound = tensors.Bind(gradients, isInput: false);
            Invoke("Backward", types, tensors.Bind(inputs, isInput: true), tensors.Fill("outputGradient", Shape("O")), bound, null);
            return tensors.Read(bound);
        };
        var (actual, expected) = (run(format), run(TensorFormat.Float32));
        return actual.ToDictionary(pair => pair.Key, pair => ErrorRatio.Of(pair.Value, expected[pair.Key]));
    }

    private void Invoke(string name, Type[] types, params object?[] arguments) =>
        _twin.GetMethod(name, types)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private static double[] Download(GpuTensor tensor)
    {
        var values = new float[tensor.Length];
        tensor.CopyTo(values);
        return Array.ConvertAll(values, x => (double)x);
    }

    private int[] Shape(string member)
    {
        var shared = _declared.KeyValueHeads > 0 ? _declared.KeyValueHeads : heads;
        return member switch
        {
            "Q" => [batch, time, heads, _declared.KeyDim],
            "K" => [batch, time, shared, _declared.KeyDim],
            "V" => [batch, time, shared, _declared.ValueDim],
            "O" => [batch, time, heads, _declared.ValueDim],
            "G" => layer.GetCustomAttribute<GateAttribute>()!.Shape == GateShape.Key ? [batch, time, heads, _declared.KeyDim] : [batch, time, heads],
            "Sink" => [heads],
            "Start" => [batch, time, 1],
            _ => throw new ArgumentException(member),
        };
    }

    private sealed class Tensors(HalfRun run, TensorFormat format) : IDisposable
    {
        private readonly List<GpuTensor> _all = [];

        /// <summary>Its numbers are poisoned: all must be written.</summary>
        public GpuTensor New(string member, int[] shape) => Of(member, shape, _ => float.NaN);

        /// <summary>Random numbers that both formats have.</summary>
        public GpuTensor Fill(string member, int[] shape)
        {
            var draw = new Draw(member.Sum(c => c) + run.Time);
            var values = member == "Start" ? [] : draw.Normal(shape.Aggregate(1, (product, n) => product * n), 1);
            // Documents begin every 23 tokens.
            return Of(member, shape, n => member == "Start" ? n % shape[1] / 23 * 23 : IsRows(member) ? Rounded(values[n]) : values[n]);
        }

        public object Bind(Type type, bool isInput)
        {
            var bound = Activator.CreateInstance(type)!;
            foreach (var p in type.GetProperties())
            {
                p.SetValue(bound, p.Name == "Parameters" ? Bind(p.PropertyType, isInput)
                    : p.PropertyType == typeof(int) ? 77
                    : isInput ? Fill(p.Name, run.Shape(p.Name)) : New(p.Name, run.Shape(p.Name)));
            }

            return bound;
        }

        public Dictionary<string, double[]> Read(object bound) => bound.GetType().GetProperties()
            .SelectMany(p => p.Name == "Parameters" ? Read(p.GetValue(bound)!) : new() { [p.Name] = Download((GpuTensor)p.GetValue(bound)!) })
            .ToDictionary(pair => pair.Key, pair => pair.Value);

        public void Dispose()
        {
            run.Device.Synchronize();
            foreach (var tensor in _all) tensor.Dispose();
        }

        private static bool IsRows(string member) => member is "Q" or "K" or "V" or "output" or "outputGradient";

        private float Rounded(float x) => Kernels.GpuFormats.Widen(Kernels.GpuFormats.Narrow(x, (int)run.Format), (int)run.Format);

        private GpuTensor Of(string member, int[] shape, Func<int, float> value)
        {
            var values = new float[shape.Aggregate(1, (product, n) => product * n)];
            for (var n = 0; n < values.Length; n++) values[n] = value(n);
            var tensor = IsRows(member) ? GpuTensor.From(run.Device, format, values, shape) : GpuTensor.From(run.Device, values, shape);
            _all.Add(tensor);
            return tensor;
        }
    }

    private GpuDevice Device => device;

    private TensorFormat Format => format;

    private int Time => time;
}
