using System.Collections.Generic;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using static AttnDsl.Generator.Diagnostics.DiagnosticIds;

namespace AttnDsl.Generator.Diagnostics;

/// <summary>One descriptor an id: subject, offending value, rule, remedy.</summary>
internal static class Descriptors
{
    private const string Declaration = "AttnDsl.Declaration";
    private const string Semantics = "AttnDsl.Semantics";
    private const string Functions = "AttnDsl.Functions";
    private const string Numerics = "AttnDsl.Numerics";

    public static readonly ImmutableDictionary<string, DiagnosticDescriptor> All = Build().ToImmutableDictionary(d => d.Id);

    private static IEnumerable<DiagnosticDescriptor> Build() =>
    [
        Error(NotPartial, Declaration, "An attention layer must be partial", "'{0}' is not partial, so the layer cannot be added to it; add the 'partial' modifier"),
        Error(ContainerNotPartial, Declaration, "Types around an attention layer must be partial", "'{0}' contains the attention layer '{1}' and is not partial; add the 'partial' modifier to '{0}'"),
        Error(FileLocal, Declaration, "An attention layer cannot be file-local", "'{0}' is a file-local type, which generated files cannot extend; remove the 'file' modifier or nest it in an internal type"),
        Error(UnsupportedContainer, Declaration, "Unsupported kind of type", "'{0}' is {1}, which cannot hold an attention layer; declare it on a class, struct or record"),
        Error(MemberTaken, Declaration, "A generated member's name is taken", "'{0}' already declares '{1}', which the generator adds; rename your member"),

        Error(MissingKeyDim, Declaration, "KeyDim is missing or not positive", "KeyDim of '{0}' is {1}; it must be a positive width, such as KeyDim = 64"),
        Error(MissingValueDim, Declaration, "ValueDim is missing or not positive", "ValueDim of '{0}' is {1}; it must be a positive width, such as ValueDim = 64"),
        Error(HeadsNotPositive, Declaration, "A number of heads must be positive", "{1} of '{0}' is {2}; it must be positive, or left out to be taken from the tensors"),
        Error(KeyValueHeadsDoNotDivide, Declaration, "KeyValueHeads must divide Heads", "KeyValueHeads = {1} of '{0}' does not divide Heads = {2}; each key/value head serves the same number of query heads, so use a divisor of {2}"),
        Error(ValueHeadsNoMultiple, Declaration, "ValueHeads must be a multiple of Heads", "ValueHeads = {1} of '{0}' is no multiple of Heads = {2}; each query head serves the same number of value heads, so use a multiple of {2}"),
        Error(OddKeyDim, Declaration, "Rotation needs an even KeyDim", "KeyDim = {1} of '{0}' is odd, but a rotation turns pairs of channels; use {2} or remove [Rotation]"),
        Error(WindowNotPositive, Declaration, "A window must be positive", "Window size {1} of '{0}' must be at least 1 token (1 sees only itself)"),
        Error(SinksNegative, Declaration, "SinkTokens cannot be negative", "SinkTokens = {1} of '{0}' must be 0 or more; leave it out for none"),
        Error(UnknownValue, Declaration, "Unknown value of an enumeration", "{1} of '{0}' is {2}, which is none of {3}"),
        Error(ChunkSize, Declaration, "ChunkSize must be a power of two from 16 to 256", "Chunk size {1} on '{0}' must be a power of two between 16 and 256; use {2}, or leave it out"),
        Error(ScaleNotPositive, Declaration, "Scale must be positive and finite", "Scale = {1} of '{0}' must be positive and finite as a float; leave it out for K^(-1/2)"),
        Error(TemperatureNotPositive, Declaration, "Temperature must be positive and finite", "Temperature = {1} of the gate of '{0}' must be positive and finite as a float; leave it out for 1"),
        Error(BaseNotPositive, Declaration, "The base of a rotation must be positive and finite", "Base = {1} of the rotation of '{0}' must be positive and finite as a float, such as 10000"),
        Error(EpsilonNegative, Declaration, "Epsilon cannot be negative", "Epsilon = {1} of '{0}' must be 0 or more and finite as a float, such as 1e-6"),
        Error(DimTooLarge, Declaration, "A width is larger than kernels are built for", "{1} = {2} of '{0}' is larger than {3}, the widest row a kernel keeps in its tiles; split the layer into more heads"),
        Error(WindowTooLarge, Declaration, "A window is longer than positions are exact", "{1} {2} of '{0}' is more than {3} tokens, up to which a float counts positions exactly; use a shorter one, or no window"),
        Error(LowerBoundInvalid, Declaration, "A lower bound lies between 0 and 1", "LowerBound = {1} of the gate of '{0}' must lie between 0 and 1, both excluded; without a bound use Activation = GateActivation.LogSigmoid"),
        Error(TooManyFeatures, Declaration, "A feature map is wider than kernels are built for", "{1} of '{0}' makes {3} features of KeyDim = {2}, more than the {4} of the widest state; use a smaller KeyDim and more heads"),
        Error(SoftCapNotPositive, Declaration, "A soft cap must be positive and finite", "SoftCap = {1} of '{0}' must be positive and finite as a float; leave it out for scores without a cap"),
        Error(MaxTemperatureNotPositive, Declaration, "A temperature must be positive and finite", "MaxTemperature = {1} of the rotation of '{0}' must be positive and finite as a float; leave it out for 1"),
        Error(MaxAngleOutOfRange, Declaration, "A largest angle lies between 0 and a half turn", "MaxAngle = {1} of the rotation of '{0}' must lie between 0 and 1, in half turns; leave it out for 0.9999"),
        Error(OddKeyDimOfPairs, Declaration, "A gate a pair needs an even KeyDim", "KeyDim = {1} of '{0}' is odd, but GateShape.Pair gates pairs of channels; use {2}, or GateShape.Key"),
        Error(LevelsOutOfRange, Declaration, "Levels must be from 2 to 24", "Levels = {1} of '{0}' must be from 2 to {2}; leave it out for one state"),
        Error(MapOptionNotPositive, Declaration, "An option of a feature map must be positive", "{1} of '{0}' is {2}; it must be positive, or left out for its default"),
        Error(MissingHorizon, Declaration, "cosFormer needs a horizon", "'{0}' has the cosFormer map without a Horizon, the distance at which a key's weight reaches 0; set it to the longest sequence, such as Horizon = 4096"),
        Error(TooManyHidden, Declaration, "A feature map has more hidden units than kernels are built for", "The feature map of '{0}' has {1} hidden units for each row, more than {2}, the most that a kernel keeps in its tiles; use fewer Projections or Hidden"),
        Error(StrengthScaleNotPositive, Declaration, "StrengthScale must be positive and finite", "StrengthScale = {1} of '{0}' must be positive and finite as a float; leave it out for 1"),
        Error(StepsOutOfRange, Declaration, "Steps must be from 1 to 16", "Steps = {1} of '{0}' must be from 1 to {2}; leave it out for one write a token"),
        Error(SlotsOutOfRange, Declaration, "Slots is missing or out of range", "Slots of '{0}' is {1}; slot attention needs a number of slots from 1 to {2}, such as Slots = 64"),
        Error(ConvolutionWidth, Declaration, "A short convolution has from 2 to 16 taps", "The convolution of '{0}' has {1} taps; a short convolution has from 2 to {2}, such as 4"),
        Error(ConvolutionColumns, Declaration, "A grid has at least one column", "Columns = {1} of the convolution of '{0}' must be at least 1; leave it out for tokens on a line"),
        Error(ExactWindowTooLong, Declaration, "An exact window is longer than a state keeps", "The window of '{0}' is {1} tokens; beside moments a state keeps at most {2}, so use a shorter one, such as 64"),
        Error(PriorNegative, Declaration, "A prior must be 0 or more and finite", "Prior = {1} of '{0}' must be 0 or more and finite as a float; leave it out for none"),

        Error(GateOnSoftmax, Semantics, "Softmax forgets by one gate a head", "'{0}' has a gate of shape {1} and the softmax kernel, whose scores one number a token and head can lower; use GateShape.Head, or [FeatureMap(Kernel.Identity)] for a state that decays"),
        Error(WriteOnSoftmax, Semantics, "Softmax caches what is written", "'{0}' has the write rule {1} and the softmax kernel, which caches keys and values as they are; choose [FeatureMap(Kernel.Identity)] or remove [Write]"),
        Error(ReadOnSoftmax, Semantics, "Softmax brings its own normaliser", "'{0}' has {1} and the softmax kernel, whose weights already sum to one and whose read-out is the mean of the values; choose another [FeatureMap] or remove it from [Read]"),
        Error(WindowWithoutSoftmax, Semantics, "A window needs cached keys", "'{0}' has a window and the kernel {1}, whose state cannot forget a single token; choose [FeatureMap(Kernel.Softmax)], [Read(Normaliser.Centred)] for an exact window beside moments, or a [Gate] in place of the window"),
        Error(WindowBidirectional, Semantics, "A window slides along causal time", "'{0}' has a window but Causal = false; remove [Window] or Causal = false"),
        Error(GateBidirectional, Semantics, "A gate decays along causal time", "'{0}' has a gate but Causal = false; remove [Gate] or Causal = false"),
        Error(WriteBidirectional, Semantics, "Only plain writes have a bidirectional form", "'{0}' has the write rule {1}, which needs an order of tokens, but Causal = false; use WriteRule.Plain or remove Causal = false"),
        Error(ExponentialGatePerKey, Semantics, "An exponential gate needs one decay a head", "'{0}' joins an exponential input gate with a decay per {1} channel, for which one running maximum a head cannot stand; use GateShape.Head or another write rule"),
        Error(ExponentialGateUnstabilised, Semantics, "An exponential gate needs the stabilised normaliser", "'{0}' writes with an exponential gate and reads with {1}, which would show the running maximum; use [Read(Normaliser.Stabilised)] or leave [Read] out"),
        Error(StabilisedWithoutExponentialGate, Semantics, "The stabilised normaliser belongs to an exponential gate", "'{0}' reads with Normaliser.Stabilised but writes with {1}, which keeps no running maximum; add [Write(WriteRule.ExponentialGate)] or use Normaliser.KeySum"),
        Error(DeltaNormalised, Semantics, "The write rule has no key sum", "'{0}' reads with {1}, but {2}, so there is no key sum to divide by; remove [Read]"),
        Error(RotationOfFeatures, Semantics, "A rotation needs the identity feature map", "'{0}' rotates the features of {1}, whose signs the feature map has fixed; use Kernel.Identity or Kernel.Softmax, or remove [Rotation]"),
        Error(KeyValueHeadsOnMatrix, Semantics, "KeyValueHeads is for softmax", "'{0}' sets KeyValueHeads = {1}, but the state of a matrix layer belongs to one value head; use ValueHeads for grouped values, or the softmax kernel"),
        Error(ValueHeadsOnSoftmax, Semantics, "ValueHeads is for matrix states", "'{0}' sets ValueHeads = {1} with the softmax kernel; use KeyValueHeads for grouped-query attention, or another kernel"),
        Error(FormNotAvailable, Semantics, "The layer does not have this form", "'{0}' asks for the {1} form, which {2} does not have; it has {3}"),
        Error(ConstantGateOptions, Semantics, "A constant gate has no input", "'{0}' sets {1} on a constant gate, which has no input to activate; remove it, or use GateShape.Head"),
        Error(BothGroupings, Semantics, "Heads are grouped one way", "'{0}' sets KeyValueHeads and ValueHeads; keep KeyValueHeads for softmax or ValueHeads for a matrix state"),
        Error(DecayOnInputGate, Semantics, "Decay constants belong to a constant gate", "'{0}' sets Decay = {1} on a gate of shape {2}, whose decay is an input; use GateShape.Constant or remove Decay"),
        Error(TemperatureUnused, Semantics, "A temperature needs an activation", "'{0}' sets Temperature = {1} on a gate whose input is the log-decay itself; add Activation = GateActivation.LogSigmoid or remove Temperature"),
        Error(ChunkSizeUnused, Semantics, "A chunk size needs the chunkwise form", "'{0}' sets ChunkSize = {1} but has no chunkwise form; add Forms.Chunkwise or remove ChunkSize"),
        Error(SkipOnSoftmax, Semantics, "A skip belongs to a matrix state", "'{0}' sets Skip on softmax attention, whose output is a mean of values; remove Skip, or choose another [FeatureMap]"),
        Error(AddedEpsilonUnused, Semantics, "An added epsilon needs a key sum", "'{0}' sets AddsEpsilon and reads with {1}, which has no key sum to add it to; use Normaliser.KeySum or remove AddsEpsilon"),
        Error(ScoreWithoutSoftmax, Semantics, "Scores are shaped under softmax", "'{0}' shapes its scores with [Score] but has the kernel {1}, whose scores are sums that a state has already taken; choose [FeatureMap(Kernel.Softmax)] or remove [Score]"),
        Error(PhaseOnRotary, Semantics, "Phases belong to a selective rotation", "'{0}' sets {1} on a {2} rotation, whose angles {3}; use RotationKind.Selective or remove {1}"),
        Error(TangentOfOnePair, Semantics, "A series of tangents needs two pairs", "'{0}' has KeyDim = {1}, a single pair, which RotationTemperature.Tangent would not turn at all; use a larger KeyDim or RotationTemperature.Geometric"),
        Error(PairGateOfFeatures, Semantics, "A gate a pair needs key channels", "'{0}' gates pairs of channels, but the state of {1} has features, which are no channels; use GateShape.Key or GateShape.Head"),
        Error(MaxAngleUnused, Semantics, "A largest angle needs a series of tangents", "'{0}' sets MaxAngle = {1} on geometric temperatures, which have none; use RotationTemperature.Tangent or remove MaxAngle"),
        Error(LevelsConflict, Semantics, "Levels part what plain writes leave", "'{0}' has {1} levels, each with a state of its own, which do not go with {2}; change it or remove Levels"),
        Error(MapOptionUnused, Semantics, "The feature map does not have this option", "'{0}' sets {1} on the kernel {2}, which has no such option; it belongs to {3}, so remove it or choose one of these"),
        Error(NotTabulated, Semantics, "The functions of the feature map have no table", "'{0}' asks for Tabulated, but the functions of its feature map {1}, or leave Tabulated out"),
        Error(EpsilonUnused, Semantics, "An epsilon needs a normaliser", "'{0}' sets Epsilon = {1} but reads {2}; choose another normaliser or remove Epsilon"),
        Error(EtaUnused, Semantics, "An activation of η needs the external normaliser", "'{0}' sets Eta = {1} but reads with Normaliser.{2}, which takes no η; use Normaliser.External or remove Eta"),
        Error(ValueGateOnDelta, Semantics, "A delta rule decays by heads or keys", "'{0}' joins the write rule {1} with a decay per value channel, under which every value channel would need a triangular system of its own; use GateShape.Head or GateShape.Key"),
        Error(ValueGateKeySum, Semantics, "A key sum decays by heads or keys", "'{0}' divides by the key sum, but its gate decays value channels, of which a key sum has none; use GateShape.Head or GateShape.Key, or remove [Read]"),
        Error(SlotGate, Semantics, "Slots decay slot by slot", "'{0}' has a gate of shape {1} and the write rule {2}; GateShape.Slot goes with WriteRule.Slots, which has no key and value channels in one state"),
        Error(SlotsUnused, Semantics, "A number of slots needs slots", "'{0}' sets Slots = {1} with the write rule {2}; use WriteRule.Slots or remove Slots"),
        Error(KeyOfGate, Semantics, "A key tied to the gate needs a gate per key channel", "'{0}' takes its key from the gate, which needs [Gate(GateShape.Key)] and one plain write a token; add the gate, or use KeySource.Input"),
        Error(StrengthOnRule, Semantics, "The write rule has its own strength", "'{0}' sets Strength = {1} with the write rule {2}, which already says how strongly a token writes; remove Strength, or use WriteRule.Plain, WriteRule.Delta or WriteRule.Oja"),
        Error(StrengthScaleUnused, Semantics, "A factor needs a strength", "'{0}' sets StrengthScale = {1} but writes with no strength; add Strength = WriteStrength.Beta or remove StrengthScale"),
        Error(StepsConflict, Semantics, "Several writes a token do not go with this", "'{0}' writes {1} times a token, which does not go with {2}; remove that, or Steps"),
        Error(ConstantsUnused, Semantics, "The constants do not ask for this", "'{0}' sets {1}, which belongs to HeadDecay.{2} on a constant gate; choose that or remove {1}"),
        Error(ConstantsNeedHeads, Semantics, "Constants of each head need the number of heads", "'{0}' decays by the constants {1} of each head but leaves Heads to the tensors; set Heads"),
        Error(LightningLayers, Semantics, "Lightning decays need a layer of so many", "The decays of '{0}' are those of layer {2} of {1}; Layers must be positive and Layer from 0 to Layers"),
        Error(LogDecaysInvalid, Semantics, "Given log-decays must be one a head, at most 0", "LogDecays of '{0}' must have a finite log-decay of at most 0 for each of its {1} heads"),
        Error(AugmentationNeedsPlainWrites, Semantics, "Self-augmentation goes with plain writes", "'{0}' sets Augmentation = {1}, which adds what a token's own key and value give; it needs WriteRule.Plain, one write a token and Causal = true"),
        Error(BonusConflict, Semantics, "A bonus goes with plain writes", "'{0}' reads before it writes, with a bonus for the token's own key; that needs WriteRule.Plain, one write a token, Causal = true and no key sum"),
        Error(StepOfGate, Semantics, "A step as strength needs a gate that has one", "'{0}' writes as strongly as its gate's step, which needs [Gate(GateShape.Head)] with GateActivation.Rate or GateActivation.SoftplusRate; add that, or use WriteStrength.Beta"),
        Error(PolynomialConflict, Semantics, "A polynomial kernel has no features of its own here", "'{0}' joins {2} with the kernel {1}, whose scores are made of the channels' product and not of features; use another kernel, or remove it"),
        Error(ScanConflict, Semantics, "Cells that decay each on their own are simply written and read", "'{0}' has {1} and so {2}; {3}"),
        Error(ChannelStrength, Semantics, "A strength a value channel needs a decay a cell", "'{0}' sets Strength = {1}, one for each value channel, which only layers have whose cells decay each on their own; use WriteStrength.Beta, or KeySource.None or GateShape.Full"),
        Error(CentredConflict, Semantics, "A centred read-out counts plain writes", "'{0}' reads means and covariances, for which every token counts once and decays as a whole, so it does not go with {1}; remove that, or [Read(Normaliser.Centred)]"),
        Error(ConvolutionConflict, Semantics, "A short convolution runs along causal time", "'{0}' convolves {1}, which does not go with {2}; remove one of them"),
        Error(GridConflict, Semantics, "A grid has a local term around each token", "The convolution of '{0}' lies on a grid of {1} columns, which does not go with {2}"),
        Error(ExactWindowConflict, Semantics, "An exact window goes with plain moments", "'{0}' scores the last {1} tokens one by one and reads moments of all older ones, which does not go with {2}; remove that, or [Window]"),
        Error(LearnedGateConflict, Semantics, "A learned gate is the same for every token", "'{0}' learns its gate's input, which does not go with {1}; remove that, or Learned"),
        Error(PriorUnused, Semantics, "A prior needs a centred read-out", "'{0}' sets Prior = {1} but reads with Normaliser.{2}, which estimates no covariance; use Normaliser.Centred or remove Prior"),
        Error(NormaliserGradientUnused, Semantics, "A normaliser's gradient needs a normaliser", "'{0}' sets Gradient = {1} but reads {2}; choose another normaliser or remove Gradient"),
        Error(LowerBoundUnused, Semantics, "A lower bound needs its activation", "'{0}' sets LowerBound = {1} on a gate that does not use it; add Activation = GateActivation.LowerBounded or remove LowerBound"),
        Error(KeyGateOnOja, Semantics, "Oja's rule decays by heads or values", "'{0}' joins Oja's rule with a decay per key channel, under which every key channel would need a triangular system of its own; use GateShape.Head or GateShape.Value"),

        Error(FunctionSignature, Functions, "A function has the wrong signature", "'{1}' of '{0}' is '{3}', but a {2} is '{4}', with {5}; change its signature, or remove the attribute"),
        Error(UntranslatableCode, Functions, "Code of a function has no translation into a kernel", "'{2}' in '{1}' of '{0}' cannot be translated into a kernel: {3}"),
        Error(FunctionTwice, Functions, "A layer has one function for each part", "'{0}' has two methods for its {1}, '{2}' and '{3}'; keep one"),
        Error(FunctionAndOption, Functions, "A function and an option say the same", "'{0}' has '{2}' for its {1} and sets {3}, which '{2}' replaces; remove {3}, or the attribute of '{2}'"),
        Error(GateFunctionWithoutGate, Functions, "A gate function needs a gate with an input", "'{0}' has the gate function '{1}' and {2}, so there is no gate input for it; add [Gate(GateShape.Head)], [Gate(GateShape.Key)] or another shape that takes one"),
        Error(NormaliserFunctionWithoutKeySum, Functions, "A normaliser function needs a key sum", "'{0}' has the normaliser function '{1}' and {2}, which has no key sum to divide by; remove '{1}', or choose Normaliser.KeySum"),
        Error(FunctionWithoutLayer, Functions, "A function belongs to an attention layer", "'{0}' is marked as a function of a layer, but '{1}' is none; add [AttentionLayer] to '{1}', or remove the attribute"),
        Error(FunctionWithoutSoftmax, Functions, "Scores and masks of one's own need softmax", "'{0}' has the {1} '{2}' and a state that sums keys up, so there is no score or key left to choose; use [FeatureMap(Kernel.Softmax)], without write rule and normaliser, or remove '{2}'"),
        Error(LearnedNameTaken, Functions, "A parameter of a function needs a name of its own", "A parameter of '{2}' would be the member '{1}' of the inputs or parameters of '{0}', which is there already; rename it"),
        Error(TooManyTensors, Functions, "A layer has more tensors than a call holds", "With what '{1}' learns a call of '{0}' takes {2} tensors, gradients included, and can hold {3}; learn fewer numbers (a feature map of all channels may learn vectors and matrices)"),

        Warning(SignedKeySum, Numerics, "A key sum of signed features can be zero", "'{0}' divides by the key sum of {1}, whose features may be negative, so the sum may come near zero; use a positive map such as Kernel.EluPlusOne, or remove [Read]"),
    ];

    private static DiagnosticDescriptor Error(string id, string category, string title, string message) =>
        new(id, title, message, category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help(id), customTags: WellKnownDiagnosticTags.NotConfigurable);

    private static DiagnosticDescriptor Warning(string id, string category, string title, string message) =>
        new(id, title, message, category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help(id));

    private static string Help(string id) => $"https://github.com/attndsl/attndsl/blob/main/generator/docs/diagnostics/{id}.md";
}
