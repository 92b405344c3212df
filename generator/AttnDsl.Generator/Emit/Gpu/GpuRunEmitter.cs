using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.Gpu.GpuSurfaceEmitter;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>The private methods behind the twin's surface: checks, then launches.</summary>
internal static class GpuRunEmitter
{
    private const string View = Support + ".TensorView";

    public static void Emit(SourceWriter w, TypeModel type, LayerPlan plan, string kernelClass)
    {
        var system = plan.System;
        var launches = new Launches(w, plan, kernelClass);
        w.Line("/// <summary>Checks every argument before anything is changed, then launches the kernels of the form.</summary>");
        w.Line($"private static void Run(in Inputs inputs, {GpuTensor} output, {FormsType} form, {(system.Causal ? "State? state, " : "")}{GpuStream}? on{(system.Causal ? $", bool isPacked = false, {Offsets} cuSeqLens = default" : "")})");
        using (w.Braces())
        {
            InputChecks(w, type, system);
            Output(w, system, "output", $"[B,T,{OutputHeads(system)},V]", HeadCount.State, system.ValueDim);
            foreach (var input in system.Inputs) w.Line($"{Support}.GpuGuards.Apart(output, inputs.{input.Member}, \"{input.Member}\");");
            foreach (var p in system.Parameters) w.Line($"{Support}.GpuGuards.Apart(output, inputs.Parameters.{p.Member}, \"Parameters.{p.Member}\");");
            var table = "inputs.Parameters." + PiecewiseTable.Member;
            if (system.Map.Table is not null)
            {
                w.Line($"bool tabulated = {table} is not null;");
                using (w.Block("if (tabulated)"))
                {
                    w.Line($"{Support}.GpuGuards.Parameter({table}!, \"Parameters.{PiecewiseTable.Member}\", \"of Tabulate\", {ParameterEmitter.TableFloats(system)});");
                    w.Line($"{Support}.GpuGuards.Apart(output, {table}!, \"Parameters.{PiecewiseTable.Member}\");");
                }
            }

            w.Line($"if (form == {FormsType}.Fastest) form = {FormsType}.{plan.Fastest.Form};");
            var forms = plan.Forms.Select(f => f.Form).ToList();
            w.Line($"if (form is not ({string.Join(" or ", forms.Select(f => $"{FormsType}.{f}"))}))");
            w.Line($"    throw new global::System.ArgumentException($\"{type.Name} has the forms {string.Join(", ", forms)}, not {{form}}\", nameof(form));");
            Stream(w, system, ["output", .. system.Map.Table is null ? Array.Empty<string>() : [$"{table} ?? output"]]);
            if (system.Causal)
                w.Line($"state?.Memory.Match(batch, {(system.Family == StateFamily.Cache ? Heads(system, HeadCount.KeyValue, "heads") + ", time" : Heads(system, HeadCount.State, "heads"))}, stream);");
            if (system.Causal) OneByOne(w, system);
            TensorRunEmitter.Branch(w, system, $"RunHalves(in inputs, output, form, {(system.Causal ? "state, " : "")}stream, batch, time, heads);", ["output"]);
            Begin(w, system, ["O = output"]);
            if (system.Map.Table is not null) w.Line($"var tableAll = {table} is null ? default : {table}.View.Data;");
            if (system.Family == StateFamily.Cache) CacheForward(w, plan, launches);
            else MatrixForward(w, plan, launches);
        }

        w.Line();
        TensorRunEmitter.Forward(w, plan, launches, kernelClass);
        w.Line();
        Backward(w, type, plan, launches);
        w.Line();
        TensorRunEmitter.Backward(w, plan, launches, kernelClass);
        if (system.Family == StateFamily.Cache) return;
        w.Line();
        EmptyStates(w, system);
    }

    /// <summary>Packed sequences, one call each.</summary>
    private static void OneByOne(SourceWriter w, DynamicalSystem system)
    {
        using (w.Block("if (isPacked)"))
        {
            w.Line($"{Runtime}.Packing.Offsets(cuSeqLens).Check(batch, time);");
            using (w.Block("for (int i = 1; i < cuSeqLens.Length; i++)"))
            {
                w.Line("int first = cuSeqLens[i - 1], count = cuSeqLens[i] - first;");
                var tensors = system.Inputs.Select(i => $"{i.Member} = inputs.{i.Member}.Tokens({i.Rows("first")}, {i.Rows("count")})");
                if (system.Parameters.Count > 0) tensors = tensors.Append("Parameters = inputs.Parameters");
                if (system.Window is { RuntimeSized: true }) tensors = tensors.Append("Window = inputs.Window");
                w.Line($"if (count > 0) Run(new Inputs {{ {string.Join(", ", tensors)} }}, output.Tokens(first, count), form, null, stream);");
            }

            w.Line("return;");
        }

        w.Line();
    }

