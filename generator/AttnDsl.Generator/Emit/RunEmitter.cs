using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit;

/// <summary>The one private method behind <c>Forward</c>, <c>Prefill</c> and <c>Step</c>: checks, then runs the form's kernels.</summary>
internal static class RunEmitter
{
    public static void Emit(SourceWriter w, TypeModel type, LayerPlan plan, string cpuClass)
    {
        var system = plan.System;
        var cache = system.Family == StateFamily.Cache;
        var memory = cache ? "CacheMemory" : "StateMemory";
        w.Line("/// <summary>Checks every argument before anything is changed, then runs the kernels of the form.</summary>");
        w.Line($"private static void RunLayer(in Inputs inputs, in {Tensor} output, {FormsType} form, bool stateful, {Runtime}.{memory} state{(system.Causal ? $", {Runtime}.Packing packing = default" : "")}, {CancellationToken} cancellationToken = default)");
        using (w.Braces())
        {
            Checks(w, type, plan);
            w.Line("cancellationToken.ThrowIfCancellationRequested();");
            w.Line($"if (batch == 0 || time == 0 || {(cache || system.ValueHeads is null ? "heads" : "stateHeads")} == 0) return;");
            w.Line();
            using (w.Block($"var call = new global::AttnDsl.Generated.{cpuClass}.Call", "};"))
            {
                foreach (var input in system.Inputs) w.Line($"{input.Field} = {Runtime}.Guards.Arg(inputs.{input.Member}),");
                w.Line($"O = {Runtime}.Guards.Arg(output),");
                if (system.Causal) w.Line($"Sequences = stateful ? {Runtime}.Sequences.Of(in packing, batch, time, state) : {Runtime}.Sequences.Of(in packing, batch, time),");
                else w.Line("Time = time,");
                if (system.Window is { RuntimeSized: true }) w.Line("Window = inputs.Window,");
            }

            w.Line($"scoped var pins = new {Runtime}.Pins {{ Cancellation = cancellationToken }};");
            var n = 0;
            foreach (var input in system.Inputs) w.Line($"pins.P{n++} = ref {Runtime}.Guards.Reference(inputs.{input.Member});");
            w.Line($"pins.P{n++} = ref {Runtime}.Guards.Reference(output);");
            PinParameters(w, system);
            ParameterEmitter.PinTable(w, system);
            if (cache) Cache(w, plan, cpuClass, n);
            else Matrix(w, plan, cpuClass, n);
        }

        if (system.Causal)
        {
            w.Line();
            Cancellable(w, memory);
        }

        if (cache) return;
        w.Line();
        StateEmitter.InitialState(w, system);
    }

    private static void Cancellable(SourceWriter w, string memory)
    {
        w.Line("/// <summary>Runs with a state that a cancelled call leaves as it was.</summary>");
        using (w.Block($"private static void RunCancellable(in Inputs inputs, in {Tensor} output, {FormsType} form, {Runtime}.{memory} state, {CancellationToken} cancellationToken, {Runtime}.Packing packing = default)"))
        {
            w.Line("if (cancellationToken.CanBeCanceled) state.Keep();");
            w.Line("try");
            using (w.Braces()) w.Line("RunLayer(in inputs, in output, form, true, state, packing, cancellationToken);");
            w.Line("catch (global::System.OperationCanceledException) when (cancellationToken.IsCancellationRequested)");
            using (w.Braces())
            {
                w.Line("state.PutBack();");
                w.Line("throw;");
            }
        }
    }

    /// <summary>The learned parameters are pinned last.</summary>
    public static void PinParameters(SourceWriter w, DynamicalSystem system)
    {
        var first = system.Inputs.Count + Cpu.CpuEmitter.Pinned(system).Count - system.Parameters.Count - (system.Map.Table is null ? 0 : 1);
        for (var n = 0; n < system.Parameters.Count; n++) w.Line($"pins.P{first + n} = ref {Runtime}.Guards.Reference(inputs.Parameters.{system.Parameters[n].Member});");
    }

