using System.Collections.Generic;
using static AttnDsl.Generator.Diagnostics.DiagnosticIds;

namespace AttnDsl.Generator.Tests.Diagnostics;

/// <summary>At least one declaration for every id.</summary>
internal static class DiagnosticCases
{
    private const string Class = " public static partial class Layer;";
    private const string Sized = "[AttentionLayer(KeyDim = 4, ValueDim = 6)] ";

    public static IReadOnlyList<DiagnosticCase> Shapes { get; } =
    [
        new(NotPartial, Sized + "public static class [|Layer|];", "'Layer' is not partial, so the layer cannot be added to it; add the 'partial' modifier"),
        new(ContainerNotPartial, $"public class Outer {{ {Sized} public partial class [|Layer|]; }}", "'Outer' contains the attention layer 'Layer' and is not partial; add the 'partial' modifier to 'Outer'"),
        new(ContainerNotPartial, $"public partial struct A {{ public class B {{ {Sized} public partial class [|Layer|]; }} }}", "'B' contains the attention layer 'Layer' and is not partial; add the 'partial' modifier to 'B'"),
        new(FileLocal, Sized + "file static partial class [|Layer|];", "'Layer' is a file-local type, which generated files cannot extend; remove the 'file' modifier or nest it in an internal type"),
        new(FileLocal, $"file partial class Outer {{ {Sized} public static partial class [|Layer|]; }}", "'Outer' is a file-local type, which generated files cannot extend; remove the 'file' modifier or nest it in an internal type"),
        new(UnsupportedContainer, Sized + "public ref partial struct [|Layer|];", "'Layer' is a ref struct, which cannot hold an attention layer; declare it on a class, struct or record"),
        new(MemberTaken, Sized + "public partial class [|Layer|] { public int State => 1; }", "'Layer' already declares 'State', which the generator adds; rename your member"),
        new(MemberTaken, Sized + "public partial class [|Layer|]; public partial class Layer { public void Forward() { } }", "'Layer' already declares 'Forward', which the generator adds; rename your member"),
        new(MemberTaken, Sized + "public partial record [|Layer|](int KeyDim);", "'Layer' already declares 'KeyDim', which the generator adds; rename your member"),
        new(MemberTaken, Sized + "public partial class [|Layer|]<State>;", "'Layer' already declares 'State', which the generator adds; rename your member"),
    ];

