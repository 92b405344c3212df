using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Parsing.Functions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttnDsl.Generator.Parsing;

/// <summary>From an annotated type to the model: values and names only, no symbol survives.</summary>
internal static class DeclarationParser
{
    public static LayerModel Parse(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation) =>
        new(Type(type), Layer(type, FunctionParser.Parse(type, compilation, cancellation)));

    /// <param name="functions">The type's methods that stand for parts of the layer.</param>
    public static LayerDeclaration Layer(INamedTypeSymbol type, IEnumerable<FunctionSource> functions)
    {
        var layer = Read(type, "AttentionLayerAttribute") ?? new(null!);
        var map = Read(type, nameof(FeatureMapAttribute));
        var gate = Read(type, nameof(GateAttribute));
        var write = Read(type, nameof(WriteAttribute));
        var read = Read(type, nameof(ReadAttribute));
        var rotation = Read(type, nameof(RotationAttribute));
        var window = Read(type, nameof(WindowAttribute));
        var form = Read(type, nameof(FormAttribute));
        var score = Read(type, nameof(ScoreAttribute));
        var convolution = Read(type, nameof(ConvolutionAttribute));
        return new(
            layer.Named<int>("KeyDim") ?? 0,
            layer.Named<int>("ValueDim") ?? 0,
            layer.Named<int>("Heads"),
            layer.Named<int>("KeyValueHeads"),
            layer.Named<int>("ValueHeads"),
            layer.Named<bool>("Causal") ?? true,
            layer.Named<double>("Scale"),
            map?.First<Kernel>(),
            gate is null ? null : new(gate.First<GateShape>(), gate.NamedEnum<HeadDecay>("Decay"), gate.NamedEnum<GateActivation>("Activation"), gate.Named<double>("Temperature"), gate.NamedArray("LogDecays"), gate.Named<int>("Layer"), gate.Named<int>("Layers"), gate.Named<double>("LowerBound")) { Learned = gate.Named<bool>("Learned") ?? false },
            write is null ? null : new(write.First<WriteRule>(), write.NamedEnum<KeySource>("Key"), write.NamedEnum<WriteStrength>("Strength"), write.Named<double>("StrengthScale"), write.Named<int>("Steps"), write.Named<int>("Slots"), write.Named<bool>("Bonus") ?? false),
            read is null ? null : new(read.First<Normaliser>(), read.Named<double>("Epsilon"), read.NamedEnum<SkipShape>("Skip"), read.Named<bool>("AddsEpsilon") ?? false, read.NamedEnum<EtaActivation>("Eta"), read.NamedEnum<Augmentation>("Augmentation"), read.NamedEnum<OutputGate>("OutputGate"), read.NamedEnum<NormaliserGradient>("Gradient"), read.Named<double>("Prior"), read.Named<int>("Levels")),
            rotation is null ? null : Rotation(rotation),
            window is null ? null : new(window.First(), window.Named<bool>("RuntimeSized") ?? false, window.Named<int>("SinkTokens") ?? 0),
            form is null ? null : new(form.First<Forms>(), form.Named<int>("ChunkSize")),
            map is null ? null : Map(map),
            score is null ? null : new(score.Named<double>("SoftCap"), score.NamedEnum<PositionBias>("Bias"), score.Named<bool>("SinkLogit") ?? false))
        {
            Convolution = convolution is null ? null : new(convolution.First(), (Convolved)convolution.Second(), convolution.NamedEnum<ConvolutionActivation>("Activation"), convolution.Named<int>("Columns")),
            Functions = new(functions.Select(f => f.Function)),
        };
    }

    private static RotationDeclaration Rotation(AttributeReader rotation)
    {
        var kind = rotation.First<RotationKind>();
        return new(kind, rotation.Named<double>("Base") ?? (kind == RotationKind.Selective ? 500000 : 10000), rotation.NamedEnum<PairLayout>("Layout") ?? PairLayout.HalfSplit)
        {
            Temperature = rotation.NamedEnum<RotationTemperature>("Temperature"),
            MaxTemperature = rotation.Named<double>("MaxTemperature"),
            MaxAngle = rotation.Named<double>("MaxAngle"),
            Differenced = rotation.Named<bool>("Differenced"),
            Bias = rotation.Named<bool>("Bias"),
            Gate = rotation.NamedEnum<PhaseGate>("Gate"),
        };
    }

