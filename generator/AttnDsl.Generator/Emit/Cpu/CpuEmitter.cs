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
            w.Line($"/// <summary>CPU kernels of {typeName}. {KernelLetters.Of(plan.System)}.</summary>");
            w.Line(FileHeader.GeneratedCode);
            w.Line("[EditorBrowsable(EditorBrowsableState.Never)]");
            using (w.Block($"internal static class {className}"))
            {
                foreach (var kernel in plan.Kernels)
                    w.Line($"public const int {kernel.Name}Scratch = {Literals.Integer(kernel.Plan.ScratchFloats)}; // floats a worker");
                if (plan.System.Phase is { } phase)
                {
                    w.Line();
                    w.Line("/// <summary>τ of every pair.</summary>");
                    w.Line($"private static readonly double[] Temperatures = {phase.Temperatures.Table};");
                }

                w.Line();
                w.Line("/// <summary>The kernels, by name.</summary>");
                w.Line($"public enum Pass {{ {string.Join(", ", plan.Kernels.Select(k => k.Name))} }}");
                w.Line();
                Call(w, plan);
                var methods = new HashSet<string>(plan.Kernels.Select(k => k.Name), System.StringComparer.Ordinal);
                foreach (var kernel in plan.Kernels)
                {
                    w.Line();
                    CpuKernelWriter.Write(w, kernel.Signature, kernel.Summary, methods);
                }

                MaskEmitter.Write(w, plan, isUnchecked: false);
            }
        }

        return w.ToString();
    }

    private static void Call(SourceWriter w, LayerPlan plan)
    {
        var system = plan.System;
        var cache = system.Family == StateFamily.Cache;
        var learns = plan.Kernels.SelectMany(k => ParameterEmitter.Contributions(system, k)).ToList();
        w.Line("/// <summary>The arguments of one call, with strides in floats.</summary>");
        using (w.Block("public struct Call : IWork"))
        {
            w.Line($"public TensorArg {string.Join(", ", system.Inputs.Select(i => i.Field).Append("O"))};");
            w.Line($"public TensorArg {string.Join(", ", system.Differentiated.Select(i => i.Member + "Grad").Prepend("OGrad"))};");
            if (cache)
            {
                w.Line("public TensorArg Keys, Values, SinkKeys, SinkValues, KeysGrad, ValuesGrad;");
                w.Line("public nint Lse, LseStep;");
                if (system.States.Count > 0) w.Line("public nint State, StateGrad, StateUnit, StateGradUnit;");
            }
            else
            {
                w.Line("public nint State, StateGrad;");
            }

            if (system.Angles is not null) w.Line("public nint Cos, Sin;");
            if (system.Levels > 0) w.Line("public nint Places;");
            foreach (var prepared in system.Prepared) w.Line($"public TensorArg {prepared.Member}, {prepared.Member}Grad;");
            if (system.Parameters.Count > 0)
            {
                w.Line();
                w.Line("/// <summary>The learned parameters, and what every item of a backward kernel contributes to their gradients.</summary>");
                w.Line($"public nint {string.Join(", ", system.Parameters.SelectMany(p => learns.Contains(p) ? new[] { p.Field, p.Field + "Grad" } : [p.Field]))};");
            }

            if (system.Map.Table is not null)
            {
                w.Line();
                w.Line("/// <summary>The table of the map's functions, where the call has one.</summary>");
                w.Line($"public nint {PiecewiseTable.Member};");
                w.Line();
            }

            w.Line("public Pass Pass;");
            Field(system.Causal, "Sequences", "The sequences, where they differ in length or age.", "Sequences");
            Field(true, "int", "Tokens of this call, and heads among which its items are dealt.", "Time, Heads");
            Field(system.KeyValueHeads is not null || system.ValueHeads is not null, "int", "Output heads that share one of the others.", "Group");
            Field(plan.Kernels.Any(k => k.Unit is WorkUnit.QueryBlock or WorkUnit.KeyBlock), "int", "Blocks a head.", "Blocks");
            Field(plan.Backward.Kept.Count > 0, "nint", "States kept for the backward pass, and chunks a head.", "Kept, Chunks");
            Field(cache, "int", "Rows of keys.", "KeyRows");
            Field(system.Causal, "int", "First token of this turn.", "Start");
            Field(!cache && system.Causal, "nint", "Floats from a head's state to where it is copied first, for Rollback; 0 where it is not.", "Snapshot");
            Field(cache && system.Causal, "int", "Positions of the first query and of the first row of keys.", "QueryFirst, KeyFirst");
            Field(system.MeasuresSinks, "int", "Tokens between the sinks and the row behind them, where the two lie together.", "SinkGap");
            Field(system.Window is { RuntimeSized: true }, "int", "W.", "Window");

            void Field(bool used, string type, string meaning, string names)
            {
                if (!used) return;
                w.Line();
                w.Line($"/// <summary>{meaning}</summary>");
                w.Line($"public {type} {names};");
            }

            w.Line();
            using (w.Block("public void Bind(ReadOnlySpan<nint> addresses)"))
            {
                var n = 0;
                foreach (var input in system.Inputs) w.Line($"{input.Field}.Address = addresses[{n++}];");
                foreach (var field in Pinned(system)) w.Line($"if (addresses[{n}] != 0) {field} = addresses[{n++}];");
            }

            w.Line();
            using (w.Block("public void Run(int item, ref float scratch)"))
            {
                if (system.Causal)
                {
                    using (w.Block("if (!Sequences.AreAlike)"))
                    {
                        w.Line("ref readonly Sequence sequence = ref Sequences.Of(item);");
                        w.Line("Of(in sequence).Run(item - sequence.Item, ref scratch);");
                        w.Line("return;");
                    }

                    w.Line();
                }

                using (w.Block("switch (Machine.VectorBits)"))
                {
                    w.Line("case 512: Run<Simd512>(item, ref scratch); break;");
                    w.Line("case 256: Run<Simd256>(item, ref scratch); break;");
                    w.Line("case 128: Run<Simd128>(item, ref scratch); break;");
                    w.Line("default: Run<SimdScalar>(item, ref scratch); break;");
                }
            }

            if (system.Causal)
            {
                w.Line();
                OneSequence(w, plan);
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

    /// <summary>How the call is narrowed to one of its sequences, whose batch is 1.</summary>
    private static void OneSequence(SourceWriter w, LayerPlan plan)
    {
        var system = plan.System;
        var cache = system.Family == StateFamily.Cache;
        w.Line("/// <summary>This call for one of its sequences.</summary>");
        using (w.Block("private readonly Call Of(in Sequence s)"))
        {
            w.Line("Call one = this;");
            w.Line("one.Sequences = default;");
            w.Line("(one.Start, one.Time) = (s.Start, s.Time);");
            foreach (var name in system.Inputs.Select(i => i.Field).Append("O")) w.Line($"one.{name} = {name}.From(s.Batch);");
            foreach (var name in system.Differentiated.Select(i => i.Member + "Grad").Prepend("OGrad")) w.Line($"one.{name} = {name}.From(s.Batch);");
            foreach (var name in system.Prepared.SelectMany(p => new[] { p.Member, p.Member + "Grad" })) w.Line($"one.{name} = {name}.From(s.Batch);");
            if (cache)
            {
                foreach (var name in s_rowsOfKeys) w.Line($"one.{name} = {name}.From(s.KeyBatch, s.KeyStart);");
                w.Line("one.Lse += (nint)s.Padded * sizeof(float);");
                w.Line("(one.KeyRows, one.QueryFirst, one.KeyFirst) = (s.KeyRows, s.QueryFirst, s.KeyFirst);");
                if (system.MeasuresSinks) w.Line("one.SinkGap = s.SinkGap;");
                var keyHeads = SurfaceEmitter.Heads(system, HeadCount.KeyValue, "Heads");
                if (system.States.Count > 0) w.Line($"(one.State, one.StateGrad) = (State + (nint)s.Slot * {keyHeads} * StateUnit * sizeof(float), StateGrad + (nint)s.Slot * {keyHeads} * StateGradUnit * sizeof(float));");
                if (plan.Backward.KeptFloats > 0) w.Line($"(one.Kept, one.Chunks) = (Kept + (nint)s.Chunk * {keyHeads} * {plan.Backward.KeptFloats} * sizeof(float), s.Chunks);");
            }
            else
            {
                var heads = SurfaceEmitter.Heads(system, HeadCount.State, "Heads");
                w.Line($"nint state = (nint)s.Slot * {heads} * {StateLayout.UnitFloats(system)} * sizeof(float);");
                w.Line("(one.State, one.StateGrad, one.Snapshot) = (State + state, StateGrad + state, s.Snapshot);");
                if (plan.Backward.KeptFloats > 0) w.Line($"(one.Kept, one.Chunks) = (Kept + (nint)s.Chunk * {heads} * {plan.Backward.KeptFloats} * sizeof(float), s.Chunks);");
            }

            if (plan.Kernels.Any(k => k.Unit is WorkUnit.QueryBlock or WorkUnit.KeyBlock)) w.Line("one.Blocks = s.Blocks;");
            foreach (var p in plan.Kernels.SelectMany(k => ParameterEmitter.Contributions(system, k)).Distinct()) w.Line($"one.{p.Field}Grad += (nint)s.Contribution * {p.Floats} * sizeof(float);");
            if (system.Levels > 0) w.Line("one.Places = Places + (nint)s.Angles * sizeof(float);");
            if (system.Angles is { } angles) w.Line($"(one.Cos, one.Sin) = (Cos + (nint)s.Angles * {angles.Count} * sizeof(float), Sin + (nint)s.Angles * {angles.Count} * sizeof(float));");
            w.Line("return one;");
        }
    }

    private static readonly string[] s_rowsOfKeys = ["Keys", "Values", "SinkKeys", "SinkValues", "KeysGrad", "ValuesGrad"];

    private static string Start(DynamicalSystem system) => system.Causal ? "Start" : "0";

    /// <summary>What is pinned behind the inputs, in this order; what a call does not use stays null.</summary>
    public static IReadOnlyList<string> Pinned(DynamicalSystem system) =>
    [
        "O.Address",
        .. system.Family == StateFamily.Cache ? ["Keys.Address", "Values.Address", "SinkKeys.Address", "SinkValues.Address"] : new[] { "State", "StateGrad" },
        "OGrad.Address",
        .. system.Differentiated.Select(i => i.Member + "Grad.Address"),
        .. system.Family == StateFamily.Cache ? ["KeysGrad.Address", "ValuesGrad.Address"] : System.Array.Empty<string>(),
        .. system.Family == StateFamily.Cache && system.States.Count > 0 ? ["State", "StateGrad"] : System.Array.Empty<string>(),
        .. system.Parameters.Select(p => p.Field),
        .. system.Map.Table is null ? System.Array.Empty<string>() : [PiecewiseTable.Member],
    ];

    private static void Case(SourceWriter w, LayerPlan plan, LayerKernel kernel)
    {
        w.Line($"case Pass.{kernel.Name}:");
        using (w.Braces())
        {
            // Heads that add to one gradient are one item, so that no two threads write to one place.
            var (grouped, keyHead) = (IsGrouped(plan.System, kernel), kernel.Unit == WorkUnit.KeyBlock);
            var head = grouped ? "group" : "h";
            if (kernel.Unit is WorkUnit.QueryBlock or WorkUnit.KeyBlock)
            {
                w.Line($"int {(kernel.Plan.Sizes.R == 1 ? "query" : "block")} = item % Blocks, b = item / Blocks / Heads, {head} = item / Blocks % Heads;");
                if (keyHead) w.Line($"int t = block * {kernel.Plan.Sizes.C};");
                else if (kernel.Plan.Sizes.R > 1) w.Line($"int query = block * {kernel.Plan.Sizes.R};");
            }
            else
            {
                w.Line($"int b = item / Heads, {head} = item % Heads;");
            }

            var loop = grouped ? w.Block("for (int h = group * Group; h < (group + 1) * Group; h++)") : (System.IDisposable?)null;
            var states = plan.System.States;
            var wholes = kernel.Signature.Parameters.SelectMany(p => p).Where(p => p.Kind == ParameterKind.Whole).ToList();
            var unit = grouped ? "(b * Heads * Group + h)" : kernel.Unit == WorkUnit.KeyValueHead && plan.System.ValueHeads is not null ? "((b * Heads + h) * Group)" : "(b * Heads + h)";
            if (wholes.Any(p => !p.Name.EndsWith("Grad", System.StringComparison.Ordinal))) w.Line($"ref float state = ref Native.At(State, {StateOf(plan.System, kernel, unit, "StateUnit")});");
            if (wholes.Any(p => p.Name.EndsWith("Grad", System.StringComparison.Ordinal))) w.Line($"ref float stateGrad = ref Native.At(StateGrad, {StateOf(plan.System, kernel, unit, "StateGradUnit")});");
            if (kernel.Signature.Parameters.SelectMany(p => p).Any(p => p.Kind == ParameterKind.Slot)) w.Line($"ref float kept = ref Native.At(Kept, (nint){unit} * Chunks * {plan.Backward.KeptFloats});");
            if (IsFirstOfTurn(plan, kernel)) w.Line($"if (Snapshot != 0) Native.Copy(ref state, Snapshot, {StateLayout.UnitFloats(plan.System)}{(kernel.Unit == WorkUnit.KeyValueHead && plan.System.ValueHeads is not null ? " * Group" : "")});");
            w.Line($"{kernel.Name}<TVec>(");
            var lines = kernel.Signature.Parameters;
            for (var n = 0; n < lines.Count; n++)
                w.Line($"    {string.Join(", ", lines[n].Select(p => Argument(plan, kernel, p)))}{(n == lines.Count - 1 ? ");" : ",")}");
            loop?.Dispose();
            w.Line("break;");
        }
    }

    /// <summary>Whether a kernel is the first to change a matrix state that takes a single token.</summary>
    private static bool IsFirstOfTurn(LayerPlan plan, LayerKernel kernel) =>
        plan.System is { Family: StateFamily.Matrix, Causal: true } && (plan.Prepare.FirstOrDefault() ?? plan.Of(Forms.Recurrent)?.Main) is { } first && (kernel == first || kernel == first.Tabulated);

    /// <summary>Where the state of a head begins. A cache's head carries some floats for itself and two for each of its query heads.</summary>
    private static string StateOf(DynamicalSystem system, LayerKernel kernel, string unit, string stride)
    {
        if (system.Family == StateFamily.Matrix) return $"(nint){unit} * {StateLayout.UnitFloats(system)}";
        return system.KeyValueHeads is not null && kernel.Unit == WorkUnit.StateHead ? $"(nint)({unit} / Group) * {stride} + h % Group * 2" : $"{unit} * {stride}";
    }

    private static string Argument(LayerPlan plan, LayerKernel kernel, KernelParameter p) => p.Kind switch
    {
        ParameterKind.Time => kernel.Unit == WorkUnit.QueryBlock && plan.System.Family == StateFamily.Cache ? "KeyRows" : plan.System.Rows("Time"),
        ParameterKind.Query => "query",
        ParameterKind.QueryRows => $"Math.Min({kernel.Plan.Sizes.R}, Time - query)",
        ParameterKind.Key => "t",
        ParameterKind.KeyRows => $"Math.Min({kernel.Plan.Sizes.C}, KeyRows - t)",
        ParameterKind.QueryFirst => "QueryFirst",
        ParameterKind.KeyFirst => "KeyFirst",
        ParameterKind.Head => "h",
        ParameterKind.HeadCount => kernel.Unit == WorkUnit.KeyBlock && plan.System.KeyValueHeads is not null ? "Heads * Group" : "Heads",
        ParameterKind.SinkGap => "SinkGap",
        ParameterKind.Window => "Window",
        ParameterKind.Work => "ref work",
        ParameterKind.Slot => KeptOffset(plan, p.Name) is var k && k == 0 ? "ref kept" : $"ref Unsafe.Add(ref kept, Chunks * {k})",
        ParameterKind.Whole => Whole(plan.System, p.Name),
        ParameterKind.Learned => Learned(plan.System, kernel, p.Name),
        ParameterKind.LearnedGradient => LearnedGradient(plan.System, kernel, p.Name),
        _ => Rows(plan, kernel, p.Name),
    };

    private static int KeptOffset(LayerPlan plan, string tensor) => plan.Backward.Kept.TakeWhile(k => k.Tensor != tensor).Sum(k => k.Floats);

    private static string Whole(DynamicalSystem system, string tensor)
    {
        var gradient = tensor.EndsWith("Grad", System.StringComparison.Ordinal);
        var offset = StateLayout.Offset(system, gradient ? tensor.Substring(0, tensor.Length - 4) : tensor);
        var state = gradient ? "stateGrad" : "state";
        return offset == 0 ? $"ref {state}" : $"ref Unsafe.Add(ref {state}, {offset})";
    }

    /// <summary>The head's part of a learned tensor.</summary>
    private static string Learned(DynamicalSystem system, LayerKernel kernel, string tensor)
    {
        if (system.Map.Table is { } table && table.Parts.FirstOrDefault(p => p.Tensor == tensor) is { Tensor: not null } part)
        {
            var (own, offset) = (system.Map.Options.PerHead, part.Offset == 0 ? "" : $" + {part.Offset}");
            return $"ref Native.At({PiecewiseTable.Member}, {(own ? $"(nint){Times(HeadOf(system, kernel, HeadCount.Query), (int)table.Floats)}{offset}" : Literals.Integer(part.Offset))})";
        }

        var p = system.Parameters.First(p => p.Tensor == tensor);
        return p.PerHead is not { } count ? $"ref Native.At({p.Field}, 0)" : $"ref Native.At({p.Field}, (nint){Times(HeadOf(system, kernel, count), p.Floats)})";
    }

    /// <summary>Where this item's contribution to the gradient of a learned tensor goes.</summary>
    private static string LearnedGradient(DynamicalSystem system, LayerKernel kernel, string tensor)
    {
        var p = system.Parameters.First(p => tensor == p.Tensor + "Grad");
        var blocked = kernel.Unit is WorkUnit.QueryBlock or WorkUnit.KeyBlock;
        var heads = IsGrouped(system, kernel) ? "Heads * Group" : "Heads";
        var item = blocked ? $"((b * {heads} + h) * Blocks + {(kernel.Plan.Sizes.R == 1 ? "query" : "block")})" : $"(b * {heads} + h)";
        return $"ref Native.At({p.Field}Grad, (nint){Times(item, p.Floats)})";
    }

    private static string Times(string index, int floats) => floats == 1 ? index : $"{index} * {floats}";

    private static bool IsGrouped(DynamicalSystem system, LayerKernel kernel) =>
        kernel.Unit == WorkUnit.QueryHead || (kernel.Unit == WorkUnit.KeyBlock && system.KeyValueHeads is not null);

    /// <summary>The index along a tensor's head axis, from the head that a kernel works on.</summary>
    private static string HeadOf(DynamicalSystem system, LayerKernel kernel, HeadCount count) => count switch
    {
        HeadCount.State => "h",
        HeadCount.Shared => "0",
        HeadCount.KeyValue => kernel.Unit == WorkUnit.KeyValueHead || system.KeyValueHeads is null ? "h" : "h / Group",
        _ => kernel.Unit == WorkUnit.KeyValueHead || system.ValueHeads is null ? "h" : "h / Group",
    };

    private static string Rows(LayerPlan plan, LayerKernel kernel, string tensor)
    {
        var system = plan.System;
        var start = Start(system);
        if (tensor is "cos" or "sin") return $"ref Native.At({char.ToUpperInvariant(tensor[0]) + tensor.Substring(1)}, 0), {system.Angles?.Count}";
        if (tensor == "place") return "ref Native.At(Places, 0), 1";
        var key = HeadOf(system, kernel, HeadCount.KeyValue);
        if (tensor == "lse") return "ref Native.At(Lse, (nint)(b * Heads" + (kernel.Unit == WorkUnit.KeyBlock && system.KeyValueHeads is not null ? " * Group" : "") + " + h) * LseStep), 1";
        if (tensor is "o" or "oGrad") return $"ref {char.ToUpperInvariant(tensor[0]) + tensor.Substring(1)}.At(b, {start}, h), {char.ToUpperInvariant(tensor[0]) + tensor.Substring(1)}.Time";
        // A call's own rows lie behind those that were there.
        var own = kernel.Unit is WorkUnit.KeyValueHead or WorkUnit.StateHead && system.Causal ? "QueryFirst - KeyFirst" : "0";
        if (tensor is "keysGrad" or "valuesGrad")
        {
            var rows = char.ToUpperInvariant(tensor[0]) + tensor.Substring(1);
            return $"ref {rows}.At(b, {own}, {key}), {rows}.Time";
        }

        var gradient = tensor.EndsWith("Grad", System.StringComparison.Ordinal) ? "Grad" : "";
        if (gradient.Length > 0) tensor = tensor.Substring(0, tensor.Length - 4);
        switch (tensor)
        {
            case "keyGates" or "keyGateRests" or "sinkKeyGates" or "sinkKeyGateRests":
                // They stand behind the key.
                var row = (tensor.StartsWith("sink", System.StringComparison.Ordinal) ? "SinkKeys" : "Keys") + gradient;
                var (rests, columns) = (tensor.EndsWith("Rests", System.StringComparison.Ordinal), system.KeyValueHeads is null ? "" : " + h % Group");
                var column = system.KeyDim + (rests && columns.Length == 0 ? 1 : 0) + (rests && columns.Length > 0 ? " + Group" : "") + columns;
                return $"ref Unsafe.Add(ref {row}.At(b, {own}, {key}), {column}), {row}.Time";
            case "keys" or "values" or "sinkKeys" or "sinkValues":
                var cached = char.ToUpperInvariant(tensor[0]) + tensor.Substring(1);
                return $"ref {cached}.At(b, {own}, {key}), {cached}.Time";
        }

        var prepared = system.Prepared.FirstOrDefault(p => p.Tensor == tensor);
        var input = prepared is null ? system.Inputs.First(i => i.Tensor == tensor) : null;
        var member = prepared?.Member ?? input!.Field;
        var at = $"ref {member}{gradient}.At(b, {(start == "0" || input is null ? start : input.Rows(start))}, {HeadOf(system, kernel, prepared?.HeadCount ?? input!.HeadCount)})";
        if (prepared is { PerQueryHead: true } && system.KeyValueHeads is not null) at = $"ref Unsafe.Add({at}, h % Group)";
        return $"{at}, {member}{gradient}.Time";
    }
}