    /// <summary>Shapes of the inputs; declares batch, time and head counts.</summary>
    public static void InputChecks(SourceWriter w, TypeModel type, DynamicalSystem system)
    {
        var lead = system.Inputs[0];
        w.Line($"{Runtime}.Heads.Read(inputs.{lead.Member}, \"{lead.Member}\", \"{lead.Letters}\", {lead.Width}, {system.Heads ?? 0}, out int batch, out int time, out int heads);");
        if (system.KeyValueHeads is { } g && system.Heads is null) w.Line($"_ = {Runtime}.Heads.Group(heads, {g}, \"query heads\", \"key/value heads\");");
        if (system.ValueHeads is { } v)
        {
            w.Line($"const int stateHeads = {v};");
            if (system.Heads is null) w.Line($"_ = {Runtime}.Heads.Group({v}, heads, \"value heads\", \"query heads\");");
        }

        foreach (var input in system.Inputs.Skip(1))
            w.Line($"{Runtime}.Guards.Input(inputs.{input.Member}, \"{input.Member}\", \"{input.Letters}\", batch, {input.Rows("time")}, {Heads(system, input.HeadCount, "heads")}{(input.Width > 0 ? $", {input.Width}" : "")});");
        ParameterEmitter.Checks(w, system);
        GridCheck(w, type, system);
        if (system.Window is { RuntimeSized: true } window)
            w.Line($"if (inputs.Window is < 1 or > {window.Size}) throw new global::System.ArgumentOutOfRangeException(\"Window\", inputs.Window, \"Window must be from 1 to {window.Size}, the size that {type.Name} declares\");");
    }

    public static void GridCheck(SourceWriter w, TypeModel type, DynamicalSystem system)
    {
        if (system.Convolution is not { IsOnGrid: true, Columns: var columns }) return;
        w.Line($"if (time % {columns} != 0) throw new global::System.ArgumentException($\"{system.Inputs[0].Member} has T = {{time}} tokens, which are no whole rows of the {columns} columns of {type.Name}'s grid\", \"{system.Inputs[0].Member}\");");
    }

    private static void Checks(SourceWriter w, TypeModel type, LayerPlan plan)
    {
        var system = plan.System;
        InputChecks(w, type, system);
        w.Line($"{Runtime}.Guards.Output(output, \"output\", \"[B,T,{OutputHeads(system)},V]\", batch, time, {Heads(system, HeadCount.State, "heads")}, {system.ValueDim});");
        foreach (var input in system.Inputs)
            w.Line($"{Runtime}.Guards.Apart(output, inputs.{input.Member}, \"{input.Member}\");");
        foreach (var p in system.Parameters)
            w.Line($"{Runtime}.Guards.Apart(output, inputs.Parameters.{p.Member}, \"Parameters.{p.Member}\");");
        ParameterEmitter.TableChecks(w, system);
        w.Line($"if (form == {FormsType}.Fastest) form = {FormsType}.{plan.Fastest.Form};");
        // Step always has the recurrent kernel, whether the form was asked for or not.
        var forms = plan.Forms.Select(f => f.Form).ToList();
        w.Line($"if (form is not ({string.Join(" or ", forms.Select(f => $"{FormsType}.{f}"))}))");
        w.Line($"    throw new global::System.ArgumentException($\"{type.Name} has the forms {string.Join(", ", forms)}, not {{form}}\", nameof(form));");
        if (!system.Causal) return;
        w.Line("packing.Check(batch, time);");
        w.Line(system.Family == StateFamily.Cache
            ? $"if (stateful) state.Match(in packing, batch, {Heads(system, HeadCount.KeyValue, "heads")}, time);"
            : $"if (stateful) state.Match(in packing, batch, {Heads(system, HeadCount.State, "heads")});");
        w.Line("if (stateful) state.Apart(output);");
    }

