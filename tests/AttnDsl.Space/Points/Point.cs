using System;
using System.Linq;
using System.Text;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Reference;
using AttnDsl.Space.Functions;

namespace AttnDsl.Space.Points;

/// <summary>A declaration, and what the reference loops are told of it: read from the attributes' documentation, not from the generator.</summary>
/// <param name="Declaration">The attributes.</param>
internal sealed record Point(LayerDeclaration Declaration)
{
    /// <summary>Its own methods, where parts of it are such.</summary>
    public OwnParts? Own { get; init; }

    /// <summary>These methods as the reference loops call them: known when they are compiled.</summary>
    public OwnFunctions? Functions { get; init; }

    /// <summary>How often inputs were drawn for it before.</summary>
    public int Drawn { get; init; }

    /// <summary>The attributes as one writes them: what <c>--point</c> takes.</summary>
    public string Text => DeclarationText.Of(Declaration, "Layer").Split('\n')[0];

    /// <summary>The arguments that try it again.</summary>
    public string Command => Own is null ? $"--point \"{Text}\"" : $"--function {Own.Seed}";

    /// <summary>The same number for the same attributes, in every process: seeds everything that is drawn for this point.</summary>
    public int Seed
    {
        get
        {
            if (Own is not null) return Own.Seed;
            var hash = 2166136261u;
            foreach (var b in Encoding.UTF8.GetBytes(Text)) hash = (hash ^ b) * 16777619u;
            return (int)(hash >> 1);
        }
    }

    /// <summary>Whether it is compiled with checked integer arithmetic, as every other point is.</summary>
    public bool Checked => Seed % 2 == 1;

    /// <summary>W of a layer that takes it at run time: neither its least nor its largest where there is a choice.</summary>
    public int RuntimeWindow => Declaration.Window is { RuntimeSized: true } window ? (window.Size + 1) / 2 : 0;

    /// <summary>C, as declared or as the documentation has it.</summary>
    public int Chunk => Declaration.Form?.ChunkSize ?? 64;

    private bool IsSoftmax => Declaration.Kernel is Kernel.Softmax || (Declaration is { Kernel: null, Gate: null, Write: null, Read: null } && Own is null or { Kind: >= OwnKind.Score });

    private WriteRule Write => Declaration.Write?.Rule ?? WriteRule.Plain;

    private Normaliser Normaliser => Declaration.Read?.Normaliser ?? (Own is { Kind: OwnKind.Normaliser or OwnKind.AllOfMatrix } ? Normaliser.KeySum : Write == WriteRule.ExponentialGate ? Normaliser.Stabilised : Normaliser.None);

    private int Heads => Declaration.Heads ?? (Declaration.KeyValueHeads * 2) ?? (Declaration.ValueHeads is { } n ? Math.Max(1, n / 2) : 2);

    public string Source(string name) => Own?.Source(name) ?? DeclarationText.Of(Declaration, name);

    /// <summary>The forms it must have, one by one: those that were asked for, else all that its mathematics has.</summary>
    public Forms[] Forms
    {
        get
        {
            var asked = Declaration.Form?.Forms is { } forms and not AttnDsl.Forms.Fastest ? forms : LayerRules.AvailableForms(Declaration);
            return [.. new[] { AttnDsl.Forms.Recurrent, AttnDsl.Forms.Parallel, AttnDsl.Forms.Chunkwise }.Where(f => asked.HasFlag(f))];
        }
    }

