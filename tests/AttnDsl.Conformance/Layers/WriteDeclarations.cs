namespace AttnDsl.Conformance.Layers;

// Write rules, gates and reads beyond those of Declarations.cs: one layer a mechanism, at widths that fill a vector in part.

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Key)]
[Read(Normaliser.External, Eta = EtaActivation.Softplus, Epsilon = 0.2)]
internal static partial class ExternalSoftplus7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Write(WriteRule.Delta)]
[Read(Normaliser.External)]
internal static partial class ExternalDelta7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.External, Eta = EtaActivation.Sigmoid)]
internal static partial class ExternalBidirectional7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
[Write(WriteRule.Plain, Key = KeySource.Gate)]
internal static partial class TiedKey7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Key)]
[Write(WriteRule.GeneralDelta)]
internal static partial class GeneralDelta7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head)]
[Write(WriteRule.GeneralDelta)]
internal static partial class GroupedGeneralDelta7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Write(WriteRule.GeneralDelta)]
internal static partial class UndecayedGeneralDelta7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.Delta, Steps = 3, Strength = WriteStrength.Sigmoid, StrengthScale = 2)]
internal static partial class DeltaProduct7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[FeatureMap(Kernel.EluPlusOne)]
[Gate(GateShape.Head)]
[Write(WriteRule.Plain, Steps = 2)]
[Read(Normaliser.KeySum)]
internal static partial class GroupedSteps7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Value, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.Plain, Strength = WriteStrength.Sigmoid)]
internal static partial class ValueGate7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Write(WriteRule.Delta, Strength = WriteStrength.None)]
internal static partial class PureDelta7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Slot)]
[Write(WriteRule.Slots, Slots = 9)]
internal static partial class Slots7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head)]
[Write(WriteRule.Slots, Slots = 4)]
internal static partial class GroupedSlots7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2)]
[Gate(GateShape.Constant, Decay = HeadDecay.Lightning, Layer = 1, Layers = 4)]
internal static partial class Lightning7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Head, Activation = GateActivation.ReversedSigmoid, Temperature = 3)]
[Write(WriteRule.Plain, Strength = WriteStrength.Sigmoid)]
[Read(Normaliser.AbsoluteKeySum, Epsilon = 1)]
internal static partial class SigmoidMlstm7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Head)]
[Write(WriteRule.GeneralDelta)]
internal static partial class CombaAsGeneral7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid, Temperature = 4)]
[Read(Normaliser.Centred, Prior = 2)]
internal static partial class Moments7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.Centred)]
internal static partial class InLine7x5;

[AttentionLayer(KeyDim = 8, ValueDim = 8)]
[Read(Normaliser.Centred)]
internal static partial class Moments8x8;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Head, Activation = GateActivation.SoftplusRate)]
[Write(WriteRule.Plain, Bonus = true)]
[Read(Normaliser.External, Skip = SkipShape.Channel)]
internal static partial class Bonus7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Value)]
[Write(WriteRule.Plain, Bonus = true)]
internal static partial class ValueBonus7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Key, Activation = GateActivation.Bounded)]
[Write(WriteRule.Delta)]
internal static partial class BoundedDelta7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Key, Activation = GateActivation.LowerBounded, LowerBound = 0.25)]
[Write(WriteRule.Plain, Key = KeySource.Gate)]
internal static partial class LowerBounded7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Value)]
[Write(WriteRule.Oja)]
internal static partial class ValueOja7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[FeatureMap(Kernel.Silu)]
[Gate(GateShape.Head)]
[Write(WriteRule.Oja, Strength = WriteStrength.Sigmoid, Steps = 2)]
internal static partial class Oja7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Head, Activation = GateActivation.SoftplusRate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step)]
[Read(Normaliser.None, Augmentation = Augmentation.ScalarGate)]
internal static partial class Augmented7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum, Augmentation = Augmentation.Linear)]
internal static partial class LinearlyAugmented7x5;

[AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid)]
[Rotation(RotationKind.Rotary)]
[Read(Normaliser.External, Levels = 5)]
internal static partial class LogLinear6x5;

[AttentionLayer(KeyDim = 7, ValueDim = 20)]
[FeatureMap(Kernel.EluPlusOne)]
[Gate(GateShape.Value)]
[Read(Normaliser.None, Skip = SkipShape.Head, Levels = 9)]
[Form(Forms.Recurrent | Forms.Parallel | Forms.Chunkwise, ChunkSize = 16)]
internal static partial class LogLinearValues7x20;
