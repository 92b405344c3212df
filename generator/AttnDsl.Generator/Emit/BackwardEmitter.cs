using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit;

/// <summary><c>Gradients</c>, <c>Backward</c> and the private method behind them.</summary>
internal static class BackwardEmitter
{
    /// <summary>What <c>stateGradient</c> holds before and behind a call.</summary>
    public static string StateGradient(DynamicalSystem system) => system.Family == StateFamily.Cache
        ? "As new, or as Backward of the next piece left it: ∂L/∂(keys and values that queries behind the last token see). Receives the same in front of the first token"
        : $"Holds ∂L/∂state behind the last token, and receives ∂L/∂state in front of the first{(system.IsStabilised ? " (for m, to which the others are relative, Σ S ∂L/∂S + Σ N ∂L/∂N; what it held is not read)" : "")}";

    public static void Emit(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan, string cpuClass)
    {
        Gradients(w, system);
        w.Line();
        Documentation(w, system);
        w.Line($"public static void Backward(in Inputs inputs, in {ReadOnlyTensor} outputGradient, in Gradients gradients) =>");
        w.Line(plan is null ? $"    throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");" : $"    RunBackward(in inputs, in outputGradient, in gradients{(system.Causal ? ", false, default, default" : "")});");
        if (system.Causal)
        {
            w.Line();
            Documentation(w, system);
            w.Line("/// <param name=\"initial\">The state with which the sequences began; not changed.</param>");
            w.Line($"/// <param name=\"stateGradient\">{StateGradient(system)}: a sequence in pieces goes through it from the last piece to the first.</param>");
            w.Line($"public static void Backward(in Inputs inputs, in {ReadOnlyTensor} outputGradient, in Gradients gradients, State initial, State stateGradient) =>");
            w.Line(plan is null ? $"    throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");" : "    RunBackward(in inputs, in outputGradient, in gradients, true, initial.Memory, stateGradient.Memory);");
        }

        if (system.Causal) Packed(w, type, system, plan);
        if (plan is null) return;
        w.Line();
        Run(w, type, plan, cpuClass);
    }

    private static void Documentation(SourceWriter w, DynamicalSystem system)
    {
        w.Line("/// <summary>Gradients of a loss L through <c>Forward</c>, which is computed once more on the way.</summary>");
        w.Line("/// <param name=\"inputs\">What Forward was given.</param>");
        w.Line($"/// <param name=\"outputGradient\">∂L/∂o [B,T,{OutputHeads(system)},V].</param>");
        w.Line("/// <param name=\"gradients\">Receives ∂L of every input; what was there is overwritten.</param>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape, or a gradient overlaps an input.</exception>");
    }

    /// <summary>The overloads for sequences that lie one behind the other.</summary>
    private static void Packed(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan)
    {
        w.Line();
        Documentation(w, system);
        w.Line($"/// <param name=\"cuSeqLens\">{CuSeqLens}</param>");
        w.Line($"public static void Backward(in Inputs inputs, in {ReadOnlyTensor} outputGradient, in Gradients gradients, {Offsets} cuSeqLens) =>");
        w.Line(plan is null ? $"    throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");" : $"    RunBackward(in inputs, in outputGradient, in gradients{(system.Causal ? ", false, default, default" : "")}, {Runtime}.Packing.Offsets(cuSeqLens));");
        w.Line();
        Documentation(w, system);
        w.Line($"/// <param name=\"cuSeqLens\">{CuSeqLens}</param>");
        w.Line("/// <param name=\"initial\">The states with which the sequences began, in their order; not changed.</param>");
        w.Line($"/// <param name=\"stateGradient\">{StateGradient(system)}, for every sequence.</param>");
        w.Line($"public static void Backward(in Inputs inputs, in {ReadOnlyTensor} outputGradient, in Gradients gradients, {Offsets} cuSeqLens, State initial, State stateGradient) =>");
        w.Line(plan is null ? $"    throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");" : $"    RunBackward(in inputs, in outputGradient, in gradients, true, initial.Memory, stateGradient.Memory, {Runtime}.Packing.Offsets(cuSeqLens));");
    }

