using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>A declared layer with the oracle's description of it.</summary>
internal sealed record Subject(string Name, LayerSpec Spec, ILayer Layer)
{
    private const Forms Cache = Forms.Parallel | Forms.Recurrent;
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;
    private const Forms Every = Forms.Parallel | InOrder;

    private static readonly LayerSpec s_base = new() { KeyDim = 1, ValueDim = 1, Heads = 2 };
    private static readonly LayerSpec s_softmax = s_base with { Similarity = Similarity.Softmax };
    private static readonly LayerSpec s_rotary = s_base with { Similarity = Similarity.Softmax, Pairs = Pairs.Interleaved, Window = 16, SinkTokens = 3 };
    private static readonly LayerSpec s_gla = s_base with { Decay = DecaySource.Key, LogSigmoid = true, Temperature = 16 };
    private static readonly LayerSpec s_groupedDelta = s_base with { ValueHeads = 4, Decay = DecaySource.Head, Write = WriteKind.Delta };
    private static readonly LayerSpec s_mlstm = s_base with
    {
        Decay = DecaySource.Head,
        LogSigmoid = true,
        Write = WriteKind.ExponentialGate,
        Denominator = Denominator.Stabilised,
    };
    private static readonly LayerSpec s_linearElu = s_base with { Similarity = Similarity.EluPlusOne, Denominator = Denominator.KeySum };
    private static readonly LayerSpec s_bidirectional = s_linearElu with { Causal = false };

