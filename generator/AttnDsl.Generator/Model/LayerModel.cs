using AttnDsl.Generator.Infrastructure;

namespace AttnDsl.Generator.Model;

/// <summary>A declaration as it was written: plain values, no compiler types, equal when nothing that matters changed.</summary>
internal sealed record LayerModel(TypeModel Type, LayerDeclaration Layer);

/// <summary>Where the generated members go.</summary>
/// <param name="Namespace">Empty in the global namespace.</param>
/// <param name="Containing">The headers of the containing types, outermost first, such as <c>partial class Outer&lt;T&gt;</c>.</param>
/// <param name="Header">The header of the type itself.</param>
/// <param name="Name">Its name, without type parameters.</param>
/// <param name="MetadataName">Its full name with arities: the key of its hint names.</param>
internal sealed record TypeModel(string Namespace, EquatableArray<string> Containing, string Header, string Name, string MetadataName);

/// <summary>The attributes' values. Absent attributes are null.</summary>
internal sealed record LayerDeclaration(
    int KeyDim,
    int ValueDim,
    int? Heads,
    int? KeyValueHeads,
    int? ValueHeads,
    bool Causal,
    double? Scale,
    Kernel? Kernel,
    GateDeclaration? Gate,
    WriteDeclaration? Write,
    ReadDeclaration? Read,
    RotationDeclaration? Rotation,
    WindowDeclaration? Window,
    FormDeclaration? Form,
    MapDeclaration? Map = null,
    ScoreDeclaration? Score = null)
{
    /// <summary>The short convolution.</summary>
    public ConvolutionDeclaration? Convolution { get; init; }

    /// <summary>The methods that stand for parts of the layer.</summary>
    public EquatableArray<FunctionDeclaration> Functions { get; init; }
}

internal sealed record ConvolutionDeclaration(int Width, Convolved Of, ConvolutionActivation? Activation = null, int? Columns = null);

/// <summary>Options of the feature map, as far as they were given.</summary>
internal sealed record MapDeclaration(
    int? Projections = null,
    int? Channels = null,
    int? Hidden = null,
    FeatureActivation? Activation = null,
    bool PerChannel = false,
    bool Signed = false,
    FeatureEnvelope? Envelope = null,
    bool PerHead = false,
    int? Horizon = null,
    HedgehogForm? Form = null,
    bool? Tabulated = null);

internal sealed record GateDeclaration(
    GateShape Shape, HeadDecay? Decay, GateActivation? Activation, double? Temperature, EquatableArray<double>? LogDecays = null, int? Layer = null, int? Layers = null, double? LowerBound = null)
{
    /// <summary>Its input is learned.</summary>
    public bool Learned { get; init; }
}

internal sealed record WriteDeclaration(WriteRule Rule, KeySource? Key = null, WriteStrength? Strength = null, double? StrengthScale = null, int? Steps = null, int? Slots = null, bool Bonus = false)
{
    public static implicit operator WriteDeclaration(WriteRule rule) => new(rule);
}

internal sealed record ReadDeclaration(Normaliser Normaliser, double? Epsilon, SkipShape? Skip = null, bool AddsEpsilon = false, EtaActivation? Eta = null, Augmentation? Augmentation = null, OutputGate? OutputGate = null, NormaliserGradient? Gradient = null, double? Prior = null, int? Levels = null);

internal sealed record RotationDeclaration(RotationKind Kind, double Base, PairLayout Layout)
{
    /// <summary>Absent like the attributes; these are a selective rotation's.</summary>
    public RotationTemperature? Temperature { get; init; }

    public double? MaxTemperature { get; init; }

    public double? MaxAngle { get; init; }

    public bool? Differenced { get; init; }

    public bool? Bias { get; init; }

    public PhaseGate? Gate { get; init; }
}

internal sealed record WindowDeclaration(int Size, bool RuntimeSized, int SinkTokens);

internal sealed record ScoreDeclaration(double? SoftCap, PositionBias? Bias, bool SinkLogit = false);

internal sealed record FormDeclaration(Forms Forms, int? ChunkSize);
