using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit.Cpu;

/// <summary>
/// The CPU file of a layer: one <c>Call</c> that carries the arguments of a call to whichever thread does a part of the work,
/// and the kernels.
/// </summary>
internal static class CpuEmitter
{
    public static string Emit(LayerPlan plan, string className, string typeName)
    {
        var w = new SourceWriter();
        FileHeader.Write(w);
        w.Line("namespace AttnDsl.Generated");
        using (w.Braces())
        {
            // Inside the namespace these win over whatever the project calls its own types.
            foreach (var name in new[] { "System", "System.ComponentModel", "System.Runtime.CompilerServices", "AttnDsl.Primitives", "AttnDsl.Runtime", "AttnDsl.Simd" })
                w.Line($"using {name};");
            w.Line();
            w.Line($"/// <summary>CPU kernels of {typeName}. B batch, T time, H heads, K key width, V value width, C tokens of a chunk, R queries of a block.</summary>");
            w.Line(FileHeader.GeneratedCode);
            w.Line("[EditorBrowsable(EditorBrowsableState.Never)]");
            using (w.Block($"internal static class {className}"))
            {
                foreach (var kernel in plan.Kernels)
                    w.Line($"public const int {kernel.Name}Scratch = {Literals.Integer(kernel.Plan.ScratchFloats)}; // floats a worker");
                w.Line();
                w.Line("/// <summary>The kernels, by name.</summary>");
                w.Line($"public enum Pass {{ {string.Join(", ", plan.Kernels.Select(k => k.Name))} }}");
                w.Line();
                Call(w, plan);
                foreach (var kernel in plan.Kernels)
                {
                    w.Line();
                    CpuKernelWriter.Write(w, kernel.Signature, kernel.Summary);
                }
            }
        }

        return w.ToString();
    }

    private static void Call(SourceWriter w, LayerPlan plan)
    {
        var system = plan.System;
        w.Line("/// <summary>The arguments of one call, with strides in floats.</summary>");
        using (w.Block("public struct Call : IWork"))
        {
            w.Line($"public TensorArg {string.Join(", ", system.Inputs.Select(i => i.Member).Append("O"))};");
            if (system.Family == StateFamily.Cache) w.Line("public TensorArg Keys, Values, SinkKeys, SinkValues;");
            else w.Line("public nint State;");
            if (system.Rotation is not null) w.Line("public nint Cos, Sin;");
            w.Line("public Pass Pass;");
            w.Line();
            w.Line("/// <summary>Tokens of this call, and heads among which its items are dealt.</summary>");
            w.Line("public int Time, Heads;");
            Field(system.KeyValueHeads is not null || system.ValueHeads is not null, "Output heads that share one of the others.", "Group");
            Field(plan.Kernels.Any(k => k.Unit == WorkUnit.QueryBlock), "Blocks of queries a head.", "Blocks");
            Field(system.Family == StateFamily.Cache, "Rows of keys.", "KeyRows");
            Field(system is { Family: StateFamily.Cache, Causal: true }, "First token of the inputs; positions of the first query and of the first row of keys.", "Start, QueryFirst, KeyFirst");
            Field(system.Window is { RuntimeSized: true }, "W.", "Window");

            void Field(bool used, string meaning, string names)
            {
                if (!used) return;
                w.Line();
                w.Line($"/// <summary>{meaning}</summary>");
                w.Line($"public int {names};");
            }

            w.Line();
            using (w.Block("public void Bind(ReadOnlySpan<nint> addresses)"))
            {
                var n = 0;
                foreach (var member in system.Inputs.Select(i => i.Member).Append("O")) w.Line($"{member}.Address = addresses[{n++}];");
                if (system.Family == StateFamily.Matrix)
                {
                    w.Line($"if (addresses[{n}] != 0) State = addresses[{n}];");
                }
                else
                {
                    foreach (var member in new[] { "Keys", "Values", "SinkKeys", "SinkValues" }) w.Line($"if (addresses[{n}] != 0) {member}.Address = addresses[{n}];{Next(ref n)}");
                }
            }

            w.Line();
            using (w.Block("public void Run(int item, ref float scratch)"))
            {
                using (w.Block("switch (Machine.VectorBits)"))
                {
                    w.Line("case 512: Run<Simd512>(item, ref scratch); break;");
                    w.Line("case 256: Run<Simd256>(item, ref scratch); break;");
                    w.Line("case 128: Run<Simd128>(item, ref scratch); break;");
                    w.Line("default: Run<SimdScalar>(item, ref scratch); break;");
                }
            }

            w.Line();
            using (w.Block("private void Run<TVec>(int item, ref float work) where TVec : struct, ISimd<TVec>"))
            {
                using (w.Block("switch (Pass)"))
                {
                    foreach (var kernel in plan.Kernels) Case(w, plan, kernel);
                }
            }
        }
    }

