namespace AttnDsl.Golden;

// The layers of the golden cases, for both widths that the vectors come in. Heads are left to the tensors.

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
internal static partial class SoftmaxCausal16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
internal static partial class SoftmaxCausal64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Causal = false)]
internal static partial class SoftmaxFull16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Causal = false)]
internal static partial class SoftmaxFull64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Window(9)]
internal static partial class SoftmaxWindow16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Window(9)]
internal static partial class SoftmaxWindow64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Window(64, RuntimeSized = true)]
internal static partial class SoftmaxRuntimeWindow16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Window(64, RuntimeSized = true)]
internal static partial class SoftmaxRuntimeWindow64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Window(9, SinkTokens = 3)]
internal static partial class SoftmaxWindowSinkTokens16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Window(9, SinkTokens = 3)]
internal static partial class SoftmaxWindowSinkTokens64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, KeyValueHeads = 1)]
internal static partial class SoftmaxGrouped16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, KeyValueHeads = 1)]
internal static partial class SoftmaxGrouped64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Score(SoftCap = 2)]
internal static partial class SoftmaxSoftCap16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Score(Bias = PositionBias.Alibi)]
internal static partial class SoftmaxAlibi16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Score(SinkLogit = true)]
internal static partial class SoftmaxSink16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Rotation(RotationKind.Rotary)]
internal static partial class RotarySoftmax16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Rotation(RotationKind.Rotary)]
internal static partial class RotarySoftmax64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[FeatureMap(Kernel.Identity)]
internal static partial class LinearIdentity16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Scale = 1)]
[FeatureMap(Kernel.Identity)]
internal static partial class LinearIdentity64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class LinearEluPlusOne16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Scale = 1)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class LinearEluPlusOne64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Causal = false)]
[Read(Normaliser.Centred)]
internal static partial class InLineBidirectional16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Read(Normaliser.Centred)]
internal static partial class InLineCausal16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class LinearEluBidirectional16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Scale = 1, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class LinearEluBidirectional64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[FeatureMap(Kernel.Relu)]
[Read(Normaliser.KeySum)]
internal static partial class LinearRelu16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Scale = 1)]
[FeatureMap(Kernel.Relu)]
[Read(Normaliser.KeySum)]
internal static partial class LinearRelu64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[FeatureMap(Kernel.ReluSquared)]
[Read(Normaliser.KeySum)]
internal static partial class LinearReluSquared16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Scale = 1)]
[FeatureMap(Kernel.ReluSquared)]
[Read(Normaliser.KeySum)]
internal static partial class LinearReluSquared64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[FeatureMap(Kernel.Silu)]
internal static partial class LinearSilu16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Scale = 1)]
[FeatureMap(Kernel.Silu)]
internal static partial class LinearSilu64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[FeatureMap(Kernel.Exp)]
[Read(Normaliser.KeySum)]
internal static partial class LinearExp16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Scale = 1)]
[FeatureMap(Kernel.Exp)]
[Read(Normaliser.KeySum)]
internal static partial class LinearExp64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[Read(Normaliser.External)]
internal static partial class NormalisedAttention16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Constant, Decay = HeadDecay.Retention)]
internal static partial class Retention16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Gate(GateShape.Constant, Decay = HeadDecay.Retention)]
internal static partial class Retention64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Head)]
internal static partial class SimpleGla16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Gate(GateShape.Head)]
internal static partial class SimpleGla64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Key)]
internal static partial class Gla16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Gate(GateShape.Key)]
internal static partial class Gla64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Write(WriteRule.Delta)]
internal static partial class DeltaRule16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Write(WriteRule.Delta)]
internal static partial class DeltaRule64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class GatedDeltaRule16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class GatedDeltaRule64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Key)]
[Write(WriteRule.Delta)]
internal static partial class KimiDelta16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Gate(GateShape.Key)]
[Write(WriteRule.Delta)]
internal static partial class KimiDelta64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised)]
internal static partial class Mlstm16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised)]
internal static partial class Mlstm64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[FeatureMap(Kernel.ChannelSoftmax)]
[Read(Normaliser.KeySum)]
internal static partial class LinearSoftmax16x24;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Scale = 1)]
[FeatureMap(Kernel.ChannelSoftmax)]
[Read(Normaliser.KeySum)]
internal static partial class LinearSoftmax64x64;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[FeatureMap(Kernel.Taylor)]
[Read(Normaliser.KeySum, AddsEpsilon = true)]
internal static partial class TaylorBased16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[FeatureMap(Kernel.Square)]
[Read(Normaliser.KeySum, AddsEpsilon = true)]
internal static partial class RebasedSquare16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Key)]
[Rotation(RotationKind.Selective)]
internal static partial class SelectiveGla16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
[Rotation(RotationKind.Selective)]
internal static partial class SelectiveGatedDelta16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[FeatureMap(Kernel.Softmax)]
[Gate(GateShape.Head)]
internal static partial class Forgetting16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Rotation(RotationKind.Selective)]
internal static partial class SelectiveSoftmax16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[FeatureMap(Kernel.Luna, Projections = 6, Channels = 3, Hidden = 16)]
[Read(Normaliser.KeySum)]
internal static partial class LunaCausal16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[Gate(GateShape.Head)]
[Read(Normaliser.None, Levels = 7)]
internal static partial class LogLinear16x24;
