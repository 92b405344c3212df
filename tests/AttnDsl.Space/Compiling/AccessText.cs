using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using Microsoft.CodeAnalysis;

namespace AttnDsl.Space.Compiling;

/// <summary>
/// Code that puts a declared layer behind <see cref="Access"/>. It is written from the members that the generator gave the layer, by
/// their names, so that a new input or state needs no word here.
/// </summary>
internal static class AccessText
{
    private const string Learned = "Parameters", Table = "MapTable";

    public static string Of(INamedTypeSymbol layer, IEnumerable<Forms> forms, string name, string? functions)
    {
        var type = "global::" + layer.ToDisplayString();
        var inputs = Nested(layer, "Inputs")!;
        var state = Nested(layer, "State");
        var types = new[] { "Inputs", "Gradients", "State" }.Where(t => Nested(layer, t) is not null).Select(t => $"{type}.{t}");
        var arguments = new List<string> { Bind(Nested(layer, "Gradients")!), $"{type}.Forward" };
        if (state is not null) arguments.Add($"{type}.Forward");
        arguments.Add($"{type}.Backward");
        var properties = new List<string>();
        if (state is not null)
        {
            arguments.Add($"(b, h, c) => new({Arguments(Constructor(state), "b", "h", "c")})");
            arguments.Add("(s, in i, in o) => s.Prefill(in i, in o)");
            arguments.Add("(s, in i, in o) => s.Step(in i, in o)");
            properties.AddRange(state.GetMembers().OfType<IPropertySymbol>().Where(IsTensor).Where(p => PartOf(p.Name) is not null).Select(p => $"{PartOf(p.Name)} = s => s.{p.Name}"));
            if (Methods(layer, "Backward").Any(m => m.Parameters.Length == 5)) properties.Add($"BackwardThrough = {type}.Backward");
        }

        // With the parameters alone, and with the table that the layer makes of them.
        var table = Methods(layer, "Tabulate").Any() ? $"{type}.Tabulate({NewParameters(inputs)})" : null;
        string Layer(string? table) =>
            $"new global::AttnDsl.Golden.Layers.Layer<{string.Join(", ", types)}>((global::AttnDsl.Forms){(int)forms.Aggregate((a, b) => a | b)}, {Bind(inputs, table)}, {string.Join(", ", arguments)})" +
            $" {{ {string.Join(", ", table is null ? properties : [.. properties, $"Table = t => {table}"])} }}";
        string?[] more = [functions is null ? null : $"Functions = {functions}", table is null ? null : $"Tabulated = {Layer(table)}"];
        return $$"""
            namespace AttnDsl.Space.Compiled
            {
                internal static class {{name}}
                {
                    public static global::AttnDsl.Space.Compiling.Access Access => new(
                        {{Layer(null)}},
                        Spans,
                        {{(state is null ? "null, null, null" : "StreamSpans, Packed, PackedBackward")}}) { {{string.Join(", ", more.Where(m => m is not null))}} };

                    private static void Spans(global::AttnDsl.Golden.Layers.TimeSlice inputs, int batch, int time, int heads, int window, float[] output) =>
                        {{type}}.Forward({{Spans(SpanMethod(layer, "Forward"), "time", Data, "output")}});
            {{(state is null ? "" : Stream(type, state, LearnedOf(layer)) + Packed(type, inputs, Nested(layer, "Gradients")!))}}
                }
            }
            """;
    }

    private static string Stream(string type, INamedTypeSymbol state, HashSet<string> learned)
    {
        string Row(string p, string start, string count) => learned.Contains(p) ? Data(p) : $"global::System.MemoryExtensions.AsSpan({Data(p)}, {start} * ({Data(p)}.Length / time), {count} * ({Data(p)}.Length / time))";
        string Output(string start, string count) => $"global::System.MemoryExtensions.AsSpan(output, {start} * (output.Length / time), {count} * (output.Length / time))";
        return $$"""
                    private static void StreamSpans(global::AttnDsl.Golden.Layers.TimeSlice inputs, int time, int prefilled, int heads, int window, float[] output)
                    {
                        var state = new {{type}}.State({{Arguments(Constructor(state), "1", "heads", "time")}});
                        state.Prefill({{Spans(SpanMethod(state, "Prefill"), "prefilled", p => Row(p, "0", "prefilled"), Output("0", "prefilled"))}});
                        for (int t = prefilled; t < time; t++) state.Step({{Spans(SpanMethod(state, "Step"), "1", p => Row(p, "t", "1"), Output("t", "1"))}});
                        if (state.Position != time || state.Fork().Position != time) throw new global::System.InvalidOperationException($"Position is {state.Position} after {time} tokens");
                    }
            """;
    }