    private static string Start(DynamicalSystem system) => system is { Family: StateFamily.Cache, Causal: true } ? "Start" : "0";

    private static string Next(ref int n)
    {
        n++;
        return "";
    }

    private static void Case(SourceWriter w, LayerPlan plan, LayerKernel kernel)
    {
        w.Line($"case Pass.{kernel.Name}:");
        using (w.Braces())
        {
            if (kernel.Unit == WorkUnit.QueryBlock)
            {
                w.Line("int block = item % Blocks, b = item / Blocks / Heads, h = item / Blocks % Heads;");
                w.Line($"int query = block * {kernel.Plan.Sizes.R};");
            }
            else
            {
                w.Line("int b = item / Heads, h = item % Heads;");
            }

            var states = plan.System.States;
            var wholes = kernel.Signature.Parameters.SelectMany(p => p).Where(p => p.Kind == ParameterKind.Whole).ToList();
            if (wholes.Count > 0) w.Line($"ref float state = ref Native.At(State, (nint)(b * Heads + h) * {StateLayout.UnitFloats(plan.System)});");
            w.Line($"{kernel.Name}<TVec>(");
            var lines = kernel.Signature.Parameters;
            for (var n = 0; n < lines.Count; n++)
                w.Line($"    {string.Join(", ", lines[n].Select(p => Argument(plan, kernel, p)))}{(n == lines.Count - 1 ? ");" : ",")}");
            w.Line("break;");
        }

        w.Line();
    }

    private static string Argument(LayerPlan plan, LayerKernel kernel, KernelParameter p) => p.Kind switch
    {
        ParameterKind.Time => kernel.Unit == WorkUnit.QueryBlock && plan.System.Family == StateFamily.Cache ? "KeyRows" : "Time",
        ParameterKind.Query => "query",
        ParameterKind.QueryRows => $"Math.Min({kernel.Plan.Sizes.R}, Time - query)",
        ParameterKind.QueryFirst => "QueryFirst",
        ParameterKind.KeyFirst => "KeyFirst",
        ParameterKind.Head => "h",
        ParameterKind.Window => "Window",
        ParameterKind.Work => "ref work",
        ParameterKind.Whole => StateLayout.Offset(plan.System, p.Name) is var o && o == 0 ? "ref state" : $"ref Unsafe.Add(ref state, {o})",
        _ => Rows(plan, kernel, p.Name),
    };

    private static string Rows(LayerPlan plan, LayerKernel kernel, string tensor)
    {
        var system = plan.System;
        var start = Start(system);
        if (tensor is "cos" or "sin") return $"ref Native.At({char.ToUpperInvariant(tensor[0]) + tensor.Substring(1)}, 0), {system.KeyDim / 2}";
        if (tensor == "o") return $"ref O.At(b, {start}, h), O.Time";
        var key = kernel.Unit == WorkUnit.KeyValueHead || system.KeyValueHeads is null ? "h" : "h / Group";
        switch (tensor)
        {
            case "keys" or "values" when kernel.Unit == WorkUnit.KeyValueHead:
                // The new rows go behind those that are there.
                var field = tensor == "keys" ? "Keys" : "Values";
                if (!system.Causal) return $"ref {field}.At(b, 0, h), {field}.Time";
                return $"ref {field}.At(b, QueryFirst - KeyFirst, h), {field}.Time";
            case "keys" or "values" or "sinkKeys" or "sinkValues":
                var cached = char.ToUpperInvariant(tensor[0]) + tensor.Substring(1);
                return $"ref {cached}.At(b, 0, {key}), {cached}.Time";
        }

        var input = system.Inputs.First(i => i.Tensor == tensor);
        var head = input.HeadCount switch
        {
            HeadCount.State => "h",
            HeadCount.KeyValue => key,
            _ => kernel.Unit == WorkUnit.KeyValueHead || system.ValueHeads is null ? "h" : "h / Group",
        };
        return $"ref {input.Member}.At(b, {start}, {head}), {input.Member}.Time";
    }
}
