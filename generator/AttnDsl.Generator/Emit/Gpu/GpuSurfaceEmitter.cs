using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>The nested class <c>Gpu</c>: <c>Inputs</c>, <c>Forward</c>, <c>Gradients</c>, <c>Backward</c>, <c>State</c>.</summary>
internal static class GpuSurfaceEmitter
{
    public const string Root = "global::AttnDsl.Gpu";
    public const string Support = "global::AttnDsl.Gpu.Kernels";
    public const string GpuTensor = Root + ".GpuTensor";
    public const string GpuStream = Root + ".GpuStream";

    public static void Emit(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan, string kernelClass)
    {
        w.Line("/// <summary>The layer on a GPU, from the same programs. Calls return before they are done; copying a result to the host waits for it.</summary>");
        w.Line(FileHeader.GeneratedCode);
        using (w.Block("public static class Gpu"))
        {
            Inputs(w, system);
            w.Line();
            Forward(w, type, system, plan);
            w.Line();
            Gradients(w, system);
            w.Line();
            Backward(w, type, system, plan);
            if (plan is not null)
            {
                w.Line();
                GpuRunEmitter.Emit(w, type, plan, kernelClass);
            }

            if (!system.Causal) return;
            w.Line();
            GpuStateEmitter.Emit(w, type, system, plan);
        }
    }

    /// <summary>A call of the private method behind the surface, or what stands in for it where the declaration has errors.</summary>
    public static string Body(TypeModel type, LayerPlan? plan, string call) =>
        plan is null ? $"throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");" : call;

    private static void Inputs(SourceWriter w, DynamicalSystem system)
    {
        ParameterEmitter.Struct(w, system, "Parameters", GpuTensor, "readonly", "What is learned: the same for every sequence and token.", "");
        w.Line("/// <summary>The tensors of a call, all on one device.</summary>");
        using (w.Block("public readonly struct Inputs"))
        {
            foreach (var input in system.Inputs)
            {
                w.Line($"/// <summary>{Xml(input.Meaning)} {input.Letters}</summary>");
                w.Line($"public required {GpuTensor} {input.Member} {{ get; init; }}");
                w.Line();
            }

            ParameterEmitter.Member(w, system, "Parameters", "What is learned.");
            if (system.Window is { RuntimeSized: true } window)
            {
                w.Line($"/// <summary>W of this call: token i sees token j when i − j &lt; W; from 1 to {window.Size}.</summary>");
                w.Line("public required int Window { get; init; }");
            }
        }
    }

    private static void Gradients(SourceWriter w, DynamicalSystem system)
    {
        ParameterEmitter.Struct(w, system, "ParameterGradients", GpuTensor, "readonly", "Where <c>Backward</c> writes the gradients of <see cref=\"Parameters\"/>, summed over sequences and tokens.", "∂L/∂");
        w.Line("/// <summary>Where <c>Backward</c> writes: one tensor for each of <see cref=\"Inputs\"/>, of its shape.</summary>");
        using (w.Block("public readonly struct Gradients"))
        {
            foreach (var input in system.Differentiated)
            {
                w.Line($"/// <summary>∂L/∂{input.Member} {input.Letters}</summary>");
                w.Line($"public required {GpuTensor} {input.Member} {{ get; init; }}");
                w.Line();
            }

            ParameterEmitter.Member(w, system, "ParameterGradients", "Those of the learned parameters.");
        }
    }

    private static void Forward(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan)
    {
        var forms = plan is null ? "" : $" It has {string.Join(", ", plan.Forms.Select(f => f.Form))}; Fastest means {plan.Fastest.Form}.";
        w.Line("/// <summary>The whole sequence at once, from an empty past.</summary>");
        Parameters();
        w.Line($"public static void Forward(in Inputs inputs, {GpuTensor} output, {FormsType} form = {FormsType}.Fastest, {GpuStream}? stream = null) =>");
        w.Line("    " + Body(type, plan, $"Run(in inputs, output, form, {(system.Causal ? "null, " : "")}stream);"));
        if (!system.Causal) return;
        w.Line();
        w.Line("/// <summary>Continues from a state and leaves the state behind the last token in it: initial and final states.</summary>");
        Parameters();
        w.Line("/// <param name=\"state\">Where the sequences stand; updated.</param>");
        w.Line($"public static void Forward(in Inputs inputs, {GpuTensor} output, State state, {FormsType} form = {FormsType}.Fastest, {GpuStream}? stream = null) =>");
        w.Line("    " + Body(type, plan, "Run(in inputs, output, form, state ?? throw new global::System.ArgumentNullException(nameof(state)), stream);"));

        w.Line();
        w.Line("/// <summary>Sequences of any lengths one behind the other, each from an empty past; one behind the other is also how they run.</summary>");
        Parameters();
        w.Line($"/// <param name=\"cuSeqLens\">{CuSeqLens}</param>");
        w.Line($"public static void Forward(in Inputs inputs, {GpuTensor} output, {Offsets} cuSeqLens, {FormsType} form = {FormsType}.Fastest, {GpuStream}? stream = null) =>");
        w.Line("    " + Body(type, plan, "Run(in inputs, output, form, null, stream, true, cuSeqLens);"));

        void Parameters()
        {
            w.Line("/// <param name=\"inputs\">The tensors.</param>");
            w.Line($"/// <param name=\"output\">Receives o [B,T,{OutputHeads(system)},V].</param>");
            w.Line($"/// <param name=\"form\">Which of the layer's forms computes it.{forms}</param>");
            w.Line("/// <param name=\"stream\">On which stream; by default the device's own.</param>");
            w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing, has another shape or lies on another device, or the layer lacks the form.</exception>");
        }
    }

    private static void Backward(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan)
    {
        var states = system.Causal;
        w.Line("/// <summary>Gradients of a loss L through <c>Forward</c>, which is computed once more on the way.</summary>");
        Parameters();
        w.Line($"public static void Backward(in Inputs inputs, {GpuTensor} outputGradient, in Gradients gradients, {GpuStream}? stream = null) =>");
        w.Line("    " + Body(type, plan, $"RunBackward(in inputs, outputGradient, in gradients, {(states ? "null, null, " : "")}stream);"));
        if (!states) return;
        w.Line();
        w.Line("/// <summary>Gradients of a loss L through <c>Forward</c> from a state, which is computed once more on the way.</summary>");
        Parameters();
        w.Line("/// <param name=\"initial\">The state with which the sequences began; not changed.</param>");
        w.Line($"/// <param name=\"stateGradient\">{BackwardEmitter.StateGradient(system)}.</param>");
        w.Line($"public static void Backward(in Inputs inputs, {GpuTensor} outputGradient, in Gradients gradients, State initial, State stateGradient, {GpuStream}? stream = null) =>");
        w.Line("    " + Body(type, plan, "RunBackward(in inputs, outputGradient, in gradients, initial ?? throw new global::System.ArgumentNullException(nameof(initial)), stateGradient ?? throw new global::System.ArgumentNullException(nameof(stateGradient)), stream);"));

        void Parameters()
        {
            w.Line("/// <param name=\"inputs\">What Forward was given.</param>");
            w.Line($"/// <param name=\"outputGradient\">∂L/∂o [B,T,{OutputHeads(system)},V].</param>");
            w.Line("/// <param name=\"gradients\">Receives ∂L of every input; what was there is overwritten.</param>");
            w.Line("/// <param name=\"stream\">On which stream; by default the device's own.</param>");
            w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing, has another shape or lies on another device.</exception>");
        }
    }
}
