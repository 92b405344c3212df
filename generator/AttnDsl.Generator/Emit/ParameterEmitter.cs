using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit;

/// <summary>What a layer with learned parameters has beside the others: their struct, their checks, the sum of their gradients.</summary>
internal static class ParameterEmitter
{
    private const string Support = Runtime + ".LearnedParameters";

    /// <summary>The struct of the parameters, or that of their gradients.</summary>
    public static void Struct(SourceWriter w, DynamicalSystem system, string name, string tensor, string modifiers, string summary, string prefix)
    {
        if (system.Parameters.Count == 0) return;
        w.Line($"/// <summary>{summary}</summary>");
        w.Line(FileHeader.GeneratedCode);
        using (w.Block($"public {modifiers} struct {name}"))
        {
            foreach (var p in system.Parameters)
            {
                w.Line($"/// <summary>{(prefix.Length > 0 ? prefix + p.Member : Xml(p.Meaning))} {p.Letters}</summary>");
                w.Line($"public required {tensor} {p.Member} {{ get; init; }}");
                w.Line();
            }

            if (prefix.Length == 0 && system.Map.Table is not null)
            {
                w.Line("/// <summary>What <c>Tabulate</c> made of these parameters, if it was called: Forward, Prefill and Step look the map's functions up in it. Backward takes no notice of it.</summary>");
                w.Line($"public {tensor}{(tensor == Gpu.GpuSurfaceEmitter.GpuTensor ? "?" : "")} {PiecewiseTable.Member} {{ get; init; }}");
                w.Line();
            }
        }

        w.Line();
    }

    /// <summary>The member of <c>Inputs</c> or <c>Gradients</c> that holds them.</summary>
    public static void Member(SourceWriter w, DynamicalSystem system, string type, string summary)
    {
        if (system.Parameters.Count == 0) return;
        w.Line($"/// <summary>{summary}</summary>");
        w.Line($"public required {type} Parameters {{ get; init; }}");
        w.Line();
    }

    /// <summary>Shapes of the parameters.</summary>
    public static void Checks(SourceWriter w, DynamicalSystem system)
    {
        foreach (var p in system.Parameters) w.Line($"{Support}.Check(inputs.Parameters.{p.Member}, \"Parameters.{p.Member}\", \"{p.Letters}\", {Lengths(system, p)});");
    }

    /// <summary>The method that makes a table of the map's functions.</summary>
    public static void Tabulate(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan)
    {
        if (system.Map.Table is not { } table) return;
        var (members, arguments) = system.Map.TableSources;
        var lead = system.Map.Parameters.First(p => p.Member == members[0]);
        w.Line("/// <summary>");
        w.Line($"/// The functions of the feature map for these parameters as a table of their {Literals.Integer(table.Pieces)} pieces, {Literals.Grouped(4 * table.Floats)} bytes{(lead.PerHead is null ? "" : " a head")}: the <c>{PiecewiseTable.Member}</c> of");
        w.Line("/// parameters with which Forward, Prefill and Step run without computing hidden units. Once for parameters that no longer change.");
        w.Line("/// </summary>");
        w.Line($"/// <exception cref=\"global::System.ArgumentException\">{string.Join(", ", members.Take(members.Count - 1))} or {members[members.Count - 1]} is missing or has another shape.</exception>");
        w.Line("public static float[] Tabulate(in Parameters parameters)");
        using (w.Braces())
        {
            if (plan is null)
            {
                w.Line($"throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");");
                return;
            }

            if (lead.PerHead is not null) w.Line(system.Heads is { } h ? $"const int heads = {Literals.Integer(h)};" : $"int heads = parameters.{lead.Member}.Rank > 0 ? (int)parameters.{lead.Member}.Lengths[0] : 0;");
            foreach (var p in system.Map.Parameters.Where(p => members.Contains(p.Member))) w.Line($"{Support}.Check(parameters.{p.Member}, \"Parameters.{p.Member}\", \"{p.Letters}\", {Lengths(system, p)});");
            w.Line($"return {Runtime}.PiecewiseTables.Of({(lead.PerHead is null ? "1" : "heads")}, {Literals.Integer(table.Pieces)}, {Literals.Integer(table.Functions)}, {arguments}, {string.Join(", ", members.Select(m => $"parameters.{m}"))});");
        }

        w.Line();
    }

    /// <summary>Declares whether the call has a table, and checks it.</summary>
    public static void TableChecks(SourceWriter w, DynamicalSystem system)
    {
        if (system.Map.Table is null) return;
        var table = "inputs.Parameters." + PiecewiseTable.Member;
        w.Line($"bool tabulated = {table}.FlattenedLength > 0;");
        using (w.Block("if (tabulated)"))
        {
            w.Line($"{Support}.Check({table}, \"Parameters.{PiecewiseTable.Member}\", \"of Tabulate\", {TableFloats(system)});");
            w.Line($"{Runtime}.Guards.Apart(output, {table}, \"Parameters.{PiecewiseTable.Member}\");");
        }
    }

    /// <summary>A table is pinned behind the parameters.</summary>
    public static void PinTable(SourceWriter w, DynamicalSystem system)
    {
        if (system.Map.Table is null) return;
        w.Line($"if (tabulated) pins.P{system.Inputs.Count + Cpu.CpuEmitter.Pinned(system).Count - 1} = ref {Runtime}.Guards.Reference(inputs.Parameters.{PiecewiseTable.Member});");
    }

    /// <summary>Floats of a call's table as C#.</summary>
    public static string TableFloats(DynamicalSystem system) =>
        $"{(system.Map.Options.PerHead ? Heads(system, HeadCount.Query, "heads") + " * " : "")}{Literals.Integer(system.Map.Table!.Floats)}";