    private static void Matrix(SourceWriter w, LayerPlan plan, string cpuClass, int pin)
    {
        var system = plan.System;
        var unit = StateLayout.UnitFloats(system);
        var heads = Heads(system, HeadCount.State, "heads");
        if (system.ValueHeads is not null) w.Line("call.Group = stateHeads / heads;");
        w.Line($"call.Heads = {heads};");
        w.Line($"int units = {(system.Causal ? "packing.Count(batch)" : "batch")} * {heads};");
        w.Line("if (stateful)");
        using (w.Braces())
        {
            w.Line($"pins.P{pin} = ref state.Units();");
        }

        w.Line("else");
        using (w.Braces())
        {
            w.Line("// Without a state the layer starts from an empty one in scratch memory.");
            w.Line($"call.State = {Runtime}.Workspace.RentAddress(1, (long)units * {unit});");
            w.Line($"ref float empty = ref {Runtime}.Native.At(call.State, 0);");
            w.Line($"for (int unit = 0; unit < units; unit++) InitialState(ref global::System.Runtime.CompilerServices.Unsafe.Add(ref empty, (nint)unit * {unit}));");
        }

        Room(w, system, withGradients: false);
        if (!system.Causal)
        {
            Tables(w, system, "0", "time");
            Prepared(w, plan, cpuClass);
            w.Line();
            RunForm(w, plan, cpuClass);
            return;
        }

        w.Line();
        using (w.Block("while (state.Next(call.Sequences, time, ref call.Start, ref call.Time, ref call.Snapshot, cancellationToken))"))
        {
            Tables(w, system, "stateful ? state.Position : call.Start", "call.Time");
            Prepared(w, plan, cpuClass);
            RunForm(w, plan, cpuClass, $"call.Snapshot == 0 ? form : {FormsType}.Recurrent");
            w.Line("if (stateful) state.Commit(call.Sequences, call.Time, call.Snapshot);");
        }
    }

    /// <summary>Runs the kernels of the form asked for.</summary>
    private static void RunForm(SourceWriter w, LayerPlan plan, string cpuClass, string form = "form")
    {
        w.Line($"switch ({form})");
        using (w.Braces())
        {
            foreach (var forms in plan.Forms)
            {
                w.Line($"case {FormsType}.{forms.Form}:");
                using (w.Braces())
                {
                    foreach (var kernel in forms.Before) Launch(w, plan, kernel, cpuClass, mayLookUp: true);
                    Launch(w, plan, forms.Main, cpuClass, mayLookUp: true);
                    if (forms.UpdateState is { } update)
                    {
                        w.Line(plan.System.Causal ? "if (stateful || cancellationToken.CanBeCanceled)" : "if (stateful)");
                        using (w.Braces()) Launch(w, plan, update, cpuClass, mayLookUp: true);
                    }

                    w.Line("break;");
                }
            }
        }
    }

    /// <summary>The kernels that derive tensors from a turn's inputs.</summary>
    private static void Prepared(SourceWriter w, LayerPlan plan, string cpuClass)
    {
        foreach (var kernel in plan.Prepare) LaunchOver(w, plan, kernel, cpuClass);
    }

    /// <summary>Room for the tensors that kernels derive from the inputs, for all turns of a call.</summary>
    public static void Room(SourceWriter w, DynamicalSystem system, bool withGradients)
    {
        if (!system.Prepared.Any()) return;
        var address = "";
        var tensors = system.Prepared.Where(p => withGradients || !p.IsForBackward).ToList();
        string Width(PreparedTensor p) => p.PerQueryHead && system.KeyValueHeads is not null ? "call.Group" : Literals.Integer(p.Width);
        w.Line($"long preparedFloats = {string.Join(" + ", tensors.Select(p => $"(long)batch * {Heads(system, p.HeadCount, "heads")} * time * {Width(p)}"))};");
        foreach (var p in tensors)
        {
            w.Line($"call.{p.Member} = {Runtime}.TensorArg.Dense({(address.Length == 0 ? $"{Runtime}.Workspace.RentAddress(5, {(withGradients ? "2 * " : "")}preparedFloats)" : address)}, {Heads(system, p.HeadCount, "heads")}, time, {Width(p)});");
            address = $"call.{p.Member}.Address + (nint)batch * call.{p.Member}.Batch * sizeof(float)";
            if (!withGradients) continue;
            w.Line($"call.{p.Member}Grad = call.{p.Member};");
            w.Line($"call.{p.Member}Grad.Address += (nint)preparedFloats * sizeof(float);");
        }
    }

