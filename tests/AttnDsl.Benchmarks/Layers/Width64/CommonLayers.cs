using System.Runtime.CompilerServices;
using static AttnDsl.Benchmarks.LayerCost;

namespace AttnDsl.Benchmarks.Width64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
internal static partial class SoftmaxCausal;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Window(128)]
internal static partial class SoftmaxWindow128;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), FeatureMap(Kernel.Identity)]
internal static partial class Linear;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), FeatureMap(Kernel.EluPlusOne), Read(Normaliser.KeySum)]
internal static partial class LinearEluPlusOne;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Constant, Decay = HeadDecay.Retention)]
internal static partial class Retention;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Head)]
internal static partial class SimpleGla;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class Gla;

// As its peers take it: the log-decays themselves.
[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Key)]
internal static partial class GlaOfDecays;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8, Scale = 1), Gate(GateShape.Head, Activation = GateActivation.Rate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step), Read(Normaliser.None, Skip = SkipShape.Head)]
internal static partial class Mamba2;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Write(WriteRule.Delta)]
internal static partial class DeltaRule;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Head), Write(WriteRule.Delta)]
internal static partial class GatedDeltaRule;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Key), Write(WriteRule.Delta)]
internal static partial class KimiDelta;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Key), Write(WriteRule.GeneralDelta)]
internal static partial class Rwkv7;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Head, Activation = GateActivation.LogSigmoid), Write(WriteRule.ExponentialGate)]
internal static partial class MLstm;

/// <summary>What most people come for; at all widths.</summary>
internal static class CommonLayers
{
    private const int D = 64;

    [ModuleInitializer]
    internal static void Add() => LayerTable.Add(
        Layer.Of("softmax, causal", D, Softmax(D, D),
            x => new SoftmaxCausal.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new SoftmaxCausal.Gradients { Q = x.Q, K = x.K, V = x.V },
            SoftmaxCausal.Forward, SoftmaxCausal.Backward, SoftmaxCausal.Forward, (b, t) => new SoftmaxCausal.State(b, t), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, window 128", D, Softmax(D, D, window: 128),
            x => new SoftmaxWindow128.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new SoftmaxWindow128.Gradients { Q = x.Q, K = x.K, V = x.V },
            SoftmaxWindow128.Forward, SoftmaxWindow128.Backward, SoftmaxWindow128.Forward, (b, t) => new SoftmaxWindow128.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("linear", D, State(D, D, exps: 0),
            x => new Linear.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new Linear.Gradients { Q = x.Q, K = x.K, V = x.V },
            Linear.Forward, Linear.Backward, Linear.Forward, (b, t) => new Linear.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("linear, elu+1", D, State(D, D, exps: 2 * D),
            x => new LinearEluPlusOne.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new LinearEluPlusOne.Gradients { Q = x.Q, K = x.K, V = x.V },
            LinearEluPlusOne.Forward, LinearEluPlusOne.Backward, LinearEluPlusOne.Forward, (b, t) => new LinearEluPlusOne.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("retention", D, State(D, D, exps: 0, gated: true),
            x => new Retention.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new Retention.Gradients { Q = x.Q, K = x.K, V = x.V },
            Retention.Forward, Retention.Backward, Retention.Forward, (b, t) => new Retention.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("simple GLA", D, State(D, D, exps: 1, gated: true),
            x => new SimpleGla.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.Decay },
            x => new SimpleGla.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.Decay },
            SimpleGla.Forward, SimpleGla.Backward, SimpleGla.Forward, (b, t) => new SimpleGla.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("GLA, log σ gates", D, State(D, D, exps: 3 * D, gated: true),
            x => new Gla.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.KeyLogits },
            x => new Gla.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.KeyLogits },
            Gla.Forward, Gla.Backward, Gla.Forward, (b, t) => new Gla.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("GLA, decays given", D, State(D, D, exps: D, gated: true),
            x => new GlaOfDecays.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.KeyDecay },
            x => new GlaOfDecays.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.KeyDecay },
            GlaOfDecays.Forward, GlaOfDecays.Backward, GlaOfDecays.Forward, (b, t) => new GlaOfDecays.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("Mamba-2", D, State(D, D, exps: 1, gated: true),
            x => new Mamba2.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.Step, Parameters = new() { ALog = x.Rate, D = x.Skip } },
            x => new Mamba2.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.Step, Parameters = new() { ALog = x.Rate, D = x.Skip } },
            Mamba2.Forward, Mamba2.Backward, Mamba2.Forward, (b, t) => new Mamba2.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("delta rule", D, State(D, D, exps: 0, extra: 1),
            x => new DeltaRule.Inputs { Q = x.Q, K = x.UnitK, V = x.V, Beta = x.Beta },
            x => new DeltaRule.Gradients { Q = x.Q, K = x.UnitK, V = x.V, Beta = x.Beta },
            DeltaRule.Forward, DeltaRule.Backward, DeltaRule.Forward, (b, t) => new DeltaRule.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("gated delta rule", D, State(D, D, exps: 1, gated: true, extra: 1),
            x => new GatedDeltaRule.Inputs { Q = x.Q, K = x.UnitK, V = x.V, G = x.Decay, Beta = x.Beta },
            x => new GatedDeltaRule.Gradients { Q = x.Q, K = x.UnitK, V = x.V, G = x.Decay, Beta = x.Beta },
            GatedDeltaRule.Forward, GatedDeltaRule.Backward, GatedDeltaRule.Forward, (b, t) => new GatedDeltaRule.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("KDA", D, State(D, D, exps: D, gated: true, extra: 1),
            x => new KimiDelta.Inputs { Q = x.Q, K = x.UnitK, V = x.V, G = x.KeyDecay, Beta = x.Beta },
            x => new KimiDelta.Gradients { Q = x.Q, K = x.UnitK, V = x.V, G = x.KeyDecay, Beta = x.Beta },
            KimiDelta.Forward, KimiDelta.Backward, KimiDelta.Forward, (b, t) => new KimiDelta.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("RWKV-7", D, State(D, D, exps: D, gated: true, extra: 2),
            x => new Rwkv7.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.KeyDecay, A = x.Removed, B = x.Added },
            x => new Rwkv7.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.KeyDecay, A = x.Removed, B = x.Added },
            Rwkv7.Forward, Rwkv7.Backward, Rwkv7.Forward, (b, t) => new Rwkv7.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("mLSTM", D, State(D, D, exps: 4, gated: true),
            x => new MLstm.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.Logits, I = x.InputGate },
            x => new MLstm.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.Logits, I = x.InputGate },
            MLstm.Forward, MLstm.Backward, MLstm.Forward, (b, t) => new MLstm.State(b), (s, in i, in o) => s.Step(in i, in o)));
}