    public static IReadOnlyList<DiagnosticCase> Values { get; } =
    [
        new(MissingKeyDim, "[[|AttentionLayer(ValueDim = 6)|]]" + Class, "KeyDim of 'Layer' is missing; it must be a positive width, such as KeyDim = 64"),
        new(MissingKeyDim, "[AttentionLayer([|KeyDim = -4|], ValueDim = 6)]" + Class, "KeyDim of 'Layer' is -4; it must be a positive width, such as KeyDim = 64"),
        new(MissingValueDim, "[[|AttnDsl.AttentionLayerAttribute(KeyDim = 6)|]]" + Class, "ValueDim of 'Layer' is missing; it must be a positive width, such as ValueDim = 64"),
        new(MissingValueDim, "[AttentionLayer(KeyDim = 4, [|ValueDim = -1 - 2|])]" + Class, "ValueDim of 'Layer' is -3; it must be a positive width, such as ValueDim = 64"),
        new(HeadsNotPositive, "[AttentionLayer(KeyDim = 4, ValueDim = 6, [|Heads = 0|])]" + Class, "Heads of 'Layer' is 0; it must be positive, or left out to be taken from the tensors"),
        new(HeadsNotPositive, "[AttentionLayer(KeyDim = 4, ValueDim = 6, [|KeyValueHeads = -2|])]" + Class, "KeyValueHeads of 'Layer' is -2; it must be positive, or left out to be taken from the tensors"),
        new(HeadsNotPositive, "[AttentionLayer(KeyDim = 4, ValueDim = 6, [|ValueHeads = 0|])] [Gate(GateShape.Head)]" + Class, "ValueHeads of 'Layer' is 0; it must be positive, or left out to be taken from the tensors"),
        new(KeyValueHeadsDoNotDivide, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 8, [|KeyValueHeads = 3|])]" + Class, "KeyValueHeads = 3 of 'Layer' does not divide Heads = 8; each key/value head serves the same number of query heads, so use a divisor of 8"),
        new(ValueHeadsNoMultiple, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 4, [|ValueHeads = 6|])] [Gate(GateShape.Head)]" + Class, "ValueHeads = 6 of 'Layer' is no multiple of Heads = 4; each query head serves the same number of value heads, so use a multiple of 4"),
        new(OddKeyDim, "[AttentionLayer([|KeyDim = 5|], ValueDim = 6)] [Rotation(RotationKind.Rotary)]" + Class, "KeyDim = 5 of 'Layer' is odd, but a rotation turns pairs of channels; use 6 or remove [Rotation]"),
        new(WindowNotPositive, Sized + "[Window([|0|])]" + Class, "Window size 0 of 'Layer' must be at least 1 token (1 sees only itself)"),
        new(WindowNotPositive, Sized + "[Window([|size: -7|], RuntimeSized = true)]" + Class, "Window size -7 of 'Layer' must be at least 1 token (1 sees only itself)"),
        new(SoftCapNotPositive, Sized + "[Score([|SoftCap = -2|])]" + Class, "SoftCap = -2 of 'Layer' must be positive and finite as a float; leave it out for scores without a cap"),
        new(MaxTemperatureNotPositive, Sized + "[Rotation(RotationKind.Selective, [|MaxTemperature = 0|])]" + Class, "MaxTemperature = 0 of the rotation of 'Layer' must be positive and finite as a float; leave it out for 1"),
        new(MaxAngleOutOfRange, Sized + "[Rotation(RotationKind.Selective, Temperature = RotationTemperature.Tangent, [|MaxAngle = 1|])]" + Class, "MaxAngle = 1 of the rotation of 'Layer' must lie between 0 and 1, in half turns; leave it out for 0.9999"),
        new(OddKeyDimOfPairs, "[AttentionLayer([|KeyDim = 5|], ValueDim = 6)] [Gate(GateShape.Pair)]" + Class, "KeyDim = 5 of 'Layer' is odd, but GateShape.Pair gates pairs of channels; use 6, or GateShape.Key"),
        new(SinksNegative, Sized + "[Window(4, [|SinkTokens = -1|])]" + Class, "SinkTokens = -1 of 'Layer' must be 0 or more; leave it out for none"),
        new(UnknownValue, Sized + "[FeatureMap([|(Kernel)99|])]" + Class, "FeatureMap.kernel of 'Layer' is 99, which is none of " + string.Join(", ", System.Enum.GetNames<Kernel>())),
        new(UnknownValue, Sized + "[Gate([|(GateShape)(-1)|])]" + Class, "Gate.shape of 'Layer' is -1, which is none of Constant, Head, Key, Pair"),
        new(UnknownValue, Sized + "[Gate(GateShape.Constant, [|Decay = (HeadDecay)5|])]" + Class, "Gate.Decay of 'Layer' is 5, which is none of Retention"),
        new(UnknownValue, Sized + "[Gate(GateShape.Head, [|Activation = (GateActivation)2|])]" + Class, "Gate.Activation of 'Layer' is 2, which is none of LogDecay, LogSigmoid"),
        new(UnknownValue, Sized + "[Write([|(WriteRule)3|])]" + Class, "Write.rule of 'Layer' is 3, which is none of Plain, Delta, ExponentialGate"),
        new(UnknownValue, Sized + "[Read([|(Normaliser)3|])]" + Class, "Read.normaliser of 'Layer' is 3, which is none of None, KeySum, Stabilised"),
        new(UnknownValue, Sized + "[Rotation([|(RotationKind)2|])]" + Class, "Rotation.kind of 'Layer' is 2, which is none of Rotary, Selective"),
        new(UnknownValue, Sized + "[Rotation(RotationKind.Rotary, [|Layout = (PairLayout)9|])]" + Class, "Rotation.Layout of 'Layer' is 9, which is none of HalfSplit, Interleaved"),
        new(UnknownValue, Sized + "[Form([|(Forms)8|])]" + Class, "[Form] of 'Layer' is 8, which is none of Recurrent, Parallel, Chunkwise"),
        new(ChunkSize, Sized + "[Form(Forms.Fastest, [|ChunkSize = 48|])] [Gate(GateShape.Head)]" + Class, "Chunk size 48 on 'Layer' must be a power of two between 16 and 256; use 64, or leave it out"),
        new(ChunkSize, Sized + "[Form(Forms.Fastest, [|ChunkSize = 512|])] [Gate(GateShape.Head)]" + Class, "Chunk size 512 on 'Layer' must be a power of two between 16 and 256; use 256, or leave it out"),
        new(ChunkSize, Sized + "[Form(Forms.Fastest, [|ChunkSize = 0|])] [Gate(GateShape.Head)]" + Class, "Chunk size 0 on 'Layer' must be a power of two between 16 and 256; use 16, or leave it out"),
        new(ScaleNotPositive, "[AttentionLayer(KeyDim = 4, ValueDim = 6, [|Scale = 0|])]" + Class, "Scale = 0 of 'Layer' must be positive and finite as a float; leave it out for K^(-1/2)"),
        new(ScaleNotPositive, "[AttentionLayer(KeyDim = 4, ValueDim = 6, [|Scale = double.NaN|])]" + Class, "Scale = NaN of 'Layer' must be positive and finite as a float; leave it out for K^(-1/2)"),
        new(ScaleNotPositive, "[AttentionLayer(KeyDim = 4, ValueDim = 6, [|Scale = 1e300|])]" + Class, "Scale = 1E+300 of 'Layer' must be positive and finite as a float; leave it out for K^(-1/2)"),
        new(ScaleNotPositive, "[AttentionLayer(KeyDim = 4, ValueDim = 6, [|Scale = 1e-300|])]" + Class, "Scale = 1E-300 of 'Layer' must be positive and finite as a float; leave it out for K^(-1/2)"),
        new(TemperatureNotPositive, Sized + "[Gate(GateShape.Head, [|Temperature = -16|])]" + Class, "Temperature = -16 of the gate of 'Layer' must be positive and finite as a float; leave it out for 1"),
        new(BaseNotPositive, Sized + "[Rotation(RotationKind.Rotary, [|Base = 0|])]" + Class, "Base = 0 of the rotation of 'Layer' must be positive and finite as a float, such as 10000"),
        new(BaseNotPositive, Sized + "[Rotation(RotationKind.Rotary, [|Base = double.PositiveInfinity|])]" + Class, "Base = Infinity of the rotation of 'Layer' must be positive and finite as a float, such as 10000"),
        new(EpsilonNegative, Sized + "[FeatureMap(Kernel.Exp)] [Read(Normaliser.KeySum, [|Epsilon = -1e-6|])]" + Class, "Epsilon = -1E-06 of 'Layer' must be 0 or more and finite as a float, such as 1e-6"),
        new(EpsilonNegative, Sized + "[FeatureMap(Kernel.Exp)] [Read(Normaliser.KeySum, [|Epsilon = 1e300|])]" + Class, "Epsilon = 1E+300 of 'Layer' must be 0 or more and finite as a float, such as 1e-6"),
        new(DimTooLarge, "[AttentionLayer([|KeyDim = 1025|], ValueDim = 6)]" + Class, "KeyDim = 1025 of 'Layer' is larger than 1024, the widest row a kernel keeps in its tiles; split the layer into more heads"),
        new(DimTooLarge, "[AttentionLayer(KeyDim = 4, [|ValueDim = int.MaxValue|])]" + Class, "ValueDim = 2147483647 of 'Layer' is larger than 1024, the widest row a kernel keeps in its tiles; split the layer into more heads"),
        new(WindowTooLarge, Sized + "[Window([|16777217|])]" + Class, "Window size 16777217 of 'Layer' is more than 16777216 tokens, up to which a float counts positions exactly; use a shorter one, or no window"),
        new(WindowTooLarge, Sized + "[Window(64, RuntimeSized = true, [|SinkTokens = int.MaxValue|])]" + Class, "SinkTokens 2147483647 of 'Layer' is more than 16777216 tokens, up to which a float counts positions exactly; use a shorter one, or no window"),
    ];

    public static IReadOnlyList<DiagnosticCase> Combinations { get; } =
    [
        new(GateOnSoftmax, Sized + "[FeatureMap(Kernel.Softmax)] [[|Gate(GateShape.Key)|]]" + Class, "'Layer' has a gate of shape Key and the softmax kernel, whose scores one number a token and head can lower; use GateShape.Head, or [FeatureMap(Kernel.Identity)] for a state that decays"),
        new(WriteOnSoftmax, Sized + "[FeatureMap(Kernel.Softmax)] [[|Write(WriteRule.Delta)|]]" + Class, "'Layer' has the write rule Delta and the softmax kernel, which caches keys and values as they are; choose [FeatureMap(Kernel.Identity)] or remove [Write]"),
        new(ReadOnSoftmax, Sized + "[FeatureMap(Kernel.Softmax)] [[|Read(Normaliser.KeySum)|]]" + Class, "'Layer' has the normaliser KeySum and the softmax kernel, whose weights already sum to one; choose another [FeatureMap] or remove [Read]"),
        new(WindowWithoutSoftmax, Sized + "[FeatureMap(Kernel.Relu)] [[|Window(8)|]]" + Class, "'Layer' has a window and the kernel Relu, whose state cannot forget a single token; choose [FeatureMap(Kernel.Softmax)], or a [Gate] in place of the window"),
        new(ScoreWithoutSoftmax, Sized + "[Gate(GateShape.Head)] [[|Score(Bias = PositionBias.Alibi)|]]" + Class, "'Layer' shapes its scores with [Score] but has the kernel Identity, whose scores are sums that a state has already taken; choose [FeatureMap(Kernel.Softmax)] or remove [Score]"),
        new(PhaseOnRotary, Sized + "[Rotation(RotationKind.Rotary, [|Gate = PhaseGate.Head|])]" + Class, "'Layer' sets Gate on a Rotary rotation, whose angles follow from positions; use RotationKind.Selective or remove Gate"),
        new(TangentOfOnePair, "[AttentionLayer(KeyDim = 2, ValueDim = 6)] [Rotation(RotationKind.Selective, [|Temperature = RotationTemperature.Tangent|])]" + Class, "'Layer' has KeyDim = 2, a single pair, which RotationTemperature.Tangent would not turn at all; use a larger KeyDim or RotationTemperature.Geometric"),
        new(PairGateOfFeatures, Sized + "[FeatureMap(Kernel.Taylor)] [[|Gate(GateShape.Pair)|]]" + Class, "'Layer' gates pairs of channels, but the state of Taylor has features, which are no channels; use GateShape.Key or GateShape.Head"),
        new(MaxAngleUnused, Sized + "[Rotation(RotationKind.Selective, [|MaxAngle = 0.5|])]" + Class, "'Layer' sets MaxAngle = 0.5 on geometric temperatures, which have none; use RotationTemperature.Tangent or remove MaxAngle"),
        new(WindowBidirectional, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Causal = false)] [[|Window(8)|]]" + Class, "'Layer' has a window but Causal = false; remove [Window] or Causal = false"),
        new(GateBidirectional, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Causal = false)] [[|Gate(GateShape.Key)|]]" + Class, "'Layer' has a gate but Causal = false; remove [Gate] or Causal = false"),
        new(WriteBidirectional, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Causal = false)] [[|Write(WriteRule.Delta)|]]" + Class, "'Layer' has the write rule Delta, which needs an order of tokens, but Causal = false; use WriteRule.Plain or remove Causal = false"),
        new(ExponentialGatePerKey, Sized + "[Gate(GateShape.Key)] [[|Write(WriteRule.ExponentialGate)|]]" + Class, "'Layer' joins an exponential input gate with a decay per key channel, for which one running maximum a head cannot stand; use GateShape.Head or another write rule"),
        new(ExponentialGateUnstabilised, Sized + "[Write(WriteRule.ExponentialGate)] [[|Read(Normaliser.KeySum)|]]" + Class, "'Layer' writes with an exponential gate and reads with KeySum, which would show the running maximum; use [Read(Normaliser.Stabilised)] or leave [Read] out"),
        new(StabilisedWithoutExponentialGate, Sized + "[[|Read(Normaliser.Stabilised)|]]" + Class, "'Layer' reads with Normaliser.Stabilised but writes with Plain, which keeps no running maximum; add [Write(WriteRule.ExponentialGate)] or use Normaliser.KeySum"),
        new(DeltaNormalised, Sized + "[Write(WriteRule.Delta)] [[|Read(Normaliser.KeySum)|]]" + Class, "'Layer' reads with KeySum, but a delta rule overwrites instead of summing, so there is no key sum to divide by; remove [Read]"),
        new(RotationOfFeatures, Sized + "[FeatureMap(Kernel.EluPlusOne)] [[|Rotation(RotationKind.Rotary)|]]" + Class, "'Layer' rotates the features of EluPlusOne, whose signs the feature map has fixed; use Kernel.Identity or Kernel.Softmax, or remove [Rotation]"),
        new(KeyValueHeadsOnMatrix, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 4, [|KeyValueHeads = 2|])] [Gate(GateShape.Head)]" + Class, "'Layer' sets KeyValueHeads = 2, but the state of a matrix layer belongs to one value head; use ValueHeads for grouped values, or the softmax kernel"),
        new(ValueHeadsOnSoftmax, "[AttentionLayer(KeyDim = 4, ValueDim = 6, [|ValueHeads = 8|])]" + Class, "'Layer' sets ValueHeads = 8 with the softmax kernel; use KeyValueHeads for grouped-query attention, or another kernel"),
        new(FormNotAvailable, Sized + "[Form([|Forms.Recurrent | Forms.Chunkwise|])]" + Class, "'Layer' asks for the chunkwise form, which causal softmax attention does not have; it has Recurrent, Parallel"),
        new(FormNotAvailable, Sized + "[Write(WriteRule.Delta)] [Form([|Forms.Parallel|])]" + Class, "'Layer' asks for the parallel form, which a delta rule does not have; it has Recurrent, Chunkwise"),
        new(FormNotAvailable, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Causal = false)] [Form([|Forms.Recurrent|])]" + Class, "'Layer' asks for the recurrent form, which bidirectional softmax attention does not have; it has Parallel"),
        new(FormNotAvailable, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Causal = false)] [FeatureMap(Kernel.Relu)] [Form([|forms: Forms.Recurrent|])]" + Class, "'Layer' asks for the recurrent form, which bidirectional linear attention does not have; it has Parallel, Chunkwise"),
        new(ConstantGateOptions, Sized + "[Gate(GateShape.Constant, [|Temperature = 2|])]" + Class, "'Layer' sets Temperature on a constant gate, which has no input to activate; remove it, or use GateShape.Head"),
        new(ConstantGateOptions, Sized + "[Gate(GateShape.Constant, [|Activation = GateActivation.LogSigmoid|])]" + Class, "'Layer' sets Activation on a constant gate, which has no input to activate; remove it, or use GateShape.Head"),
        new(BothGroupings, "[AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 4, KeyValueHeads = 2, [|ValueHeads = 8|])]" + Class, "'Layer' sets KeyValueHeads and ValueHeads; keep KeyValueHeads for softmax or ValueHeads for a matrix state"),
        new(DecayOnInputGate, Sized + "[Gate(GateShape.Head, [|Decay = HeadDecay.Retention|])]" + Class, "'Layer' sets Decay = Retention on a gate of shape Head, whose decay is an input; use GateShape.Constant or remove Decay"),
        new(TemperatureUnused, Sized + "[Gate(GateShape.Key, [|Temperature = 16|])]" + Class, "'Layer' sets Temperature = 16 on a gate whose input is the log-decay itself; add Activation = GateActivation.LogSigmoid or remove Temperature"),
        new(ChunkSizeUnused, Sized + "[Gate(GateShape.Head)] [Form(Forms.Recurrent, [|ChunkSize = 64|])]" + Class, "'Layer' sets ChunkSize = 64 but has no chunkwise form; add Forms.Chunkwise or remove ChunkSize"),
        new(ChunkSizeUnused, Sized + "[Form(Forms.Parallel, [|ChunkSize = 64|])]" + Class, "'Layer' sets ChunkSize = 64 but has no chunkwise form; add Forms.Chunkwise or remove ChunkSize"),
        new(EpsilonUnused, Sized + "[Gate(GateShape.Head)] [Read(Normaliser.None, [|Epsilon = 0.5|])]" + Class, "'Layer' sets Epsilon = 0.5 but reads without a normaliser; choose one or remove Epsilon"),
        new(SkipOnSoftmax, Sized + "[FeatureMap(Kernel.Softmax)] [Read(Normaliser.None, [|Skip = true|])]" + Class, "'Layer' sets Skip on softmax attention, whose output is a mean of values; remove Skip, or choose another [FeatureMap]"),
        new(TooManyFeatures, "[AttentionLayer(KeyDim = 90, ValueDim = 6)] [FeatureMap([|Kernel.Taylor|])]" + Class, "Taylor of 'Layer' makes 4186 features of KeyDim = 90, more than the 4096 of the widest state; use a smaller KeyDim and more heads"),
        new(AddedEpsilonUnused, Sized + "[FeatureMap(Kernel.Taylor)] [Read(Normaliser.None, [|AddsEpsilon = true|])]" + Class, "'Layer' sets AddsEpsilon and reads with None, which has no key sum to add it to; use Normaliser.KeySum or remove AddsEpsilon"),
        new(SignedKeySum, Sized + "[FeatureMap(Kernel.Silu)] [[|Read(Normaliser.KeySum)|]]" + Class, "'Layer' divides by the key sum of Silu, whose features may be negative, so the sum may come near zero; use a positive map such as Kernel.EluPlusOne, or remove [Read]"),
        new(SignedKeySum, Sized + "[[|Read(Normaliser.KeySum)|]]" + Class, "'Layer' divides by the key sum of Identity, whose features may be negative, so the sum may come near zero; use a positive map such as Kernel.EluPlusOne, or remove [Read]"),
    ];

    public static IEnumerable<DiagnosticCase> All => [.. Shapes, .. Values, .. Combinations];
}