    public static readonly IReadOnlyDictionary<string, Subject> All = new Subject[]
    {
        new(nameof(Softmax1x1), s_softmax with { KeyDim = 1, ValueDim = 1 }, new Layer<Softmax1x1.Inputs, Softmax1x1.Gradients, Softmax1x1.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Softmax1x1.Forward, Softmax1x1.Forward, Softmax1x1.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Softmax1x1.Backward }),
        new(nameof(Softmax7x5), s_softmax with { KeyDim = 7, ValueDim = 5 }, new Layer<Softmax7x5.Inputs, Softmax7x5.Gradients, Softmax7x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Softmax7x5.Forward, Softmax7x5.Forward, Softmax7x5.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Softmax7x5.Backward }),
        new(nameof(Softmax80x96), s_softmax with { KeyDim = 80, ValueDim = 96 }, new Layer<Softmax80x96.Inputs, Softmax80x96.Gradients, Softmax80x96.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Softmax80x96.Forward, Softmax80x96.Forward, Softmax80x96.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Softmax80x96.Backward }),
        new(nameof(Softmax100x64), s_softmax with { KeyDim = 100, ValueDim = 64 }, new Layer<Softmax100x64.Inputs, Softmax100x64.Gradients, Softmax100x64.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Softmax100x64.Forward, Softmax100x64.Forward, Softmax100x64.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Softmax100x64.Backward }),
        new(nameof(Rotary2x1), s_rotary with { KeyDim = 2, ValueDim = 1 }, new Layer<Rotary2x1.Inputs, Rotary2x1.Gradients, Rotary2x1.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Rotary2x1.Forward, Rotary2x1.Forward, Rotary2x1.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Rotary2x1.Backward }),
        new(nameof(Rotary6x5), s_rotary with { KeyDim = 6, ValueDim = 5 }, new Layer<Rotary6x5.Inputs, Rotary6x5.Gradients, Rotary6x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Rotary6x5.Forward, Rotary6x5.Forward, Rotary6x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Rotary6x5.Backward }),
        new(nameof(Rotary80x96), s_rotary with { KeyDim = 80, ValueDim = 96 }, new Layer<Rotary80x96.Inputs, Rotary80x96.Gradients, Rotary80x96.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Rotary80x96.Forward, Rotary80x96.Forward, Rotary80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Rotary80x96.Backward }),
        new(nameof(Rotary100x64), s_rotary with { KeyDim = 100, ValueDim = 64 }, new Layer<Rotary100x64.Inputs, Rotary100x64.Gradients, Rotary100x64.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Rotary100x64.Forward, Rotary100x64.Forward, Rotary100x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Rotary100x64.Backward }),
        new(nameof(ShapedScores6x5), s_rotary with { KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2, SoftCap = 3, Alibi = true, SinkLogit = true }, new Layer<ShapedScores6x5.Inputs, ShapedScores6x5.Gradients, ShapedScores6x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Sink = t["in.sink"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Sink = t["in.sink"] } },
            ShapedScores6x5.Forward, ShapedScores6x5.Forward, ShapedScores6x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = ShapedScores6x5.Backward }),
        new(nameof(ShapedFull7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Causal = false, SoftCap = 3, Alibi = true, SinkLogit = true }, new Layer<ShapedFull7x5.Inputs, ShapedFull7x5.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Sink = t["in.sink"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Sink = t["in.sink"] } }, ShapedFull7x5.Forward, ShapedFull7x5.Backward)),
        new(nameof(SelectivePairs6x5), s_base with { KeyDim = 6, ValueDim = 5, ValueHeads = 4, Decay = DecaySource.Pair, Pairs = Pairs.Interleaved, Phase = new() { Tangent = true, MaxAngle = 0.5, Differenced = true, Gate = PhaseGating.Pair } }, new Layer<SelectivePairs6x5.Inputs, SelectivePairs6x5.Gradients, SelectivePairs6x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] },
            SelectivePairs6x5.Forward, SelectivePairs6x5.Forward, SelectivePairs6x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SelectivePairs6x5.Backward }),
        new(nameof(SelectiveDelta80x96), s_gla with { KeyDim = 80, ValueDim = 96, Write = WriteKind.Delta, Pairs = Pairs.HalfSplit, Phase = new() { Base = 1, Most = 0.5, Biased = true, Gate = PhaseGating.Head } }, new Layer<SelectiveDelta80x96.Inputs, SelectiveDelta80x96.Gradients, SelectiveDelta80x96.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta, Phi = t["in.phi"], PhaseGate = t["in.phasegate"], Parameters = new() { PhaseBias = t["in.phasebias"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta, Phi = t["in.phi"], PhaseGate = t["in.phasegate"], Parameters = new() { PhaseBias = t["in.phasebias"] } },
            SelectiveDelta80x96.Forward, SelectiveDelta80x96.Forward, SelectiveDelta80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SelectiveDelta80x96.Backward }),
        new(nameof(SelectiveFull6x5), s_base with { KeyDim = 6, ValueDim = 5, ValueHeads = 4, Causal = false, Pairs = Pairs.HalfSplit, Phase = new() { Differenced = true } }, new Layer<SelectiveFull6x5.Inputs, SelectiveFull6x5.Gradients>(
            Forms.Parallel | Forms.Chunkwise, t => new() { Q = t.Q, K = t.K, V = t.V, Phi = t["in.phi"] }, t => new() { Q = t.Q, K = t.K, V = t.V, Phi = t["in.phi"] }, SelectiveFull6x5.Forward, SelectiveFull6x5.Backward)),
        new(nameof(Forgetting7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Decay = DecaySource.Head, LogSigmoid = true }, new Layer<Forgetting7x5.Inputs, Forgetting7x5.Gradients, Forgetting7x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            Forgetting7x5.Forward, Forgetting7x5.Forward, Forgetting7x5.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Forgetting7x5.Backward }),
        new(nameof(ForgettingEverything6x5), s_rotary with { KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2, SoftCap = 3, Alibi = true, Decay = DecaySource.Head, Pairs = Pairs.HalfSplit, Phase = new() { Differenced = true, Gate = PhaseGating.Head } }, new Layer<ForgettingEverything6x5.Inputs, ForgettingEverything6x5.Gradients, ForgettingEverything6x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] },
            ForgettingEverything6x5.Forward, ForgettingEverything6x5.Forward, ForgettingEverything6x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = ForgettingEverything6x5.Backward }),
        new(nameof(SelectiveSoftmaxFull6x5), s_softmax with { KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2, Causal = false, Pairs = Pairs.Interleaved, Phase = new() { Differenced = true, Biased = true, Gate = PhaseGating.Pair } }, new Layer<SelectiveSoftmaxFull6x5.Inputs, SelectiveSoftmaxFull6x5.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V, Phi = t["in.phi"], PhaseGate = t["in.phasegate"], Parameters = new() { PhaseBias = t["in.phasebias"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, Phi = t["in.phi"], PhaseGate = t["in.phasegate"], Parameters = new() { PhaseBias = t["in.phasebias"] } }, SelectiveSoftmaxFull6x5.Forward, SelectiveSoftmaxFull6x5.Backward)),
        new(nameof(Gla1x1), s_gla with { KeyDim = 1, ValueDim = 1 }, new Layer<Gla1x1.Inputs, Gla1x1.Gradients, Gla1x1.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            Gla1x1.Forward, Gla1x1.Forward, Gla1x1.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Gla1x1.Backward }),
        new(nameof(Gla7x5), s_gla with { KeyDim = 7, ValueDim = 5 }, new Layer<Gla7x5.Inputs, Gla7x5.Gradients, Gla7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            Gla7x5.Forward, Gla7x5.Forward, Gla7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Gla7x5.Backward }),
        new(nameof(Gla80x96), s_gla with { KeyDim = 80, ValueDim = 96 }, new Layer<Gla80x96.Inputs, Gla80x96.Gradients, Gla80x96.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            Gla80x96.Forward, Gla80x96.Forward, Gla80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Gla80x96.Backward }),
        new(nameof(Gla100x64), s_gla with { KeyDim = 100, ValueDim = 64 }, new Layer<Gla100x64.Inputs, Gla100x64.Gradients, Gla100x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            Gla100x64.Forward, Gla100x64.Forward, Gla100x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Gla100x64.Backward }),
        new(nameof(GroupedDelta1x1), s_groupedDelta with { KeyDim = 1, ValueDim = 1 }, new Layer<GroupedDelta1x1.Inputs, GroupedDelta1x1.Gradients, GroupedDelta1x1.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            GroupedDelta1x1.Forward, GroupedDelta1x1.Forward, GroupedDelta1x1.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GroupedDelta1x1.Backward }),
        new(nameof(GroupedDelta7x5), s_groupedDelta with { KeyDim = 7, ValueDim = 5 }, new Layer<GroupedDelta7x5.Inputs, GroupedDelta7x5.Gradients, GroupedDelta7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            GroupedDelta7x5.Forward, GroupedDelta7x5.Forward, GroupedDelta7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GroupedDelta7x5.Backward }),
        new(nameof(GroupedDelta80x96), s_groupedDelta with { KeyDim = 80, ValueDim = 96 }, new Layer<GroupedDelta80x96.Inputs, GroupedDelta80x96.Gradients, GroupedDelta80x96.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            GroupedDelta80x96.Forward, GroupedDelta80x96.Forward, GroupedDelta80x96.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GroupedDelta80x96.Backward }),
        new(nameof(GroupedDelta100x64), s_groupedDelta with { KeyDim = 100, ValueDim = 64 }, new Layer<GroupedDelta100x64.Inputs, GroupedDelta100x64.Gradients, GroupedDelta100x64.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            GroupedDelta100x64.Forward, GroupedDelta100x64.Forward, GroupedDelta100x64.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GroupedDelta100x64.Backward }),
        new(nameof(Mlstm1x1), s_mlstm with { KeyDim = 1, ValueDim = 1 }, new Layer<Mlstm1x1.Inputs, Mlstm1x1.Gradients, Mlstm1x1.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            Mlstm1x1.Forward, Mlstm1x1.Forward, Mlstm1x1.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mlstm1x1.Backward, KeySum = s => s.N, Maximum = s => s.M }),
        new(nameof(Mlstm7x5), s_mlstm with { KeyDim = 7, ValueDim = 5 }, new Layer<Mlstm7x5.Inputs, Mlstm7x5.Gradients, Mlstm7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            Mlstm7x5.Forward, Mlstm7x5.Forward, Mlstm7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mlstm7x5.Backward, KeySum = s => s.N, Maximum = s => s.M }),
        new(nameof(Mlstm80x96), s_mlstm with { KeyDim = 80, ValueDim = 96 }, new Layer<Mlstm80x96.Inputs, Mlstm80x96.Gradients, Mlstm80x96.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            Mlstm80x96.Forward, Mlstm80x96.Forward, Mlstm80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mlstm80x96.Backward, KeySum = s => s.N, Maximum = s => s.M }),
        new(nameof(Mlstm100x64), s_mlstm with { KeyDim = 100, ValueDim = 64 }, new Layer<Mlstm100x64.Inputs, Mlstm100x64.Gradients, Mlstm100x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            Mlstm100x64.Forward, Mlstm100x64.Forward, Mlstm100x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mlstm100x64.Backward, KeySum = s => s.N, Maximum = s => s.M }),
        new(nameof(LinearElu1x1), s_linearElu with { KeyDim = 1, ValueDim = 1 }, new Layer<LinearElu1x1.Inputs, LinearElu1x1.Gradients, LinearElu1x1.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearElu1x1.Forward, LinearElu1x1.Forward, LinearElu1x1.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearElu1x1.Backward, KeySum = s => s.Z }),
        new(nameof(LinearElu7x5), s_linearElu with { KeyDim = 7, ValueDim = 5 }, new Layer<LinearElu7x5.Inputs, LinearElu7x5.Gradients, LinearElu7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearElu7x5.Forward, LinearElu7x5.Forward, LinearElu7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearElu7x5.Backward, KeySum = s => s.Z }),
        new(nameof(LinearElu80x96), s_linearElu with { KeyDim = 80, ValueDim = 96 }, new Layer<LinearElu80x96.Inputs, LinearElu80x96.Gradients, LinearElu80x96.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearElu80x96.Forward, LinearElu80x96.Forward, LinearElu80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearElu80x96.Backward, KeySum = s => s.Z }),
        new(nameof(LinearElu100x64), s_linearElu with { KeyDim = 100, ValueDim = 64 }, new Layer<LinearElu100x64.Inputs, LinearElu100x64.Gradients, LinearElu100x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearElu100x64.Forward, LinearElu100x64.Forward, LinearElu100x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearElu100x64.Backward, KeySum = s => s.Z }),
        new(nameof(Bidirectional1x1), s_bidirectional with { KeyDim = 1, ValueDim = 1 }, new Layer<Bidirectional1x1.Inputs, Bidirectional1x1.Gradients>(Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, Bidirectional1x1.Forward, Bidirectional1x1.Backward)),
        new(nameof(Bidirectional7x5), s_bidirectional with { KeyDim = 7, ValueDim = 5 }, new Layer<Bidirectional7x5.Inputs, Bidirectional7x5.Gradients>(Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, Bidirectional7x5.Forward, Bidirectional7x5.Backward)),
        new(nameof(Bidirectional80x96), s_bidirectional with { KeyDim = 80, ValueDim = 96 }, new Layer<Bidirectional80x96.Inputs, Bidirectional80x96.Gradients>(Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, Bidirectional80x96.Forward, Bidirectional80x96.Backward)),
        new(nameof(Bidirectional100x64), s_bidirectional with { KeyDim = 100, ValueDim = 64 }, new Layer<Bidirectional100x64.Inputs, Bidirectional100x64.Gradients>(Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, Bidirectional100x64.Forward, Bidirectional100x64.Backward)),
    }.Concat(WriteSubjects.All).ToDictionary(subject => subject.Name);

    /// <summary>m cancels exactly, but the stabilised denominator may come near zero: see Tolerances.</summary>
    public bool IsIllConditioned => Spec.Write == WriteKind.ExponentialGate;

    /// <summary>The forms it has, one by one.</summary>
    public IEnumerable<Forms> EachForm => new[] { Forms.Fastest, Forms.Parallel, Forms.Chunkwise, Forms.Recurrent }.Where(form => Layer.Forms.HasFlag(form));
}