    /// <summary>A launch that says over which heads it runs.</summary>
    public static void LaunchOver(SourceWriter w, LayerPlan plan, LayerKernel kernel, string cpuClass)
    {
        var (system, heads) = (plan.System, HeadsOf(plan.System, kernel.Unit));
        var usual = HeadsOf(system, system.Family == StateFamily.Cache ? WorkUnit.QueryBlock : WorkUnit.StateHead);
        if (heads != usual || system.Family == StateFamily.Cache) w.Line($"call.Heads = {heads};");
        ParameterEmitter.Launch(w, plan, kernel, cpuClass);
        if (heads != usual && system.Family == StateFamily.Matrix) w.Line($"call.Heads = {usual};");
    }

    /// <summary>The heads among which a kernel's items are dealt.</summary>
    private static string HeadsOf(DynamicalSystem system, WorkUnit unit) => unit switch
    {
        WorkUnit.KeyBlock or WorkUnit.KeyValueHead => Heads(system, HeadCount.KeyValue, "heads"),
        WorkUnit.QueryHead => system.Family == StateFamily.Cache ? Heads(system, HeadCount.KeyValue, "heads") : "heads",
        _ => system.Family == StateFamily.Cache ? "heads" : Heads(system, HeadCount.State, "heads"),
    };

    /// <param name="mayLookUp">Whether the kernel's twin with a table runs in its place where the call has one.</param>
    public static void Launch(SourceWriter w, LayerPlan plan, LayerKernel kernel, string cpuClass, bool mayLookUp = false)
    {
        var system = plan.System;
        var cpu = $"global::AttnDsl.Generated.{cpuClass}";
        var twin = mayLookUp ? kernel.Tabulated : null;
        string Of(string before, string behind) => (twin is null ? "" : $"tabulated ? {before}{twin.Name}{behind} : ") + before + kernel.Name + behind;
        w.Line($"call.Pass = {Of($"{cpu}.Pass.", "")};");
        var (items, cost) = Work(kernel, system);
        Blocks(w, kernel);
        if (system.Causal) items = $"call.Sequences.Deal({items}, {Dealt(kernel, "call.Heads")})";
        w.Line($"{Runtime}.Launch.Run(ref call, {items}, {Of($"{cpu}.", "Scratch")}, {cost}, in pins);");
    }

    /// <summary>How many blocks a head has.</summary>
    public static void Blocks(SourceWriter w, LayerKernel kernel)
    {
        if (kernel.Unit == WorkUnit.KeyBlock) w.Line($"call.Blocks = (call.KeyRows + {kernel.Plan.Sizes.C - 1}) / {kernel.Plan.Sizes.C};");
        if (kernel.Unit == WorkUnit.QueryBlock) w.Line(kernel.Plan.Sizes.R == 1 ? "call.Blocks = call.Time;" : $"call.Blocks = (call.Time + {kernel.Plan.Sizes.R - 1}) / {kernel.Plan.Sizes.R};");
    }

    /// <summary>What each sequence has items of: heads, or blocks of so many rows of them.</summary>
    public static string Dealt(LayerKernel kernel, string heads) => kernel.Unit switch
    {
        WorkUnit.QueryBlock => $"{heads}, {kernel.Plan.Sizes.R}",
        WorkUnit.KeyBlock => $"{heads}, {kernel.Plan.Sizes.C}, keys: true",
        _ => heads,
    };

    /// <summary>How many items, and what one costs in nanoseconds, roughly: the threshold for threads needs no more.</summary>
    private static (string Items, string Cost) Work(LayerKernel kernel, DynamicalSystem system)
    {
        var perToken = 6.0 * system.Map.Width * system.ValueDim / 40;
        var perPair = 2.0 * (system.KeyDim + system.ValueDim) / 40;
        return (kernel.Unit, system.Family) switch
        {
            (WorkUnit.QueryHead, _) => ("batch * call.Heads", $"{Literals.Integer((long)perToken * 3 + 1)}.0 * call.Time * call.Group"),
            (WorkUnit.KeyBlock, _) => ("batch * call.Heads * call.Blocks", $"{Literals.Integer((long)(perPair * kernel.Plan.Sizes.C * 2) + 1)}.0 * call.Time"),
            (WorkUnit.StateHead, StateFamily.Cache) => ("batch * call.Heads", $"{Literals.Integer(system.KeyDim / 4 + 4)}.0 * call.Time"),
            (WorkUnit.StateHead, _) => ("units", $"{Literals.Integer((long)perToken + 1)}.0 * call.Time"),
            (WorkUnit.KeyValueHead, _) => ("batch * call.Heads", $"{Literals.Integer((system.KeyDim + system.ValueDim) / 8 + 1)}.0 * call.Time"),
            (_, StateFamily.Cache) => ("batch * call.Heads * call.Blocks", $"{Literals.Integer((long)(perPair * kernel.Plan.Sizes.R) + 1)}.0 * {(system.Window is { } w ? $"global::System.Math.Min(call.KeyRows, {w.Size})" : "call.KeyRows")}"),
            _ => ("units * call.Blocks", $"{Literals.Integer((long)(perPair * kernel.Plan.Sizes.R) + 1)}.0 * call.Time"),
        };
    }