    /// <summary>What the reference loops compute.</summary>
    public LayerSpec Spec => new()
    {
        Own = Functions,
        PerToken = Own?.PerToken,
        KeyDim = Declaration.KeyDim,
        ValueDim = Declaration.ValueDim,
        Heads = Heads,
        KeyValueHeads = Declaration.KeyValueHeads ?? 0,
        ValueHeads = Declaration.ValueHeads ?? 0,
        Causal = Declaration.Causal,
        Scale = Declaration.Scale,
        Similarity = IsSoftmax ? Similarity.Softmax : Same<Similarity>(Declaration.Kernel ?? Kernel.Identity),
        Map = Declaration.Map is { } map
            ? new()
            {
                Projections = map.Projections ?? 0,
                Functions = map.Channels ?? 4,
                Hidden = map.Hidden ?? 64,
                Activation = Same<MapActivation>(map.Activation ?? FeatureActivation.Relu),
                PerChannel = map.PerChannel,
                Signed = map.Signed,
                Envelope = Same<Envelope>(map.Envelope ?? FeatureEnvelope.None),
                PerHead = map.PerHead,
                Horizon = map.Horizon ?? 1,
                Form = Same<HedgehogKind>(map.Form ?? HedgehogForm.Joint),
            }
            : new() { PerHead = Own is not null },
        HoldsDenominator = Declaration.Read?.Gradient == NormaliserGradient.Held,
        Decay = Declaration.Gate switch
        {
            null => DecaySource.None,
            { Shape: GateShape.Constant, Decay: null or HeadDecay.Retention } => DecaySource.Retention,
            { Shape: GateShape.Constant } => DecaySource.Constants,
            { Shape: var shape } => Same<DecaySource>(shape),
        },
        LearnedGate = Declaration.Gate?.Learned ?? false,
        LogDecays = Declaration.Gate switch
        {
            { Decay: HeadDecay.Given, LogDecays: { } given } => [.. given],
            { Decay: HeadDecay.Lightning, Layer: var layer, Layers: var layers } => Lightning(Declaration.ValueHeads ?? Heads, layer ?? 0, layers ?? 1),
            _ => [],
        },
        LogSigmoid = Declaration.Gate?.Activation == GateActivation.LogSigmoid,
        ReversedSigmoid = Declaration.Gate?.Activation == GateActivation.ReversedSigmoid,
        Rate = Declaration.Gate?.Activation switch
        {
            GateActivation.Rate => RateKind.Rate,
            GateActivation.SoftplusRate => RateKind.Softplus,
            GateActivation.Bounded => RateKind.Bounded,
            GateActivation.ReversedSigmoidPower => RateKind.Power,
            GateActivation.RecurrentGate => RateKind.Recurrent,
            _ => RateKind.None,
        },
        LowerBound = Declaration.Gate is { Activation: GateActivation.LowerBounded, LowerBound: { } bound } ? bound : 0,
        Temperature = Declaration.Gate?.Temperature ?? 1,
        Write = Same<WriteKind>(Write),
        KeyOfGate = Declaration.Write?.Key == KeySource.Gate,
        NoKeys = Declaration.Write?.Key == KeySource.None,
        Strength = Declaration.Write?.Strength switch
        {
            null => StrengthKind.OfRule,
            WriteStrength.None => StrengthKind.One,
            { } strength => Same<StrengthKind>(strength),
        },
        StrengthScale = Declaration.Write?.StrengthScale ?? 1,
        Steps = Declaration.Write?.Steps ?? 1,
        Slots = Declaration.Write?.Slots ?? 0,
        Bonus = Declaration.Write?.Bonus ?? false,
        Denominator = Normaliser == Normaliser.External ? Same<Denominator>(Declaration.Read?.Eta ?? EtaActivation.Exp) : Same<Denominator>(Normaliser),
        Epsilon = Declaration.Read?.Epsilon ?? 1e-6,
        Prior = Declaration.Read?.Prior ?? 0,
        AddsEpsilon = Declaration.Read?.AddsEpsilon ?? false,
        HasSkipPerChannel = Declaration.Read?.Skip == SkipShape.Channel,
        SkipWidth = Declaration.Read?.Skip switch { null or SkipShape.None => 0, SkipShape.Head => 1, _ => Declaration.ValueDim },
        OwnValue = Same<OwnValue>(Declaration.Read?.Augmentation ?? Augmentation.None),
        SoftCap = Declaration.Score?.SoftCap ?? 0,
        Alibi = Declaration.Score?.Bias == PositionBias.Alibi,
        Levels = Declaration.Read?.Levels ?? 0,
        Taps = Declaration.Convolution?.Width ?? 0,
        Columns = Declaration.Convolution?.Columns ?? 0,
        ConvolvesQueries = Declaration.Convolution?.Of.HasFlag(Convolved.Queries) ?? false,
        ConvolvesKeys = Declaration.Convolution?.Of.HasFlag(Convolved.Keys) ?? false,
        ConvolvesValues = Declaration.Convolution?.Of.HasFlag(Convolved.Values) ?? false,
        AddsConvolution = Declaration.Convolution?.Of.HasFlag(Convolved.Output) ?? false,
        SiluConvolution = Declaration.Convolution?.Activation == ConvolutionActivation.Silu,
        SinkLogit = Declaration.Score?.SinkLogit ?? false,
        OutputGate = Same<GateOfOutput>(Declaration.Read?.OutputGate ?? OutputGate.None),
        Pairs = Declaration.Rotation is { } rotation ? Same<Pairs>(rotation.Layout) : Pairs.None,
        RotationBase = Declaration.Rotation?.Base ?? 10000,
        Phase = Declaration.Rotation is not { Kind: RotationKind.Selective or RotationKind.Learned } selective
            ? null
            : selective.Kind == RotationKind.Learned
            ? new() { Base = 1, Learned = true, Gate = Same<PhaseGating>(selective.Gate ?? PhaseGate.None) }
            : new()
            {
                Tangent = selective.Temperature == RotationTemperature.Tangent,
                Base = selective.Base,
                MaxAngle = selective.MaxAngle ?? 0.9999,
                Most = selective.MaxTemperature ?? 1,
                Differenced = selective.Differenced ?? false,
                Biased = selective.Bias ?? false,
                Gate = Same<PhaseGating>(selective.Gate ?? PhaseGate.None),
            },
        Window = RuntimeWindow > 0 ? RuntimeWindow : Declaration.Window?.Size ?? 0,
        SinkTokens = Declaration.Window?.SinkTokens ?? 0,
    };

    /// <summary>−(8/H)(1 − ℓ/ℓ_max)·h.</summary>
    private static double[] Lightning(int heads, int layer, int layers) => [.. Enumerable.Range(0, heads).Select(h => -8.0 / heads * (1 - ((double)layer / layers)) * h)];

    /// <summary>The value of another enumeration that has the same name.</summary>
    private static T Same<T>(Enum value)
        where T : struct, Enum => Enum.Parse<T>(value.ToString());
}
