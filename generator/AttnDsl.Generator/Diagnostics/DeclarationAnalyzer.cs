using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Parsing;
using AttnDsl.Generator.Parsing.Functions;
using AttnDsl.Generator.Semantics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttnDsl.Generator.Diagnostics;

/// <summary>Reports what the generator's own rules find wrong with a declaration, at the argument that is wrong.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeclarationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [.. Descriptors.All.Values.OrderBy(d => d.Id, System.StringComparer.Ordinal)];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (DeclarationParser.Find(type, "AttentionLayerAttribute") is null)
        {
            foreach (var stray in type.GetMembers().OfType<IMethodSymbol>().Where(FunctionParser.IsFunction))
                context.ReportDiagnostic(Diagnostic.Create(Descriptors.All[DiagnosticIds.FunctionWithoutLayer], stray.Locations[0], stray.Name, type.Name));
            return;
        }

        var functions = FunctionParser.Parse(type, context.Compilation, context.CancellationToken).ToList();
        foreach (var problem in TypeRules.Check(type).Concat(LayerRules.Check(DeclarationParser.Layer(type, functions), type.Name)))
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.All[problem.Id], Locate(type, functions, problem.Site), [.. problem.Arguments]));
    }

    /// <summary>The argument if it is written, else its attribute, else the type's name; a function's name, or what of it has a fault.</summary>
    private static Location Locate(INamedTypeSymbol type, IReadOnlyList<FunctionSource> functions, string site)
    {
        var parts = site.Split('.');
        if (parts[0] == Problem.FunctionSite)
        {
            var function = functions[int.Parse(parts[1], CultureInfo.InvariantCulture)];
            return parts.Length > 2 ? function.Fault : function.Name;
        }

        if (parts[0] != "Type" && DeclarationParser.Find(type, parts[0] + "Attribute") is { } data && data.ApplicationSyntaxReference?.GetSyntax() is AttributeSyntax attribute)
        {
            if (parts.Length == 1) return attribute.GetLocation();
            var arguments = attribute.ArgumentList?.Arguments ?? default;
            var named = arguments.FirstOrDefault(a => (a.NameEquals?.Name ?? a.NameColon?.Name)?.Identifier.Text == parts[1]);
            var positional = char.IsLower(parts[1][0]) ? arguments.Where(a => a.NameEquals is null).ElementAtOrDefault(Place(data, parts[1])) : null;
            return (named ?? positional)?.GetLocation() ?? attribute.GetLocation();
        }

        var declaration = type.DeclaringSyntaxReferences.Select(r => r.GetSyntax()).OfType<TypeDeclarationSyntax>().FirstOrDefault();
        return declaration?.Identifier.GetLocation() ?? type.Locations[0];
    }

    /// <summary>Where a constructor has a parameter; the first place where it has none of that name.</summary>
    private static int Place(AttributeData data, string parameter) =>
        System.Math.Max(0, data.AttributeConstructor?.Parameters.Select(p => p.Name).ToList().IndexOf(parameter) ?? 0);
}