    /// <summary>What an item of a kernel is, and the estimate of its cost, in words.</summary>
    public static (string Item, string Cost) Estimate(LayerKernel kernel, DynamicalSystem system)
    {
        var cost = Work(kernel, system).Cost;
        var nanoseconds = Literals.Grouped(long.Parse(cost.Substring(0, cost.IndexOf('.')), System.Globalization.CultureInfo.InvariantCulture));
        return (kernel.Unit, system.Family) switch
        {
            (WorkUnit.QueryBlock, StateFamily.Cache) => (kernel.Plan.Sizes.R == 1 ? "a query of a head" : $"a block of {kernel.Plan.Sizes.R} queries of a head", $"{nanoseconds} ns a key"),
            (WorkUnit.QueryBlock, _) => ($"a block of {kernel.Plan.Sizes.R} queries of a head", $"{nanoseconds} ns a token"),
            _ => ("a head of a sequence", $"{nanoseconds} ns a token"),
        };
    }

    public static void Tables(SourceWriter w, DynamicalSystem system, string first, string rows)
    {
        if (system.Levels > 0)
        {
            w.Line("// The place of every token of this call, shared by all heads.");
            w.Line($"call.Sequences.Places({first}, {rows}, out call.Places);");
        }

        if (system.Angles is not { } angles) return;
        var pairs = angles.Count;
        w.Line("// Angles of every position of this call, shared by all heads.");
        if (system.Causal)
        {
            w.Line($"call.Sequences.Angles({first}, {rows}, {pairs}, {Literals.Double(angles.Base)}, {Literals.Double(angles.Step)}, out call.Cos, out call.Sin);");
            return;
        }

        w.Line($"call.Cos = {Runtime}.Workspace.RentAddress(2, 2L * {rows} * {pairs});");
        w.Line($"call.Sin = call.Cos + (nint){rows} * {pairs} * sizeof(float);");
        w.Line($"global::AttnDsl.Primitives.Rotations.FillTable({first}, {rows}, {pairs}, {Literals.Double(angles.Base)}, ref {Runtime}.Native.At(call.Cos, 0), ref {Runtime}.Native.At(call.Sin, 0), {pairs}{(angles.Step == 1 ? "" : $", {Literals.Double(angles.Step)}")});");
    }

