using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Layers;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.States;

/// <summary>Rotated keys in a matrix state: where a sequence stands shows in its angles.</summary>
[AttentionLayer(KeyDim = 6, ValueDim = 5)]
[Gate(GateShape.Head)]
[Rotation(RotationKind.Rotary)]
internal static partial class TurnedMatrix6x5;

/// <summary>A window that moves on for ever, so that positions grow beyond what float32 counts.</summary>
[AttentionLayer(KeyDim = 6, ValueDim = 5)]
[Window(16)]
[Rotation(RotationKind.Rotary)]
internal static partial class TurnedWindow6x5;

/// <summary>Every cell of the state decays by itself.</summary>
[AttentionLayer(KeyDim = 3, ValueDim = 5, Scale = 1)]
[Gate(GateShape.Full, Activation = GateActivation.Rate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step)]
internal static partial class Cells3x5;

/// <summary>Without queries and keys: what comes first among the inputs are the values.</summary>
[AttentionLayer(KeyDim = 1, ValueDim = 5)]
[Gate(GateShape.Value)]
[Write(WriteRule.Plain, Key = KeySource.None)]
internal static partial class Elementwise5;

/// <summary>A cache that carries an angle and a sum of gates from token to token, beside rows that it never drops.</summary>
[AttentionLayer(KeyDim = 6, ValueDim = 5, KeyValueHeads = 1)]
[FeatureMap(Kernel.Softmax)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Rotation(RotationKind.Selective, Base = 100, Bias = true)]
internal static partial class ForgettingTurned6x5;

/// <summary>An angle that a window carries on for ever.</summary>
[AttentionLayer(KeyDim = 6, ValueDim = 5)]
[Window(16)]
[Rotation(RotationKind.Selective, Base = 100, Gate = PhaseGate.Pair)]
internal static partial class SelectiveWindow6x5;

