using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>
/// Code that uses a layer as a person would: Forward over spans, over tensors in every form, and State token by token; the outputs must
/// be finite and agree. Written with <c>global::</c> names so that it can stand anywhere.
/// </summary>
internal static class ProbeText
{
    public const string Support = """
        namespace AttnDslProbe
        {
            internal static class Check
            {
                public static float[] Fill(int length, int seed, float from, float to)
                {
                    var random = new global::System.Random(seed);
                    var values = new float[length];
                    for (int i = 0; i < length; i++) values[i] = from + (to - from) * random.NextSingle();
                    return values;
                }

                public static void Finite(float[] values, string what)
                {
                    bool any = false;
                    foreach (float value in values)
                    {
                        if (!float.IsFinite(value)) throw new global::System.InvalidOperationException(what + ": not finite");
                        any |= value != 0;
                    }

                    if (!any) throw new global::System.InvalidOperationException(what + ": nothing but zeros");
                }

                public static void Close(float[] expected, float[] actual, string what)
                {
                    Finite(actual, what);
                    for (int i = 0; i < expected.Length; i++)
                    {
                        if (global::System.Math.Abs(expected[i] - actual[i]) > 1e-3 * (1 + global::System.Math.Abs(expected[i])))
                            throw new global::System.InvalidOperationException($"{what}: element {i} is {actual[i]}, expected {expected[i]}");
                    }
                }
            }
        }
        """;

    public static string Entry(params IEnumerable<string> bodies) => $$"""
        namespace AttnDslProbe
        {
            public static class Entry
            {
                public static void Run()
                {
        {{string.Join("\n", bodies)}}
                }
            }
        }
        """;

    /// <summary>A block of statements that uses the layer.</summary>
    /// <param name="declaration">What its attributes say.</param>
    /// <param name="type">How the block names it.</param>
    public static string Use(LayerDeclaration declaration, string type, int time = 5)
    {
        var s = Resolver.Resolve(declaration);
        var lines = new List<string> { "{" };
        var heads = s.Heads ?? s.KeyValueHeads ?? s.ValueHeads ?? 2;
        var spans = new List<string>();
        var steps = new List<string>();
        var members = new List<string>();
        var seed = 1;
        foreach (var input in s.Inputs)
        {
            var name = "in" + input.Member;
            var row = input.RowsPerToken * Heads(s, input.HeadCount, heads) * (input.Width > 0 ? input.Width : 1);
            var (from, to) = input.Member switch { "G" => ("-1f", "-0.01f"), "Beta" => ("0.1f", "0.9f"), _ => ("-0.5f", "0.5f") };
            lines.Add($"float[] {name} = global::AttnDslProbe.Check.Fill({time} * {row}, {seed++}, {from}, {to});");
            spans.Add(name);
            steps.Add($"new global::System.ReadOnlySpan<float>({name}, t * {row}, {row})");
            var shape = $"1, {time * input.RowsPerToken}, {Heads(s, input.HeadCount, heads)}{(input.Width > 0 ? $", {input.Width}" : "")}";
            members.Add($"{input.Member} = new global::System.Numerics.Tensors.ReadOnlyTensorSpan<float>({name}, [{shape}])");
        }

        var learned = new List<string>();
        foreach (var p in s.Parameters)
        {
            var axes = p.Axes.Select(a => (int?)a).Prepend(p.PerHead is { } count ? Heads(s, count, heads) : null).OfType<int>().ToList();
            var (from, to) = p.Member == "G" ? ("-1f", "-0.01f") : p.Member.StartsWith("Map", System.StringComparison.Ordinal) ? ("0.1f", "0.5f") : ("-0.5f", "0.5f");
            lines.Add($"float[] learned{p.Member} = global::AttnDslProbe.Check.Fill({axes.Aggregate(1, (x, y) => x * y)}, {seed++}, {from}, {to});");
            spans.Add($"learned{p.Member}");
            steps.Add($"learned{p.Member}");
            learned.Add($"{p.Member} = new global::System.Numerics.Tensors.ReadOnlyTensorSpan<float>(learned{p.Member}, [{string.Join(", ", axes)}])");
        }

        if (learned.Count > 0) members.Add($"Parameters = new() {{ {string.Join(", ", learned)} }}");
        if (s.Window is { RuntimeSized: true })
        {
            spans.Add("1");
            steps.Add("1");
            members.Add("Window = 1");
        }

        var outputHeads = s.ValueHeads ?? heads;
        var width = outputHeads * s.ValueDim;
        var headArgument = s.Heads is null ? $"{heads}, " : "";
        lines.Add($"float[] output = new float[{time} * {System.Math.Max(width, 0)}];");
        lines.Add($"{type}.Forward(1, {time}, {headArgument}{string.Join(", ", spans)}, output);");
        lines.Add($"global::AttnDslProbe.Check.Finite(output, {type}.Explanation);");
        foreach (var form in new[] { Forms.Fastest, Forms.Recurrent, Forms.Parallel, Forms.Chunkwise }.Where(f => f == Forms.Fastest || Offers(s, declaration, f)))
        {
            lines.Add("{");
            lines.Add($"float[] other = new float[{time} * {System.Math.Max(width, 0)}];");
            lines.Add($"var inputs = new {type}.Inputs {{ {string.Join(", ", members)} }};");
            lines.Add($"{type}.Forward(in inputs, new global::System.Numerics.Tensors.TensorSpan<float>(other, [1, {time}, {outputHeads}, {s.ValueDim}]), global::AttnDsl.Forms.{form});");
            lines.Add($"global::AttnDslProbe.Check.Close(output, other, \"{form} form of \" + {type}.Explanation);");
            lines.Add("}");
        }

        if (s.Causal) Stream(lines, s, type, time, heads, width, steps);
        lines.Add("}");
        return string.Join("\n", lines);
    }

    private static void Stream(List<string> lines, DynamicalSystem s, string type, int time, int heads, int width, List<string> steps)
    {
        var extra = (s.Heads is null ? $", {heads}" : "") + (s.Family == StateFamily.Cache && s.Window is null ? $", {time}" : "");
        lines.Add("{");
        lines.Add($"float[] other = new float[{time} * {System.Math.Max(width, 0)}];");
        lines.Add($"var state = new {type}.State(1{extra});");
        lines.Add($"for (int t = 0; t < {time}; t++) state.Step({string.Join(", ", steps)}, new global::System.Span<float>(other, t * {width}, {width}));");
        lines.Add($"global::AttnDslProbe.Check.Close(output, other, \"Step of \" + {type}.Explanation);");
        lines.Add($"if (state.Position != {time} || state.Fork().Position != {time}) throw new global::System.InvalidOperationException(\"Position\");");
        lines.Add("}");
    }

    /// <summary>A causal layer keeps the recurrent kernel for Step, but offers it as a form only where it was asked for or nothing was.</summary>
    private static bool Offers(DynamicalSystem s, LayerDeclaration d, Forms form) =>
        s.Has(form) && (d.Form is not { Forms: not 0 } asked || (asked.Forms & form) != 0);

    private static int Heads(DynamicalSystem s, HeadCount count, int query) => count switch
    {
        HeadCount.KeyValue => s.KeyValueHeads ?? query,
        HeadCount.State => s.ValueHeads ?? query,
        HeadCount.Shared => 1,
        _ => query,
    };
}
