using System.Collections.Generic;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>The layers of WriteDeclarations.cs.</summary>
internal static class WriteSubjects
{
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;
    private const Forms Every = Forms.Parallel | InOrder;

    private static readonly LayerSpec s_base = new() { KeyDim = 7, ValueDim = 5, Heads = 2 };

    public static readonly IReadOnlyList<Subject> All =
    [
        new(nameof(ExternalSoftplus7x5), s_base with { Decay = DecaySource.Key, Denominator = Denominator.Softplus, Epsilon = 0.2 }, new Layer<ExternalSoftplus7x5.Inputs, ExternalSoftplus7x5.Gradients, ExternalSoftplus7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Eta = t["in.eta"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Eta = t["in.eta"] },
            ExternalSoftplus7x5.Forward, ExternalSoftplus7x5.Forward, ExternalSoftplus7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ExternalSoftplus7x5.Backward }),
        new(nameof(ExternalDelta7x5), s_base with { Write = WriteKind.Delta, Denominator = Denominator.Exp }, new Layer<ExternalDelta7x5.Inputs, ExternalDelta7x5.Gradients, ExternalDelta7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, Beta = t.Beta, Eta = t["in.eta"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, Beta = t.Beta, Eta = t["in.eta"] },
            ExternalDelta7x5.Forward, ExternalDelta7x5.Forward, ExternalDelta7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ExternalDelta7x5.Backward }),
        new(nameof(ExternalBidirectional7x5), s_base with { Similarity = Similarity.EluPlusOne, Causal = false, Denominator = Denominator.Sigmoid }, new Layer<ExternalBidirectional7x5.Inputs, ExternalBidirectional7x5.Gradients>(
            Forms.Parallel | Forms.Chunkwise, t => new() { Q = t.Q, K = t.K, V = t.V, Eta = t["in.eta"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, Eta = t["in.eta"] }, ExternalBidirectional7x5.Forward, ExternalBidirectional7x5.Backward)),
        new(nameof(TiedKey7x5), s_base with { Decay = DecaySource.Key, LogSigmoid = true, Temperature = 16, KeyOfGate = true }, new Layer<TiedKey7x5.Inputs, TiedKey7x5.Gradients, TiedKey7x5.State>(
            Every, t => new() { Q = t.Q, V = t.V, G = t.G },
            t => new() { Q = t.Q, V = t.V, G = t.G },
            TiedKey7x5.Forward, TiedKey7x5.Forward, TiedKey7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = TiedKey7x5.Backward }),
        new(nameof(LowerBounded7x5), s_base with { Decay = DecaySource.Key, LowerBound = 0.25, KeyOfGate = true }, new Layer<LowerBounded7x5.Inputs, LowerBounded7x5.Gradients, LowerBounded7x5.State>(
            Every, t => new() { Q = t.Q, V = t.V, G = t.G },
            t => new() { Q = t.Q, V = t.V, G = t.G },
            LowerBounded7x5.Forward, LowerBounded7x5.Forward, LowerBounded7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LowerBounded7x5.Backward }),
        new(nameof(ValueOja7x5), s_base with { ValueHeads = 4, Decay = DecaySource.Value, Write = WriteKind.Oja }, new Layer<ValueOja7x5.Inputs, ValueOja7x5.Gradients, ValueOja7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            ValueOja7x5.Forward, ValueOja7x5.Forward, ValueOja7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ValueOja7x5.Backward }),
        new(nameof(Oja7x5), s_base with { Similarity = Similarity.Silu, Decay = DecaySource.Head, Write = WriteKind.Oja, Strength = StrengthKind.Sigmoid, Steps = 2 }, new Layer<Oja7x5.Inputs, Oja7x5.Gradients, Oja7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            Oja7x5.Forward, Oja7x5.Forward, Oja7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Oja7x5.Backward }),
        new(nameof(GeneralDelta7x5), s_base with { Decay = DecaySource.Key, Write = WriteKind.GeneralDelta }, new Layer<GeneralDelta7x5.Inputs, GeneralDelta7x5.Gradients, GeneralDelta7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, A = t["in.a"], B = t["in.b"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, A = t["in.a"], B = t["in.b"] },
            GeneralDelta7x5.Forward, GeneralDelta7x5.Forward, GeneralDelta7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GeneralDelta7x5.Backward }),
        new(nameof(GroupedGeneralDelta7x5), s_base with { ValueHeads = 4, Decay = DecaySource.Head, Write = WriteKind.GeneralDelta }, new Layer<GroupedGeneralDelta7x5.Inputs, GroupedGeneralDelta7x5.Gradients, GroupedGeneralDelta7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, A = t["in.a"], B = t["in.b"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, A = t["in.a"], B = t["in.b"] },
            GroupedGeneralDelta7x5.Forward, GroupedGeneralDelta7x5.Forward, GroupedGeneralDelta7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GroupedGeneralDelta7x5.Backward }),
        new(nameof(UndecayedGeneralDelta7x5), s_base with { Write = WriteKind.GeneralDelta }, new Layer<UndecayedGeneralDelta7x5.Inputs, UndecayedGeneralDelta7x5.Gradients, UndecayedGeneralDelta7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, A = t["in.a"], B = t["in.b"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, A = t["in.a"], B = t["in.b"] },
            UndecayedGeneralDelta7x5.Forward, UndecayedGeneralDelta7x5.Forward, UndecayedGeneralDelta7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = UndecayedGeneralDelta7x5.Backward }),
        new(nameof(DeltaProduct7x5), s_base with { Decay = DecaySource.Key, LogSigmoid = true, Write = WriteKind.Delta, Strength = StrengthKind.Sigmoid, StrengthScale = 2, Steps = 3 }, new Layer<DeltaProduct7x5.Inputs, DeltaProduct7x5.Gradients, DeltaProduct7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            DeltaProduct7x5.Forward, DeltaProduct7x5.Forward, DeltaProduct7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = DeltaProduct7x5.Backward }),
        new(nameof(GroupedSteps7x5), s_base with { ValueHeads = 4, Similarity = Similarity.EluPlusOne, Decay = DecaySource.Head, Denominator = Denominator.KeySum, Steps = 2 }, new Layer<GroupedSteps7x5.Inputs, GroupedSteps7x5.Gradients, GroupedSteps7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            GroupedSteps7x5.Forward, GroupedSteps7x5.Forward, GroupedSteps7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GroupedSteps7x5.Backward, KeySum = s => s.Z }),
        new(nameof(ValueGate7x5), s_base with { Decay = DecaySource.Value, LogSigmoid = true, Strength = StrengthKind.Sigmoid }, new Layer<ValueGate7x5.Inputs, ValueGate7x5.Gradients, ValueGate7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            ValueGate7x5.Forward, ValueGate7x5.Forward, ValueGate7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ValueGate7x5.Backward }),
        new(nameof(PureDelta7x5), s_base with { Write = WriteKind.Delta, Strength = StrengthKind.One }, new Layer<PureDelta7x5.Inputs, PureDelta7x5.Gradients, PureDelta7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            PureDelta7x5.Forward, PureDelta7x5.Forward, PureDelta7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = PureDelta7x5.Backward }),
        new(nameof(Slots7x5), s_base with { Decay = DecaySource.Slot, Write = WriteKind.Slots, Slots = 9 }, new Layer<Slots7x5.Inputs, Slots7x5.Gradients, Slots7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, S = t["in.s"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, S = t["in.s"] },
            Slots7x5.Forward, Slots7x5.Forward, Slots7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.SlotKeys, KeySum = s => s.SlotValues, BackwardThrough = Slots7x5.Backward }),
        new(nameof(GroupedSlots7x5), s_base with { ValueHeads = 4, Decay = DecaySource.Head, Write = WriteKind.Slots, Slots = 4 }, new Layer<GroupedSlots7x5.Inputs, GroupedSlots7x5.Gradients, GroupedSlots7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, S = t["in.s"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, S = t["in.s"] },
            GroupedSlots7x5.Forward, GroupedSlots7x5.Forward, GroupedSlots7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.SlotKeys, KeySum = s => s.SlotValues, BackwardThrough = GroupedSlots7x5.Backward }),
        new(nameof(Lightning7x5), s_base with { Decay = DecaySource.Constants, LogDecays = [0, -3] }, new Layer<Lightning7x5.Inputs, Lightning7x5.Gradients, Lightning7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Lightning7x5.Forward, Lightning7x5.Forward, Lightning7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Lightning7x5.Backward }),
        new(nameof(SigmoidMlstm7x5), s_base with { Decay = DecaySource.Head, ReversedSigmoid = true, Temperature = 3, Strength = StrengthKind.Sigmoid, Denominator = Denominator.AbsoluteKeySum, Epsilon = 1 }, new Layer<SigmoidMlstm7x5.Inputs, SigmoidMlstm7x5.Gradients, SigmoidMlstm7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            SigmoidMlstm7x5.Forward, SigmoidMlstm7x5.Forward, SigmoidMlstm7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SigmoidMlstm7x5.Backward, KeySum = s => s.Z }),
        new(nameof(Moments7x5), s_base with { ValueHeads = 4, Decay = DecaySource.Head, LogSigmoid = true, Temperature = 4, Denominator = Denominator.Centred, Prior = 2 }, new Layer<Moments7x5.Inputs, Moments7x5.Gradients, Moments7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            Moments7x5.Forward, Moments7x5.Forward, Moments7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Moments7x5.Backward, KeySum = s => s.KeyMean, ValueMean = s => s.ValueMean, Count = s => s.Count }),
        new(nameof(InLine7x5), s_base with { Causal = false, Similarity = Similarity.EluPlusOne, Denominator = Denominator.Centred }, new Layer<InLine7x5.Inputs, InLine7x5.Gradients>(
            Forms.Parallel | Forms.Chunkwise, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, InLine7x5.Forward, InLine7x5.Backward)),
        new(nameof(Bonus7x5), s_base with { Decay = DecaySource.Head, Rate = RateKind.Softplus, Bonus = true, SkipWidth = 5, Denominator = Denominator.Exp }, new Layer<Bonus7x5.Inputs, Bonus7x5.Gradients, Bonus7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Eta = t["in.eta"], Parameters = new() { ALog = t["in.a_log"], DtBias = t["in.dt_bias"], U = t["in.u"], D = t["in.d"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Eta = t["in.eta"], Parameters = new() { ALog = t["in.a_log"], DtBias = t["in.dt_bias"], U = t["in.u"], D = t["in.d"] } },
            Bonus7x5.Forward, Bonus7x5.Forward, Bonus7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Bonus7x5.Backward }),
        new(nameof(ValueBonus7x5), s_base with { ValueHeads = 4, Decay = DecaySource.Value, Bonus = true }, new Layer<ValueBonus7x5.Inputs, ValueBonus7x5.Gradients, ValueBonus7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { U = t["in.u"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { U = t["in.u"] } },
            ValueBonus7x5.Forward, ValueBonus7x5.Forward, ValueBonus7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ValueBonus7x5.Backward }),
        new(nameof(BoundedDelta7x5), s_base with { ValueHeads = 4, Decay = DecaySource.Key, Rate = RateKind.Bounded, Write = WriteKind.Delta }, new Layer<BoundedDelta7x5.Inputs, BoundedDelta7x5.Gradients, BoundedDelta7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta, Parameters = new() { ALog = t["in.a_log"], DtBias = t["in.dt_bias"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta, Parameters = new() { ALog = t["in.a_log"], DtBias = t["in.dt_bias"] } },
            BoundedDelta7x5.Forward, BoundedDelta7x5.Forward, BoundedDelta7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = BoundedDelta7x5.Backward }),
        new(nameof(Augmented7x5), s_base with { Decay = DecaySource.Head, Rate = RateKind.Softplus, Strength = StrengthKind.Step, OwnValue = OwnValue.ScalarGate }, new Layer<Augmented7x5.Inputs, Augmented7x5.Gradients, Augmented7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.a_log"], DtBias = t["in.dt_bias"], W = t["in.w"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.a_log"], DtBias = t["in.dt_bias"], W = t["in.w"] } },
            Augmented7x5.Forward, Augmented7x5.Forward, Augmented7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Augmented7x5.Backward }),
        new(nameof(LinearlyAugmented7x5), s_base with { Similarity = Similarity.EluPlusOne, Denominator = Denominator.KeySum, OwnValue = OwnValue.Linear }, new Layer<LinearlyAugmented7x5.Inputs, LinearlyAugmented7x5.Gradients, LinearlyAugmented7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { W = t["in.w"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { W = t["in.w"] } },
            LinearlyAugmented7x5.Forward, LinearlyAugmented7x5.Forward, LinearlyAugmented7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearlyAugmented7x5.Backward, KeySum = s => s.Z }),
        new(nameof(LogLinear6x5), s_base with { KeyDim = 6, ValueHeads = 4, Decay = DecaySource.Key, LogSigmoid = true, Pairs = Pairs.HalfSplit, Denominator = Denominator.Exp, Levels = 5 }, new Layer<LogLinear6x5.Inputs, LogLinear6x5.Gradients, LogLinear6x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Eta = t["in.eta"], LevelScales = t["in.level_scales"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Eta = t["in.eta"], LevelScales = t["in.level_scales"] },
            LogLinear6x5.Forward, LogLinear6x5.Forward, LogLinear6x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LogLinear6x5.Backward }),
        new(nameof(LogLinearValues7x20), s_base with { ValueDim = 20, Similarity = Similarity.EluPlusOne, Decay = DecaySource.Value, SkipWidth = 1, Levels = 9 }, new Layer<LogLinearValues7x20.Inputs, LogLinearValues7x20.Gradients, LogLinearValues7x20.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, LevelScales = t["in.level_scales"], Parameters = new() { D = t["in.d"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, LevelScales = t["in.level_scales"], Parameters = new() { D = t["in.d"] } },
            LogLinearValues7x20.Forward, LogLinearValues7x20.Forward, LogLinearValues7x20.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LogLinearValues7x20.Backward }),
    ];
}
