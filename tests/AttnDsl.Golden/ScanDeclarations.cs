namespace AttnDsl.Golden;

// The layers of ScanCases.

[AttentionLayer(KeyDim = 1, ValueDim = 32)]
[Gate(GateShape.Value)]
[Write(WriteRule.Plain, Key = KeySource.None)]
internal static partial class Hgrn32;

[AttentionLayer(KeyDim = 1, ValueDim = 32)]
[Gate(GateShape.Value, Activation = GateActivation.ReversedSigmoidPower)]
[Write(WriteRule.Plain, Key = KeySource.None, Strength = WriteStrength.ChannelSigmoid)]
[Read(Normaliser.None, OutputGate = OutputGate.Sigmoid)]
internal static partial class QLstm32;

[AttentionLayer(KeyDim = 8, ValueDim = 48, Scale = 1)]
[Gate(GateShape.Full, Activation = GateActivation.Rate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step)]
[Read(Normaliser.None, Skip = SkipShape.Channel)]
internal static partial class S6Of48;

[AttentionLayer(KeyDim = 8, ValueDim = 16, Heads = 1, ValueHeads = 3, Scale = 1)]
[Gate(GateShape.Full, Activation = GateActivation.Rate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step)]
[Read(Normaliser.None, Skip = SkipShape.Channel)]
internal static partial class S6Of3x16;