    private static void InputChecks(SourceWriter w, TypeModel type, DynamicalSystem system)
    {
        var lead = system.Inputs[0];
        w.Line($"{Support}.GpuGuards.Read(inputs.{lead.Member}, \"{lead.Member}\", \"{lead.Letters}\", {lead.Width}, {system.Heads ?? 0}, out int batch, out int time, out int heads);");
        if (system.KeyValueHeads is { } g && system.Heads is null) w.Line($"_ = {Runtime}.Heads.Group(heads, {g}, \"query heads\", \"key/value heads\");");
        if (system.ValueHeads is { } v && system.Heads is null) w.Line($"_ = {Runtime}.Heads.Group({v}, heads, \"value heads\", \"query heads\");");
        foreach (var input in system.Inputs.Skip(1)) Output(w, system, "inputs." + input.Member, input.Letters, input.HeadCount, input.Width, input.Member, input.Rows("time"));
        foreach (var p in system.Parameters) w.Line($"{Support}.GpuGuards.Parameter(inputs.Parameters.{p.Member}, \"Parameters.{p.Member}\", \"{p.Letters}\", {ParameterEmitter.Lengths(system, p)});");
        RunEmitter.GridCheck(w, type, system);
        if (system.Window is { RuntimeSized: true } window)
            w.Line($"if (inputs.Window is < 1 or > {window.Size}) throw new global::System.ArgumentOutOfRangeException(\"Window\", inputs.Window, \"Window must be from 1 to {window.Size}, the size that {type.Name} declares\");");
    }

    private static void Output(SourceWriter w, DynamicalSystem system, string tensor, string letters, HeadCount count, int width, string? name = null, string time = "time") =>
        w.Line($"{Support}.GpuGuards.Input({tensor}, \"{name ?? tensor}\", \"{letters}\", batch, {time}, {Heads(system, count, "heads")}{(width > 0 ? $", {width}" : "")});");

    private static void Stream(SourceWriter w, DynamicalSystem system, params string[] more) =>
        w.Line($"var stream = {Support}.GpuGuards.Stream(on, [{string.Join(", ", system.Inputs.Select(i => "inputs." + i.Member).Concat(system.Parameters.Select(p => "inputs.Parameters." + p.Member)).Concat(more))}]);");

    /// <summary>Returns early where there is nothing to do; declares the call and the views.</summary>
    private static void Begin(SourceWriter w, DynamicalSystem system, IEnumerable<string> outputs)
    {
        w.Line($"if (batch == 0 || time == 0{(system.Heads is null && (system.Family == StateFamily.Cache || system.ValueHeads is null) ? " || heads == 0" : "")}) return;");
        w.Line();
        w.Line($"var call = new {Support}.LayerCall {{ Time = {system.Rows("time")}{(system.Window is { RuntimeSized: true } ? ", Window = inputs.Window" : "")} }};");
        if (system.KeyValueHeads is { } g) w.Line($"call.Group = heads / {g};");
        if (system.ValueHeads is { } n) w.Line($"call.Group = {n} / heads;");
        if (system.Parameters.Count > 0) w.Line($"global::ILGPU.ArrayView<float> {string.Join(", ", system.Parameters.Select(p => $"{p.Tensor}All = inputs.Parameters.{p.Member}.View.Data"))};");
        w.Line($"{View} {string.Join(", ", system.Inputs.Select(i => $"{i.Tensor} = inputs.{i.Member}.View").Concat(outputs.Select(o => char.ToLowerInvariant(o[0]) + o.Substring(1) + ".View")))};");
    }

    public static void Angles(SourceWriter w, DynamicalSystem system, string first, string rows, bool declare = true)
    {
        if (system.Levels > 0) w.Line($"var place = stream.Places({first}, {rows});");
        if (system.Angles is not { } angles) return;
        w.Line($"{(declare ? "var " : "")}(cos, sin) = stream.Angles({first}, {rows}, {angles.Count}, {Literals.Double(angles.Base)}{(angles.Step == 1 ? "" : $", {Literals.Double(angles.Step)}")});");
    }

