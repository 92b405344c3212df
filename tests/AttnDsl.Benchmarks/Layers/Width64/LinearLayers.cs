using System.Runtime.CompilerServices;
using static AttnDsl.Benchmarks.LayerCost;

namespace AttnDsl.Benchmarks.Width64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8, Causal = false), FeatureMap(Kernel.EluPlusOne), Read(Normaliser.KeySum)]
internal static partial class LinearEluFull;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), FeatureMap(Kernel.Relu), Read(Normaliser.KeySum)]
internal static partial class LinearRelu;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), FeatureMap(Kernel.ReluSquared), Read(Normaliser.KeySum)]
internal static partial class LinearReluSquared;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), FeatureMap(Kernel.Silu)]
internal static partial class LinearSilu;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), FeatureMap(Kernel.Exp), Read(Normaliser.KeySum)]
internal static partial class LinearExp;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), FeatureMap(Kernel.ChannelSoftmax), Read(Normaliser.KeySum)]
internal static partial class LinearChannelSoftmax;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Read(Normaliser.External)]
internal static partial class NormalisedAttention;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8, Causal = false), Read(Normaliser.Centred)]
internal static partial class InLineFull;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Read(Normaliser.Centred)]
internal static partial class InLineCausal;

[AttentionLayer(KeyDim = 16, ValueDim = 64, Heads = 8), FeatureMap(Kernel.Taylor), Read(Normaliser.KeySum, AddsEpsilon = true)]
internal static partial class Based;

[AttentionLayer(KeyDim = 16, ValueDim = 64, Heads = 8), FeatureMap(Kernel.Square), Read(Normaliser.KeySum, AddsEpsilon = true)]
internal static partial class ReBased;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8, Scale = 1), FeatureMap(Kernel.Luna, Projections = 16, Channels = 4, Hidden = 16), Read(Normaliser.KeySum)]
internal static partial class Luna;

/// <summary>Linear attention with its feature maps and readers.</summary>
internal static class LinearLayers
{
    private const int D = 64;

    private static readonly float[] s_luna = Luna.Tabulate(LunaOf(new(D, 1)));

    [ModuleInitializer]
    internal static void Add() => LayerTable.Add(
        Layer.Of("linear, elu+1, full", D, State(D, D, exps: 2 * D),
            x => new LinearEluFull.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new LinearEluFull.Gradients { Q = x.Q, K = x.K, V = x.V },
            LinearEluFull.Forward, LinearEluFull.Backward),
        Layer.Of("linear, relu", D, State(D, D, exps: 0),
            x => new LinearRelu.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new LinearRelu.Gradients { Q = x.Q, K = x.K, V = x.V },
            LinearRelu.Forward, LinearRelu.Backward, LinearRelu.Forward, (b, t) => new LinearRelu.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("linear, relu²", D, State(D, D, exps: 0),
            x => new LinearReluSquared.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new LinearReluSquared.Gradients { Q = x.Q, K = x.K, V = x.V },
            LinearReluSquared.Forward, LinearReluSquared.Backward, LinearReluSquared.Forward, (b, t) => new LinearReluSquared.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("linear, silu", D, State(D, D, exps: 2 * D),
            x => new LinearSilu.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new LinearSilu.Gradients { Q = x.Q, K = x.K, V = x.V },
            LinearSilu.Forward, LinearSilu.Backward, LinearSilu.Forward, (b, t) => new LinearSilu.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("linear, exp", D, State(D, D, exps: 2 * D),
            x => new LinearExp.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new LinearExp.Gradients { Q = x.Q, K = x.K, V = x.V },
            LinearExp.Forward, LinearExp.Backward, LinearExp.Forward, (b, t) => new LinearExp.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("linear, channel softmax", D, State(D, D, exps: 2 * D),
            x => new LinearChannelSoftmax.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new LinearChannelSoftmax.Gradients { Q = x.Q, K = x.K, V = x.V },
            LinearChannelSoftmax.Forward, LinearChannelSoftmax.Backward, LinearChannelSoftmax.Forward, (b, t) => new LinearChannelSoftmax.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("normalised attention", D, State(D, D, exps: 1),
            x => new NormalisedAttention.Inputs { Q = x.Q, K = x.K, V = x.V, Eta = x.Eta },
            x => new NormalisedAttention.Gradients { Q = x.Q, K = x.K, V = x.V, Eta = x.Eta },
            NormalisedAttention.Forward, NormalisedAttention.Backward, NormalisedAttention.Forward, (b, t) => new NormalisedAttention.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("InLine, full", D, State(D, D, exps: 0),
            x => new InLineFull.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new InLineFull.Gradients { Q = x.Q, K = x.K, V = x.V },
            InLineFull.Forward, InLineFull.Backward),
        Layer.Of("InLine, causal", D, State(D, D, exps: 0),
            x => new InLineCausal.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new InLineCausal.Gradients { Q = x.Q, K = x.K, V = x.V },
            InLineCausal.Forward, InLineCausal.Backward, InLineCausal.Forward, (b, t) => new InLineCausal.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("Based (Taylor of 16)", D, State(153, D, exps: 0),
            x => new Based.Inputs { Q = x.MapQ, K = x.MapK, V = x.V },
            x => new Based.Gradients { Q = x.MapQ, K = x.MapK, V = x.V },
            Based.Forward, Based.Backward, Based.Forward, (b, t) => new Based.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("ReBased (square of 16)", D, State(136, D, exps: 0),
            x => new ReBased.Inputs { Q = x.MapQ, K = x.MapK, V = x.V },
            x => new ReBased.Gradients { Q = x.MapQ, K = x.MapK, V = x.V },
            ReBased.Forward, ReBased.Backward, ReBased.Forward, (b, t) => new ReBased.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("LUNA", D, LayerCost.Luna(D, D, projections: 16, functions: 4, hidden: 16),
            x => new Luna.Inputs { Q = x.Q, K = x.K, V = x.V, Parameters = LunaOf(x) },
            x => new Luna.Gradients { Q = x.Q, K = x.K, V = x.V, Parameters = new() { MapW = x.MapW, MapB = x.MapB, MapA1 = x.MapA1, MapC1 = x.MapC1, MapA2 = x.MapA2, MapC2 = x.MapC2 } },
            Luna.Forward, Luna.Backward, Luna.Forward, (b, t) => new Luna.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("LUNA, tabulated", D, LayerCost.Luna(D, D, projections: 16, functions: 4, hidden: 16),
            x => new Luna.Inputs { Q = x.Q, K = x.K, V = x.V, Parameters = LunaOf(x) with { MapTable = s_luna } },
            x => new Luna.Gradients { Q = x.Q, K = x.K, V = x.V, Parameters = new() { MapW = x.MapW, MapB = x.MapB, MapA1 = x.MapA1, MapC1 = x.MapC1, MapA2 = x.MapA2, MapC2 = x.MapC2 } },
            Luna.Forward, Luna.Backward, Luna.Forward, (b, t) => new Luna.State(b), (s, in i, in o) => s.Step(in i, in o)));

    private static Luna.Parameters LunaOf(LayerSlice x) => new() { MapW = x.MapW, MapB = x.MapB, MapA1 = x.MapA1, MapC1 = x.MapC1, MapA2 = x.MapA2, MapC2 = x.MapC2 };
}