    private static void Gradients(SourceWriter w, DynamicalSystem system)
    {
        ParameterEmitter.Struct(w, system, "ParameterGradients", Tensor, "readonly ref", "Where <c>Backward</c> writes the gradients of <see cref=\"Parameters\"/>, summed over sequences and tokens. Dense tensors.", "∂L/∂");
        w.Line("/// <summary>Where <c>Backward</c> writes: one tensor for each of <see cref=\"Inputs\"/>, of its shape.</summary>");
        w.Line(FileHeader.GeneratedCode);
        using (w.Block("public readonly ref struct Gradients"))
        {
            foreach (var input in system.Differentiated)
            {
                w.Line($"/// <summary>∂L/∂{input.Member} {input.Letters}</summary>");
                w.Line($"public required {Tensor} {input.Member} {{ get; init; }}");
                w.Line();
            }

            ParameterEmitter.Member(w, system, "ParameterGradients", "Those of the learned parameters.");
        }
    }

    private static void Run(SourceWriter w, TypeModel type, LayerPlan plan, string cpuClass)
    {
        var system = plan.System;
        var cache = system.Family == StateFamily.Cache;
        var memory = cache ? "CacheMemory" : "StateMemory";
        w.Line("/// <summary>Checks every argument, runs forward keeping what is needed, then backward.</summary>");
        w.Line($"private static void RunBackward(in Inputs inputs, in {ReadOnlyTensor} outputGradient, in Gradients gradients{(system.Causal ? $", bool stateful, {Runtime}.{memory} initial, {Runtime}.{memory} stateGradient, {Runtime}.Packing packing = default" : "")})");
        using (w.Braces())
        {
            RunEmitter.InputChecks(w, type, system);
            w.Line($"{Runtime}.Guards.Input(outputGradient, \"outputGradient\", \"[B,T,{OutputHeads(system)},V]\", batch, time, {Heads(system, HeadCount.State, "heads")}, {system.ValueDim});");
            foreach (var input in system.Differentiated)
            {
                w.Line($"{Runtime}.Guards.Output(gradients.{input.Member}, \"gradients.{input.Member}\", \"{input.Letters}\", batch, {input.Rows("time")}, {Heads(system, input.HeadCount, "heads")}{(input.Width > 0 ? $", {input.Width}" : "")});");
                w.Line($"{Runtime}.Guards.Apart(gradients.{input.Member}, outputGradient, \"outputGradient\", \"gradients.{input.Member}\");");
                foreach (var other in system.Inputs) w.Line($"{Runtime}.Guards.Apart(gradients.{input.Member}, inputs.{other.Member}, \"{other.Member}\", \"gradients.{input.Member}\");");
                foreach (var other in system.Differentiated.TakeWhile(o => o != input)) w.Line($"{Runtime}.Guards.Distinct(gradients.{input.Member}, \"gradients.{input.Member}\", gradients.{other.Member}, \"gradients.{other.Member}\");");
            }

            ParameterEmitter.GradientChecks(w, system);
            if (system.Causal)
            {
                w.Line("packing.Check(batch, time);");
                w.Line("if (stateful)");
                using (w.Braces())
                {
                    var units = Heads(system, cache ? HeadCount.KeyValue : HeadCount.State, "heads");
                    if (cache)
                    {
                        w.Line($"stateGradient.MatchGradient(in packing, initial, batch, {units}, time);");
                    }
                    else
                    {
                        w.Line($"initial.Match(in packing, batch, {units});");
                        w.Line($"stateGradient.Match(in packing, batch, {units});");
                        w.Line("stateGradient.Apart(initial, \"stateGradient\", \"initial\");");
                    }
                }
            }

            ParameterEmitter.Clear(w, system);
            w.Line($"if (batch == 0 || time == 0 || {(cache || system.ValueHeads is null ? "heads" : "stateHeads")} == 0) return;");
            if (!cache)
                foreach (var (shared, by) in Adding(system)) w.Line($"gradients.{shared}.Clear(); // {by}");
            foreach (var input in Untouched(plan)) w.Line($"gradients.{input.Member}.Clear(); // the output does not depend on it");
            w.Line();
            using (w.Block($"var call = new global::AttnDsl.Generated.{cpuClass}.Call", "};"))
            {
                foreach (var input in system.Inputs)
                {
                    w.Line($"{input.Field} = {Runtime}.Guards.Arg(inputs.{input.Member}),");
                    if (!input.IsFixed) w.Line($"{input.Member}Grad = {Runtime}.Guards.Arg(gradients.{input.Member}),");
                }

                w.Line($"OGrad = {Runtime}.Guards.Arg(outputGradient),");
                if (system.Causal) w.Line($"Sequences = stateful ? {Runtime}.Sequences.Of(in packing, batch, time, initial) : {Runtime}.Sequences.Of(in packing, batch, time),");
                w.Line("Time = time,");
                if (system.Window is { RuntimeSized: true }) w.Line("Window = inputs.Window,");
            }

            w.Line($"scoped var pins = default({Runtime}.Pins);");
            var n = 0;
            foreach (var input in system.Inputs) w.Line($"pins.P{n++} = ref {Runtime}.Guards.Reference(inputs.{input.Member});");
            n += cache ? 5 : 3;
            w.Line($"pins.P{n++} = ref {Runtime}.Guards.Reference(outputGradient);");
            foreach (var input in system.Differentiated) w.Line($"pins.P{n++} = ref {Runtime}.Guards.Reference(gradients.{input.Member});");
            RunEmitter.PinParameters(w, system);
            if (cache) Cache(w, plan, cpuClass);
            else Matrix(w, plan, cpuClass);
        }
    }