    /// <summary>Room for the tensors that kernels derive from the inputs, and those kernels.</summary>
    public static void Prepared(SourceWriter w, LayerPlan plan, Launches launches, bool withGradients)
    {
        var system = plan.System;
        if (!system.Prepared.Any()) return;
        var tensors = system.Prepared.Where(p => withGradients || !p.IsForBackward).ToList();
        string Width(PreparedTensor p) => p.PerQueryHead && system.KeyValueHeads is not null ? "call.Group" : Literals.Integer(p.Width);
        string Floats(PreparedTensor p) => $"(long)batch * {Heads(system, p.HeadCount, "heads")} * time * {Width(p)}";
        w.Line($"long preparedFloats = {string.Join(" + ", tensors.Select(Floats))};");
        w.Line($"var prepared = stream.Rent({Root}.Purpose.Prepared, {(withGradients ? "2 * " : "")}preparedFloats);");
        var before = new List<string>();
        foreach (var p in tensors)
        {
            var offset = string.Join(" + ", before);
            string Dense(string at) => $"{View}.Dense(prepared{(at.Length == 0 ? "" : $".SubView({at})")}, {Heads(system, p.HeadCount, "heads")}, time, {Width(p)})";
            w.Line($"{View} {p.Tensor} = {Dense(offset)}{(withGradients ? $", {p.Tensor}Grad = {Dense(offset.Length == 0 ? "preparedFloats" : $"preparedFloats + {offset}")}" : "")};");
            before.Add(Floats(p));
            if (withGradients && system.ValueHeads is not null)
                w.Line($"{Root}.StateKernels.Fill(stream, {p.Tensor}Grad.Data, batch * heads, time * {p.Width}, 0, time * {p.Width}, 0f); // several heads add to it");
        }

        if (withGradients) return;
        foreach (var kernel in plan.Prepare) launches.Add(kernel);
    }

    private static void MatrixForward(SourceWriter w, LayerPlan plan, Launches launches)
    {
        var system = plan.System;
        var units = $"batch * {Heads(system, HeadCount.State, "heads")}";
        w.Line(system.Causal ? $"var states = state is null ? EmptyStates(stream, {units}) : state.Memory.Units;" : $"var states = EmptyStates(stream, {units});");
        Angles(w, system, system.Causal ? "state?.Position ?? 0" : "0", "time");
        Prepared(w, plan, launches, withGradients: false);
        w.Line("switch (form)");
        using (w.Braces())
        {
            foreach (var form in plan.Forms)
            {
                w.Line($"case {FormsType}.{form.Form}:");
                using (w.Braces())
                {
                    foreach (var kernel in form.Before.Append(form.Main)) launches.AddEither(kernel);
                    if (form.UpdateState is { } update)
                        using (w.Block("if (state is not null)")) launches.AddEither(update);
                    w.Line("break;");
                }
            }
        }

        if (system.Causal) w.Line("if (state is not null) state.Memory.Position += time;");
    }

    private static void CacheForward(SourceWriter w, LayerPlan plan, Launches launches)
    {
        var system = plan.System;
        var (place, sums) = (plan.PlaceKeys, plan.Find("SumGates"));
        Carried(w, plan);
        Prepared(w, plan, launches, withGradients: false);
        var sinks = system.Window is { SinkTokens: > 0 };
        using (system.Causal ? w.Block("if (state is null)") : (IDisposable)new Nothing())
        {
            if (system.Causal) w.Line("// Without a state the inputs themselves are the keys and values.");
            Angles(w, system, "0", "time");
            w.Line("call.KeyRows = time;");
            if (place is null)
            {
                w.Line($"{View} keys = k, values = v;");
            }
            else
            {
                var width = RunEmitter.KeyWidth(w, system);
                w.Line($"var keys = {View}.Dense(stream.Rent({Root}.Purpose.Keys, (long)batch * {Heads(system, HeadCount.KeyValue, "heads")} * time * {width}), {Heads(system, HeadCount.KeyValue, "heads")}, time, {width});");
                w.Line($"{View} values = v;");
                launches.Add(place);
            }

            if (sinks) w.Line($"{View} sinkKeys = keys, sinkValues = values;");
            GateViews(w, system, sinks);
            if (sums is not null) launches.Add(sums);
            Attend(w, plan, launches);
            if (!system.Causal) return;
            w.Line("return;");
        }

        w.Line();
        w.Line("var cache = state.Memory;");
        using (w.Block("for (int start = 0; start < time; start += call.Time)"))
        {
            w.Line("// As many tokens as the cache has room for: first their keys and values, then their queries.");
            w.Line("call.Time = cache.MakeRoom(stream, time - start);");
            w.Line("(call.QueryFirst, call.KeyFirst) = (cache.QueryFirst, cache.KeyFirst);");
            Angles(w, system, "cache.Position", "call.Time");
            w.Line($"{View} keys = cache.View(0), values = cache.View(1){(sinks ? ", sinkKeys = cache.View(2), sinkValues = cache.View(3)" : "")};");
            GateViews(w, system, sinks);
            string Own(string t) => t is "keys" or "values" or "keyGates" or "keyGateRests" ? $"{t}.From(call.QueryFirst - call.KeyFirst)" : OfPart(system, t);
            launches.Add(plan.Find("Append")!, Own);
            if (sums is not null) launches.Add(sums, Own);
            w.Line("cache.Commit(stream, call.Time);");
            w.Line("call.KeyRows = cache.Rows;");
            Attend(w, plan, launches, t => OfPart(system, t));
        }
    }

