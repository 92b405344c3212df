using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Ptx;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.Gpu.GpuSurfaceEmitter;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>The private methods behind the twin's surface for tensors of 16 bits: on tensor cores, or in floats between copies.</summary>
internal static class TensorRunEmitter
{
    private const string View = Support + ".TensorView", Argument = Support + ".TensorArgument", Format = Root + ".TensorFormat";

    /// <summary>Where a call with tensors of 16 bits goes.</summary>
    /// <param name="rows">Of the call's own tensors those that may have 16 bits, beside queries, keys and values.</param>
    public static void Branch(SourceWriter w, DynamicalSystem system, string call, IReadOnlyList<string> rows, bool withGradients = false)
    {
        var halves = Halves(system).Select(i => "inputs." + i.Member).Concat(rows);
        var floats = system.Inputs.Except(Halves(system)).Select(i => "inputs." + i.Member).Concat(system.Parameters.Select(p => "inputs.Parameters." + p.Member));
        if (withGradients)
        {
            halves = halves.Concat(Halves(system).Select(i => "gradients." + i.Member));
            floats = floats.Concat(system.Differentiated.Except(Halves(system)).Select(i => "gradients." + i.Member)).Concat(system.Parameters.Select(p => "gradients.Parameters." + p.Member));
        }

        w.Line($"{Support}.GpuGuards.Formats([{string.Join(", ", halves)}]{string.Concat(floats.Select(f => ", " + f))});");
        using (w.Block($"if ({rows[0]}.Format != {Format}.Float32)"))
        {
            w.Line(call);
            w.Line("return;");
        }

        w.Line();
    }

    public static void Forward(SourceWriter w, LayerPlan plan, Launches launches, string kernelClass)
    {
        var system = plan.System;
        w.Line($"/// <summary>The same for tensors of 16 bits: {(plan.OnTensorCores.Attend is null ? "" : "on tensor cores where the device has them, else ")}in floats between copies.</summary>");
        w.Line($"private static void RunHalves(in Inputs inputs, {GpuTensor} output, {FormsType} form, {(system.Causal ? "State? state, " : "")}{GpuStream} stream, int batch, int time, int heads)");
        using (w.Braces())
        {
            w.Line($"if (batch == 0 || time == 0 || heads == 0) return;");
            if (plan.OnTensorCores.Attend is { } attend)
            {
                using (w.Block($"if ({(system.Causal ? "state is null && " : "")}form == {FormsType}.Parallel && {Kernel(kernelClass, attend)}.Runs(stream, output.Format, batch * heads))"))
                {
                    Begin(w, system, withGradients: false);
                    w.Line("// log Σ e^score of every query stays in working memory.");
                    w.Line($"var lse = {View}.Dense(stream.Rent({Root}.Purpose.Outputs, (long)batch * heads * time), heads, time, 1);");
                    Sums(w, plan, launches);
                    Launch(w, system, kernelClass, attend, "output.Format", t => t switch
                    {
                        "o" => "output",
                        _ => Of(system, t),
                    });
                    w.Line("return;");
                }

                w.Line();
            }

            var read = Halves(system).ToList();
            w.Line($"var floats = stream.Floats([{string.Join(", ", read.Select(i => "inputs." + i.Member))}], output);");
            w.Line($"Run(new Inputs {{ {InFloats(system)} }}, floats[{Literals.Integer(read.Count)}], form, {(system.Causal ? "state, " : "")}stream);");
            w.Line($"stream.Round(floats[{Literals.Integer(read.Count)}], output);");
        }
    }

