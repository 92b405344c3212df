using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>The layers whose gradients are tested: those of <see cref="Subject"/> up to 80 channels by 96, and those of GradientDeclarations.cs.</summary>
internal static class GradientSubjects
{
    private const Forms Cache = Forms.Parallel | Forms.Recurrent;
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;
    private const Forms Every = Forms.Parallel | InOrder;

    private static readonly LayerSpec s_base = new() { KeyDim = 1, ValueDim = 1, Heads = 2 };
    private static readonly LayerSpec s_softmax = s_base with { Similarity = Similarity.Softmax };
    private static readonly LayerSpec s_mlstm = Subject.All["Mlstm7x5"].Spec;

    private static readonly Subject[] s_more =
    [
        new(nameof(Full1x1), s_softmax with { KeyDim = 1, ValueDim = 1, Causal = false }, new Layer<Full1x1.Inputs, Full1x1.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, Full1x1.Forward, Full1x1.Backward)),
        new(nameof(Full7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Causal = false }, new Layer<Full7x5.Inputs, Full7x5.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, Full7x5.Forward, Full7x5.Backward)),
        new(nameof(Full80x96), s_softmax with { KeyDim = 80, ValueDim = 96, Causal = false }, new Layer<Full80x96.Inputs, Full80x96.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, Full80x96.Forward, Full80x96.Backward)),
        new(nameof(FullGrouped7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Causal = false, Heads = 4, KeyValueHeads = 2 }, new Layer<FullGrouped7x5.Inputs, FullGrouped7x5.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, FullGrouped7x5.Forward, FullGrouped7x5.Backward)),
        new(nameof(Window7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Window = 9 }, new Layer<Window7x5.Inputs, Window7x5.Gradients, Window7x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Window7x5.Forward, Window7x5.Forward, Window7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Window7x5.Backward }),
        new(nameof(Window80x96), s_softmax with { KeyDim = 80, ValueDim = 96, Window = 9 }, new Layer<Window80x96.Inputs, Window80x96.Gradients, Window80x96.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Window80x96.Forward, Window80x96.Forward, Window80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Window80x96.Backward }),
        new(nameof(RuntimeWindow7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Window = 11 }, new Layer<RuntimeWindow7x5.Inputs, RuntimeWindow7x5.Gradients, RuntimeWindow7x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, Window = 11 },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RuntimeWindow7x5.Forward, RuntimeWindow7x5.Forward, RuntimeWindow7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = RuntimeWindow7x5.Backward }),
        new(nameof(Sinks7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Window = 9, SinkTokens = 3 }, new Layer<Sinks7x5.Inputs, Sinks7x5.Gradients, Sinks7x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Sinks7x5.Forward, Sinks7x5.Forward, Sinks7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Sinks7x5.Backward }),
        new(nameof(Sinks80x96), s_softmax with { KeyDim = 80, ValueDim = 96, Window = 9, SinkTokens = 3 }, new Layer<Sinks80x96.Inputs, Sinks80x96.Gradients, Sinks80x96.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Sinks80x96.Forward, Sinks80x96.Forward, Sinks80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Sinks80x96.Backward }),
        new(nameof(Grouped1x1), s_softmax with { KeyDim = 1, ValueDim = 1, Heads = 4, KeyValueHeads = 2 }, new Layer<Grouped1x1.Inputs, Grouped1x1.Gradients, Grouped1x1.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Grouped1x1.Forward, Grouped1x1.Forward, Grouped1x1.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Grouped1x1.Backward }),
        new(nameof(Grouped7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Heads = 4, KeyValueHeads = 2 }, new Layer<Grouped7x5.Inputs, Grouped7x5.Gradients, Grouped7x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Grouped7x5.Forward, Grouped7x5.Forward, Grouped7x5.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Grouped7x5.Backward }),
        new(nameof(Grouped80x96), s_softmax with { KeyDim = 80, ValueDim = 96, Heads = 4, KeyValueHeads = 2 }, new Layer<Grouped80x96.Inputs, Grouped80x96.Gradients, Grouped80x96.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Grouped80x96.Forward, Grouped80x96.Forward, Grouped80x96.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Grouped80x96.Backward }),
        new(nameof(RotaryHalves2x1), s_softmax with { KeyDim = 2, ValueDim = 1, Pairs = Pairs.HalfSplit }, new Layer<RotaryHalves2x1.Inputs, RotaryHalves2x1.Gradients, RotaryHalves2x1.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RotaryHalves2x1.Forward, RotaryHalves2x1.Forward, RotaryHalves2x1.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = RotaryHalves2x1.Backward }),
        new(nameof(RotaryHalves6x5), s_softmax with { KeyDim = 6, ValueDim = 5, Pairs = Pairs.HalfSplit }, new Layer<RotaryHalves6x5.Inputs, RotaryHalves6x5.Gradients, RotaryHalves6x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RotaryHalves6x5.Forward, RotaryHalves6x5.Forward, RotaryHalves6x5.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = RotaryHalves6x5.Backward }),
        new(nameof(RotaryHalves80x96), s_softmax with { KeyDim = 80, ValueDim = 96, Pairs = Pairs.HalfSplit }, new Layer<RotaryHalves80x96.Inputs, RotaryHalves80x96.Gradients, RotaryHalves80x96.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RotaryHalves80x96.Forward, RotaryHalves80x96.Forward, RotaryHalves80x96.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = RotaryHalves80x96.Backward }),
        new(nameof(RotaryGrouped6x5), s_softmax with { KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2, Pairs = Pairs.Interleaved, Window = 16, SinkTokens = 3 }, new Layer<RotaryGrouped6x5.Inputs, RotaryGrouped6x5.Gradients, RotaryGrouped6x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RotaryGrouped6x5.Forward, RotaryGrouped6x5.Forward, RotaryGrouped6x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = RotaryGrouped6x5.Backward }),
        new(nameof(RotaryGrouped80x96), s_softmax with { KeyDim = 80, ValueDim = 96, Heads = 4, KeyValueHeads = 2, Pairs = Pairs.Interleaved, Window = 16, SinkTokens = 3 }, new Layer<RotaryGrouped80x96.Inputs, RotaryGrouped80x96.Gradients, RotaryGrouped80x96.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RotaryGrouped80x96.Forward, RotaryGrouped80x96.Forward, RotaryGrouped80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = RotaryGrouped80x96.Backward }),
        new(nameof(RotaryFull6x5), s_softmax with { KeyDim = 6, ValueDim = 5, Causal = false, Pairs = Pairs.HalfSplit }, new Layer<RotaryFull6x5.Inputs, RotaryFull6x5.Gradients>(
            Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, RotaryFull6x5.Forward, RotaryFull6x5.Backward)),
        new(nameof(RotaryLinear6x5), s_base with { KeyDim = 6, ValueDim = 5, Pairs = Pairs.HalfSplit }, new Layer<RotaryLinear6x5.Inputs, RotaryLinear6x5.Gradients, RotaryLinear6x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RotaryLinear6x5.Forward, RotaryLinear6x5.Forward, RotaryLinear6x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = RotaryLinear6x5.Backward }),
        new(nameof(SimpleGla1x1), s_base with { KeyDim = 1, ValueDim = 1, Decay = DecaySource.Head }, new Layer<SimpleGla1x1.Inputs, SimpleGla1x1.Gradients, SimpleGla1x1.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            SimpleGla1x1.Forward, SimpleGla1x1.Forward, SimpleGla1x1.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SimpleGla1x1.Backward }),
        new(nameof(SimpleGla7x5), s_base with { KeyDim = 7, ValueDim = 5, Decay = DecaySource.Head }, new Layer<SimpleGla7x5.Inputs, SimpleGla7x5.Gradients, SimpleGla7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            SimpleGla7x5.Forward, SimpleGla7x5.Forward, SimpleGla7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SimpleGla7x5.Backward }),
        new(nameof(SimpleGla80x96), s_base with { KeyDim = 80, ValueDim = 96, Decay = DecaySource.Head }, new Layer<SimpleGla80x96.Inputs, SimpleGla80x96.Gradients, SimpleGla80x96.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            SimpleGla80x96.Forward, SimpleGla80x96.Forward, SimpleGla80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SimpleGla80x96.Backward }),
        new(nameof(GroupedGla7x5), s_base with { KeyDim = 7, ValueDim = 5, ValueHeads = 4, Decay = DecaySource.Key }, new Layer<GroupedGla7x5.Inputs, GroupedGla7x5.Gradients, GroupedGla7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            GroupedGla7x5.Forward, GroupedGla7x5.Forward, GroupedGla7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GroupedGla7x5.Backward }),
        new(nameof(ConstantGla7x5), s_base with { KeyDim = 7, ValueDim = 5, ValueHeads = 4, Decay = DecaySource.Key, LogSigmoid = true, Temperature = 4, LearnedGate = true }, new Layer<ConstantGla7x5.Inputs, ConstantGla7x5.Gradients, ConstantGla7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G } },
            ConstantGla7x5.Forward, ConstantGla7x5.Forward, ConstantGla7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ConstantGla7x5.Backward }),
        new(nameof(ConstantCells5), s_base with { KeyDim = 1, ValueDim = 5, Decay = DecaySource.Value, LogSigmoid = true, LearnedGate = true, NoKeys = true }, new Layer<ConstantCells5.Inputs, ConstantCells5.Gradients, ConstantCells5.State>(
            InOrder, t => new() { V = t.V, Parameters = new() { G = t.G } },
            t => new() { V = t.V, Parameters = new() { G = t.G } },
            ConstantCells5.Forward, ConstantCells5.Forward, ConstantCells5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ConstantCells5.Backward }),
        new(nameof(ConstantCells3x5), s_base with { KeyDim = 3, ValueDim = 5, Scale = 1, Decay = DecaySource.Full, Rate = RateKind.Rate, Strength = StrengthKind.Step, LearnedGate = true }, new Layer<ConstantCells3x5.Inputs, ConstantCells3x5.Gradients, ConstantCells3x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G, ALog = t["in.a_log"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G, ALog = t["in.a_log"] } },
            ConstantCells3x5.Forward, ConstantCells3x5.Forward, ConstantCells3x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ConstantCells3x5.Backward }),
        new(nameof(ConstantForgetting7x5), s_softmax with { KeyDim = 7, ValueDim = 5, Heads = 4, KeyValueHeads = 2, Decay = DecaySource.Head, LogSigmoid = true, LearnedGate = true }, new Layer<ConstantForgetting7x5.Inputs, ConstantForgetting7x5.Gradients, ConstantForgetting7x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G } },
            ConstantForgetting7x5.Forward, ConstantForgetting7x5.Forward, ConstantForgetting7x5.Backward, (b, h, c) => new(b, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = ConstantForgetting7x5.Backward }),
        new(nameof(ConstantPairs6x5), s_base with { KeyDim = 6, ValueDim = 5, ValueHeads = 4, Decay = DecaySource.Pair, LogSigmoid = true, LearnedGate = true, Pairs = Pairs.HalfSplit, Phase = new() { Base = 1, Learned = true } }, new Layer<ConstantPairs6x5.Inputs, ConstantPairs6x5.Gradients, ConstantPairs6x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G, Theta = t["in.theta"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G, Theta = t["in.theta"] } },
            ConstantPairs6x5.Forward, ConstantPairs6x5.Forward, ConstantPairs6x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ConstantPairs6x5.Backward }),
        new(nameof(LearnedRotary6x5), s_softmax with { KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2, Window = 16, Pairs = Pairs.Interleaved, Phase = new() { Base = 1, Learned = true, Gate = PhaseGating.Head } }, new Layer<LearnedRotary6x5.Inputs, LearnedRotary6x5.Gradients, LearnedRotary6x5.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, PhaseGate = t["in.phasegate"], Parameters = new() { Theta = t["in.theta"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, PhaseGate = t["in.phasegate"], Parameters = new() { Theta = t["in.theta"] } },
            LearnedRotary6x5.Forward, LearnedRotary6x5.Forward, LearnedRotary6x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = LearnedRotary6x5.Backward }),
        new(nameof(NormalisedGla7x5), s_base with { KeyDim = 7, ValueDim = 5, Similarity = Similarity.EluPlusOne, Decay = DecaySource.Key, Denominator = Denominator.KeySum }, new Layer<NormalisedGla7x5.Inputs, NormalisedGla7x5.Gradients, NormalisedGla7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            NormalisedGla7x5.Forward, NormalisedGla7x5.Forward, NormalisedGla7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = NormalisedGla7x5.Backward }),
        new(nameof(Retention7x5), s_base with { KeyDim = 7, ValueDim = 5, Decay = DecaySource.Retention }, new Layer<Retention7x5.Inputs, Retention7x5.Gradients, Retention7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Retention7x5.Forward, Retention7x5.Forward, Retention7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Retention7x5.Backward }),
        new(nameof(Retention80x96), s_base with { KeyDim = 80, ValueDim = 96, Decay = DecaySource.Retention }, new Layer<Retention80x96.Inputs, Retention80x96.Gradients, Retention80x96.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Retention80x96.Forward, Retention80x96.Forward, Retention80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Retention80x96.Backward }),
        new(nameof(KimiDelta1x1), s_base with { KeyDim = 1, ValueDim = 1, Decay = DecaySource.Key, Write = WriteKind.Delta }, new Layer<KimiDelta1x1.Inputs, KimiDelta1x1.Gradients, KimiDelta1x1.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            KimiDelta1x1.Forward, KimiDelta1x1.Forward, KimiDelta1x1.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = KimiDelta1x1.Backward }),
        new(nameof(KimiDelta7x5), s_base with { KeyDim = 7, ValueDim = 5, Decay = DecaySource.Key, Write = WriteKind.Delta }, new Layer<KimiDelta7x5.Inputs, KimiDelta7x5.Gradients, KimiDelta7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            KimiDelta7x5.Forward, KimiDelta7x5.Forward, KimiDelta7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = KimiDelta7x5.Backward }),
        new(nameof(KimiDelta80x96), s_base with { KeyDim = 80, ValueDim = 96, Decay = DecaySource.Key, Write = WriteKind.Delta }, new Layer<KimiDelta80x96.Inputs, KimiDelta80x96.Gradients, KimiDelta80x96.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            KimiDelta80x96.Forward, KimiDelta80x96.Forward, KimiDelta80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = KimiDelta80x96.Backward }),
        new(nameof(MlstmExact7x5), s_mlstm with { KeyDim = 7, ValueDim = 5, Epsilon = 0 }, new Layer<MlstmExact7x5.Inputs, MlstmExact7x5.Gradients, MlstmExact7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            MlstmExact7x5.Forward, MlstmExact7x5.Forward, MlstmExact7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.N, Maximum = s => s.M, BackwardThrough = MlstmExact7x5.Backward }),
        new(nameof(MlstmHeld7x5), s_mlstm with { KeyDim = 7, ValueDim = 5, HoldsDenominator = true }, new Layer<MlstmHeld7x5.Inputs, MlstmHeld7x5.Gradients, MlstmHeld7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            MlstmHeld7x5.Forward, MlstmHeld7x5.Forward, MlstmHeld7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.N, Maximum = s => s.M, BackwardThrough = MlstmHeld7x5.Backward }),
        new(nameof(MlstmHeld80x96), s_mlstm with { KeyDim = 80, ValueDim = 96, HoldsDenominator = true }, new Layer<MlstmHeld80x96.Inputs, MlstmHeld80x96.Gradients, MlstmHeld80x96.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            MlstmHeld80x96.Forward, MlstmHeld80x96.Forward, MlstmHeld80x96.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.N, Maximum = s => s.M, BackwardThrough = MlstmHeld80x96.Backward }),
        new(nameof(NormalisedGlaHeld7x5), s_base with { KeyDim = 7, ValueDim = 5, Similarity = Similarity.EluPlusOne, Decay = DecaySource.Key, Denominator = Denominator.KeySum, HoldsDenominator = true }, new Layer<NormalisedGlaHeld7x5.Inputs, NormalisedGlaHeld7x5.Gradients, NormalisedGlaHeld7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            NormalisedGlaHeld7x5.Forward, NormalisedGlaHeld7x5.Forward, NormalisedGlaHeld7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = NormalisedGlaHeld7x5.Backward }),
        new(nameof(BidirectionalHeld7x5), s_base with { KeyDim = 7, ValueDim = 5, Similarity = Similarity.EluPlusOne, Denominator = Denominator.KeySum, Causal = false, HoldsDenominator = true }, new Layer<BidirectionalHeld7x5.Inputs, BidirectionalHeld7x5.Gradients>(
            Forms.Parallel | Forms.Chunkwise, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, BidirectionalHeld7x5.Forward, BidirectionalHeld7x5.Backward)),
    ];

    public static readonly IReadOnlyDictionary<string, Subject> All
        = Subject.All.Values.Where(subject => subject.Spec.KeyDim != 100).Concat(s_more).ToDictionary(subject => subject.Name);
}
