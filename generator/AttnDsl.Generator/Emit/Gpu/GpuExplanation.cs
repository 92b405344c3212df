using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>What <c>Explanation</c> says about the GPU twin: launches, groups, scratch, precision.</summary>
internal static class GpuExplanation
{
    public static IEnumerable<string> Of(LayerPlan plan)
    {
        var s = plan.System;
        foreach (var form in plan.Forms)
            yield return $"{form.Form.ToString().ToLowerInvariant()}{(form == plan.Fastest ? " (the fastest)" : "")}: {Launches(s, form)}; a group of threads takes {Item(form.Main)}; {Scratch(form.Main)}";
        var fills = s.Family == StateFamily.Cache ? 0 : 1 + s.States.Count(t => t.Initial != 0);
        if (fills > 0)
        {
            yield return $"{(s.Causal ? "without a State " : "")}{Count(fills, "launch")} more fill{(fills == 1 ? "s" : "")} the states to start from";
        }

        var back = plan.Backward.Forward.Concat(plan.Backward.Backward).ToList();
        var sums = back.Sum(k => ParameterEmitter.Contributions(s, k).Count);
        // Rotated keys are written to a place of their own in any case.
        var joins = s is { Family: StateFamily.Cache, Causal: true, Rotation: null } ? ", with a State 2 more that append the keys and values and bring their gradients back" : "";
        yield return $"gradients: {Count(back.Count, "launch")}{joins}{(fills > 0 ? $" behind {fills + 1} that fill the states and their gradients" : "")}{(sums > 0 ? $", {sums} that sum{(sums == 1 ? "s" : "")} those of learned parameters" : "")}; {Scratch([.. back])}";
        yield return "no more groups than the device runs at a time: each takes item after item";
        yield return OnTensorCores(plan);
        yield return "fp32 throughout, where tensor cores do not run; long sums carry along what they round away; exp, log and their like are made of arithmetic, the same on every device";
    }

    /// <summary>What becomes of tensors of 16 bits.</summary>
    private static string OnTensorCores(LayerPlan plan)
    {
        const string otherwise = "tensors of 16 bits are copied to floats and back";
        var kernels = plan.OnTensorCores;
        if (kernels.Attend is not { } attend) return $"no kernels for tensor cores, because {kernels.Missing}: {otherwise}";
        var gradients = kernels.Gradients.Count > 0
            ? $"; gradients in {Count(kernels.Gradients.Count + 1 + (plan.System.Rotation is null ? 0 : 2) + (plan.System.Forgets ? 2 : 0), "launch")}, {kernels.Gradients[1].Rows} keys of a head against {kernels.Gradients[1].LoopRows} queries at a time"
            : $"; not gradients ({kernels.Missing})";
        var beside = plan.System.Causal ? "with a State, in the recurrent form and on other devices" : "on other devices";
        return $"tensors of 16 bits run on tensor cores (CUDA, compute capability 8.0 or later): parallel, {attend.Rows} queries of a head against {attend.LoopRows} keys at a time{gradients}; {beside} {otherwise}";
    }

    private static string Launches(DynamicalSystem s, FormPlan form)
    {
        if (s.Family == StateFamily.Matrix)
            return Count(form.Before.Count + 1, "launch") + (form.UpdateState is null ? "" : ", with a State one more that brings it up to date");
        var alone = Count(s.Rotation is null ? 1 : 2, "launch") + (s.Rotation is null ? "" : ", which first rotate the keys");
        return s.Causal ? $"{alone}; with a State 2 for as many tokens as the cache has room, which first append the keys and values" : alone;
    }

    private static string Item(LayerKernel kernel) => kernel.Unit switch
    {
        WorkUnit.QueryBlock when kernel.OnGpu.Plan.Sizes.R == 1 => "a query of a head",
        WorkUnit.QueryBlock => $"{kernel.OnGpu.Plan.Sizes.R} queries of a head",
        _ => "a head of a sequence",
    };

    private static string Scratch(params LayerKernel[] kernels)
    {
        var floats = kernels.Max(k => (long)k.OnGpu.Plan.ScratchOffset);
        return floats == 0 ? "no scratch" : $"{(kernels.Length > 1 ? "up to " : "")}{Literals.Grouped(4 * floats)} bytes of scratch a group";
    }

    private static string Count(int n, string what) => $"{n} {what}{(n == 1 ? "" : "es")}";
}
