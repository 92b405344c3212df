using System.Runtime.CompilerServices;
using static AttnDsl.Benchmarks.LayerCost;

namespace AttnDsl.Benchmarks.Width64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
[Write(WriteRule.Plain, Key = KeySource.Gate), Read(Normaliser.None, Augmentation = Augmentation.SigmoidVector)]
internal static partial class MetaLa;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Key), Write(WriteRule.Plain, Bonus = true)]
internal static partial class Rwkv6;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Key), Rotation(RotationKind.Selective)]
internal static partial class SelectiveGla;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Head), Write(WriteRule.Delta)]
[Rotation(RotationKind.Selective)]
internal static partial class SelectiveGatedDelta;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Head)]
[Write(WriteRule.Delta, Steps = LayerSlice.Writes)]
internal static partial class GatedDeltaProduct;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Slot)]
[Write(WriteRule.Slots, Slots = LayerSlice.SlotCount)]
internal static partial class GatedSlots;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Gate(GateShape.Head)]
[Read(Normaliser.None, Levels = LayerSlice.LevelCount)]
internal static partial class LogLinear;

/// <summary>Matrix states with gates, slots, levels and several writes.</summary>
internal static class GatedLayers
{
    private const int D = 64;

    [ModuleInitializer]
    internal static void Add() => LayerTable.Add(
        Layer.Of("MetaLA", D, State(D, D, exps: 4 * D, gated: true),
            x => new MetaLa.Inputs { Q = x.Q, V = x.V, G = x.KeyLogits, Parameters = new() { W = x.Augmentation } },
            x => new MetaLa.Gradients { Q = x.Q, V = x.V, G = x.KeyLogits, Parameters = new() { W = x.Augmentation } },
            MetaLa.Forward, MetaLa.Backward, MetaLa.Forward, (b, t) => new MetaLa.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("RWKV-6", D, State(D, D, exps: D, gated: true),
            x => new Rwkv6.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.KeyDecay, Parameters = new() { U = x.Bonus } },
            x => new Rwkv6.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.KeyDecay, Parameters = new() { U = x.Bonus } },
            Rwkv6.Forward, Rwkv6.Backward, Rwkv6.Forward, (b, t) => new Rwkv6.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("GLA, Selective RoPE", D, State(D, D, exps: 2 * D, gated: true),
            x => new SelectiveGla.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.KeyDecay, Phi = x.Phase },
            x => new SelectiveGla.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.KeyDecay, Phi = x.Phase },
            SelectiveGla.Forward, SelectiveGla.Backward, SelectiveGla.Forward, (b, t) => new SelectiveGla.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("gated delta rule, Selective RoPE", D, State(D, D, exps: D, gated: true, extra: 1),
            x => new SelectiveGatedDelta.Inputs { Q = x.Q, K = x.UnitK, V = x.V, G = x.Decay, Beta = x.Beta, Phi = x.Phase },
            x => new SelectiveGatedDelta.Gradients { Q = x.Q, K = x.UnitK, V = x.V, G = x.Decay, Beta = x.Beta, Phi = x.Phase },
            SelectiveGatedDelta.Forward, SelectiveGatedDelta.Backward, SelectiveGatedDelta.Forward, (b, t) => new SelectiveGatedDelta.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("gated delta product, 2 writes", D, State(D, D, exps: 1, gated: true, extra: 3),
            x => new GatedDeltaProduct.Inputs { Q = x.Q, K = x.WrittenK, V = x.WrittenV, G = x.Decay, Beta = x.WrittenBeta },
            x => new GatedDeltaProduct.Gradients { Q = x.Q, K = x.WrittenK, V = x.WrittenV, G = x.Decay, Beta = x.WrittenBeta },
            GatedDeltaProduct.Forward, GatedDeltaProduct.Backward, GatedDeltaProduct.Forward, (b, t) => new GatedDeltaProduct.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("gated slots", D, State(2 * D, LayerSlice.SlotCount, exps: 2 * LayerSlice.SlotCount, gated: true),
            x => new GatedSlots.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.SlotDecay, S = x.SlotWeight },
            x => new GatedSlots.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.SlotDecay, S = x.SlotWeight },
            GatedSlots.Forward, GatedSlots.Backward, GatedSlots.Forward, (b, t) => new GatedSlots.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("log-linear attention", D, State(D, D, exps: 1, gated: true, extra: LayerSlice.LevelCount / 2),
            x => new LogLinear.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.Decay, LevelScales = x.LevelScale },
            x => new LogLinear.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.Decay, LevelScales = x.LevelScale },
            LogLinear.Forward, LogLinear.Backward, LogLinear.Forward, (b, t) => new LogLinear.State(b), (s, in i, in o) => s.Step(in i, in o)));
}