/// <summary>A layer of each kind of state, mask, grouping and gradient.</summary>
internal static class StateSubjects
{
    public static readonly IReadOnlyDictionary<string, (LayerSpec Spec, IStateSubject Layer)> All = new Dictionary<string, (LayerSpec, IStateSubject)>
    {
        [nameof(Softmax7x5)] = (Subject.All[nameof(Softmax7x5)].Spec, new StateSubject<Softmax7x5.Inputs, Softmax7x5.Gradients, Softmax7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(Rotary6x5)] = (Subject.All[nameof(Rotary6x5)].Spec, new StateSubject<Rotary6x5.Inputs, Rotary6x5.Gradients, Rotary6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(RotaryGrouped6x5)] = (GradientSubjects.All[nameof(RotaryGrouped6x5)].Spec, new StateSubject<RotaryGrouped6x5.Inputs, RotaryGrouped6x5.Gradients, RotaryGrouped6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(TurnedWindow6x5)] = (new() { KeyDim = 6, ValueDim = 5, Heads = 2, Similarity = Similarity.Softmax, Window = 16, Pairs = Pairs.HalfSplit }, new StateSubject<TurnedWindow6x5.Inputs, TurnedWindow6x5.Gradients, TurnedWindow6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(Forgetting7x5)] = (Subject.All[nameof(Forgetting7x5)].Spec, new StateSubject<Forgetting7x5.Inputs, Forgetting7x5.Gradients, Forgetting7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G })),
        [nameof(ForgettingTurned6x5)] = (Subject.All[nameof(Forgetting7x5)].Spec with { KeyDim = 6, KeyValueHeads = 1, Pairs = Pairs.HalfSplit, Phase = new() { Base = 100, Biased = true } }, new StateSubject<ForgettingTurned6x5.Inputs, ForgettingTurned6x5.Gradients, ForgettingTurned6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], Parameters = new() { PhaseBias = t["in.phasebias"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], Parameters = new() { PhaseBias = t["in.phasebias"] } })),
        [nameof(ForgettingEverything6x5)] = (Subject.All[nameof(ForgettingEverything6x5)].Spec, new StateSubject<ForgettingEverything6x5.Inputs, ForgettingEverything6x5.Gradients, ForgettingEverything6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] })),
        [nameof(SelectiveWindow6x5)] = (new() { KeyDim = 6, ValueDim = 5, Heads = 2, Similarity = Similarity.Softmax, Window = 16, Pairs = Pairs.HalfSplit, Phase = new() { Base = 100, Gate = PhaseGating.Pair } }, new StateSubject<SelectiveWindow6x5.Inputs, SelectiveWindow6x5.Gradients, SelectiveWindow6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] }, t => new() { Q = t.Q, K = t.K, V = t.V, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] })),
        [nameof(SelectivePairs6x5)] = (Subject.All[nameof(SelectivePairs6x5)].Spec, new StateSubject<SelectivePairs6x5.Inputs, SelectivePairs6x5.Gradients, SelectivePairs6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Phi = t["in.phi"], PhaseGate = t["in.phasegate"] })),
        [nameof(ConstantPairs6x5)] = (GradientSubjects.All[nameof(ConstantPairs6x5)].Spec, new StateSubject<ConstantPairs6x5.Inputs, ConstantPairs6x5.Gradients, ConstantPairs6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G, Theta = t["in.theta"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { G = t.G, Theta = t["in.theta"] } })),
        [nameof(LinearElu7x5)] = (Subject.All[nameof(LinearElu7x5)].Spec, new StateSubject<LinearElu7x5.Inputs, LinearElu7x5.Gradients, LinearElu7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(Gla7x5)] = (Subject.All[nameof(Gla7x5)].Spec, new StateSubject<Gla7x5.Inputs, Gla7x5.Gradients, Gla7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G })),
        [nameof(TurnedMatrix6x5)] = (new() { KeyDim = 6, ValueDim = 5, Heads = 2, Decay = DecaySource.Head, Pairs = Pairs.HalfSplit }, new StateSubject<TurnedMatrix6x5.Inputs, TurnedMatrix6x5.Gradients, TurnedMatrix6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G })),
        [nameof(GroupedDelta7x5)] = (Subject.All[nameof(GroupedDelta7x5)].Spec, new StateSubject<GroupedDelta7x5.Inputs, GroupedDelta7x5.Gradients, GroupedDelta7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta })),
        [nameof(Mlstm7x5)] = (Subject.All[nameof(Mlstm7x5)].Spec, new StateSubject<Mlstm7x5.Inputs, Mlstm7x5.Gradients, Mlstm7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] })),
        [nameof(DeltaProduct7x5)] = (Written(nameof(DeltaProduct7x5)), new StateSubject<DeltaProduct7x5.Inputs, DeltaProduct7x5.Gradients, DeltaProduct7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta })),
        [nameof(Slots7x5)] = (Written(nameof(Slots7x5)), new StateSubject<Slots7x5.Inputs, Slots7x5.Gradients, Slots7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, S = t["in.s"] }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, S = t["in.s"] })),
        [nameof(ValueBonus7x5)] = (Written(nameof(ValueBonus7x5)), new StateSubject<ValueBonus7x5.Inputs, ValueBonus7x5.Gradients, ValueBonus7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { U = t["in.u"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { U = t["in.u"] } })),
        [nameof(CosFormer5x3)] = (FeatureSubjects.All[nameof(CosFormer5x3)].Spec, new StateSubject<CosFormer5x3.Inputs, CosFormer5x3.Gradients, CosFormer5x3.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(Moments7x5)] = (Written(nameof(Moments7x5)), new StateSubject<Moments7x5.Inputs, Moments7x5.Gradients, Moments7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G })),
        [nameof(BlendedMoments7x5)] = (ConvolutionSubjects.All[nameof(BlendedMoments7x5)].Spec, new StateSubject<BlendedMoments7x5.Inputs, BlendedMoments7x5.Gradients, BlendedMoments7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(ConvolvedGla7x5)] = (ConvolutionSubjects.All[nameof(ConvolvedGla7x5)].Spec, new StateSubject<ConvolvedGla7x5.Inputs, ConvolvedGla7x5.Gradients, ConvolvedGla7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { QTaps = t["in.q_taps"], KTaps = t["in.k_taps"], VTaps = t["in.v_taps"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { QTaps = t["in.q_taps"], KTaps = t["in.k_taps"], VTaps = t["in.v_taps"] } })),
        [nameof(LogLinear6x5)] = (Written(nameof(LogLinear6x5)), new StateSubject<LogLinear6x5.Inputs, LogLinear6x5.Gradients, LogLinear6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Eta = t["in.eta"], LevelScales = t["in.level_scales"] }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Eta = t["in.eta"], LevelScales = t["in.level_scales"] })),
        [nameof(ShapedScores6x5)] = (Subject.All[nameof(ShapedScores6x5)].Spec, new StateSubject<ShapedScores6x5.Inputs, ShapedScores6x5.Gradients, ShapedScores6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Sink = t["in.sink"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Sink = t["in.sink"] } })),
        [nameof(FunctionDocuments6x5)] = (FunctionSubjects.All[nameof(FunctionDocuments6x5)].Spec, new StateSubject<FunctionDocuments6x5.Inputs, FunctionDocuments6x5.Gradients, FunctionDocuments6x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(FunctionSinks6x3)] = (FunctionSubjects.All[nameof(FunctionSinks6x3)].Spec, new StateSubject<FunctionSinks6x3.Inputs, FunctionSinks6x3.Gradients, FunctionSinks6x3.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V })),
        [nameof(Cells3x5)] = (new() { KeyDim = 3, ValueDim = 5, Heads = 2, Scale = 1, Decay = DecaySource.Full, Rate = RateKind.Rate, Strength = StrengthKind.Step }, new StateSubject<Cells3x5.Inputs, Cells3x5.Gradients, Cells3x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.a_log"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.a_log"] } })),
        [nameof(Elementwise5)] = (new() { KeyDim = 1, ValueDim = 5, Heads = 2, Decay = DecaySource.Value, NoKeys = true }, new StateSubject<Elementwise5.Inputs, Elementwise5.Gradients, Elementwise5.State>(
            t => new() { V = t.V, G = t.G }, t => new() { V = t.V, G = t.G })),
        [nameof(SkippedGla7x5)] = (Subject.All[nameof(Gla7x5)].Spec, new StateSubject<SkippedGla7x5.Inputs, SkippedGla7x5.Gradients, SkippedGla7x5.State>(
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { D = t["in.d"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { D = t["in.d"] } })),
    };

    private static LayerSpec Written(string name) => WriteSubjects.All.First(subject => subject.Name == name).Spec;

    public static TheoryData<string> Names => [.. All.Keys];
}
