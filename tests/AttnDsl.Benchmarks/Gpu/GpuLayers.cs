namespace AttnDsl.Benchmarks.Gpu;

// The layers of `gpu`.
[AttentionLayer(KeyDim = 128, ValueDim = 128), FeatureMap(Kernel.Softmax)]
internal static partial class Causal128;

[AttentionLayer(KeyDim = 128, ValueDim = 128, Causal = false), FeatureMap(Kernel.Softmax)]
internal static partial class Full128;

[AttentionLayer(KeyDim = 64, ValueDim = 64), FeatureMap(Kernel.Softmax)]
internal static partial class Causal64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Causal = false), FeatureMap(Kernel.Softmax)]
internal static partial class Full64;

[AttentionLayer(KeyDim = 128, ValueDim = 128, KeyValueHeads = 4), Rotation(RotationKind.Rotary)]
internal static partial class GroupedRotary128;

[AttentionLayer(KeyDim = 128, ValueDim = 128), Window(1024, SinkTokens = 4)]
internal static partial class Window128;