    /// <summary>The rows of a piece of the call.</summary>
    private static string OfPart(DynamicalSystem system, string tensor) => tensor == "o" || system.Inputs.Any(i => i.Tensor == tensor) || system.Prepared.Any(p => p.Tensor == tensor) ? tensor + ".From(start)" : tensor;

    private static void Attend(SourceWriter w, LayerPlan plan, Launches launches, Func<string, string>? tensor = null)
    {
        var (parallel, recurrent) = (plan.Of(Forms.Parallel), plan.Of(Forms.Recurrent));
        if (parallel is null || recurrent is null)
        {
            launches.Add((parallel ?? recurrent)!.Main, tensor);
            return;
        }

        using (w.Block($"if (form == {FormsType}.Recurrent)")) launches.Add(recurrent.Main, tensor);
        using (w.Block("else")) launches.Add(parallel.Main, tensor);
    }

    private static void Backward(SourceWriter w, TypeModel type, LayerPlan plan, Launches launches)
    {
        var system = plan.System;
        var (cache, states) = (system.Family == StateFamily.Cache, system.Causal);
        w.Line("/// <summary>Checks every argument, runs forward keeping what is needed, then backward.</summary>");
        w.Line($"private static void RunBackward(in Inputs inputs, {GpuTensor} outputGradient, in Gradients gradients, {(states ? "State? initial, State? stateGradient, " : "")}{GpuStream}? on)");
        using (w.Braces())
        {
            InputChecks(w, type, system);
            Output(w, system, "outputGradient", $"[B,T,{OutputHeads(system)},V]", HeadCount.State, system.ValueDim);
            foreach (var input in system.Differentiated)
            {
                Output(w, system, "gradients." + input.Member, input.Letters, input.HeadCount, input.Width, time: input.Rows("time"));
                w.Line($"{Support}.GpuGuards.Apart(gradients.{input.Member}, outputGradient, \"outputGradient\", \"gradients.{input.Member}\");");
                foreach (var other in system.Inputs) w.Line($"{Support}.GpuGuards.Apart(gradients.{input.Member}, inputs.{other.Member}, \"{other.Member}\", \"gradients.{input.Member}\");");
                foreach (var other in system.Differentiated.TakeWhile(o => o != input)) w.Line($"{Support}.GpuGuards.Apart(gradients.{input.Member}, gradients.{other.Member}, \"gradients.{other.Member}\", \"gradients.{input.Member}\");");
            }

            foreach (var p in system.Parameters)
            {
                var (gradient, named) = ($"gradients.Parameters.{p.Member}", $"\"gradients.Parameters.{p.Member}\"");
                w.Line($"{Support}.GpuGuards.Parameter({gradient}, {named}, \"{p.Letters}\", {ParameterEmitter.Lengths(system, p)});");
                foreach (var other in system.Inputs) w.Line($"{Support}.GpuGuards.Apart({gradient}, inputs.{other.Member}, \"{other.Member}\", {named});");
                foreach (var other in system.Differentiated) w.Line($"{Support}.GpuGuards.Apart({gradient}, gradients.{other.Member}, \"gradients.{other.Member}\", {named});");
                foreach (var other in system.Parameters) w.Line($"{Support}.GpuGuards.Apart({gradient}, inputs.Parameters.{other.Member}, \"Parameters.{other.Member}\", {named});");
                foreach (var other in system.Parameters.TakeWhile(o => o != p)) w.Line($"{Support}.GpuGuards.Apart({gradient}, gradients.Parameters.{other.Member}, \"gradients.Parameters.{other.Member}\", {named});");
            }

            Stream(w, system, ["outputGradient", .. system.Differentiated.Select(i => "gradients." + i.Member), .. system.Parameters.Select(p => "gradients.Parameters." + p.Member)]);
            if (states) w.Line($"{Support}.GpuGuards.Apart(stateGradient, (object?)initial, \"stateGradient\", \"initial\");");
            if (states)
                foreach (var state in new[] { "initial", "stateGradient" }) w.Line($"{state}?.Memory.Match(batch, {Heads(system, cache ? HeadCount.KeyValue : HeadCount.State, "heads")}, stream);");
            if (states && cache) w.Line("stateGradient?.Memory.MatchGradient(initial!.Memory, time);");
            TensorRunEmitter.Branch(w, system, $"RunBackwardHalves(in inputs, outputGradient, in gradients, {(states ? "initial, stateGradient, " : "")}stream, batch, time, heads);", ["outputGradient"], withGradients: true);
            foreach (var p in system.Parameters) w.Line($"gradients.Parameters.{p.Member}.Clear(stream); // every item adds to it");
            Begin(w, system, ["oGrad = outputGradient", .. system.Differentiated.Select(i => $"{i.Tensor}Grad = gradients.{i.Member}")]);
            foreach (var (shared, by) in BackwardEmitter.Adding(system)) w.Line($"gradients.{shared}.Clear(stream); // {by}");
            foreach (var input in BackwardEmitter.Untouched(plan)) w.Line($"gradients.{input.Member}.Clear(stream); // the output does not depend on it");
            if (cache) CacheBackward(w, plan, launches);
            else MatrixBackward(w, plan, launches, states);
        }
    }

