namespace AttnDsl.Jit.Tests;

// Six layers that have little in common, of the usual width.

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 2)]
internal static partial class CausalSoftmax;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 2)]
[Window(32), Score(SoftCap = 30), Rotation(RotationKind.Rotary)]
internal static partial class CappedWindow;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 2)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 16)]
internal static partial class GatedLinear;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 2)]
[Gate(GateShape.Head), Write(WriteRule.Delta)]
internal static partial class GatedDelta;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 2)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid), Write(WriteRule.ExponentialGate)]
internal static partial class MatrixLstm;

[AttentionLayer(KeyDim = 16, ValueDim = 64, Heads = 2, Scale = 1)]
[Gate(GateShape.Full, Activation = GateActivation.Rate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step)]
[Read(Normaliser.None, Skip = SkipShape.Channel)]
internal static partial class StateSpace;
