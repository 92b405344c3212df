using System.Collections.Generic;
using System.Linq;
using System.Threading;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;
using Microsoft.CodeAnalysis;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>A feature map of all channels at once: <c>static float Map(ReadOnlySpan&lt;float&gt; x, int feature)</c>, learned numbers and tensors behind.</summary>
/// <param name="features">F where it is given; else K.</param>
internal sealed class VectorSignature(IMethodSymbol method, int channels, int? features)
{
    public const string Text = "static float Map(ReadOnlySpan<float> x, int feature)";

    /// <summary>Null for a map of single channels.</summary>
    public static VectorSignature? Of(IMethodSymbol method)
    {
        AttributeReader Read(ISymbol symbol, string name) => new(symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.Name == name)!);
        var features = Read(method, "FeatureMapFunctionAttribute").Named<int>("FeatureDim");
        if (features is null && !(method.Parameters.Length > 0 && ValueTranslator.IsSpan(method.Parameters[0].Type))) return null;
        return new(method, System.Math.Max(1, Read(method.ContainingType, "AttentionLayerAttribute").Named<int>("KeyDim") ?? 1), features);
    }

    public bool Fits => method.Parameters.Length >= 2 && ValueTranslator.IsSpan(method.Parameters[0].Type) && method.Parameters[1].Type.SpecialType == SpecialType.System_Int32 && method.Parameters.Skip(2).All(p =>
        FunctionParser.IsLearned(p) && (ValueTranslator.IsSpan(p.Type) ? Lengths(p).Count > 0 : p.Type.SpecialType == SpecialType.System_Single && Lengths(p).Count == 0));

    /// <summary>The lengths of a learned tensor; none of a number.</summary>
    public static IReadOnlyList<int> Lengths(IParameterSymbol p) =>
        p.GetAttributes().FirstOrDefault(a => a.AttributeClass?.Name == "LearnedAttribute")?.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array, IsNull: false } lengths ? [.. lengths.Values.Select(n => n.Value is int length ? length : 0)] : [];

    public FunctionDeclaration Translate(Compilation compilation, SyntaxNode at, CancellationToken cancellation)
    {
        var declared = new FunctionDeclaration(FunctionRole.FeatureMap, method.Name, null, null)
        {
            Features = features ?? channels,
            Learned = new(method.Parameters.Skip(2).Where(p => !ValueTranslator.IsSpan(p.Type)).Select(p => FunctionParser.Member(p.Name))),
            Tensors = new(method.Parameters.Skip(2).Where(p => ValueTranslator.IsSpan(p.Type)).Select(p => new LearnedTensor(FunctionParser.Member(p.Name), new(Lengths(p))))),
        };
        // A width that no kernel takes has a diagnostic of its own.
        var width = System.Math.Min(LayerRules.WidestFeatures, System.Math.Max(1, features ?? channels));
        foreach (var tensor in declared.Tensors)
        {
            var shape = tensor.Lengths;
            if (!(shape.Count == 1 && (shape[0] == width || shape[0] == channels)) && !(shape.Count == 2 && shape[0] == width && shape[1] == channels))
                throw new TranslationException(at, $"{tensor.Member} has the lengths {string.Join(", ", shape)}; of {channels} channels and {width} features a learned vector has {channels} or {width} numbers, and a learned matrix {width}, {channels}");
        }

        var numbers = 0;
        var arguments = method.Parameters.Select((p, n) => n switch
        {
            0 => new Vector("", channels),
            1 => Vectors.Feature,
            _ when ValueTranslator.IsSpan(p.Type) => new Vector(FunctionParser.Member(p.Name), Lengths(p).Aggregate(1, (product, length) => product * length)),
            _ => (Expr)new Arg(++numbers),
        }).ToList();
        var body = FunctionTranslator.Translate(method, arguments, compilation, cancellation, channels);
        new VectorChecks(declared with { Features = width }, channels, at).Check(body);
        return declared with { Body = body };
    }
}