    private static void MatrixBackward(SourceWriter w, LayerPlan plan, Launches launches, bool stateful)
    {
        var system = plan.System;
        var unit = StateLayout.UnitFloats(system);
        var keeps = plan.Backward.KeptFloats > 0;
        w.Line($"int units = batch * {Heads(system, HeadCount.State, "heads")};");
        w.Line($"long stateFloats = (long)units * {unit};");
        if (keeps) w.Line($"call.Chunks = (call.Time + {plan.Sizes.C - 1}) / {plan.Sizes.C};");
        w.Line("// The running state, its gradient" + (keeps ? ", and the state with which each chunk begins." : "."));
        w.Line($"var memory = stream.Rent({Root}.Purpose.States, 2 * stateFloats{(keeps ? $" + (long)units * call.Chunks * {plan.Backward.KeptFloats}" : "")});");
        w.Line("var states = EmptyStates(stream, units);");
        if (stateful) w.Line("if (initial is not null) stream.Copy(initial.Memory.Units, states, stateFloats);");
        w.Line("var stateGrads = memory.SubView(stateFloats);");
        if (keeps) w.Line("var kept = memory.SubView(2 * stateFloats);");
        if (stateful) w.Line("if (stateGradient is not null) stateGrads = stateGradient.Memory.Units;");
        w.Line($"{(stateful ? "else " : "")}{Root}.StateKernels.Fill(stream, stateGrads, units, {unit}, 0, {unit}, 0f);");
        Angles(w, system, stateful ? "initial?.Position ?? 0" : "0", "time");
        Prepared(w, plan, launches, withGradients: true);
        foreach (var kernel in plan.Backward.Forward.Concat(plan.Backward.Backward)) launches.AddBackward(kernel);
    }

    /// <summary>The sums of gates that stand behind the keys.</summary>
    private static void GateViews(SourceWriter w, DynamicalSystem system, bool sinks, bool gradients = false)
    {
        if (!system.Forgets) return;
        var group = system.KeyValueHeads is null ? "" : " + call.Group";
        string Views(string name, string keys) => $"{name}Gates = {keys}.Columns({system.KeyDim}), {name}GateRests = {keys}.Columns({(group.Length == 0 ? Literals.Integer(system.KeyDim + 1) : system.KeyDim + group)})";
        w.Line($"{View} {Views("key", "keys")}{(sinks ? ", " + Views("sinkKey", "sinkKeys") : "")}{(gradients ? $", keyGatesGrad = keysGrad.Columns({system.KeyDim})" : "")};");
    }

