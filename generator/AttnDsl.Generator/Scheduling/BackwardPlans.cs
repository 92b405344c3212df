using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Lowering;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Scheduling;

/// <summary>Derives the backward programs of a layer from its forward programs and plans them.</summary>
internal static class BackwardPlans
{
    private const string LogSum = "lse";

    /// <summary>
    /// Phases are added up first, as forward does, keeping what their gradients need; last, what every rotation handed to the angles, or to what
    /// each token turns by, becomes gradients of phases.
    /// </summary>
    private static BackwardPlan WithPhases(BackwardPlan plan, DynamicalSystem system, BlockSizes sizes, List<LayerKernel> kernels)
    {
        if (system.Phase is null) return plan;
        var forward = PhaseProgram.Angles(system, "angles");
        var backward = Reverse.Backward(system.TurnedStates.Count > 0 ? PhaseProgram.Turns(system, "turns") : forward, "anglesBackward", ["angles", "phase", "lastPhi"], []);
        var kept = Kept(backward, sizes);
        var first = kept.Count == 0
            ? kernels.Single(k => k.Name == "Angles")
            : LayerPlan.Add(kernels, "AnglesKeeping", Reverse.Keeping(forward, backward, "anglesKeeping", outputs: true), sizes, WorkUnit.KeyValueHead, "Adds up the phases of one head once more, keeping what their gradients need.");
        var last = LayerPlan.Add(kernels, "AnglesBackward", backward, sizes, WorkUnit.KeyValueHead, "Gradients of the phases of one head, from the last token to the first.");
        return new([first, .. plan.Forward], [.. plan.Backward, last], [.. plan.Kept, .. kept]);
    }

    public static BackwardPlan Matrix(DynamicalSystem system, BlockSizes sizes, List<LayerKernel> kernels)
    {
        var forward = LayerPlan.InOrder(system, "chunkwise", Dim.C);
        var upstream = system.States.Select(s => s.Name).Append("o").ToList();
        var grouped = system.ValueHeads is not null;
        var frame = system.TurnedStates.Count == 0 ? null : new Frame("angles", system.Rotation!.Layout, [.. system.TurnedStates]);
        var backward = Reverse.Backward(forward, "backward", upstream, Shared(system), frame);
        var keep = LayerPlan.Add(kernels, "Keep", Reverse.Keeping(forward, backward, "keep"), sizes, WorkUnit.StateHead, "One head forward once more, keeping the state with which every chunk begins.");
        var back = LayerPlan.Add(kernels, "Backward", backward, sizes, grouped ? WorkUnit.QueryHead : WorkUnit.StateHead, "Gradients of one head, chunk by chunk from the last: each chunk is computed again from the state it began with, then run backwards.");
        return WithPhases(new([keep], [back], Kept(backward, sizes)), system, sizes, kernels);
    }

    public static BackwardPlan Bidirectional(DynamicalSystem system, BlockSizes sizes, List<LayerKernel> kernels)
    {
        var states = system.States.Select(s => s.Name).ToList();
        var unit = system.ValueHeads is null ? WorkUnit.StateHead : WorkUnit.QueryHead;
        // The read-out has written its parts of dv and of the angles' gradients by then.
        string[] shared = [.. Shared(system), "angles", .. system.HasSkip ? ["v"] : Array.Empty<string>()];
        var read = Reverse.Backward(LayerPlan.ReadOut(system), "readOutBackward", ["o"], Shared(system));
        var write = Reverse.Backward(LayerPlan.Absorb(system), "absorbBackward", states, shared);
        // A plain sum needs no state of the way to it; means that move do.
        var kept = Kept(write, sizes);
        var forward = kept.Count > 0
            ? LayerPlan.Add(kernels, "Keep", Reverse.Keeping(LayerPlan.Absorb(system), write, "keep"), sizes, WorkUnit.StateHead, "Absorbs all tokens of one head once more, keeping the state with which every chunk begins.")
            : kernels.FirstOrDefault(k => k.Name == "Absorb")
                ?? LayerPlan.Add(kernels, "Absorb", LayerPlan.Absorb(system), sizes, WorkUnit.StateHead, "Sums what all tokens of one head write.");
        var plan = new BackwardPlan(
            [forward],
            [
                LayerPlan.Add(kernels, "ReadOutBackward", read, sizes, unit, "Gradients of the queries of one head, and of the sum that they read."),
                LayerPlan.Add(kernels, "AbsorbBackward", write, sizes, unit, "Gradients of the keys and values of one head from that of the sum they wrote."),
            ],
            kept);
        return WithPhases(plan, system, sizes, kernels);
    }