    private static string Packed(string type, INamedTypeSymbol inputs, INamedTypeSymbol gradients) => $$"""


                    private static void Packed(global::AttnDsl.Golden.Layers.TimeSlice t, in global::System.Numerics.Tensors.TensorSpan<float> output, int[] cuSeqLens) =>
                        {{type}}.Forward({{New(inputs)}}, in output, cuSeqLens);

                    private static void PackedBackward(global::AttnDsl.Golden.Layers.TimeSlice inputs, in global::System.Numerics.Tensors.TensorSpan<float> outputGradient, global::AttnDsl.Golden.Layers.TimeSlice gradients, int[] cuSeqLens)
                    {
                        var t = inputs;
                        {{type}}.Inputs given = {{New(inputs)}};
                        t = gradients;
                        {{type}}.Backward(in given, outputGradient, {{New(gradients)}}, cuSeqLens);
                    }
            """;

    /// <summary>The arguments of a member over spans: numbers by name, tensors by the name of the input.</summary>
    private static string Spans(IMethodSymbol method, string time, System.Func<string, string> tensor, string output) => string.Join(", ", method.Parameters.Where(p => !p.IsOptional).Select(p => p switch
    {
        { Name: "time" } => time,
        { Name: "output" } => output,
        { Type.SpecialType: SpecialType.System_Int32 } => p.Name,
        _ => tensor(p.Name),
    }));

    private static string Bind(INamedTypeSymbol inputs, string? table = null) => "t => " + New(inputs, table);

    private static string NewParameters(INamedTypeSymbol inputs) => New(inputs.GetMembers(Learned).OfType<IPropertySymbol>().Single().Type);

    private static string New(ITypeSymbol inputs, string? table = null) => $"new() {{ {string.Join(", ", inputs.GetMembers().OfType<IPropertySymbol>().Where(p => p.Name != Table).Select(p => $"{p.Name} = {p switch
    {
        { Type.SpecialType: SpecialType.System_Int32 } => $"t.Integer(\"{p.Name.ToLowerInvariant()}\")",
        { Name: Learned } when table is not null => New(p.Type).Replace(" }", $", {Table} = {table} }}", System.StringComparison.Ordinal),
        { Name: Learned } => New(p.Type),
        _ => $"t[t.NameOf(\"{p.Name}\")]",
    }}"))} }}";

    /// <summary>The tensors that have no tokens.</summary>
    private static HashSet<string> LearnedOf(INamedTypeSymbol layer) =>
        new( (Nested(layer, Learned)?.GetMembers() ?? []).OfType<IPropertySymbol>().Select(p => p.Name), System.StringComparer.OrdinalIgnoreCase);

    private static string Arguments(IMethodSymbol constructor, string batch, string heads, string capacity) =>
        string.Join(", ", constructor.Parameters.Select(p => p.Name switch { "batch" => batch, "heads" => heads, "snapshots" => "0", _ => capacity }));

    private static string Data(string name) => $"global::AttnDsl.Space.Compiling.Access.Data(inputs, \"{name}\")";

    /// <summary>What the oracles know it as, if they do.</summary>
    private static string? PartOf(string state) => state switch { "S" or "SlotKeys" => "Matrix", "M" => "Maximum", "ValueMean" or "Count" => state, "Z" or "N" or "KeyMean" or "SlotValues" => "KeySum", _ => null };

    private static bool IsTensor(IPropertySymbol property) => property is { DeclaredAccessibility: Accessibility.Public, Type.Name: "TensorSpan" };

    private static INamedTypeSymbol? Nested(INamedTypeSymbol layer, string name) => layer.GetTypeMembers(name).SingleOrDefault();

    private static IEnumerable<IMethodSymbol> Methods(INamedTypeSymbol type, string name) => type.GetMembers(name).OfType<IMethodSymbol>();

    /// <summary>The one over memory of its own.</summary>
    private static IMethodSymbol Constructor(INamedTypeSymbol state) =>
        state.InstanceConstructors.Single(c => c.DeclaredAccessibility == Accessibility.Public && c.Parameters.Length > 0 && c.Parameters.All(p => p.Type.SpecialType == SpecialType.System_Int32));

    private static IMethodSymbol SpanMethod(INamedTypeSymbol type, string name) =>
        Methods(type, name).Single(m => m.DeclaredAccessibility == Accessibility.Public && m.Parameters.Any(p => p is { Name: "output", Type.Name: "Span" }));
}