    /// <summary>What a cache carries from token to token: in its state, or zeros for a call without one.</summary>
    public static void Carried(SourceWriter w, LayerPlan plan)
    {
        var system = plan.System;
        if (system.States.Count == 0) return;
        w.Line($"int units = batch * {Heads(system, HeadCount.KeyValue, "heads")}, carried = {StateLayout.CarriedFloats(system, "call.Group")};");
        w.Line($"var states = {(system.Causal ? "state is not null ? state.Memory.Carried : " : "")}stream.Rent({Root}.Purpose.States, (long)units * carried);");
        w.Line($"call.StateUnit = {(system.Causal ? "state is not null ? state.Memory.UnitFloats : " : "")}carried;");
        w.Line($"{(system.Causal ? "if (state is null) " : "")}{Root}.StateKernels.Fill(stream, states, units, carried, 0, carried, 0f);");
    }

    /// <summary>The same copied from the state because it goes on; its gradient; what is kept of it.</summary>
    public static void CarriedBackward(SourceWriter w, LayerPlan plan)
    {
        var system = plan.System;
        if (system.States.Count == 0) return;
        var keeps = plan.Backward.KeptFloats > 0;
        w.Line($"int units = batch * {Heads(system, HeadCount.KeyValue, "heads")}, carried = {StateLayout.CarriedFloats(system, "call.Group")};");
        if (keeps) w.Line($"call.Chunks = (time + {LayerPlan.PhaseRows - 1}) / {LayerPlan.PhaseRows};");
        w.Line("// What is carried from token to token, its gradient" + (keeps ? ", and what each chunk begins with." : "."));
        w.Line($"var states = stream.Rent({Root}.Purpose.States, 2L * units * carried{(keeps ? $" + (long)units * call.Chunks * {plan.Backward.KeptFloats}" : "")});");
        w.Line("var stateGrads = states.SubView((long)units * carried);");
        if (keeps) w.Line("var kept = states.SubView(2L * units * carried);");
        w.Line($"{Root}.StateKernels.Fill(stream, states, units, 2 * carried, 0, 2 * carried, 0f);");
        w.Line("call.StateUnit = call.StateGradUnit = carried;");
        if (!system.Causal) return;
        using (w.Block("if (initial is not null && stateGradient is not null)"))
        {
            w.Line("initial.Memory.CopyCarried(stream, states);");
            w.Line("(stateGrads, call.StateGradUnit) = (stateGradient.Memory.Carried, stateGradient.Memory.UnitFloats);");
        }
    }

