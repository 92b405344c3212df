namespace AttnDsl.Conformance.Layers;

// Feature maps whose functions are looked up where no gradients are asked for.

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Luna, Projections = 3, Channels = 2, Hidden = 40)]
[Read(Normaliser.KeySum)]
internal static partial class Tabulated5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 2, ValueHeads = 4)]
[FeatureMap(Kernel.Luna, Projections = 2, Channels = 5, Hidden = 9, PerChannel = true, PerHead = true, Signed = true, Envelope = FeatureEnvelope.Learned, Tabulated = true)]
[Gate(GateShape.Head)]
internal static partial class TabulatedPerHead5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3, Causal = false)]
[FeatureMap(Kernel.Luna, Projections = 3, Channels = 1, Hidden = 7, PerHead = true, Envelope = FeatureEnvelope.Gaussian)]
internal static partial class TabulatedFull5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Luna, Projections = 3, Channels = 2, Hidden = 3, Activation = FeatureActivation.Identity, Signed = true)]
internal static partial class TabulatedLinear5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Luna, Projections = 3, Channels = 2, Hidden = 7, Tabulated = false)]
internal static partial class NotTabulated5x3;
