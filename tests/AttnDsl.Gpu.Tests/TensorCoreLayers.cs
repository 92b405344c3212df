using System;

namespace AttnDsl.Gpu.Tests.Halves;

// Layers for tensors of 16 bits: every part that changes a score or decides which count, and the widths that blocks are chosen by.
[AttentionLayer(KeyDim = 64, ValueDim = 64), FeatureMap(Kernel.Softmax)]
internal static partial class Causal64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Causal = false), FeatureMap(Kernel.Softmax)]
internal static partial class Full64;

[AttentionLayer(KeyDim = 128, ValueDim = 128), FeatureMap(Kernel.Softmax)]
internal static partial class Causal128;

[AttentionLayer(KeyDim = 80, ValueDim = 96, Causal = false), FeatureMap(Kernel.Softmax)]
internal static partial class Full80x96;

[AttentionLayer(KeyDim = 256, ValueDim = 192), FeatureMap(Kernel.Softmax)]
internal static partial class Causal256x192;

[AttentionLayer(KeyDim = 64, ValueDim = 64), Window(100)]
internal static partial class Window64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 4, KeyValueHeads = 2), Window(90, SinkTokens = 5, RuntimeSized = true)]
internal static partial class GroupedSinks64;

[AttentionLayer(KeyDim = 128, ValueDim = 64, KeyValueHeads = 1, Causal = false), FeatureMap(Kernel.Softmax)]
internal static partial class GroupedFull128x64;

[AttentionLayer(KeyDim = 64, ValueDim = 64), FeatureMap(Kernel.Softmax), Score(SoftCap = 3)]
internal static partial class SoftCap64;

[AttentionLayer(KeyDim = 64, ValueDim = 64), FeatureMap(Kernel.Softmax), Score(Bias = PositionBias.Alibi)]
internal static partial class Alibi64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, KeyValueHeads = 2), FeatureMap(Kernel.Softmax), Score(Bias = PositionBias.Alibi, SoftCap = 4), Window(70, SinkTokens = 3)]
internal static partial class GroupedAlibiSinks64;

[AttentionLayer(KeyDim = 64, ValueDim = 64), FeatureMap(Kernel.Softmax), Score(SinkLogit = true)]
internal static partial class SinkLogit64;

[AttentionLayer(KeyDim = 64, ValueDim = 64), FeatureMap(Kernel.Softmax), Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
internal static partial class Forgetting64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, KeyValueHeads = 2), FeatureMap(Kernel.Softmax), Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
internal static partial class GroupedForgetting64;

// Documents of 40 tokens behind a prefix of two; scores by position and head.
[AttentionLayer(KeyDim = 64, ValueDim = 64), FeatureMap(Kernel.Softmax)]
internal static partial class Functions64
{
    [ScoreFunction]
    private static float Score(float score, in ScorePosition p) => score + 0.25f * (p.Key & 3) - 0.0625f * Math.Min(p.Query - p.Key, 20) * (p.Head + 1);

    [MaskFunction]
    private static bool Sees(in ScorePosition p) => p.Query / 40 == p.Key / 40 || p.Key < 2;
}

[AttentionLayer(KeyDim = 64, ValueDim = 64), FeatureMap(Kernel.Softmax)]
internal static partial class Starts64
{
    [MaskFunction]
    private static bool Sees(in ScorePosition p, [PerToken] int start) => p.Key >= start || p.Key < 2;
}

[AttentionLayer(KeyDim = 64, ValueDim = 64), Rotation(RotationKind.Rotary)]
internal static partial class Rotary64;

[AttentionLayer(KeyDim = 128, ValueDim = 64, KeyValueHeads = 2), Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved), Window(100, SinkTokens = 4)]
internal static partial class GroupedRotary128x64;

[AttentionLayer(KeyDim = 64, ValueDim = 64), Gate(GateShape.Head, Activation = GateActivation.LogSigmoid), Rotation(RotationKind.Rotary), FeatureMap(Kernel.Softmax)]
internal static partial class ForgettingRotary64;

[AttentionLayer(KeyDim = 16, ValueDim = 32), FeatureMap(Kernel.Softmax)]
internal static partial class Causal16x32;

[AttentionLayer(KeyDim = 6, ValueDim = 5, KeyValueHeads = 2), FeatureMap(Kernel.Softmax), Window(9, SinkTokens = 3)]
internal static partial class Narrow6x5;

[AttentionLayer(KeyDim = 6, ValueDim = 5), Gate(GateShape.Key, Activation = GateActivation.LogSigmoid)]
internal static partial class Gated6x5;