    private static void CacheBackward(SourceWriter w, LayerPlan plan, Launches launches)
    {
        var system = plan.System;
        var (v, keyHeads) = (system.ValueDim, Heads(system, HeadCount.KeyValue, "heads"));
        var (copied, causal) = (system.CopiesKeys, system.Causal);
        var width = RunEmitter.KeyWidth(w, system);
        Angles(w, system, causal ? "initial?.Position ?? 0" : "0", "time");
        CarriedBackward(w, plan);
        Prepared(w, plan, launches, withGradients: true);
        foreach (var kernel in plan.Backward.Forward.Where(k => k.Name is "Angles" or "AnglesKeeping")) launches.Add(kernel);
        if (causal) w.Line("if (initial is not null) call.QueryFirst = initial.Memory.Seen.Count; // rows in front of this call's");
        if (system.MeasuresSinks) w.Line("if (initial is not null) call.SinkGap = initial.Memory.Seen.Gap;");
        w.Line($"call.KeyRows = {(causal ? "call.QueryFirst + " : "")}time;");
        w.Line("// Outputs and log Σ e^score of every query.");
        w.Line($"long outputs = (long)batch * heads * time * {v};");
        w.Line($"var memory = stream.Rent({Root}.Purpose.Outputs, outputs + (long)batch * heads * time);");
        w.Line($"var o = {View}.Dense(memory, heads, time, {v});");
        w.Line($"var lse = {View}.Dense(memory.SubView(outputs), heads, time, 1);");
        w.Line($"{View} keys = k, values = v, keysGrad = kGrad, valuesGrad = vGrad;");
        if (causal || copied) w.Line($"long keyFloats = (long)batch * {keyHeads} * call.KeyRows * {width};");
        if (causal)
        {
            using (w.Block("if (initial is not null)"))
            {
                w.Line("// What the state holds followed by this call's keys and values, and the gradients of both.");
                w.Line($"long floats = keyFloats + (long)batch * {keyHeads} * call.KeyRows * {v};");
                w.Line($"var rows = stream.Rent({Root}.Purpose.Keys, 2 * floats);");
                w.Line($"(keys, keysGrad) = ({View}.Dense(rows, {keyHeads}, call.KeyRows, {width}), {View}.Dense(rows.SubView(floats), {keyHeads}, call.KeyRows, {width}));");
                w.Line($"(values, valuesGrad) = ({View}.Dense(rows.SubView(keyFloats), {keyHeads}, call.KeyRows, {v}), {View}.Dense(rows.SubView(floats + keyFloats), {keyHeads}, call.KeyRows, {v}));");
                Clear("call.KeyRows", $"({width} + {v})");
                w.Line("initial.Memory.CopySeen(stream, keys, values);");
                launches.Add(plan.Find("Append")!, OwnRows);
            }
        }

        if (copied)
        {
            using (causal ? w.Block("else") : (IDisposable?)null)
            {
                w.Line($"var rows = stream.Rent({Root}.Purpose.Keys, 2 * keyFloats);");
                w.Line($"(keys, keysGrad) = ({View}.Dense(rows, {keyHeads}, time, {width}), {View}.Dense(rows.SubView(keyFloats), {keyHeads}, time, {width}));");
                Clear("time", width);
                launches.Add(plan.PlaceKeys!);
            }
        }

        var sinks = system.Window is { SinkTokens: > 0 };
        if (sinks) w.Line($"{View} sinkKeys = keys, sinkValues = values;");
        GateViews(w, system, sinks, gradients: true);
        foreach (var name in new[] { "SumGates", "RotateQueries", "AttendKeeping", "QueryGradients", "KeyGradients" }) Run(name);
        if (causal)
        {
            using (w.Block("if (initial is not null && stateGradient is not null)"))
            {
                w.Line("stateGradient.Memory.AddTo(stream, keysGrad, valuesGrad, initial.Memory.Seen);");
                launches.Add(plan.Find("AppendBack")!, OwnRows);
                w.Line("stateGradient.Memory.Take(stream, keysGrad, valuesGrad, initial.Memory.Seen);");
            }
        }

        if (copied)
            using (causal ? w.Block("else") : (IDisposable?)null) Run(system.Rotation is null ? "CopyBack" : "RotateBack");
        foreach (var name in new[] { "RotateQueriesBack", "SumGatesBackward", "AnglesBackward" }) Run(name);

        void Run(string name)
        {
            if (plan.Find(name) is { } kernel) launches.AddBackward(kernel, kernel.Unit == WorkUnit.StateHead ? OwnRows : null);
        }

        void Clear(string rows, string row)
        {
            if (system.KeyValueHeads is not null) w.Line($"{Root}.StateKernels.Fill(stream, keysGrad.Data, batch * {keyHeads}, {rows} * {row}, 0, {rows} * {row}, 0f); // several heads add to it");
            else if (system.Forgets) w.Line($"{Root}.StateKernels.Fill(stream, keysGrad.Data, batch * {keyHeads}, {rows} * {row}, 0, {rows} * {row}, 0f); // what rounding left has no gradient");
        }

        // A call's own rows lie behind those of the state.
        static string OwnRows(string tensor) => tensor is "keys" or "values" or "keysGrad" or "valuesGrad" or "keyGates" or "keyGateRests" or "keyGatesGrad" ? $"{tensor}.From(call.QueryFirst)" : tensor;
    }

    /// <summary>States as they begin, for calls without a <c>State</c>.</summary>
    private static void EmptyStates(SourceWriter w, DynamicalSystem system)
    {
        var unit = StateLayout.UnitFloats(system);
        w.Line("/// <summary>The states of so many heads before the first token.</summary>");
        using (w.Block($"private static global::ILGPU.ArrayView<float> EmptyStates({GpuStream} stream, int units)"))
        {
            w.Line($"var states = stream.Rent({Root}.Purpose.States, (long)units * {unit});");
            w.Line($"{Root}.StateKernels.Fill(stream, states, units, {unit}, 0, {unit}, 0f);");
            foreach (var s in system.States.Where(s => s.Initial != 0))
                w.Line($"{Root}.StateKernels.Fill(stream, states, units, {unit}, {StateLayout.Offset(system, s.Name)}, {s.Floats}, {Literals.Float(s.Initial)});");
            w.Line("return states;");
        }
    }

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}