    /// <summary>The inputs whose gradients several add to, and what adds.</summary>
    public static IEnumerable<(string Input, string By)> Adding(DynamicalSystem system) =>
        Shared(system).Select(s => (s, "several heads add to it")).Concat(system.Convolution is { IsOnGrid: true } ? [("V", "tokens around add to it")] : System.Array.Empty<(string, string)>());

    /// <summary>The inputs whose gradients no kernel stores, as the output does not depend on them: queries and keys under a score function that ignores the product.</summary>
    public static IEnumerable<InputTensor> Untouched(LayerPlan plan)
    {
        var stored = new HashSet<string>(plan.Kernels.SelectMany(k => k.Signature.Parameters).SelectMany(line => line).Select(p => p.Name), System.StringComparer.Ordinal);
        bool IsStored(string tensor) => stored.Contains(tensor + "Grad");
        return plan.System.Differentiated.Where(i => !IsStored(i.Tensor) && !(i.Member == "K" && IsStored("keys")) && !(i.Member == "V" && IsStored("values")));
    }

    /// <summary>The inputs whose gradients several heads add to.</summary>
    private static string[] Shared(DynamicalSystem system) => system.ValueHeads is not null ? [.. system.Inputs.Where(i => i.HeadCount == HeadCount.Query).Select(i => i.Member)] : system.KeyValueHeads is not null && !system.CopiesKeys ? ["K", "V"] : system.KeyValueHeads is not null ? ["V"] : [];

    private static void Matrix(SourceWriter w, LayerPlan plan, string cpuClass)
    {
        var system = plan.System;
        var unit = StateLayout.UnitFloats(system);
        var heads = Heads(system, HeadCount.State, "heads");
        if (system.ValueHeads is not null) w.Line("call.Group = stateHeads / heads;");
        w.Line($"call.Heads = {heads};");
        w.Line($"int units = {(system.Causal ? "packing.Count(batch)" : "batch")} * {heads};");
        w.Line($"long stateFloats = (long)units * {unit};");
        var keeps = plan.Backward.KeptFloats > 0;
        if (keeps) w.Line($"long chunks = {(system.Causal ? $"call.Sequences.PlaceChunks(batch, time, {plan.Sizes.C}, {system.Writing.Steps}, out call.Chunks)" : $"batch * (call.Chunks = ({system.Rows("time")} + {plan.Sizes.C - 1}) / {plan.Sizes.C})")};");
        w.Line("// The running state, its gradient" + (keeps ? ", and the state with which each chunk begins." : "."));
        w.Line($"call.State = {Runtime}.Workspace.RentAddress(1, 2 * stateFloats{(keeps ? $" + chunks * {heads} * {plan.Backward.KeptFloats}" : "")});");
        w.Line("call.StateGrad = call.State + (nint)stateFloats * sizeof(float);");
        if (keeps) w.Line("call.Kept = call.StateGrad + (nint)stateFloats * sizeof(float);");
        w.Line($"ref float states = ref {Runtime}.Native.At(call.State, 0);");
        if (system.Causal)
        {
            w.Line("if (stateful)");
            using (w.Braces())
            {
                w.Line("global::System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref initial.Units(), (int)stateFloats).CopyTo(global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref states, (int)stateFloats));");
                w.Line($"pins.P{system.Inputs.Count + 2} = ref stateGradient.Units();");
            }

            w.Line("else");
        }

        using (w.Braces())
        {
            w.Line($"for (int unit = 0; unit < units; unit++) InitialState(ref global::System.Runtime.CompilerServices.Unsafe.Add(ref states, (nint)unit * {unit}));");
            w.Line("global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref global::System.Runtime.CompilerServices.Unsafe.Add(ref states, (nint)stateFloats), (int)stateFloats).Clear();");
        }

        RunEmitter.Tables(w, system, system.Causal ? "stateful ? initial.Position : 0" : "0", "time");
        RunEmitter.Room(w, system, withGradients: true);
        if (system.ValueHeads is not null && system.Phase is not null) w.Line($"global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref {Runtime}.Native.At(call.AnglesGrad.Address, 0), (int)preparedFloats).Clear(); // several heads add to it");
        w.Line();
        foreach (var kernel in plan.Backward.Forward.Concat(plan.Backward.Backward)) RunEmitter.LaunchOver(w, plan, kernel, cpuClass);
    }

