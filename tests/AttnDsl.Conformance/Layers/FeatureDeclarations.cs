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
