using System;
using System.Linq;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.SurfaceEmitter;

namespace AttnDsl.Generator.Emit;

/// <summary>What a <c>State</c> does with its sequences one by one: the slots of continuous batching, and tokens that are taken back.</summary>
internal static class SlotEmitter
{
    private const string Slots = "global::System.ReadOnlySpan<int> slots";

    /// <param name="stepForm">The form that a single token runs in.</param>
    /// <param name="body">What stands behind the arrow, given the call that does it.</param>
    public static void Emit(SourceWriter w, DynamicalSystem system, string stepForm, Func<string, string> body)
    {
        Steps(w, system, stepForm, body);
        w.Line();
        w.Line("/// <summary>Tokens that a sequence has seen so far.</summary>");
        w.Line($"public readonly long PositionOf(int slot) => {body("Memory.PositionOf(slot);")}");
        w.Line();
        w.Line("/// <summary>Forgets everything of one sequence: its slot is as new, for another sequence.</summary>");
        Reset(w, system, body);
        w.Line();
        w.Line("/// <summary>Makes one sequence stand where another one does.</summary>");
        w.Line($"public readonly void CopySlot(int from, int to) => {body("Memory.CopySlot(from, Memory, to);")}");
        w.Line();
        w.Line("/// <summary>Makes a sequence of another state stand where one of this state does. The other may have another batch size.</summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">The other has other heads or too little room. It is as it was.</exception>");
        w.Line($"public readonly void CopySlot(int slot, State target, int targetSlot) => {body("Memory.CopySlot(slot, target.Memory, targetSlot);")}");
        w.Line();
        w.Line("/// <summary>Keeps these sequences, which become the first slots in this order, and forgets the others.</summary>");
        w.Line("/// <param name=\"slots\">In ascending order, each once.</param>");
        Compact(w, body);
        w.Line();
        w.Line($"/// <summary>How many tokens of a sequence <see cref=\"Rollback(int, int)\"/> can take back now: {Limit(system)}.</summary>");
        w.Line($"public readonly int RollbackLimit(int slot) => {body("Memory.RollbackLimit(slot);")}");
        w.Line();
        w.Line("/// <summary>Takes back the last tokens of every sequence: the state is as it was in front of them.</summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentOutOfRangeException\">So many cannot be taken back. Nothing is changed.</exception>");
        w.Line($"public readonly void Rollback(int tokens) => {body("Memory.Rollback(tokens);")}");
        w.Line();
        w.Line("/// <summary>Takes back the last tokens of one sequence.</summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentOutOfRangeException\">So many cannot be taken back. Nothing is changed.</exception>");
        w.Line($"public readonly void Rollback(int slot, int tokens) => {body("Memory.Rollback(slot, tokens);")}");
    }

    private static string Limit(DynamicalSystem system) => system switch
    {
        { Family: StateFamily.Cache, Window: null, States.Count: 0 } => "all that it has seen",
        _ => "those that it has seen, up to the number of snapshots",
    };

    private static void Steps(SourceWriter w, DynamicalSystem system, string stepForm, Func<string, string> body)
    {
        var output = $"[B,T,{OutputHeads(system)},V]";
        w.Line("/// <summary>The next token of some of the sequences, while the others wait.</summary>");
        w.Line("/// <param name=\"inputs\">The tensors, T = 1; a batch row for each slot.</param>");
        w.Line($"/// <param name=\"output\">Receives o {output.Replace(",T", ",1")}.</param>");
        w.Line("/// <param name=\"slots\">Which sequence each batch row goes on with.</param>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape, or there is no such slot. The state is as it was.</exception>");
        using (w.Block($"public readonly void Step(in Inputs inputs, in {Tensor} output, {Slots})"))
        {
            if (stepForm.Length > 0) w.Line($"{Runtime}.Heads.OneToken(inputs.{system.Inputs[0].Member});");
            w.Line(body($"RunLayer(in inputs, in output, {stepForm}, true, Memory, {Runtime}.Packing.Slots(slots));"));
        }

        w.Line();
        w.Line("/// <summary>The next T tokens of some of the sequences, while the others wait.</summary>");
        w.Line("/// <param name=\"inputs\">The tensors, a batch row for each slot.</param>");
        w.Line($"/// <param name=\"output\">Receives o {output}.</param>");
        w.Line("/// <param name=\"slots\">Which sequence each batch row goes on with.</param>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape, or there is no such slot. The state is as it was.</exception>");
        w.Line($"public readonly void Prefill(in Inputs inputs, in {Tensor} output, {Slots}) => {body($"RunLayer(in inputs, in output, {FormsType}.Fastest, true, Memory, {Runtime}.Packing.Slots(slots));")}");
        w.Line();
        w.Line("/// <summary>The next tokens of some of the sequences, of each as many as it has: prompts and single tokens in one call.</summary>");
        w.Line("/// <param name=\"inputs\">The tensors, B = 1 and T the sum of the lengths.</param>");
        w.Line($"/// <param name=\"output\">Receives o {output.Replace("[B", "[1")}.</param>");
        w.Line($"/// <param name=\"cuSeqLens\">{CuSeqLens}</param>");
        w.Line("/// <param name=\"slots\">Which sequence of the state each goes on with.</param>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A tensor is missing or has another shape, or offsets or slots do not fit. The state is as it was.</exception>");
        w.Line($"public readonly void Prefill(in Inputs inputs, in {Tensor} output, {Offsets} cuSeqLens, {Slots}) => {body($"RunLayer(in inputs, in output, {FormsType}.Fastest, true, Memory, {Runtime}.Packing.Offsets(cuSeqLens, slots));")}");
        w.Line();
        w.Line("/// <summary>The same, unless it is cancelled: then the state is as it was.</summary>");
        w.Line("/// <param name=\"inputs\">The tensors, B = 1 and T the sum of the lengths.</param>");
        w.Line($"/// <param name=\"output\">Receives o {output.Replace("[B", "[1")}; undefined where the call is cancelled.</param>");
        w.Line($"/// <param name=\"cuSeqLens\">{CuSeqLens}</param>");
        w.Line("/// <param name=\"slots\">Which sequence of the state each goes on with.</param>");
        w.Line("/// <param name=\"cancellationToken\">Asked between blocks of tokens.</param>");
        w.Line("/// <exception cref=\"global::System.OperationCanceledException\">The call was cancelled.</exception>");
        w.Line($"public readonly void Prefill(in Inputs inputs, in {Tensor} output, {Offsets} cuSeqLens, {Slots}, {CancellationToken} cancellationToken) => {body($"RunCancellable(in inputs, in output, {FormsType}.Fastest, Memory, cancellationToken, {Runtime}.Packing.Offsets(cuSeqLens, slots));")}");
    }

    private static void Reset(SourceWriter w, DynamicalSystem system, Func<string, string> body)
    {
        using (w.Block("public readonly void Reset(int slot)"))
        {
            w.Line(body("Memory.Clear(slot);"));
            if (body("").Length > 0) return;
            foreach (var s in system.States.Where(s => s.Initial != 0))
                w.Line($"Memory.Fill(slot, {StateLayout.Offset(system, s.Name)}, {s.Floats}, {Literals.Float(s.Initial)});");
        }
    }

    private static void Compact(SourceWriter w, Func<string, string> body)
    {
        using (w.Block($"public readonly void Compact({Slots})"))
        {
            w.Line(body("Memory.Compact(slots);"));
            if (body("").Length > 0) return;
            w.Line("for (int slot = slots.Length; slot < Batch; slot++) Reset(slot);");
        }
    }
}
