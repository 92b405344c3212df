namespace AttnDsl.Conformance.Layers;

// What the gradient tests need besides Declarations.cs: the ways in which gradients of several heads, rows or pieces meet.

[AttentionLayer(KeyDim = 1, ValueDim = 1, Causal = false)]
internal static partial class Full1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false)]
internal static partial class Full7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96, Causal = false)]
internal static partial class Full80x96;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false, KeyValueHeads = 2)]
internal static partial class FullGrouped7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Window(9)]
internal static partial class Window7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Window(9)]
internal static partial class Window80x96;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Window(9, SinkTokens = 3)]
internal static partial class Sinks7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Window(9, SinkTokens = 3)]
internal static partial class Sinks80x96;

[AttentionLayer(KeyDim = 1, ValueDim = 1, KeyValueHeads = 2)]
internal static partial class Grouped1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5, KeyValueHeads = 2)]
internal static partial class Grouped7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96, KeyValueHeads = 2)]
internal static partial class Grouped80x96;

[AttentionLayer(KeyDim = 2, ValueDim = 1)]
[Rotation(RotationKind.Rotary)]
internal static partial class RotaryHalves2x1;

[AttentionLayer(KeyDim = 6, ValueDim = 5)]
[Rotation(RotationKind.Rotary)]
internal static partial class RotaryHalves6x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Rotation(RotationKind.Rotary)]
internal static partial class RotaryHalves80x96;

[AttentionLayer(KeyDim = 6, ValueDim = 5, KeyValueHeads = 2)]
[Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved)]
[Window(16, SinkTokens = 3)]
internal static partial class RotaryGrouped6x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96, KeyValueHeads = 2)]
[Rotation(RotationKind.Rotary, Layout = PairLayout.Interleaved)]
[Window(16, SinkTokens = 3)]
internal static partial class RotaryGrouped80x96;

[AttentionLayer(KeyDim = 6, ValueDim = 5, Causal = false)]
[Rotation(RotationKind.Rotary)]
internal static partial class RotaryFull6x5;

[AttentionLayer(KeyDim = 6, ValueDim = 5)]
[FeatureMap(Kernel.Identity)]
[Rotation(RotationKind.Rotary)]
internal static partial class RotaryLinear6x5;

[AttentionLayer(KeyDim = 1, ValueDim = 1)]
[Gate(GateShape.Head)]
internal static partial class SimpleGla1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Head)]
internal static partial class SimpleGla7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Gate(GateShape.Head)]
internal static partial class SimpleGla80x96;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Key)]
internal static partial class GroupedGla7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[FeatureMap(Kernel.EluPlusOne)]
[Gate(GateShape.Key)]
[Read(Normaliser.KeySum)]
internal static partial class NormalisedGla7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Constant, Decay = HeadDecay.Retention)]
internal static partial class Retention7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Gate(GateShape.Constant, Decay = HeadDecay.Retention)]
internal static partial class Retention80x96;

[AttentionLayer(KeyDim = 1, ValueDim = 1)]
[Gate(GateShape.Key)]
[Write(WriteRule.Delta)]
internal static partial class KimiDelta1x1;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Key)]
[Write(WriteRule.Delta)]
internal static partial class KimiDelta7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Gate(GateShape.Key)]
[Write(WriteRule.Delta)]
internal static partial class KimiDelta80x96;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised, Epsilon = 0)]
internal static partial class MlstmExact7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
[Read(Normaliser.None, Skip = SkipShape.Head)]
internal static partial class SkippedGla7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
[Read(Normaliser.None, Skip = SkipShape.Head)]
internal static partial class SkippedDelta7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta)]
internal static partial class UnskippedDelta7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum, Skip = SkipShape.Head)]
internal static partial class SkippedBidirectional7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised, Gradient = NormaliserGradient.Held)]
internal static partial class MlstmHeld7x5;

[AttentionLayer(KeyDim = 80, ValueDim = 96)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised, Gradient = NormaliserGradient.Held)]
internal static partial class MlstmHeld80x96;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[FeatureMap(Kernel.EluPlusOne)]
[Gate(GateShape.Key)]
[Read(Normaliser.KeySum, Gradient = NormaliserGradient.Held)]
internal static partial class NormalisedGlaHeld7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum, Gradient = NormaliserGradient.Held)]
internal static partial class BidirectionalHeld7x5;

// Decays that are learned, the same for every token.
[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 4, Learned = true)]
internal static partial class ConstantGla7x5;

[AttentionLayer(KeyDim = 1, ValueDim = 5)]
[Gate(GateShape.Value, Activation = GateActivation.LogSigmoid, Learned = true)]
[Write(WriteRule.Plain, Key = KeySource.None)]
internal static partial class ConstantCells5;

[AttentionLayer(KeyDim = 3, ValueDim = 5, Scale = 1)]
[Gate(GateShape.Full, Activation = GateActivation.Rate, Learned = true)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step)]
internal static partial class ConstantCells3x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 4, KeyValueHeads = 2)]
[FeatureMap(Kernel.Softmax)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid, Learned = true)]
internal static partial class ConstantForgetting7x5;

// Frequencies that are learned: with such decays a constant complex diagonal, as LRU and S4D have.
[AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Pair, Activation = GateActivation.LogSigmoid, Learned = true)]
[Rotation(RotationKind.Learned)]
internal static partial class ConstantPairs6x5;

[AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 4, KeyValueHeads = 2)]
[Window(16)]
[Rotation(RotationKind.Learned, Layout = PairLayout.Interleaved, Gate = PhaseGate.Head)]
internal static partial class LearnedRotary6x5;
