using System.Collections.Generic;
using System.Globalization;
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
            w.Line($"/// <summary>GPU kernels of {type.Name}. {KernelLetters.Of(plan.System)}.</summary>");
            w.Line(FileHeader.GeneratedCode);
            w.Line("[EditorBrowsable(EditorBrowsableState.Never)]");
            using (w.Block($"internal static class {kernelClass}")) Kernels(w, type, plan, kernelClass, checksOverflow);
        }

        return w.ToString();
    }

    /// <summary>The kernels' signatures, in the plan's order.</summary>
    public static IReadOnlyList<GpuSignature> Signatures(LayerPlan plan) => [.. plan.Kernels.Select(k => new GpuSignature(plan, k))];

    private static void Kernels(SourceWriter w, TypeModel type, LayerPlan plan, string kernelClass, bool checksOverflow)
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

        foreach (var k in plan.OnTensorCores.All)
        {
            w.Line();
            Assembly(w, type, k);
        }

        MaskEmitter.Write(w, plan, isUnchecked: checksOverflow);
        if (plan.System.Phase is { } phase) Temperatures(w, phase.Temperatures);
    }

    /// <summary>A kernel for tensor cores: its numbers, then its text.</summary>
    private static void Assembly(SourceWriter w, TypeModel type, Ptx.PtxKernel k)
    {
        w.Line($"/// <summary>{k.Summary} For tensor cores: blocks of {Literals.Integer(k.Rows)} {(k.IsOfKeys ? "keys" : "queries")} against {Literals.Integer(k.LoopRows)} {(k.IsOfKeys ? "queries" : "keys")} at a time.</summary>");
        w.Line($"public static readonly TensorKernel {k.Name}OnTensorCores = new(\"{type.Name}\", \"{k.Name}\", rows: {Literals.Integer(k.Rows)}, threads: {Literals.Integer(k.Threads)}, sharedBytes: {Literals.Integer(k.SharedBytes)},");
        // As UTF-8 it is no string of the assembly's, of which there is room for 16 million bytes.
        w.Line("static () => \"\"\"");
        w.Lines(k.Module.TrimEnd('\n'));
        w.Line("\"\"\"u8);");
    }

    /// <summary>τ of every pair, as the kernels want it.</summary>
    private static void Temperatures(SourceWriter w, Temperatures temperatures)
    {
        Table("long", "Turns", $"τ of a pair in turns, times 2^{Literals.Integer(-temperatures.TurnsExponent)}.", temperatures.Turns.Select(t => t.ToString(CultureInfo.InvariantCulture)));
        Table("float", "Temperature", "τ of a pair.", temperatures.Values.Select(t => Literals.Float((float)t)));

        void Table(string type, string name, string meaning, IEnumerable<string> values)
        {
            var all = values.ToList();
            w.Line();
            w.Line($"/// <summary>{meaning}</summary>");
            if (all.Distinct().Count() == 1)
            {
                w.Line($"private static {type} {name}(int pair) => {all[0]};");
                return;
            }

            w.Line($"private static {type} {name}(int pair) => pair switch");
            w.Line("{");
            for (var i = 0; i < all.Count; i++) w.Line($"    {(i == all.Count - 1 ? "_" : Literals.Integer(i))} => {all[i]},");
            w.Line("};");
        }
    }
}
