using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Lowering;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Gpu;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Docs;

/// <summary>The page that follows a layer from its attributes to its text shows what each step really hands on.</summary>
public sealed class OneLayerTests
{
    private const string Declaration = """
        using AttnDsl;

        [AttentionLayer(KeyDim = 32, ValueDim = 48, Heads = 2)]
        [Gate(GateShape.Head)]
        public static partial class Decaying;
        """;

    [Fact]
    public void Page_ShowsWhatTheStepsHandOn()
    {
        var generated = new Project(Declaration).OnGpu().Generate().Strict();
        var model = generated.Models.Single();
        var system = Resolver.Resolve(model.Layer);
        var plan = LayerPlan.Build(system);
        var chunkwise = MatrixProgram.Build(system, "chunkwise", Dim.C);
        string File(string suffix) => generated.Texts.Single(t => t.Key.EndsWith(suffix, System.StringComparison.Ordinal)).Value;
        DumpPage.Verify(Path.Combine(Repository.Docs, "one-layer.md"), new Dictionary<string, string>
        {
            ["declaration"] = Declaration,
            ["model"] = Text(model, ""),
            ["problems"] = Problems(model.Layer),
            ["problems of another"] = Problems(model.Layer with { Form = new(Forms.Chunkwise, 48), Heads = 0 }),
            ["system"] = system.ToString(),
            ["program"] = chunkwise.ToString(),
            ["one row"] = MatrixProgram.Build(system, "recurrent", Dim.One).ToString(),
            ["backward"] = Reverse.Backward(chunkwise, "backward", ["o", "S"], []).ToString(),
            ["fused"] = plan.Kernels.Single(k => k.Name == "Chunkwise").Plan.Program.ToString(),
            ["plan"] = plan.Kernels.Single(k => k.Name == "Chunkwise").Plan.ToString(),
            ["csharp"] = DumpPage.Member(File(".Cpu.g.cs"), "void Chunkwise<TVec>("),
            ["gpu"] = DumpPage.Member(File(".Gpu.g.cs"), "static void Chunkwise("),
        });
    }

    private static string Problems(LayerDeclaration layer)
    {
        var problems = LayerRules.Check(layer, "Decaying").ToList();
        return problems.Count == 0 ? "none" : string.Join("\n", problems.Select(p => $"{p.Id} at {p.Site}: {string.Join(", ", p.Arguments)}"));
    }

    /// <summary>A record, property by property; what was not written is left out.</summary>
    private static string Text(object record, string indent)
    {
        var text = new StringBuilder();
        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetValue(record) is not { } value) continue;
            if (value is string or System.ValueType and not IEnumerable) text.Append($"{indent}{property.Name} = {(value switch { string s => $"\"{s}\"", bool b => b ? "true" : "false", _ => value })}\n");
            else if (value is IEnumerable list) text.Append($"{indent}{property.Name} = [{string.Join(", ", list.Cast<object>())}]\n");
            else text.Append($"{indent}{property.Name}\n{Text(value, indent + "  ")}");
        }

        return text.ToString();
    }
}