    public static void Backward(SourceWriter w, LayerPlan plan, Launches launches, string kernelClass)
    {
        var (system, kernels) = (plan.System, plan.OnTensorCores);
        w.Line($"/// <summary>The same for tensors of 16 bits: {(kernels.Gradients.Count == 0 ? "" : "on tensor cores where the device has them, else ")}in floats between copies.</summary>");
        w.Line($"private static void RunBackwardHalves(in Inputs inputs, {GpuTensor} outputGradient, in Gradients gradients, {(system.Causal ? "State? initial, State? stateGradient, " : "")}{GpuStream} stream, int batch, int time, int heads)");
        using (w.Braces())
        {
            w.Line($"if (batch == 0 || time == 0 || heads == 0) return;");
            if (kernels is { Attend: { } attend, Gradients.Count: > 0 })
            {
                w.Line("var format = outputGradient.Format;");
                var runs = kernels.All.Select(k => $"{Kernel(kernelClass, k)}.Runs(stream, format, batch * heads)");
                using (w.Block($"if ({(system.Causal ? "initial is null && " : "")}{string.Join(" && ", runs)})"))
                {
                    Begin(w, system, withGradients: true);
                    Sums(w, plan, launches, withGradients: true);
                    w.Line("// Outputs, log Σ e^score of every query, and what the gradients of keys ask of each.");
                    w.Line("long queries = (long)batch * heads * time;");
                    var kept = kernels.All.SelectMany(k => k.Tensors).Select(t => t.Name).Where(t => t.StartsWith("kept", StringComparison.Ordinal)).Distinct().ToList();
                    w.Line($"var memory = stream.Rent({Root}.Purpose.Outputs, queries * {Literals.Integer(system.ValueDim / 2 + 1 + kept.Count)});");
                    w.Line($"var o = {Argument}.Halves(memory, time, heads, {Literals.Integer(system.ValueDim)});");
                    for (var n = 0; n <= kept.Count; n++)
                        w.Line($"var {(n == 0 ? "lse" : kept[n - 1])} = {View}.Dense(memory.SubView(queries * {Literals.Integer(system.ValueDim / 2 + n)}), heads, time, 1);");
                    foreach (var k in kernels.All)
                    {
                        Launch(w, system, kernelClass, k, "format", t => t switch
                        {
                            "keysGrad" => "gradients.K",
                            "valuesGrad" => "gradients.V",
                            "qGrad" => "gradients.Q",
                            "oGrad" => "outputGradient",
                            _ => Of(system, t),
                        });
                    }

                    if (plan.Find("SumGatesBackward") is { } sums) launches.AddBackward(sums);
                    w.Line("return;");
                }

                w.Line();
            }

            var halves = Halves(system).ToList();
            var read = halves.Select(i => "inputs." + i.Member).Append("outputGradient");
            w.Line($"var floats = stream.Floats([{string.Join(", ", read)}]{string.Concat(halves.Select(i => ", gradients." + i.Member))});");
            var rest = system.Differentiated.Except(halves).Select(i => $", {i.Member} = gradients.{i.Member}");
            var learned = system.Parameters.Count > 0 ? ", Parameters = gradients.Parameters" : "";
            var into = string.Join(", ", halves.Select((i, n) => $"{i.Member} = floats[{Literals.Integer(halves.Count + 1 + n)}]"));
            w.Line($"RunBackward(new Inputs {{ {InFloats(system)} }}, floats[{Literals.Integer(halves.Count)}], new Gradients {{ {into}{string.Concat(rest)}{learned} }}, {(system.Causal ? "initial, stateGradient, " : "")}stream);");
            for (var n = 0; n < halves.Count; n++) w.Line($"stream.Round(floats[{Literals.Integer(halves.Count + 1 + n)}], gradients.{halves[n].Member});");
        }
    }

    /// <summary>The inputs that may have 16 bits.</summary>
    private static IEnumerable<InputTensor> Halves(DynamicalSystem system) => system.Inputs.Where(i => i.Tensor is "q" or "k" or "v");

    private static string Kernel(string kernelClass, PtxKernel k) => $"global::AttnDsl.Generated.{kernelClass}.{k.Name}OnTensorCores";

    /// <summary>The inputs of a call whose rows are copied to floats.</summary>
    private static string InFloats(DynamicalSystem system)
    {
        var halves = Halves(system).ToList();
        var members = system.Inputs.Select(i => $"{i.Member} = {(halves.IndexOf(i) is >= 0 and var n ? $"floats[{Literals.Integer(n)}]" : "inputs." + i.Member)}");
        if (system.Parameters.Count > 0 || system.Map.Table is not null) members = members.Append("Parameters = inputs.Parameters");
        if (system.Window is { RuntimeSized: true }) members = members.Append("Window = inputs.Window");
        return string.Join(", ", members);
    }

    /// <summary>Heads of keys, and rows turned to their positions.</summary>
    private static void Begin(SourceWriter w, DynamicalSystem system, bool withGradients)
    {
        if (system.KeyValueHeads is { } shared) w.Line($"int keyHeads = {Literals.Integer(shared)};");
        if (system.Rotation is not { } rotation) return;
        var half = Literals.Integer(system.KeyDim / 2);
        w.Line("// Queries and keys turned to their positions.");
        GpuRunEmitter.Angles(w, system, "0", "time");
        w.Line($"var turned = stream.Rent({Root}.Purpose.Floats, (long)batch * time * (heads + {(system.KeyValueHeads is null ? "heads" : "keyHeads")}) * {half});");
        w.Line($"var q = {Root}.RotationKernels.Turn(stream, inputs.Q, turned, cos, sin, {Layout(rotation)});");
        w.Line($"var keys = {Root}.RotationKernels.Turn(stream, inputs.K, turned.SubView((long)batch * time * heads * {half}), cos, sin, {Layout(rotation)});");
    }

