using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Tests.Gpu;

/// <summary>Code that runs a layer on the CPU and through its GPU twin, and compares: every form, Step after Step, Backward.</summary>
internal static class TwinText
{
    public const string Support = """
        namespace AttnDslProbe
        {
            internal static class Twin
            {
                public static readonly global::AttnDsl.Gpu.GpuDevice Device = global::AttnDsl.Gpu.GpuDevice.OpenCpu(4);

                public static float[] Fill(int length, int seed, float from, float to)
                {
                    var random = new global::System.Random(seed);
                    var values = new float[length];
                    for (int i = 0; i < length; i++) values[i] = from + (to - from) * random.NextSingle();
                    return values;
                }

                public static void Equal(float[] expected, global::AttnDsl.Gpu.GpuTensor tensor, double bar, string what)
                {
                    var actual = new float[expected.Length];
                    tensor.CopyTo(actual);
                    double error = 0, reference = 0;
                    for (int i = 0; i < expected.Length; i++)
                    {
                        error += ((double)expected[i] - actual[i]) * ((double)expected[i] - actual[i]);
                        reference += (double)expected[i] * expected[i];
                    }

                    // Gradients that all but cancel are measured as if they did not.
                    reference = global::System.Math.Max(reference, expected.Length * 1e-4);
                    double ratio = global::System.Math.Sqrt(error / reference);
                    if (!(ratio <= bar)) throw new global::System.InvalidOperationException($"{what}: {ratio:e2} over {bar:e2}");
                }
            }
        }
        """;

