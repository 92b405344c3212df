using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Semantics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttnDsl.Generator.Parsing;

/// <summary>What a type must be like so that a generated part can extend it.</summary>
internal static class TypeRules
{
    private static readonly string[] s_members = ["Inputs", "State", "Gpu", "Forward", "Explanation", "KeyDim", "ValueDim", "FeatureDim", "Heads", "KeyValueHeads", "ValueHeads", "Gradients", "Parameters", "ParameterGradients", "Tabulate", "Backward", "RunLayer", "RunCancellable", "RunBackward", "InitialState"];

    public static bool CanExtend(INamedTypeSymbol type) => !Check(type).Any();

    public static IEnumerable<Problem> Check(INamedTypeSymbol type)
    {
        if (Unsupported(type) is { } kind) yield return new(DiagnosticIds.UnsupportedContainer, "Type", type.Name, kind);
        if (!IsPartial(type)) yield return new(DiagnosticIds.NotPartial, "Type", type.Name);
        for (var t = type; t is not null; t = t.ContainingType)
        {
            if (t.IsFileLocal)
            {
                yield return new(DiagnosticIds.FileLocal, "Type", t.Name);
                break;
            }
        }

        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
            if (!IsPartial(outer)) yield return new(DiagnosticIds.ContainerNotPartial, "Type", outer.Name, type.Name);
        foreach (var name in s_members)
        {
            if (type.GetMembers(name).Any(m => !m.IsImplicitlyDeclared && m.DeclaringSyntaxReferences.Any(r => !IsGenerated(r)))) yield return new(DiagnosticIds.MemberTaken, "Type", type.Name, name);
            else if (type.Name == name || type.TypeParameters.Any(p => p.Name == name)) yield return new(DiagnosticIds.MemberTaken, "Type", type.Name, name);
        }
    }

    private static string? Unsupported(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Interface } => "an interface",
        { IsRefLikeType: true } => "a ref struct",
        _ => null,
    };

    private static bool IsPartial(INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is TypeDeclarationSyntax t && t.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static bool IsGenerated(SyntaxReference reference) => reference.SyntaxTree.FilePath.EndsWith(".g.cs", System.StringComparison.Ordinal);
}
