namespace AttnDsl.Golden;

// The layers of WriteCases.

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Key)]
[Write(WriteRule.GeneralDelta)]
internal static partial class GeneralDelta16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[Gate(GateShape.Head)]
[Write(WriteRule.Delta, Steps = 2)]
internal static partial class GatedDeltaProduct16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Slot)]
[Write(WriteRule.Slots, Slots = 12)]
internal static partial class GatedSlots16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Key)]
[Write(WriteRule.Plain, Bonus = true)]
internal static partial class Bonus16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
[Write(WriteRule.Plain, Key = KeySource.Gate)]
[Read(Normaliser.None, Augmentation = Augmentation.SigmoidVector)]
internal static partial class MetaLa16x24;

[AttentionLayer(KeyDim = 16, ValueDim = 24, Scale = 1)]
[Gate(GateShape.Head, Activation = GateActivation.Rate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step)]
[Read(Normaliser.None, Skip = SkipShape.Head)]
internal static partial class Mamba2Ssd16x24;