    private static string Layout(Rotation rotation) => $"global::AttnDsl.PairLayout.{rotation.Layout}";

    /// <summary>What a kernel calls a tensor, as it is called here.</summary>
    private static string Of(DynamicalSystem system, string tensor)
    {
        if (system.Rotation is not null && (tensor is "q" or "keys")) return tensor;
        if (tensor is "cos" or "sin") return $"{Argument}.Table({tensor})";
        if (tensor is "keys" or "values") return tensor == "keys" ? "inputs.K" : "inputs.V";
        if (system.Inputs.FirstOrDefault(i => i.Tensor == tensor) is { } input)
            return input.HeadCount == HeadCount.Shared ? $"{Argument}.ForAllHeads(inputs.{input.Member})" : "inputs." + input.Member;
        return system.Parameters.FirstOrDefault(p => p.Tensor == tensor) is { } learned
            ? $"{Argument}.PerHead(inputs.Parameters.{learned.Member}, {(learned.PerHead is null ? "0" : Literals.Integer(learned.Floats))})"
            : tensor;
    }

    /// <summary>The running sums of forget gates, by the portable kernel.</summary>
    private static void Sums(SourceWriter w, LayerPlan plan, Launches launches, bool withGradients = false)
    {
        var system = plan.System;
        if (plan.Find("SumGates") is not { } sums) return;
        w.Line($"var call = new {Support}.LayerCall {{ Time = time, KeyRows = time{(system.KeyValueHeads is null ? "" : ", Group = heads / keyHeads")} }};");
        if (system.Parameters.Count > 0) w.Line($"global::ILGPU.ArrayView<float> {string.Join(", ", system.Parameters.Select(p => $"{p.Tensor}All = inputs.Parameters.{p.Member}.View.Data"))};");
        foreach (var input in system.Inputs.Except(Halves(system))) w.Line($"var {input.Tensor} = inputs.{input.Member}.View;");
        if (withGradients)
        {
            foreach (var input in system.Differentiated.Except(Halves(system))) w.Line($"var {input.Tensor}Grad = gradients.{input.Member}.View;");
            foreach (var p in system.Parameters) w.Line($"gradients.Parameters.{p.Member}.Clear(stream); // every item adds to it");
            GpuRunEmitter.CarriedBackward(w, plan);
        }
        else
        {
            GpuRunEmitter.Carried(w, plan);
        }

        GpuRunEmitter.Prepared(w, plan, launches, withGradients);
        var (keyHeads, group) = system.KeyValueHeads is null ? ("heads", "1") : ("keyHeads", "call.Group");
        w.Line($"long gates = (long)batch * heads * time;");
        w.Line($"var ofKeys = stream.Rent({Root}.Purpose.Keys, {(withGradients ? "3" : "2")} * gates);");
        w.Line($"var keyGates = {View}.Dense(ofKeys, {keyHeads}, time, {group});");
        w.Line($"var keyGateRests = {View}.Dense(ofKeys.SubView(gates), {keyHeads}, time, {group});");
        if (withGradients) w.Line($"var keyGatesGrad = {View}.Dense(ofKeys.SubView(2 * gates), {keyHeads}, time, {group});");
        launches.Add(sums);
    }

    private static void Launch(SourceWriter w, DynamicalSystem system, string kernelClass, PtxKernel k, string format, Func<string, string> tensor)
    {
        var (rows, heads) = ("time", k.IsOfKeys && system.KeyValueHeads is not null ? "keyHeads" : "heads");
        var numbers = k.Numbers.Select(n => n switch
        {
            "heads" => heads,
            "group" => "heads / keyHeads",
            "queryCount" or "keyCount" => "time",
            RunTimeValue.Window => "inputs.Window",
            RunTimeValue.HeadCount => "heads",
            // A call without a state begins with the first token.
            _ => "0",
        });
        w.Line($"{Kernel(kernelClass, k)}.Launch(stream, {format}, {rows}, batch * {heads},");
        w.Line($"    [{string.Join(", ", k.Tensors.Select(t => tensor(t.Name)))}],");
        w.Line($"    {string.Join(", ", numbers)});");
    }
}
