using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit;

/// <summary>The streaming-state struct.</summary>
internal static class StateEmitter
{
    public static string Emit(TypeModel type, DynamicalSystem system, LayerPlan? plan)
    {
        var w = new SourceWriter();
        var cache = system.Family == StateFamily.Cache;
        FileHeader.Write(w);
        using (TypeScope.Open(w, type, () => { }))
        {
            w.Line($"/// <summary>Where the sequences of a batch stand: {Contents(system)}. Copies share the memory; <see cref=\"Fork\"/> copies it.</summary>");
            w.Line(FileHeader.GeneratedCode);
            using (w.Block("public struct State : global::AttnDsl.IAttentionState"))
            {
                if (plan is null) Stub(w, type, system);
                else Members(w, type, system, plan, cache);
            }

        }

        return w.ToString();
    }

    /// <summary>How one head's state begins, for calls without a <c>State</c>.</summary>
    public static void InitialState(SourceWriter w, DynamicalSystem system)
    {
        w.Line("/// <summary>One head's state before the first token.</summary>");
        using (w.Block("private static void InitialState(ref float unit)"))
        {
            w.Line($"global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref unit, {StateLayout.UnitFloats(system)}).Clear();");
            foreach (var s in system.States.Where(s => s.Initial != 0))
                w.Line($"global::System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref global::System.Runtime.CompilerServices.Unsafe.Add(ref unit, {StateLayout.Offset(system, s.Name)}), {s.Floats}).Fill({Literals.Float(s.Initial)});");
        }
    }

    private static string Contents(DynamicalSystem system) => system.Family == StateFamily.Cache
        ? system.Window is { } w ? $"the keys and values of the last {w.Size} tokens{(w.SinkTokens > 0 ? $" and of the first {w.SinkTokens}" : "")}" : "the keys and values of every token so far"
        : string.Join(", ", system.States.Select(s => $"{Property(s)} {s.Letters}"));

    private static bool HasCapacity(DynamicalSystem system) => system.Family == StateFamily.Cache && system.Window is null;

    /// <summary>Whether tokens can be taken back only where that was asked for. A cache without window that carries nothing beside its rows forgets nothing.</summary>
    private static bool HasSnapshots(DynamicalSystem system) => !HasCapacity(system) || system.States.Count > 0;

