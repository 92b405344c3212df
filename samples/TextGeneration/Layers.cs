using AttnDsl;

namespace TextGeneration;

/// <summary>Sees the last 1 to 128 tokens exactly. The window is an input because the model was trained with two of them.</summary>
[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 3)]
[Window(128, RuntimeSized = true)]
[Rotation(RotationKind.Rotary)]
public static partial class SlidingWindow;

/// <summary>Remembers everything before that in a matrix of fixed size: the mLSTM of xLSTM.</summary>
[AttentionLayer(KeyDim = 32, ValueDim = 64, Heads = 3)]
[Gate(GateShape.Head, Activation = GateActivation.LogSigmoid)]
[Write(WriteRule.ExponentialGate)]
[Read(Normaliser.Stabilised)]
public static partial class MatrixLstm;
