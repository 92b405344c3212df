using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>The GPU file of a layer: its twin on the user's type, and the kernels.</summary>
internal static class GpuEmitter
{
    public static string Emit(TypeModel type, DynamicalSystem system, LayerPlan? plan, string kernelClass, bool checksOverflow)
    {
        var w = new SourceWriter();
        FileHeader.Write(w);
        using (TypeScope.Open(w, type, () => { })) GpuSurfaceEmitter.Emit(w, type, system, plan, kernelClass);
        if (plan is null) return w.ToString();
        w.Line();
        w.Line("namespace AttnDsl.Generated");
        using (w.Braces())
        {
            // Inside the namespace these win over whatever the project calls its own types.
            foreach (var name in new[] { "System", "System.ComponentModel", "AttnDsl.Gpu.Kernels", "ILGPU", "ILGPU.Runtime" }) w.Line($"using {name};");
            if (plan.BlockMask is not null) w.Line("using AttnDsl.Primitives;");
            w.Line();
            w.Line($"/// <summary>GPU kernels of {type.Name}. B batch, T time, H heads, K key width, V value width,{(plan.System.Map.KeepsChannels ? "" : " F features,")} C tokens of a chunk, R queries of a block.</summary>");
            w.Line(FileHeader.GeneratedCode);
            w.Line("[EditorBrowsable(EditorBrowsableState.Never)]");
            using (w.Block($"internal static class {kernelClass}")) Kernels(w, plan, kernelClass, checksOverflow);
        }

        return w.ToString();
    }

    /// <summary>The kernels' signatures, in the plan's order.</summary>
    public static IReadOnlyList<GpuSignature> Signatures(LayerPlan plan) => [.. plan.Kernels.Select(k => new GpuSignature(plan, k))];

    private static void Kernels(SourceWriter w, LayerPlan plan, string kernelClass, bool checksOverflow)
    {
        var kernels = Signatures(plan);
        foreach (var k in kernels.Where(k => k.ScratchFloats > 0)) w.Line($"public const int {k.Name}Scratch = {Literals.Integer(k.ScratchFloats)}; // floats a group");
        foreach (var k in kernels)
        {
            w.Line();
            w.Line($"/// <summary>Launches <see cref=\"{k.Name}\"/>.</summary>");
            w.Line($"public delegate void {k.Name}Launcher(AcceleratorStream stream, KernelConfig config, {string.Join(", ", k.Parameters)});");
            w.Line();
            w.Line($"public static readonly GpuKernel<{k.Name}Launcher> {k.Name}Kernel = new(typeof({kernelClass}), nameof({k.Name}));");
        }

        foreach (var k in kernels)
        {
            w.Line();
            GpuKernelWriter.Write(w, k, checksOverflow);
        }

        MaskEmitter.Write(w, plan, isUnchecked: checksOverflow);
    }
}
