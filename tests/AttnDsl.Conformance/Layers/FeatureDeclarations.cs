namespace AttnDsl.Conformance.Layers;

// Feature maps of whole rows, each with another mechanism.

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Taylor)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Read(Normaliser.KeySum, AddsEpsilon = true)]
internal static partial class TaylorGated5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Taylor)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class TaylorEachDecay5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3, Causal = false)]
[FeatureMap(Kernel.Taylor)]
[Read(Normaliser.KeySum, AddsEpsilon = true)]
internal static partial class TaylorBidirectional5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Square)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class SquareDelta5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Square)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
internal static partial class SquareMlstm5x3;

[AttentionLayer(KeyDim = 6, ValueDim = 3)]
[FeatureMap(Kernel.Square)]
[Rotation(RotationKind.Rotary)]
[Read(Normaliser.KeySum)]
internal static partial class SquareRotary6x3;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[FeatureMap(Kernel.ChannelSoftmax)]
[Gate(GateShape.Key)]
[Read(Normaliser.KeySum)]
internal static partial class ChannelSoftmaxGrouped7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false)]
[FeatureMap(Kernel.ChannelSoftmax)]
[Read(Normaliser.KeySum)]
internal static partial class ChannelSoftmaxBidirectional7x5;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.CosFormer, Horizon = 200)]
[Read(Normaliser.KeySum)]
internal static partial class CosFormer5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3, Causal = false)]
[FeatureMap(Kernel.CosFormer, Horizon = 200)]
[Read(Normaliser.KeySum)]
internal static partial class CosFormerBidirectional5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.RandomFourier, Projections = 9, PerHead = true)]
[Gate(GateShape.Head)]
internal static partial class RandomFourier5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Favor, Projections = 9)]
[Read(Normaliser.KeySum)]
internal static partial class Favor5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Favor, Projections = 9)]
[Write(WriteRule.Delta)]
internal static partial class FavorDelta5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3, Heads = 2, ValueHeads = 4)]
[FeatureMap(Kernel.Learned, Projections = 9, Activation = FeatureActivation.Gelu, Envelope = FeatureEnvelope.Gaussian, PerHead = true)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class LearnedGelu5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Hedgehog)]
[Read(Normaliser.KeySum)]
internal static partial class Hedgehog5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3, Causal = false)]
[FeatureMap(Kernel.Hedgehog, Form = HedgehogForm.Separate)]
[Read(Normaliser.KeySum)]
internal static partial class HedgehogSeparate5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Hedgehog, Form = HedgehogForm.Exponential)]
[Read(Normaliser.KeySum)]
internal static partial class HedgehogExponential5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3)]
[FeatureMap(Kernel.Luna, Projections = 3, Channels = 2, Hidden = 7, Activation = FeatureActivation.Silu, PerChannel = true, Envelope = FeatureEnvelope.Learned)]
[Read(Normaliser.KeySum)]
internal static partial class LunaPerChannel5x3;

[AttentionLayer(KeyDim = 5, ValueDim = 3, Causal = false)]
[FeatureMap(Kernel.Luna, Projections = 3, Channels = 2, Hidden = 7, Activation = FeatureActivation.Gelu, Signed = true)]
internal static partial class LunaSigned5x3;