    public static BackwardPlan Softmax(DynamicalSystem system, BlockSizes attend, BlockSizes sizes, List<LayerKernel> kernels)
    {
        // Angles that inputs turn have gradients: several heads hand theirs to one angle, so queries are turned in a pass of their own.
        var ready = system.Phase is not null;
        var forward = SoftmaxProgram.Attend(system, "attend", SoftmaxProgram.Orientation.QueriesAcross, ready);
        var grouped = system.KeyValueHeads is not null;
        var backward = Interchange.InlineInvariants(Reverse.Backward(Stabilisers.Freeze(forward, LogSum), "backward", ["o"], grouped ? ["keys", "values"] : []));
        var window = system.Window is not { } w || !system.Causal ? null : w.RuntimeSized ? "window" : Emit.Literals.Integer(w.Size);
        var sinks = system.Window?.SinkTokens ?? 0;
        LayerKernel Add(string name, TileProgram program, WorkUnit unit, string summary, BlockSizes? own = null)
        {
            var kernel = new LayerKernel(new KernelSignature(name, CpuPlanner.Plan(program, own ?? sizes), window, sinks, system.Causal, program.Grid is null ? null : LayerPlan.BlockMaskOf(system), Emit.MaskEmitter.PerToken(system)), unit, summary);
            kernels.Add(kernel);
            return kernel;
        }

        var first = kernels.Where(k => k.Name is "RotateKeys" or "CopyKeys" or "SumGates").ToList();
        var rotateQueries = ready ? PhaseProgram.RotateQueries(system, "rotateQueries") : null;
        if (rotateQueries is not null) first.Add(Add("RotateQueries", rotateQueries, WorkUnit.StateHead, "Rotates and scales the queries of one head."));
        first.Add(Add("AttendKeeping", Stabilisers.Keeping(forward, "attendKeeping", LogSum), WorkUnit.QueryBlock, "The forward pass once more, keeping log Σ e^score of every query.", attend));
        var last = new List<LayerKernel>
        {
            Add("QueryGradients", Interchange.ForQueries(backward, "queryGradients"), WorkUnit.QueryBlock, "Gradients of a block of queries from the keys they see."),
            Add("KeyGradients", WithKeys(Interchange.ForKeys(backward, "keyGradients")), WorkUnit.KeyBlock, "Gradients of a block of keys and values from the queries that see them."),
        };
        // Behind a state, the gradients of this call's own rows are handed on from among those of all rows.
        if (system.Causal) Add("AppendBack", Reverse.Backward(SoftmaxProgram.Append(system, "appendBack", values: true), "appendBack", ["keys", "values"], []), WorkUnit.KeyValueHead, $"Hands the gradients of one head's rows to the keys{(system.Rotation is null ? "" : ", turned back,")} and values that were appended.");
        if (system.CopiesKeys)
        {
            var place = Reverse.Backward(SoftmaxProgram.Append(system, "placeKeys", values: false), "placeBack", ["keys"], []);
            last.Add(Add(system.Rotation is null ? "CopyBack" : "RotateBack", place, WorkUnit.KeyValueHead, system.Rotation is null ? "Hands the gradients of one head's rows to the keys." : "Turns the gradients of the rotated keys of one head back."));
        }

        // The angles have what keys handed to them by then.
        if (rotateQueries is not null) last.Add(Add("RotateQueriesBack", Reverse.Backward(rotateQueries, "rotateQueriesBack", ["queries"], ["angles"]), grouped ? WorkUnit.QueryHead : WorkUnit.StateHead, "Turns the gradients of the rotated queries of one head back."));
        if (system.Forgets) last.Add(Add("SumGatesBackward", Reverse.Backward(ForgetProgram.Sums(system, "sumGates"), "sumGatesBackward", ["gateSums", "keyGates", "gateSum"], []), WorkUnit.StateHead, "Gradients of the gates of one head, from the last token to the first."));
        return WithPhases(new(first, last, []), system, sizes, kernels);
    }

    /// <summary>Scores that a function makes of positions alone have no gradient to hand to the keys: zeros, which the kernels behind turn and hand on.</summary>
    private static TileProgram WithKeys(TileProgram program)
    {
        if (program.Statements.Any(s => s.Op is Store { Tensor: "keysGrad" })) return program;
        var values = program.Tail.Select(s => s.Op).OfType<Store>().First(s => s.Tensor == "valuesGrad");
        var none = new Tile("noDKeys", new(Dim.C, Dim.K));
        const string stage = "Nothing depends on the keys.";
        return program with
        {
            Tail = new(program.Tail.Concat<Statement>([
                new(new Map(0, none.Shape), default, none, stage),
                new(values with { Tensor = "keysGrad" }, new([none]), null, stage),
            ])),
        };
    }

    /// <summary>The inputs whose gradients several add to: the state heads of one query head, the tokens around one of a grid.</summary>
    private static string[] Shared(DynamicalSystem system) =>
        [
            .. system.ValueHeads is null ? [] : system.Inputs.Where(i => i.HeadCount == HeadCount.Query).Select(i => i.Tensor).Concat(system.Prepared.Select(p => p.Tensor)),
            .. system.Convolution is { IsOnGrid: true } grid ? grid.Tensors : [],
        ];

    private static List<(string Tensor, int Floats)> Kept(TileProgram backward, BlockSizes sizes) =>
        [.. backward.Statements.Select(s => s.Op).OfType<Load>().Where(l => l.Access == Access.Slot).Select(l => (l.Tensor, sizes.Of(l.Shape.Rows) * sizes.Of(l.Shape.Cols))).Distinct()];
}