    private static void Members(SourceWriter w, TypeModel type, DynamicalSystem system, LayerPlan plan, bool cache)
    {
        var extra = (system.Heads is null ? ", int heads" : "") + (HasCapacity(system) ? ", int capacity" : "");
        var pass = (system.Heads is null ? ", heads" : "") + (HasCapacity(system) ? ", capacity" : "");
        var heads = cache ? Heads(system, HeadCount.KeyValue, system.Heads is { } h ? Literals.Integer(h) : "heads") : Heads(system, HeadCount.State, system.Heads is { } n ? Literals.Integer(n) : "heads");
        var memory = cache ? "CacheMemory" : "StateMemory";
        var rows = HasCapacity(system) ? "capacity" : cache ? Literals.Integer(StateLayout.CacheRows(system.Window!)) + " + snapshots" : "";
        var snapshots = HasSnapshots(system) ? ", int snapshots = 0" : "";
        var keeps = HasSnapshots(system) ? ", snapshots" : "";
        var kept = cache && HasSnapshots(system) ? ", snapshots: snapshots" : "";
        var sinks = system.Window?.SinkTokens ?? 0;

        var queryHeads = system.Heads is { } q ? Literals.Integer(q) : "heads";
        var group = system.KeyValueHeads is { } g ? $"({queryHeads} / {g})" : "1";
        var keyWidth = StateLayout.KeyWidth(system, group);
        var carried = cache && system.States.Count > 0 ? ", " + StateLayout.CarriedFloats(system, group) : "";
        w.Line($"internal readonly {Runtime}.{memory} Memory;");
        if (system.Heads is null) w.Line("private readonly int _heads;");
        w.Line();
        w.Line($"/// <summary>An empty past for <paramref name=\"batch\"/> sequences.{CapacityDoc(system)}</summary>");
        using (w.Block($"public State(int batch{extra}{snapshots})"))
        {
            w.Line($"this = new State(batch{pass}, {Runtime}.Native.Aligned(FloatCount(batch{pass}{keeps})){keeps});");
        }

        w.Line();
        w.Line($"/// <summary>The same over memory of the caller, at least <see cref=\"FloatCount\"/> floats, which is cleared.</summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">The memory is too small.</exception>");
        using (w.Block($"public State(int batch{extra}, global::System.Memory<float> memory{snapshots})"))
        {
            w.Line(cache
                ? $"Memory = new {Runtime}.CacheMemory(\"{type.Name}\", batch, {heads}, {rows}, {system.Window?.Size ?? 0}, {sinks}, {keyWidth}, {system.ValueDim}, memory{carried}{kept});"
                : $"Memory = new {Runtime}.StateMemory(\"{type.Name}\", batch, {heads}, {StateLayout.UnitFloats(system)}, memory, snapshots);");
            if (system.Heads is null) w.Line("_heads = heads;");
            w.Line("Reset();");
        }

        w.Line();
        using (w.Block($"private State({Runtime}.{memory} memory{(system.Heads is null ? ", int heads" : "")})"))
        {
            w.Line("Memory = memory;");
            if (system.Heads is null) w.Line("_heads = heads;");
        }

        w.Line();
        w.Line("/// <summary>Floats of memory that a state needs.</summary>");
        w.Line(cache
            ? $"public static int FloatCount(int batch{extra}{snapshots}) => {Runtime}.CacheMemory.FloatCount(\"{type.Name}\", batch, {heads}, {rows}, {sinks}, {keyWidth}, {system.ValueDim}{carried}{(carried.Length > 0 ? kept : "")});"
            : $"public static int FloatCount(int batch{extra}{snapshots}) => {Runtime}.StateMemory.FloatCount(\"{type.Name}\", batch, {heads}, {StateLayout.UnitFloats(system)}, snapshots);");
        w.Line();
        w.Line("/// <summary>B, the number of sequences.</summary>");
        w.Line("public readonly int Batch => Memory.Batch;");
        w.Line();
        w.Line("/// <summary>Tokens that every sequence has seen so far.</summary>");
        w.Line("public readonly long Position => Memory.CommonPosition;");
        w.Line();
        if (HasCapacity(system))
        {
            w.Line("/// <summary>Tokens that fit; one more throws and leaves the state as it was.</summary>");
            w.Line("public readonly int Capacity => Memory.Capacity;");
            w.Line();
        }

        if (system.Heads is null)
        {
            w.Line("/// <summary>H, the number of query heads.</summary>");
            w.Line("public readonly int QueryHeads => Memory.Batch > 0 ? _heads : 0;");
            w.Line();
        }

        foreach (var s in cache ? [] : system.States)
        {
            w.Line($"/// <summary>{Xml(s.Meaning)} {s.Letters}, sharing the state's memory.</summary>");
            w.Line($"public readonly {Tensor} {Property(s)} => Memory.Part({StateLayout.Offset(system, s.Name)}{(s.Rank == 2 ? $", {s.Rows}, {s.Cols}" : s.Rank == 1 ? $", {s.Cols}" : "")});");
            w.Line();
        }

        w.Line("/// <summary>The next token of every sequence.</summary>");
        w.Line("/// <param name=\"inputs\">The tensors, T = 1.</param>");
        w.Line($"/// <param name=\"output\">Receives o [B,1,{OutputHeads(system)},V].</param>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape. The state is as it was.</exception>");
        using (w.Block($"public readonly void Step(in Inputs inputs, in {Tensor} output)"))
        {
            w.Line($"{Runtime}.Heads.OneToken(inputs.{system.Inputs[0].Member});");
            w.Line($"RunLayer(in inputs, in output, {StepForm(plan)}, true, Memory);");
        }

        w.Line();
        w.Line("/// <summary>The next T tokens of every sequence; T may be 0.</summary>");
        w.Line("/// <param name=\"inputs\">The tensors.</param>");
        w.Line($"/// <param name=\"output\">Receives o [B,T,{OutputHeads(system)},V].</param>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape. The state is as it was.</exception>");
        w.Line($"public readonly void Prefill(in Inputs inputs, in {Tensor} output) => RunLayer(in inputs, in output, {FormsType}.Fastest, true, Memory);");
        w.Line();
        CancellablePrefill(w, system, $"RunCancellable(in inputs, in output, {FormsType}.Fastest, Memory, cancellationToken);");
        w.Line();
        SpanOverload(w, type, system, plan, "Step", "public readonly void", step: true, $"RunLayer(in inputs, in outputTensor, {StepForm(plan)}, true, Memory);", "The next token of every sequence, over contiguous memory.", batchParameter: false);
        w.Line();
        SpanOverload(w, type, system, plan, "Prefill", "public readonly void", step: false, $"RunLayer(in inputs, in outputTensor, {FormsType}.Fastest, true, Memory);", "The next T tokens of every sequence, over contiguous memory.", batchParameter: false);
        w.Line();
        w.Line("/// <summary>Forgets everything: the state is as new.</summary>");
        using (w.Block("public readonly void Reset()"))
        {
            w.Line("Memory.Clear();");
            foreach (var s in system.States.Where(s => s.Initial != 0))
                w.Line($"Memory.Fill({StateLayout.Offset(system, s.Name)}, {s.Floats}, {Literals.Float(s.Initial)});");
        }

        w.Line();
        w.Line("/// <summary>A state of its own that stands where this one does.</summary>");
        w.Line($"public readonly State Fork() => new State(Memory.Fork(){(system.Heads is null ? ", _heads" : "")});");
        w.Line();
        SlotEmitter.Emit(w, system, StepForm(plan), call => call);
        w.Line();
        SavingEmitter.Emit(w, system, call => call);
    }

    private static void CancellablePrefill(SourceWriter w, DynamicalSystem system, string body)
    {
        w.Line("/// <summary>The next T tokens of every sequence, unless it is cancelled: then the state is as it was.</summary>");
        w.Line("/// <param name=\"inputs\">The tensors.</param>");
        w.Line($"/// <param name=\"output\">Receives o [B,T,{OutputHeads(system)},V]; undefined where the call is cancelled.</param>");
        w.Line("/// <param name=\"cancellationToken\">Asked between blocks of tokens.</param>");
        w.Line("/// <exception cref=\"global::System.OperationCanceledException\">The call was cancelled.</exception>");
        w.Line($"public readonly void Prefill(in Inputs inputs, in {Tensor} output, {CancellationToken} cancellationToken) => {body}");
    }

    private static string StepForm(LayerPlan plan) => $"{FormsType}.{(plan.Of(Forms.Recurrent) is null ? "Fastest" : "Recurrent")}";

    private static string CapacityDoc(DynamicalSystem system) =>
        (HasCapacity(system) ? " It holds <paramref name=\"capacity\"/> tokens." : "")
        + (HasSnapshots(system) ? $" <see cref=\"Rollback(int)\"/> can take back their last <paramref name=\"snapshots\"/> tokens, {SnapshotBytes(system)}." : "");

    /// <summary>What each token costs that can be taken back.</summary>
    private static string SnapshotBytes(DynamicalSystem system)
    {
        var (keyHead, queryHead) = system.Family == StateFamily.Cache ? StateLayout.SnapshotBytes(system) : (4L * StateLayout.UnitFloats(system), 0);
        var shared = system.Family == StateFamily.Cache && system.KeyValueHeads is not null;
        if (!shared) (keyHead, queryHead) = (keyHead + queryHead, 0);
        return $"at {Literals.Grouped(keyHead)} bytes for each of these tokens, sequence and {(shared ? "key/value " : "")}head{(queryHead == 0 ? "" : $", and {queryHead} more for each of its query heads")}";
    }

    private static string Property(StateTensor s) => char.ToUpperInvariant(s.Name[0]) + s.Name.Substring(1);

    private static void Stub(SourceWriter w, TypeModel type, DynamicalSystem system)
    {
        var error = $"throw new global::System.NotSupportedException(\"{type.Name} has a declaration error\");";
        var extra = (system.Heads is null ? ", int heads" : "") + (HasCapacity(system) ? ", int capacity" : "");
        var snapshots = HasSnapshots(system) ? ", int snapshots = 0" : "";
        w.Line($"public State(int batch{extra}{snapshots}) => {error}");
        w.Line($"public State(int batch{extra}, global::System.Memory<float> memory{snapshots}) => {error}");
        w.Line($"public static int FloatCount(int batch{extra}{snapshots}) => {error}");
        w.Line($"public readonly int Batch => {error}");
        w.Line($"public readonly long Position => {error}");
        if (HasCapacity(system)) w.Line($"public readonly int Capacity => {error}");
        if (system.Heads is null) w.Line($"public readonly int QueryHeads => {error}");
        foreach (var s in system.Family == StateFamily.Cache ? [] : system.States) w.Line($"public readonly {Tensor} {Property(s)} => {error}");
        w.Line($"public readonly void Step(in Inputs inputs, in {Tensor} output) => {error}");
        w.Line($"public readonly void Prefill(in Inputs inputs, in {Tensor} output) => {error}");
        CancellablePrefill(w, system, error);
        SpanOverload(w, type, system, null, "Step", "public readonly void", step: true, "", "The next token.", batchParameter: false);
        SpanOverload(w, type, system, null, "Prefill", "public readonly void", step: false, "", "The next T tokens.", batchParameter: false);
        w.Line($"public readonly void Reset() => {error}");
        w.Line($"public readonly State Fork() => {error}");
        SlotEmitter.Emit(w, system, "", _ => error);
        SavingEmitter.Emit(w, system, _ => error);
    }
}