/// <summary>Prints launches of a layer's kernels.</summary>
internal sealed class Launches(SourceWriter w, LayerPlan plan, string kernelClass)
{
    private readonly Dictionary<string, GpuSignature> _kernels = GpuEmitter.Signatures(plan).ToDictionary(k => k.Name);

    /// <summary>A backward kernel; what its items contribute to the parameters' gradients is summed behind it.</summary>
    public void AddBackward(LayerKernel kernel, Func<string, string>? tensor = null)
    {
        var system = plan.System;
        var learned = ParameterEmitter.Contributions(system, kernel);
        if (learned.Count == 0)
        {
            Add(kernel, tensor);
            return;
        }

        var (heads, blocks) = ParameterEmitter.Items(plan, kernel);
        w.Line("// What every item contributes to the gradients of the learned parameters, summed in the order of the items.");
        if (blocks != "1") w.Line($"call.Blocks = {Blocks(kernel)};");
        var items = $"(long)batch * {heads}{(blocks == "1" ? "" : " * " + blocks)}";
        using var scope = w.Braces();
        w.Line($"var contributions = stream.Rent({Root}.Purpose.Contributions, {items} * {learned.Sum(p => p.Floats)});");
        var offset = 0;
        foreach (var p in learned)
        {
            w.Line($"var {p.Tensor}GradAll = contributions{(offset == 0 ? "" : $".SubView({items} * {offset})")};");
            offset += p.Floats;
        }

        Add(kernel, tensor);
        foreach (var p in learned)
            w.Line($"{Root}.ParameterKernels.Sum(stream, gradients.Parameters.{p.Member}.View.Data, {p.Tensor}GradAll, batch, {heads}, {blocks}, {p.Floats}, {ParameterEmitter.HeadsPerPart(system, kernel, p)});");
    }

    /// <summary>A kernel, or its twin with a table where the call has one.</summary>
    public void AddEither(LayerKernel kernel)
    {
        if (kernel.Tabulated is not { } twin)
        {
            Add(kernel);
            return;
        }

        using (w.Block("if (tabulated)")) Add(twin);
        using (w.Block("else")) Add(kernel);
    }

    /// <param name="tensor">What is handed over for a tensor, where it is not the local of that name.</param>
    public void Add(LayerKernel kernel, Func<string, string>? tensor = null)
    {
        var system = plan.System;
        var signature = _kernels[kernel.Name];
        var cls = $"global::AttnDsl.Generated.{kernelClass}";
        var heads = kernel.Unit switch
        {
            WorkUnit.QueryHead => system.Family == StateFamily.Cache ? Heads(system, HeadCount.KeyValue, "heads") : "heads",
            WorkUnit.KeyBlock or WorkUnit.KeyValueHead => Heads(system, HeadCount.KeyValue, "heads"),
            WorkUnit.QueryBlock when system.Family == StateFamily.Cache => "heads",
            _ => Heads(system, HeadCount.State, "heads"),
        };
        var blocked = kernel.Unit is WorkUnit.QueryBlock or WorkUnit.KeyBlock;
        w.Line($"call.Heads = {heads};");
        if (blocked) w.Line($"call.Blocks = {Blocks(kernel)};");
        w.Line($"call.Items = batch * call.Heads{(blocked ? " * call.Blocks" : "")};");
        // A kernel that only leaves zeros behind has none: of a score that does not depend on the product, for one.
        var arguments = signature.Tensors.Select(t => tensor?.Invoke(t) ?? t).Concat(signature.Views.Select(v => v == "scratch" ? $"stream.Tiles(call.Items, {cls}.{kernel.Name}Scratch)" : v));
        w.Line($"{cls}.{kernel.Name}Kernel.On(stream)(stream.Native, stream.Groups(call.Items), {string.Join(", ", arguments.Prepend("call"))});");
    }

    private static string Blocks(LayerKernel kernel)
    {
        var size = kernel.Unit == WorkUnit.KeyBlock ? kernel.OnGpu.Plan.Sizes.C : kernel.OnGpu.Plan.Sizes.R;
        var rows = kernel.Unit == WorkUnit.KeyBlock ? "call.KeyRows" : "call.Time";
        return size == 1 ? rows : $"({rows} + {size - 1}) / {size}";
    }
}