    private static void Cache(SourceWriter w, LayerPlan plan, string cpuClass)
    {
        var system = plan.System;
        var keyHeads = Heads(system, HeadCount.KeyValue, "heads");
        var (copied, causal, grouped) = (system.CopiesKeys, system.Causal, system.KeyValueHeads is not null);
        if (system.KeyValueHeads is { } g) w.Line($"call.Group = heads / {g};");
        var keyWidth = RunEmitter.KeyWidth(w, system);
        RunEmitter.Tables(w, system, causal ? "stateful ? initial.Position : 0" : "0", "time");
        w.Line("call.KeyRows = time;");
        Carried(w, plan);
        RunEmitter.Room(w, system, withGradients: true);
        foreach (var kernel in plan.Backward.Forward.Where(k => k.Name is "Angles" or "AnglesKeeping")) RunEmitter.LaunchOver(w, plan, kernel, cpuClass);
        if (causal)
        {
            w.Line("// Rows of all sequences; those that queries can see of a state lie in front of this call's.");
            w.Line("long rows = (long)batch * time;");
            w.Line("if (stateful) rows = call.Sequences.PlaceKeys(batch, time, initial, out call.QueryFirst, out call.KeyRows);");
            if (system.MeasuresSinks) w.Line("if (stateful) call.SinkGap = initial.Seen.Gap;");
        }

        w.Line("// Outputs and log Σ e^score of every query" + (system.Rotation is not null ? ", the rotated keys and their gradients." : copied ? ", the keys and their gradients." : "."));
        w.Line($"call.LseStep = {(causal ? "call.Sequences.PlacePadded(time)" : "(time + 15) / 16 * 16")};");
        w.Line($"long outputs = (long)batch * heads * time * {system.ValueDim}, sums = (long)batch * heads * call.LseStep;");
        if (causal) w.Line($"long keys = rows * {keyHeads} * {keyWidth}, values = rows * {keyHeads} * {system.ValueDim};");
        else if (copied) w.Line($"long keys = (long)batch * {keyHeads} * time * {keyWidth};");
        var copies = (causal, copied) switch
        {
            (true, _) => $" + (stateful ? 2 * (keys + values) : {(copied ? "2 * keys" : "0")})",
            (false, true) => " + 2 * keys",
            _ => "",
        };
        w.Line($"call.O = {Runtime}.TensorArg.Dense({Runtime}.Workspace.RentAddress(3, outputs + sums{copies} + 64), heads, time, {system.ValueDim});");
        w.Line("call.Lse = call.O.Address + (nint)outputs * sizeof(float);");
        w.Line($"call.Heads = {keyHeads};");
        if (causal)
        {
            using (w.Block("if (stateful)"))
            {
                w.Line("// What the state holds followed by this call's keys and values, and the gradients of both.");
                Copied("Keys", keyWidth, "call.Lse + (nint)sums * sizeof(float)", "(keys + values)");
                Copied("Values", Literals.Integer(system.ValueDim), "call.Keys.Address + (nint)keys * sizeof(float)", "(keys + values)");
                if (grouped || system.Forgets) Clear("(keys + values)");
                w.Line("initial.CopySeen(call.Sequences, in call.Keys, in call.Values);");
                RunEmitter.Launch(w, plan, plan.Find("Append")!, cpuClass);
            }

            w.Line("else");
        }

        using (causal ? w.Braces() : (System.IDisposable?)null) OwnRows();
        if (system.Window is { SinkTokens: > 0 }) w.Line("(call.SinkKeys, call.SinkValues) = (call.Keys, call.Values);");
        w.Line();
        foreach (var name in new[] { "SumGates", "RotateQueries", "AttendKeeping", "QueryGradients", "KeyGradients" }) Run(name);
        if (causal)
        {
            using (w.Block("if (stateful)"))
            {
                w.Line("stateGradient.AddTo(call.Sequences, in call.KeysGrad, in call.ValuesGrad, initial);");
                Run("AppendBack");
                w.Line("stateGradient.Take(call.Sequences, in call.KeysGrad, in call.ValuesGrad, initial);");
            }
        }

        if (copied)
        {
            if (causal) w.Line("else");
            using (causal ? w.Braces() : (System.IDisposable?)null) Run(system.Rotation is null ? "CopyBack" : "RotateBack");
        }

        foreach (var name in new[] { "RotateQueriesBack", "SumGatesBackward", "AnglesBackward" }) Run(name);

        void Run(string name)
        {
            if (plan.Find(name) is { } kernel) RunEmitter.LaunchOver(w, plan, kernel, cpuClass);
        }

        // Without a state the inputs themselves are the keys and values.
        void OwnRows()
        {
            foreach (var shared in Shared(system)) w.Line($"gradients.{shared}.Clear(); // several heads add to it");
            var n = system.Inputs.Count;
            w.Line("(call.Values, call.ValuesGrad) = (call.V, call.VGrad);");
            w.Line($"pins.P{n + 2} = ref {Runtime}.Guards.Reference(inputs.V);");
            w.Line($"pins.P{n + system.Differentiated.Count() + 7} = ref {Runtime}.Guards.Reference(gradients.V);");
            if (system.Window is { SinkTokens: > 0 }) w.Line($"pins.P{n + 4} = ref {Runtime}.Guards.Reference(inputs.V);");
            if (copied)
            {
                Copied("Keys", keyWidth, "call.Lse + (nint)sums * sizeof(float)", "keys");
                if (grouped) Clear("keys");
                RunEmitter.Launch(w, plan, plan.PlaceKeys!, cpuClass);
                return;
            }

            w.Line("(call.Keys, call.KeysGrad) = (call.K, call.KGrad);");
            w.Line($"pins.P{n + 1} = ref {Runtime}.Guards.Reference(inputs.K);");
            w.Line($"pins.P{n + system.Differentiated.Count() + 6} = ref {Runtime}.Guards.Reference(gradients.K);");
            if (system.Window is { SinkTokens: > 0 }) w.Line($"pins.P{n + 3} = ref {Runtime}.Guards.Reference(inputs.K);");
        }

        void Copied(string tensor, string width, string address, string toGradient)
        {
            w.Line($"call.{tensor} = {Runtime}.TensorArg.Dense({address}, {keyHeads}, call.KeyRows, {width});");
            w.Line($"call.{tensor}Grad = call.{tensor};");
            w.Line($"call.{tensor}Grad.Address += (nint){toGradient} * sizeof(float);");
        }

        void Clear(string floats) =>
            w.Line($"global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref {Runtime}.Native.At(call.KeysGrad.Address, 0), (int){floats}).Clear(); // {(grouped ? "several heads add to it" : "what rounding left has no gradient")}");
    }

