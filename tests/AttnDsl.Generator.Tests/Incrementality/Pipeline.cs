using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace AttnDsl.Generator.Tests.Incrementality;

/// <summary>A driver that lives through edits, and why each of its steps ran or did not.</summary>
internal sealed class Pipeline
{
    private static readonly CSharpParseOptions s_options = new Project().ParseOptions;

    private GeneratorDriver _driver = Generated.Driver(s_options);

    public Pipeline(params string[] sources)
    {
        Compilation = new Project(sources).Compile();
        Run();
    }

    public Compilation Compilation { get; private set; }

    public Pipeline Again()
    {
        Run();
        return this;
    }

    /// <summary>Replaces text in one file, as an editor does.</summary>
    public Pipeline Edit(int file, string from, string to)
    {
        var tree = Compilation.SyntaxTrees.ElementAt(file);
        var text = tree.GetText();
        var at = text.ToString().IndexOf(from, StringComparison.Ordinal);
        if (at < 0) throw new ArgumentException($"'{from}' is not in the file", nameof(from));
        Compilation = Compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(text.WithChanges(new TextChange(new(at, from.Length), to))));
        Run();
        return this;
    }

    public Pipeline Add(string source)
    {
        Compilation = Compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(source, s_options, "Added.cs"));
        Run();
        return this;
    }

    /// <summary>
    /// Every outcome of every step of ours in the last run, in order: "Parse: Cached, Modified | SourceOutput: Cached, …".
    /// </summary>
    public string Reasons()
    {
        var result = _driver.GetRunResult().Results.Single();
        return $"Parse: {Join(result.TrackedSteps[TrackingNames.Parse])} | {string.Join(" | ", result.TrackedOutputSteps.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}: {Join(s.Value)}"))}";
    }

    /// <summary>The step of the compiler that calls our parser: why each model was made anew, or was not.</summary>
    public string Transform() => Join(_driver.GetRunResult().Results.Single().TrackedSteps["result_ForAttributeWithMetadataName"]);

    public IEnumerable<string> Steps() => _driver.GetRunResult().Results.Single().TrackedSteps.Keys;

    private static string Join(IEnumerable<IncrementalGeneratorRunStep> steps) => string.Join(", ", steps.SelectMany(s => s.Outputs).Select(o => o.Reason));

    private void Run() => _driver = _driver.RunGenerators(Compilation);
}