    private static void Cache(SourceWriter w, LayerPlan plan, string cpuClass, int pin)
    {
        var system = plan.System;
        var keyHeads = Heads(system, HeadCount.KeyValue, "heads");
        var (place, sums) = (plan.PlaceKeys, plan.Find("SumGates"));
        if (system.KeyValueHeads is { } g) w.Line($"call.Group = heads / {g};");
        Carried(w, system, pin);
        Room(w, system, withGradients: false);
        w.Line(system.Causal ? "if (!stateful)" : "// Every query sees every key.");
        using (w.Braces())
        {
            if (system.Causal)
            {
                w.Line("// Without a state the inputs themselves are the keys and values.");
                w.Line("call.Time = time;");
            }

            Tables(w, system, "0", "time");
            Prepared(w, plan, cpuClass);
            w.Line("(call.Keys, call.Values) = (call.K, call.V);");
            w.Line($"pins.P{pin + 1} = ref {Runtime}.Guards.Reference(inputs.V);");
            if (place is null)
            {
                w.Line($"pins.P{pin} = ref {Runtime}.Guards.Reference(inputs.K);");
            }
            else
            {
                var width = KeyWidth(w, system);
                w.Line($"call.Keys = {Runtime}.TensorArg.Dense({Runtime}.Workspace.RentAddress(3, (long)batch * time * {keyHeads} * {width}), {keyHeads}, time, {width});");
                LaunchOver(w, plan, place, cpuClass);
                if (sums is not null) LaunchOver(w, plan, sums, cpuClass);
            }

            if (system.Window is { SinkTokens: > 0 })
            {
                w.Line("(call.SinkKeys, call.SinkValues) = (call.Keys, call.Values);");
                if (place is null) w.Line($"pins.P{pin + 2} = ref {Runtime}.Guards.Reference(inputs.K);");
                w.Line($"pins.P{pin + 3} = ref {Runtime}.Guards.Reference(inputs.V);");
            }

            w.Line("call.KeyRows = time;");
            w.Line("call.Heads = heads;");
            Attend(w, plan, cpuClass);
            w.Line("return;");
        }

        if (!system.Causal) return;
        w.Line();
        w.Line("(call.Keys, call.Values) = (state.Arg(keys: true), state.Arg(keys: false));");
        w.Line("(call.SinkKeys, call.SinkValues) = (call.Keys, call.Values);");
        for (var part = 0; part < (system.Window is { SinkTokens: > 0 } ? 4 : 2); part++) w.Line($"pins.P{pin + part} = ref state.Reference({part});");
        w.Line("while (state.Next(call.Sequences, time, ref call.Start, ref call.Time))");
        using (w.Braces())
        {
            w.Line("// As many tokens as the cache has room for: first their keys and values, then their queries.");
            w.Line("(call.QueryFirst, call.KeyFirst) = (state.QueryFirst, state.KeyFirst);");
            Tables(w, system, "state.Position", "call.Time");
            Prepared(w, plan, cpuClass);
            w.Line($"call.Heads = {keyHeads};");
            Launch(w, plan, plan.Kernels.First(k => k.Name == "Append"), cpuClass);
            if (sums is not null) LaunchOver(w, plan, sums, cpuClass);
            w.Line("call.KeyRows = state.Commit(call.Sequences, call.Time);");
            w.Line("call.Heads = heads;");
            Attend(w, plan, cpuClass);
        }
    }

    /// <summary>Where what a cache carries from token to token lies: in the state, or zeros for a call without one.</summary>
    private static void Carried(SourceWriter w, DynamicalSystem system, int pin)
    {
        if (system.States.Count == 0) return;
        if (system.Causal)
        {
            using (w.Block("if (stateful)"))
            {
                w.Line("call.StateUnit = state.UnitFloats;");
                w.Line($"pins.P{pin + 7 + system.Differentiated.Count()} = ref state.Reference(4);");
            }

            w.Line("else");
        }

        using (w.Braces())
        {
            w.Line($"call.StateUnit = {StateLayout.CarriedFloats(system, "call.Group")};");
            w.Line($"int carried = {(system.Causal ? "packing.Count(batch)" : "batch")} * {Heads(system, HeadCount.KeyValue, "heads")} * (int)call.StateUnit;");
            w.Line($"call.State = {Runtime}.Workspace.RentAddress(1, carried);");
            w.Line($"global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref {Runtime}.Native.At(call.State, 0), carried).Clear();");
        }
    }

    /// <summary>Floats of a row of keys: a number, or a local where it depends on the call.</summary>
    public static string KeyWidth(SourceWriter w, DynamicalSystem system)
    {
        if (!system.Forgets) return Literals.Integer(system.KeyDim);
        w.Line($"int keyWidth = {StateLayout.KeyWidth(system, "call.Group")}; // the sums of gates stand behind the key");
        return "keyWidth";
    }

    private static void Attend(SourceWriter w, LayerPlan plan, string cpuClass)
    {
        var (parallel, recurrent) = (plan.Of(Forms.Parallel), plan.Of(Forms.Recurrent));
        if (parallel is null || recurrent is null)
        {
            Launch(w, plan, (parallel ?? recurrent)!.Main, cpuClass);
            return;
        }

        w.Line($"if (form == {FormsType}.Recurrent)");
        using (w.Braces()) Launch(w, plan, recurrent.Main, cpuClass);
        w.Line("else");
        using (w.Braces()) Launch(w, plan, parallel.Main, cpuClass);
    }
}
