namespace AttnDsl.Benchmarks;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
internal static partial class SoftmaxCausal;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[Window(128)]
internal static partial class SoftmaxWindow128;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[FeatureMap(Kernel.EluPlusOne), Read(Normaliser.KeySum)]
internal static partial class LinearEluPlusOne;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[Gate(GateShape.Head)]
internal static partial class SimpleGla;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class Gla;

// As its peers take it: the log-decays themselves.
[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[Gate(GateShape.Key)]
internal static partial class GlaOfDecays;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[Gate(GateShape.Head), Write(WriteRule.Delta)]
internal static partial class GatedDeltaRule;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid), Write(WriteRule.ExponentialGate)]
internal static partial class MLstm;
