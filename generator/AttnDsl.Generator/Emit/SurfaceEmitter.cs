using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit;

/// <summary>The members of the user's type: constants, <c>Inputs</c>, <c>Forward</c>, <c>Explanation</c>.</summary>
internal static class SurfaceEmitter
{
    public const string ReadOnlySpan = "global::System.ReadOnlySpan<float>";
    public const string Span = "global::System.Span<float>";
    public const string ReadOnlyTensor = "global::System.Numerics.Tensors.ReadOnlyTensorSpan<float>";
    public const string Tensor = "global::System.Numerics.Tensors.TensorSpan<float>";
    public const string Offsets = "global::System.ReadOnlySpan<int>";
    public const string CuSeqLens = "Where each sequence begins along T, and behind them where the last one ends: 0 first, T last. They lie in one batch row; some may be empty.";
    public const string CancellationToken = "global::System.Threading.CancellationToken";
    public const string FormsType = "global::AttnDsl.Forms";
    public const string Runtime = "global::AttnDsl.Runtime";

    /// <param name="plan">Null for a declaration with problems: the surface stands, its bodies throw.</param>
    public static string Emit(TypeModel type, DynamicalSystem system, LayerPlan? plan, string cpuClass, bool hasGpu)
    {
        var w = new SourceWriter();
        var explanation = plan is null ? null : Explanation.Of(type.Name, plan, hasGpu);
        FileHeader.Write(w);
        using (TypeScope.Open(w, type, () => Remarks(w, explanation)))
        {
            Constants(w, system);
            w.Line("/// <summary>What this layer computes, how, and at what cost: the text on the type, at run time.</summary>");
            w.Line($"public static string Explanation => {Quote(explanation ?? "This declaration has errors; see the compiler's messages.")};");
            w.Line();
            Inputs(w, system);
            w.Line();
            ParameterEmitter.Tabulate(w, type, system, plan);
            ForwardMethods(w, type, system, plan);
            if (plan is not null)
            {
                w.Line();
                RunEmitter.Emit(w, type, plan, cpuClass);
            }

            w.Line();
            BackwardEmitter.Emit(w, type, system, plan, cpuClass);
        }

        return w.ToString();
    }

    private static void Remarks(SourceWriter w, string? explanation)
    {
        if (explanation is null) return;
        w.Line("/// <remarks>");
        w.Line("/// <code>");
        foreach (var line in explanation.Split('\n')) w.Line(("/// " + Xml(line)).TrimEnd());
        w.Line("/// </code>");
        w.Line("/// </remarks>");
    }

    private static void Constants(SourceWriter w, DynamicalSystem system)
    {
        Constant("KeyDim", system.KeyDim, "K, the width of queries and keys.");
        Constant("ValueDim", system.ValueDim, "V, the width of values and outputs.");
        if (!system.Map.KeepsChannels) Constant("FeatureDim", system.Map.Width, "F, the number of features of a query or key.");
        if (system.Heads is { } h) Constant("Heads", h, "H, the number of query heads.");
        if (system.KeyValueHeads is { } g) Constant("KeyValueHeads", g, "G, the number of key and value heads.");
        if (system.ValueHeads is { } n) Constant("ValueHeads", n, "N, the number of value, state and output heads.");

        void Constant(string name, int value, string meaning)
        {
            w.Line($"/// <summary>{meaning}</summary>");
            w.Line($"public const int {name} = {Literals.Integer(value)};");
            w.Line();
        }
    }

    private static void Inputs(SourceWriter w, DynamicalSystem system)
    {
        ParameterEmitter.Struct(w, system, "Parameters", ReadOnlyTensor, "readonly ref", "What is learned: the same for every sequence and token. Dense tensors.", "");
        w.Line("/// <summary>The tensors of a call: last axis contiguous, any outer strides.</summary>");
        w.Line(FileHeader.GeneratedCode);
        using (w.Block("public readonly ref struct Inputs"))
        {
            foreach (var input in system.Inputs)
            {
                w.Line($"/// <summary>{Xml(input.Meaning)} {input.Letters}</summary>");
                w.Line($"public required {ReadOnlyTensor} {input.Member} {{ get; init; }}");
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

    private static void ForwardMethods(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan)
    {
        var output = $"[B,T,{OutputHeads(system)},V]";
        var forms = plan is null ? "" : $" It has {string.Join(", ", plan.Forms.Select(f => f.Form))}; Fastest means {plan.Fastest.Form}.";
        w.Line("/// <summary>The whole sequence at once, from an empty past.</summary>");
        w.Line($"/// <param name=\"inputs\">The tensors.</param>");
        w.Line($"/// <param name=\"output\">Receives o {output}.</param>");
        w.Line($"/// <param name=\"form\">Which of the layer's forms computes it.{forms}</param>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape, or the layer lacks the form.</exception>");
        w.Line($"public static void Forward(in Inputs inputs, in {Tensor} output, {FormsType} form = {FormsType}.Fastest) =>");
        w.Line(plan is null ? $"    throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");" : $"    RunLayer(in inputs, in output, form, false, default);");
        w.Line();
        CancellableForward(w, type, system, plan, stateful: false);
        if (system.Causal)
        {
            w.Line("/// <summary>Continues from a state and leaves the state behind the last token in it: initial and final states.</summary>");
            w.Line("/// <param name=\"inputs\">The tensors.</param>");
            w.Line($"/// <param name=\"output\">Receives o {output}.</param>");
            w.Line("/// <param name=\"state\">Where the sequences stand; updated.</param>");
            w.Line($"/// <param name=\"form\">Which of the layer's forms computes it.{forms}</param>");
            w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape, the state belongs to another batch, or the layer lacks the form. Nothing is changed.</exception>");
            w.Line($"public static void Forward(in Inputs inputs, in {Tensor} output, State state, {FormsType} form = {FormsType}.Fastest) =>");
            w.Line(plan is null ? $"    throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");" : $"    RunLayer(in inputs, in output, form, true, state.Memory);");
            w.Line();
            CancellableForward(w, type, system, plan, stateful: true);
            PackedForward(w, type, system, plan, forms);
        }

        SpanOverload(w, type, system, plan, "Forward", "public static void", step: false, prefix: "RunLayer(in inputs, in outputTensor, " + FormsType + ".Fastest, false, default);",
            summary: "The whole sequence at once, over contiguous memory.", batchParameter: true);
    }

    /// <summary>The overloads that a token can end.</summary>
    private static void CancellableForward(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan, bool stateful)
    {
        w.Line($"/// <summary>The same, until it is cancelled{(stateful ? ": then the state is as it was" : "")}.</summary>");
        w.Line("/// <param name=\"inputs\">The tensors.</param>");
        w.Line($"/// <param name=\"output\">Receives o [B,T,{OutputHeads(system)},V]; undefined where the call is cancelled.</param>");
        if (stateful) w.Line("/// <param name=\"state\">Where the sequences stand; updated.</param>");
        w.Line("/// <param name=\"form\">Which of the layer's forms computes it.</param>");
        w.Line("/// <param name=\"cancellationToken\">Asked between blocks of tokens.</param>");
        w.Line("/// <exception cref=\"global::System.OperationCanceledException\">The call was cancelled.</exception>");
        w.Line($"public static void Forward(in Inputs inputs, in {Tensor} output, {(stateful ? "State state, " : "")}{FormsType} form, {CancellationToken} cancellationToken) =>");
        w.Line(plan is null
            ? $"    throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");"
            : stateful ? "    RunCancellable(in inputs, in output, form, state.Memory, cancellationToken);" : "    RunLayer(in inputs, in output, form, false, default, cancellationToken: cancellationToken);");
        w.Line();
    }

    /// <summary>The overloads for sequences that lie one behind the other.</summary>
    private static void PackedForward(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan, string forms)
    {
        foreach (var stateful in new[] { false, true })
        {
            w.Line($"/// <summary>Sequences of any lengths, one behind the other: each {(stateful ? "goes on from the state's sequence of its number, which is left behind its last token" : "from an empty past")}.</summary>");
            w.Line("/// <param name=\"inputs\">The tensors, B = 1 and T the sum of the lengths.</param>");
            w.Line($"/// <param name=\"output\">Receives o [1,T,{OutputHeads(system)},V].</param>");
            w.Line($"/// <param name=\"cuSeqLens\">{CuSeqLens}</param>");
            if (stateful) w.Line("/// <param name=\"state\">Where the sequences stand, one for each; updated.</param>");
            w.Line($"/// <param name=\"form\">Which of the layer's forms computes it.{forms}</param>");
            w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape, or the offsets do not describe it. Nothing is changed.</exception>");
            w.Line($"public static void Forward(in Inputs inputs, in {Tensor} output, {Offsets} cuSeqLens, {(stateful ? "State state, " : "")}{FormsType} form = {FormsType}.Fastest) =>");
            w.Line(plan is null
                ? $"    throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");"
                : $"    RunLayer(in inputs, in output, form, {(stateful ? "true, state.Memory" : "false, default")}, {Runtime}.Packing.Offsets(cuSeqLens));");
            w.Line();
        }
    }

    /// <summary>An overload over plain spans: checks their lengths, then wraps them as tensors.</summary>
    public static void SpanOverload(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan? plan, string name, string modifiers, bool step, string prefix, string summary, bool batchParameter)
    {
        var parameters = new List<string>();
        if (batchParameter) parameters.Add("int batch");
        if (!step) parameters.Add("int time");
        if (batchParameter && system.Heads is null) parameters.Add("int heads");
        foreach (var input in system.Inputs) parameters.Add($"{ReadOnlySpan} {Literals.Identifier(ParameterName(input))}");
        foreach (var p in system.Parameters) parameters.Add($"{ReadOnlySpan} {Literals.Identifier(ParameterName(p))}");
        if (system.Window is { RuntimeSized: true }) parameters.Add("int window");
        parameters.Add($"{Span} output");
        if (system.Map.Table is not null) parameters.Add($"{ReadOnlySpan} {TableName} = default");
        w.Line($"/// <summary>{summary} Spans in the order of <see cref=\"Inputs\"/>: {string.Join(", ", system.Inputs.Select(i => $"{ParameterName(i)} {(step ? i.StepLetters : i.Letters)}"))}{string.Concat(system.Parameters.Select(p => $", {ParameterName(p)} {p.Letters}"))}; output {(step ? "[B,1," : "[B,T,")}{OutputHeads(system)},V]{(system.Map.Table is null ? "" : $"; {TableName} of Tabulate, or none")}.</summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A span has another length than its shape.</exception>");
        w.Line($"{modifiers} {name}({string.Join(", ", parameters)})");
        using (w.Braces())
        {
            if (plan is null)
            {
                w.Line($"throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");");
                return;
            }

            if (!batchParameter) w.Line("int batch = Batch;");
            if (step) w.Line("const int time = 1;");
            var heads = system.Heads is { } h ? Literals.Integer(h) : batchParameter ? "heads" : "QueryHeads";
            using (w.Block("var inputs = new Inputs", "};"))
            {
                foreach (var input in system.Inputs)
                    w.Line($"{input.Member} = {Runtime}.Tensors.Of({Literals.Identifier(ParameterName(input))}, [batch, {input.Rows("time")}, {Heads(system, input.HeadCount, heads)}{(input.Width > 0 ? $", {input.Width}" : "")}], \"{ParameterName(input)}\", \"{(step ? input.StepLetters : input.Letters)}\"),");
                if (system.Parameters.Count > 0)
                {
                    using (w.Block("Parameters = new Parameters", "},"))
                    {
                        foreach (var p in system.Parameters)
                            w.Line($"{p.Member} = {Runtime}.Tensors.Of({Literals.Identifier(ParameterName(p))}, [{ParameterEmitter.Lengths(system, p, heads)}], \"{ParameterName(p)}\", \"{p.Letters}\"),");
                        if (system.Map.Table is not null) w.Line($"{PiecewiseTable.Member} = {TableName}.IsEmpty ? default : {Runtime}.Tensors.Of({TableName}, [{ParameterEmitter.TableFloats(system).Replace("heads", heads)}], \"{TableName}\", \"of Tabulate\"),");
                    }
                }

                if (system.Window is { RuntimeSized: true }) w.Line("Window = window,");
            }

            w.Line($"var outputTensor = {Runtime}.Tensors.Of(output, [batch, time, {Heads(system, HeadCount.State, heads)}, {system.ValueDim}], \"output\", \"[B,{(step ? "1" : "T")},{OutputHeads(system)},V]\");");
            w.Line(prefix);
        }
    }

    /// <summary>A head count as C#, given the query heads.</summary>
    public static string Heads(DynamicalSystem system, HeadCount count, string query) => count switch
    {
        HeadCount.KeyValue when system.KeyValueHeads is { } g => Literals.Integer(g),
        HeadCount.State when system.ValueHeads is { } n => Literals.Integer(n),
        HeadCount.Shared => "1",
        _ => query,
    };

    public static string OutputHeads(DynamicalSystem system) => system.ValueHeads is null ? "H" : "N";

    private static readonly string TableName = LowerFirst(PiecewiseTable.Member);

    public static string ParameterName(InputTensor input) => LowerFirst(input.Member);

    public static string ParameterName(ParameterTensor parameter) => LowerFirst(parameter.Member);

    private static string LowerFirst(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);

    public static string Xml(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    private static string Quote(string text) => "\"\"\"\"\n" + text + "\n\"\"\"\"";
}
