using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>A program together with what the generator added to it.</summary>
internal sealed record Generated(Compilation Input, Compilation Output, GeneratorRunResult Result)
{
    public static Generated Of(Project project, CSharpCompilation input)
    {
        var driver = Driver(project.ParseOptions).RunGeneratorsAndUpdateCompilation(input, out var output, out _);
        return new(input, output, driver.GetRunResult().Results.Single());
    }

    public static GeneratorDriver Driver(CSharpParseOptions options) => CSharpGeneratorDriver.Create(
        [new AttentionGenerator().AsSourceGenerator()],
        parseOptions: options,
        driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public IEnumerable<LayerModel> Models => Result.TrackedSteps.TryGetValue(TrackingNames.Parse, out var steps)
        ? steps.SelectMany(s => s.Outputs).Select(o => (LayerModel)o.Value)
        : [];

    public ImmutableSortedDictionary<string, string> Texts =>
        Result.GeneratedSources.ToImmutableSortedDictionary(s => s.HintName, s => s.SourceText.ToString(), StringComparer.Ordinal);

    /// <summary>What the compiler itself says: everything that a strict build stops at.</summary>
    public ImmutableArray<Diagnostic> CompilerDiagnostics => [.. Output.GetDiagnostics().Where(Counts)];

    /// <summary>What the analyzer says, suppressions applied.</summary>
    public ImmutableArray<Diagnostic> Analyze() =>
    [
        .. Output.WithAnalyzers([new DeclarationAnalyzer()]).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult()
            .Where(d => !d.IsSuppressed).OrderBy(d => d.Location.SourceSpan.Start).ThenBy(d => d.Id, StringComparer.Ordinal),
    ];

    /// <summary>Stops at the first sight of an error or a warning, and shows the text it is in.</summary>
    public Generated Strict()
    {
        if (Result.Exception is { } e) throw new InvalidOperationException("The generator threw: " + e);
        var found = CompilerDiagnostics;
        if (found.Length > 0) throw new InvalidOperationException(Describe(found));
        return this;
    }

    public Loaded Load(Loaded? beside = null)
    {
        if (Result.Exception is { } e) throw new InvalidOperationException("The generator threw: " + e);
        return Loaded.From(Input.AssemblyName!, Image(), beside);
    }

    public ImmutableArray<byte> Image()
    {
        using var image = new MemoryStream();
        using var documentation = new MemoryStream();
        var emitted = Output.Emit(image, xmlDocumentationStream: documentation);
        var found = emitted.Diagnostics.Where(Counts).ToImmutableArray();
        if (!emitted.Success || found.Length > 0) throw new InvalidOperationException(Describe(found));
        return [.. image.ToArray()];
    }

    private string Describe(ImmutableArray<Diagnostic> found)
    {
        var text = new StringBuilder();
        foreach (var d in found.Take(30)) text.Append(d).Append('\n');
        foreach (var tree in found.Select(d => d.Location.SourceTree).OfType<SyntaxTree>().Distinct().Take(2))
        {
            text.Append("\n--- ").Append(tree.FilePath).Append('\n');
            var n = 0;
            foreach (var line in tree.GetText().Lines) text.Append($"{++n,4}  {line}\n");
        }

        return text.ToString();
    }

    private static bool Counts(Diagnostic d) => d.Severity >= DiagnosticSeverity.Warning && !d.IsSuppressed;
}
