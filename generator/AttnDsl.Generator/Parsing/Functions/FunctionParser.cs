using System.Collections.Generic;
using System.Linq;
using System.Threading;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>A user's function and where it stands in the source, for diagnostics.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Fault">What cannot be translated; the name where the signature is wrong.</param>
internal sealed record FunctionSource(FunctionDeclaration Function, Location Name, Location Fault);

/// <summary>The methods of a type that stand for parts of its layer.</summary>
internal static class FunctionParser
{
    /// <summary>What marks a method, and what it has to look like.</summary>
    public static IReadOnlyList<(string Attribute, FunctionRole Role, string Signature)> Roles { get; } =
    [
        ("FeatureMapFunctionAttribute", FunctionRole.FeatureMap, "static float Map(float x)"),
        ("GateFunctionAttribute", FunctionRole.Gate, "static float LogDecay(float z)"),
        ("ScoreFunctionAttribute", FunctionRole.Score, "static float Score(float score, in ScorePosition p)"),
        ("MaskFunctionAttribute", FunctionRole.Mask, "static bool Sees(in ScorePosition p)"),
        ("NormaliserFunctionAttribute", FunctionRole.Normaliser, "static float Divisor(float sum)"),
    ];

    public static IEnumerable<FunctionSource> Parse(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation) =>
        from method in type.GetMembers().OfType<IMethodSymbol>()
        from role in Roles
        where Has(method, role.Attribute)
        select Parse(method, role.Role, role.Signature, compilation, cancellation);

    /// <summary>Whether a method has a function's attribute.</summary>
    public static bool IsFunction(IMethodSymbol method) => Roles.Any(r => Has(method, r.Attribute));

    private static bool Has(ISymbol symbol, string attribute) =>
        symbol.GetAttributes().Any(a => a.AttributeClass is { } c && c.Name == attribute && c.ContainingNamespace.ToDisplayString() == KnownNames.Namespace);

    private static FunctionSource Parse(IMethodSymbol method, FunctionRole role, string signature, Compilation compilation, CancellationToken cancellation)
    {
        var source = FunctionTranslator.SourceOf(method)?.GetSyntax(cancellation) as MethodDeclarationSyntax;
        var name = source?.Identifier.GetLocation() ?? method.Locations.FirstOrDefault() ?? Location.None;
        var vectors = role == FunctionRole.FeatureMap ? VectorSignature.Of(method) : null;
        if (source is null || !IsPlain(method, role) || !(vectors?.Fits ?? Fits(method, role)))
            return Faulty(name, DiagnosticIds.FunctionSignature, method.Name, role.Text(), Signature(method), vectors is null ? signature : VectorSignature.Text, role == FunctionRole.Mask ? "any numbers of the query's token behind as [PerToken] int" : "any learned numbers behind as [Learned] float");
        try
        {
            if (vectors is not null) return new(vectors.Translate(compilation, source, cancellation), name, name);
            if (role == FunctionRole.Mask)
            {
                var perToken = method.Parameters.Skip(1).ToList();
                var sees = FunctionTranslator.Translate(method, [null, .. perToken.Select((_, n) => new Arg(n))], compilation, cancellation);
                return new(new(role, method.Name, sees, null) { PerToken = new(perToken.Select(p => Member(p.Name))) }, name, name);
            }

            var learned = method.Parameters.Skip(Parameters(role).Length).ToList();
            var arguments = Parameters(role).Select(isPosition => isPosition ? null : (Expr?)new Arg(0)).Concat(learned.Select((_, n) => new Arg(n + 1)));
            var body = FunctionTranslator.Translate(method, [.. arguments], compilation, cancellation);
            return new(new(role, method.Name, body, null) { Learned = new(learned.Select(p => Member(p.Name))) }, name, name);
        }
        catch (TranslationException e)
        {
            return Faulty(e.At.GetLocation(), DiagnosticIds.UntranslatableCode, method.Name, Shortened(e.At.ToString()), e.Message);
        }

        FunctionSource Faulty(Location at, string id, params string[] arguments) =>
            new(new(role, method.Name, null, new(id, new EquatableArray<string>(arguments))), name, at);
    }

    /// <summary>For each parameter of a role, whether it is a position; else it is a number.</summary>
    private static bool[] Parameters(FunctionRole role) => role switch
    {
        FunctionRole.Score => [false, true],
        FunctionRole.Mask => [true],
        _ => [false],
    };

    private static bool IsPlain(IMethodSymbol method, FunctionRole role) =>
        method is { IsStatic: true, IsGenericMethod: false, IsAsync: false, ReturnsByRef: false, ReturnsByRefReadonly: false } &&
        method.ReturnType.SpecialType == (role == FunctionRole.Mask ? SpecialType.System_Boolean : SpecialType.System_Single) &&
        method.Parameters.All(p => p.RefKind is RefKind.None or RefKind.In);

    private static bool Fits(IMethodSymbol method, FunctionRole role) =>
        Parameters(role) is var kinds && method.Parameters.Take(kinds.Length).Select(IsPosition).SequenceEqual(kinds.Select(k => (bool?)k)) &&
        method.Parameters.Skip(kinds.Length).All(p => role == FunctionRole.Mask ? IsPerToken(p) : IsPosition(p) == false && IsLearned(p) && VectorSignature.Lengths(p).Count == 0);

    private static bool IsPerToken(IParameterSymbol p) => p.Type.SpecialType == SpecialType.System_Int32 && Has(p, "PerTokenAttribute");

    public static bool IsLearned(IParameterSymbol p) => Has(p, "LearnedAttribute");

    /// <summary>Whether a parameter is a position; null where it is neither that nor a number.</summary>
    private static bool? IsPosition(IParameterSymbol p) => ValueTranslator.IsPosition(p.Type) ? true : p.Type.SpecialType == SpecialType.System_Single ? false : null;

    /// <summary>A parameter's name as that of a member.</summary>
    public static string Member(string name) => name.TrimStart('_') is { Length: > 0 } n && char.IsLetter(n[0]) ? char.ToUpperInvariant(n[0]) + n.Substring(1) : name;

    private static string Signature(IMethodSymbol method) =>
        $"{(method.IsStatic ? "static " : "")}{Short(method.ReturnType)} {method.Name}({string.Join(", ", method.Parameters.Select(p => $"{(p.RefKind == RefKind.In ? "in " : "")}{Short(p.Type)} {p.Name}"))})";

    private static string Short(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    /// <summary>One line of code that a message can hold.</summary>
    private static string Shortened(string code)
    {
        var line = string.Join(" ", code.Split(['\n', '\r', ' ', '\t'], System.StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 40 ? line : line.Substring(0, 37) + "...";
    }
}