    public static string Use(LayerDeclaration declaration, string type, int time)
    {
        var s = Resolver.Resolve(declaration);
        var heads = s.Heads ?? s.KeyValueHeads ?? s.ValueHeads ?? 2;
        var outputHeads = s.ValueHeads ?? heads;
        var window = s.Window is { RuntimeSized: true } ? $", Window = {System.Math.Min(3, s.Window.Size)}" : "";
        var output = $"[2, {time}, {outputHeads}, {s.ValueDim}]";
        var floats = 2 * time * outputHeads * s.ValueDim;
        var lines = new List<string> { "{" };
        var (cpu, gpu, cpuGradients, gpuGradients) = (new List<string>(), new List<string>(), new List<string>(), new List<string>());
        var seed = 1;
        foreach (var input in s.Inputs)
        {
            var count = Heads(s, input.HeadCount, heads);
            var rows = time * input.RowsPerToken;
            var (length, shape) = (2 * rows * count * (input.Width > 0 ? input.Width : 1), $"2, {rows}, {count}{(input.Width > 0 ? $", {input.Width}" : "")}");
            // Of signed features a key sum may be next to nothing, and then the quotient means nothing.
            var signed = s.HasKeySum && !s.IsStabilised && s.Map.IsSigned;
            var (from, to) = input.Member switch { "G" => ("-1f", "-0.01f"), "Beta" => ("0.1f", "0.9f"), "Q" or "K" when signed => ("0.1f", "0.5f"), _ => ("-0.5f", "0.5f") };
            var n = "in" + input.Member;
            lines.Add($"float[] {n} = global::AttnDslProbe.Twin.Fill({length}, {seed++}, {from}, {to}), grad{n} = new float[{length}];");
            lines.Add($"using var dev{n} = global::AttnDsl.Gpu.GpuTensor.From(global::AttnDslProbe.Twin.Device, {n}, {shape});");
            lines.Add($"using var grad_dev{n} = global::AttnDsl.Gpu.GpuTensor.From(global::AttnDslProbe.Twin.Device, grad{n}, {shape});");
            cpu.Add($"{input.Member} = new global::System.Numerics.Tensors.ReadOnlyTensorSpan<float>({n}, [{shape}])");
            cpuGradients.Add($"{input.Member} = new global::System.Numerics.Tensors.TensorSpan<float>(grad{n}, [{shape}])");
            gpu.Add($"{input.Member} = dev{n}");
            gpuGradients.Add($"{input.Member} = grad_dev{n}");
        }

        var (cpuLearned, gpuLearned, cpuLearnedGradients, gpuLearnedGradients) = (new List<string>(), new List<string>(), new List<string>(), new List<string>());
        foreach (var p in s.Parameters)
        {
            var axes = p.Axes.Select(a => (int?)a).Prepend(p.PerHead is { } count ? Heads(s, count, heads) : null).OfType<int>().ToList();
            var (length, shape, n) = (axes.Aggregate(1, (x, y) => x * y), string.Join(", ", axes), "learned" + p.Member);
            lines.Add($"float[] {n} = global::AttnDslProbe.Twin.Fill({length}, {seed++}, -0.5f, 0.5f), grad{n} = new float[{length}];");
            lines.Add($"using var dev{n} = global::AttnDsl.Gpu.GpuTensor.From(global::AttnDslProbe.Twin.Device, {n}, {shape});");
            lines.Add($"using var grad_dev{n} = global::AttnDsl.Gpu.GpuTensor.From(global::AttnDslProbe.Twin.Device, grad{n}, {shape});");
            cpuLearned.Add($"{p.Member} = new global::System.Numerics.Tensors.ReadOnlyTensorSpan<float>({n}, [{shape}])");
            cpuLearnedGradients.Add($"{p.Member} = new global::System.Numerics.Tensors.TensorSpan<float>(grad{n}, [{shape}])");
            gpuLearned.Add($"{p.Member} = dev{n}");
            gpuLearnedGradients.Add($"{p.Member} = grad_dev{n}");
        }

        foreach (var (all, some) in new[] { (cpu, cpuLearned), (gpu, gpuLearned), (cpuGradients, cpuLearnedGradients), (gpuGradients, gpuLearnedGradients) })
            if (some.Count > 0) all.Add($"Parameters = new() {{ {string.Join(", ", some)} }}");
        lines.Add($"float[] upstream = global::AttnDslProbe.Twin.Fill({floats}, 99, -1f, 1f), o = new float[{floats}];");
        lines.Add($"using var devUpstream = global::AttnDsl.Gpu.GpuTensor.From(global::AttnDslProbe.Twin.Device, upstream, {output.Trim('[', ']')});");
        lines.Add($"using var devOutput = global::AttnDsl.Gpu.GpuTensor.From(global::AttnDslProbe.Twin.Device, o, {output.Trim('[', ']')});");
        lines.Add($"var inputs = new {type}.Inputs {{ {string.Join(", ", cpu)}{window} }};");
        lines.Add($"var twin = new {type}.Gpu.Inputs {{ {string.Join(", ", gpu)}{window} }};");
        foreach (var form in new[] { Forms.Recurrent, Forms.Parallel, Forms.Chunkwise }.Where(f => s.Has(f) && (declaration.Form is not { Forms: not 0 } asked || (asked.Forms & f) != 0)))
        {
            lines.Add($"{type}.Forward(in inputs, new global::System.Numerics.Tensors.TensorSpan<float>(o, {output}), global::AttnDsl.Forms.{form});");
            lines.Add($"{type}.Gpu.Forward(in twin, devOutput, global::AttnDsl.Forms.{form});");
            lines.Add($"global::AttnDslProbe.Twin.Equal(o, devOutput, {Bar(s)}, \"{form} form of \" + {type}.Explanation);");
        }

        if (s.Causal)
        {
            var extra = (s.Heads is null ? $", {heads}" : "") + (s.Family == StateFamily.Cache && s.Window is null ? $", {time}" : "");
            lines.Add($"using var state = new {type}.Gpu.State(global::AttnDslProbe.Twin.Device, 2{extra});");
            lines.Add("state.Prefill(in twin, devOutput);");
            lines.Add($"global::AttnDslProbe.Twin.Equal(o, devOutput, {Bar(s)}, \"Prefill of \" + {type}.Explanation);");
            lines.Add($"var host = new {type}.State(2{extra});");
            lines.Add("state.CopyTo(host);");
            lines.Add($"if (state.Position != {time} || host.Position != {time}) throw new global::System.InvalidOperationException(\"Position\");");
        }

        lines.Add($"{type}.Backward(in inputs, new global::System.Numerics.Tensors.ReadOnlyTensorSpan<float>(upstream, {output}), new {type}.Gradients {{ {string.Join(", ", cpuGradients)} }});");
        lines.Add($"{type}.Gpu.Backward(in twin, devUpstream, new {type}.Gpu.Gradients {{ {string.Join(", ", gpuGradients)} }});");
        foreach (var p in s.Parameters) lines.Add($"global::AttnDslProbe.Twin.Equal(gradlearned{p.Member}, grad_devlearned{p.Member}, {Bar(s)}, \"gradient of Parameters.{p.Member}, \" + {type}.Explanation);");
        foreach (var input in s.Inputs) lines.Add($"global::AttnDslProbe.Twin.Equal(gradin{input.Member}, grad_devin{input.Member}, {Bar(s)}, \"gradient of {input.Member}, \" + {type}.Explanation);");
        lines.Add("}");
        return string.Join("\n", lines);
    }

    /// <summary>On random numbers a normaliser may be next to nothing, and the delta rule's differences too: there float32 itself is worse.</summary>
    private static string Bar(DynamicalSystem s) => s.Normaliser == Normaliser.None && s.Write == WriteRule.Plain ? "2e-6" : "2e-5";

    private static int Heads(DynamicalSystem s, HeadCount count, int query) => count switch
    {
        HeadCount.KeyValue => s.KeyValueHeads ?? query,
        HeadCount.State => s.ValueHeads ?? query,
        _ => query,
    };
}