    /// <summary>Shapes of the gradients, and that nothing overlaps.</summary>
    public static void GradientChecks(SourceWriter w, DynamicalSystem system)
    {
        foreach (var p in system.Parameters)
        {
            var (gradient, name) = ($"gradients.Parameters.{p.Member}", $"\"gradients.Parameters.{p.Member}\"");
            w.Line($"{Support}.CheckGradient({gradient}, {name}, \"{p.Letters}\", {Lengths(system, p)});");
            w.Line($"{Runtime}.Guards.Apart({gradient}, outputGradient, \"outputGradient\", {name});");
            foreach (var input in system.Inputs) w.Line($"{Runtime}.Guards.Apart({gradient}, inputs.{input.Member}, \"{input.Member}\", {name});");
            foreach (var other in system.Parameters) w.Line($"{Runtime}.Guards.Apart({gradient}, inputs.Parameters.{other.Member}, \"Parameters.{other.Member}\", {name});");
            foreach (var input in system.Differentiated) w.Line($"{Runtime}.Guards.Distinct({gradient}, {name}, gradients.{input.Member}, \"gradients.{input.Member}\");");
            foreach (var other in system.Parameters.TakeWhile(o => o != p)) w.Line($"{Runtime}.Guards.Distinct({gradient}, {name}, gradients.Parameters.{other.Member}, \"gradients.Parameters.{other.Member}\");");
            foreach (var input in system.Differentiated) w.Line($"{Runtime}.Guards.Apart(gradients.{input.Member}, inputs.Parameters.{p.Member}, \"Parameters.{p.Member}\", \"gradients.{input.Member}\");");
        }
    }

    /// <summary>The gradients begin as zeros, also of a call without tokens.</summary>
    public static void Clear(SourceWriter w, DynamicalSystem system)
    {
        foreach (var p in system.Parameters) w.Line($"gradients.Parameters.{p.Member}.Clear(); // every item adds to it");
    }

    /// <summary>Runs a backward kernel; what its items contribute to the parameters' gradients is summed behind it.</summary>
    public static void Launch(SourceWriter w, LayerPlan plan, LayerKernel kernel, string cpuClass)
    {
        var learned = Contributions(plan.System, kernel);
        if (learned.Count == 0)
        {
            RunEmitter.Launch(w, plan, kernel, cpuClass);
            return;
        }

        var (heads, blocks) = Items(plan, kernel);
        w.Line("// What every item contributes to the gradients of the learned parameters, summed in the order of the items.");
        if (blocks != "1") RunEmitter.Blocks(w, kernel);
        var count = $"(long)batch * {heads}{(blocks == "1" ? "" : " * " + blocks)}";
        if (plan.System.Causal) count = $"call.Sequences.PlaceContributions({count}, {RunEmitter.Dealt(kernel, heads)})";
        w.Line($"call.{learned[0].Field}Grad = {Runtime}.Workspace.RentAddress(4, {count} * {learned.Sum(p => p.Floats)});");
        for (var n = 1; n < learned.Count; n++)
            w.Line($"call.{learned[n].Field}Grad = call.{learned[n - 1].Field}Grad + (nint){count} * {learned[n - 1].Floats} * sizeof(float);");
        RunEmitter.Launch(w, plan, kernel, cpuClass);
        foreach (var p in learned)
            w.Line($"{Support}.Sum(gradients.Parameters.{p.Member}, call.{p.Field}Grad, {(plan.System.Causal ? "call.Sequences, " : "")}batch, {heads}, {blocks}, {p.Floats}, {HeadsPerPart(plan.System, kernel, p)});");
    }

    /// <summary>The parameters to whose gradients a kernel contributes.</summary>
    public static IReadOnlyList<ParameterTensor> Contributions(DynamicalSystem system, LayerKernel kernel) =>
        [.. system.Parameters.Where(p => kernel.Signature.Parameters.Any(line => line.Any(a => a.Kind == ParameterKind.LearnedGradient && a.Name == p.Tensor + "Grad")))];

    /// <summary>Heads that contribute one part each, and items a head.</summary>
    public static (string Heads, string Blocks) Items(LayerPlan plan, LayerKernel kernel)
    {
        var system = plan.System;
        var heads = kernel.Unit switch
        {
            WorkUnit.KeyValueHead => Heads(system, HeadCount.KeyValue, "heads"),
            WorkUnit.KeyBlock => "heads",
            WorkUnit.QueryBlock when system.Family == StateFamily.Cache => "heads",
            _ => Heads(system, HeadCount.State, "heads"),
        };
        return (heads, kernel.Unit is WorkUnit.QueryBlock or WorkUnit.KeyBlock ? "call.Blocks" : "1");
    }

    /// <summary>How many of a kernel's heads share a part of a parameter; 0 when all do.</summary>
    public static string HeadsPerPart(DynamicalSystem system, LayerKernel kernel, ParameterTensor p) => p.PerHead switch
    {
        null => "0",
        HeadCount.KeyValue when kernel.Unit != WorkUnit.KeyValueHead && system.KeyValueHeads is not null => "call.Group",
        HeadCount.Query when kernel.Unit != WorkUnit.KeyValueHead && system.ValueHeads is not null => "call.Group",
        _ => "1",
    };

    /// <summary>Lengths of a parameter's axes as C#.</summary>
    /// <param name="query">The number of query heads.</param>
    public static string Lengths(DynamicalSystem system, ParameterTensor p, string query = "heads") =>
        string.Join(", ", (p.PerHead is { } count ? [Heads(system, count, query)] : Enumerable.Empty<string>()).Concat(p.Axes.Select(n => Literals.Integer(n))));
}