    /// <summary>Null where no option is given, so that a map without options is declared one way.</summary>
    private static MapDeclaration? Map(AttributeReader map)
    {
        var options = new MapDeclaration(
            map.Named<int>("Projections"),
            map.Named<int>("Channels"),
            map.Named<int>("Hidden"),
            map.NamedEnum<FeatureActivation>("Activation"),
            map.Named<bool>("PerChannel") ?? false,
            map.Named<bool>("Signed") ?? false,
            map.NamedEnum<FeatureEnvelope>("Envelope"),
            map.Named<bool>("PerHead") ?? false,
            map.Named<int>("Horizon"),
            map.NamedEnum<HedgehogForm>("Form"),
            map.Named<bool>("Tabulated"));
        return options == new MapDeclaration() ? null : options;
    }

    /// <summary>An attribute of this library on the type, if it is there.</summary>
    public static AttributeData? Find(INamedTypeSymbol type, string name) => type.GetAttributes().FirstOrDefault(a =>
        a.AttributeClass is { } c && c.Name == name && c.ContainingNamespace.ToDisplayString() == KnownNames.Namespace);

    private static AttributeReader? Read(INamedTypeSymbol type, string name) => Find(type, name) is { } data ? new(data) : null;

    private static TypeModel Type(INamedTypeSymbol type)
    {
        var containing = new List<string>();
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType) containing.Insert(0, Header(outer));
        var ns = type.ContainingNamespace.IsGlobalNamespace ? "" : string.Join(".", type.ContainingNamespace.ToDisplayString().Split('.').Select(Identifier));
        return new(ns, new(containing), Header(type), type.Name, MetadataName(type));
    }

    /// <summary>The header under which a partial part of the type can be written; modifiers beside <c>partial</c> need not be repeated.</summary>
    private static string Header(INamedTypeSymbol type)
    {
        var kind = (type.IsRecord, type.TypeKind) switch
        {
            (true, TypeKind.Struct) => "record struct",
            (true, _) => "record",
            (_, TypeKind.Struct) => "struct",
            (_, TypeKind.Interface) => "interface",
            _ => "class",
        };
        var parameters = type.TypeParameters.Length == 0 ? "" : $"<{string.Join(", ", type.TypeParameters.Select(p => Identifier(p.Name)))}>";
        return $"partial {kind} {Identifier(type.Name)}{parameters}";
    }

    /// <summary>Names without capitals are escaped too: the compiler reserves some (<c>file</c>, <c>record</c>) and warns of the others.</summary>
    private static string Identifier(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || name.All(c => c is >= 'a' and <= 'z') ? "@" + name : name;

    private static string MetadataName(INamedTypeSymbol type)
    {
        var names = new List<string>();
        for (var t = type; t is not null; t = t.ContainingType) names.Insert(0, t.MetadataName);
        var ns = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString() + ".";
        return ns + string.Join("+", names);
    }
}

/// <summary>Typed access to an attribute's arguments; what does not bind reads as absent.</summary>
internal sealed class AttributeReader(AttributeData data)
{
    public T? Named<T>(string name)
        where T : struct
    {
        foreach (var pair in data?.NamedArguments ?? [])
            if (pair.Key == name && pair.Value is { Kind: not TypedConstantKind.Error, Value: T value }) return value;
        return null;
    }

    public T? NamedEnum<T>(string name)
        where T : struct, Enum =>
        Named<int>(name) is { } value ? (T)Enum.ToObject(typeof(T), value) : null;

    public EquatableArray<double>? NamedArray(string name)
    {
        foreach (var pair in data?.NamedArguments ?? [])
            if (pair.Key == name && pair.Value is { Kind: TypedConstantKind.Array, IsNull: false }) return new(pair.Value.Values.Select(v => v.Value is double x ? x : double.NaN));
        return null;
    }

    public T First<T>()
        where T : struct, Enum =>
        (T)Enum.ToObject(typeof(T), First());

    /// <summary>The first constructor argument as a number.</summary>
    public int First() => Number(0);

    /// <summary>The second.</summary>
    public int Second() => Number(1);

    private int Number(int n) => data.ConstructorArguments.ElementAtOrDefault(n) is { Kind: not TypedConstantKind.Error, Value: int value } ? value : 0;
}