    /// <summary>What a cache carries, copied from the state because it goes on; its gradient; what is kept of it.</summary>
    private static void Carried(SourceWriter w, LayerPlan plan)
    {
        var system = plan.System;
        if (system.States.Count == 0) return;
        var (keeps, keyHeads) = (plan.Backward.KeptFloats > 0, Heads(system, HeadCount.KeyValue, "heads"));
        w.Line($"call.StateUnit = call.StateGradUnit = {StateLayout.CarriedFloats(system, "call.Group")};");
        w.Line($"int carried = {(system.Causal ? "packing.Count(batch)" : "batch")} * {keyHeads} * (int)call.StateUnit;");
        if (keeps) w.Line($"long chunks = {(system.Causal ? $"call.Sequences.PlaceChunks(batch, time, {LayerPlan.PhaseRows}, 1, out call.Chunks)" : $"batch * (call.Chunks = (time + {LayerPlan.PhaseRows - 1}) / {LayerPlan.PhaseRows})")};");
        w.Line("// What is carried from token to token, its gradient" + (keeps ? ", and what each chunk begins with." : "."));
        w.Line($"call.State = {Runtime}.Workspace.RentAddress(1, 2L * carried{(keeps ? $" + chunks * {keyHeads} * {plan.Backward.KeptFloats}" : "")});");
        w.Line("call.StateGrad = call.State + (nint)carried * sizeof(float);");
        if (keeps) w.Line("call.Kept = call.StateGrad + (nint)carried * sizeof(float);");
        w.Line($"global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref {Runtime}.Native.At(call.State, 0), 2 * carried).Clear();");
        if (!system.Causal) return;
        using (w.Block("if (stateful)"))
        {
            w.Line($"initial.CopyCarried(ref {Runtime}.Native.At(call.State, 0));");
            w.Line("call.StateGradUnit = stateGradient.UnitFloats;");
            w.Line($"pins.P{system.Inputs.Count + system.Differentiated.Count() + 9} = ref stateGradient.Reference(4);");
        }
    }
}
