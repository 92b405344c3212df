namespace AttnDsl.Conformance.Layers;

// One layer of each kind, at widths that fill no vector, one vector in part, and several with a rest.

[AttentionLayer(KeyDim = 1, ValueDim = 1)]
internal static partial class Softmax1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
internal static partial class Softmax7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
internal static partial class Softmax80x96;

[AttentionLayer(KeyDim = 100, ValueDim = 64)]
internal static partial class Softmax100x64;

[AttentionLayer(KeyDim = 2, ValueDim = 1)]
[Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved)]
[Window(16, SinkTokens = 3)]
internal static partial class Rotary2x1;

[AttentionLayer(KeyDim = 6, ValueDim = 5)]
[Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved)]
[Window(16, SinkTokens = 3)]
internal static partial class Rotary6x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved)]
[Window(16, SinkTokens = 3)]
internal static partial class Rotary80x96;

[AttentionLayer(KeyDim = 100, ValueDim = 64)]
[Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved)]
[Window(16, SinkTokens = 3)]
internal static partial class Rotary100x64;

[AttentionLayer(KeyDim = 1, ValueDim = 1)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class Gla1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class Gla7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class Gla80x96;

[AttentionLayer(KeyDim = 100, ValueDim = 64)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class Gla100x64;

[AttentionLayer(KeyDim = 1, ValueDim = 1, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class GroupedDelta1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class GroupedDelta7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class GroupedDelta80x96;

[AttentionLayer(KeyDim = 100, ValueDim = 64, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class GroupedDelta100x64;

[AttentionLayer(KeyDim = 1, ValueDim = 1)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised)]
internal static partial class Mlstm1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised)]
internal static partial class Mlstm7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised)]
internal static partial class Mlstm80x96;

[AttentionLayer(KeyDim = 100, ValueDim = 64)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised)]
internal static partial class Mlstm100x64;

[AttentionLayer(KeyDim = 1, ValueDim = 1)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class LinearElu1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class LinearElu7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class LinearElu80x96;

[AttentionLayer(KeyDim = 100, ValueDim = 64)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class LinearElu100x64;

[AttentionLayer(KeyDim = 1, ValueDim = 1, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class Bidirectional1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class Bidirectional7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class Bidirectional80x96;

[AttentionLayer(KeyDim = 100, ValueDim = 64, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum)]
internal static partial class Bidirectional100x64;

// Everything that a cache can do to its scores at once, and the distance that goes both ways.

[AttentionLayer(KeyDim = 6, ValueDim = 5, KeyValueHeads = 2)]
[Score(SoftCap = 3, Bias = PositionBias.Alibi, SinkLogit = true)]
[Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved)]
[Window(16, SinkTokens = 3)]
internal static partial class ShapedScores6x5;

[AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Pair)]
[Rotation(RotationKind.Selective, Layout = PairLayout.Interleaved, Temperature = RotationTemperature.Tangent, MaxAngle = 0.5, Differenced = true, Gate = PhaseGate.Pair)]
internal static partial class SelectivePairs6x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
[Write(WriteRule.Delta)]
[Rotation(RotationKind.Selective, MaxTemperature = 0.5, Base = 1, Bias = true, Gate = PhaseGate.Head)]
internal static partial class SelectiveDelta80x96;

[AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 2, ValueHeads = 4, Causal = false)]
[FeatureMap(Kernel.Identity)]
[Rotation(RotationKind.Selective, Differenced = true)]
internal static partial class SelectiveFull6x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[FeatureMap(Kernel.Softmax)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
internal static partial class Forgetting7x5;

[AttentionLayer(KeyDim = 6, ValueDim = 5, KeyValueHeads = 2)]
[FeatureMap(Kernel.Softmax)]
[Gate(GateShape.Head)]
[Score(SoftCap = 3, Bias = PositionBias.Alibi)]
[Rotation(RotationKind.Selective, Differenced = true, Gate = PhaseGate.Head)]
[Window(16, SinkTokens = 3)]
internal static partial class ForgettingEverything6x5;

[AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2, Causal = false)]
[Rotation(RotationKind.Selective, Layout = PairLayout.Interleaved, Differenced = true, Bias = true, Gate = PhaseGate.Pair)]
internal static partial class SelectiveSoftmaxFull6x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, Causal = false)]
[Score(SoftCap = 3, Bias = PositionBias.Alibi, SinkLogit = true)]
internal static partial class ShapedFull7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Window(24, RuntimeSized = true)]
internal static partial class RuntimeWindow7x5;
