using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>A program to be compiled: strict as a project can be, unless it says otherwise.</summary>
internal sealed record Project
{
    public Project(params string[] sources) => Sources = [.. sources];

    public ImmutableArray<string> Sources { get; init; }

    public string Name { get; init; } = "Consumer";

    public LanguageVersion Language { get; init; } = LanguageVersion.CSharp14;

    public bool Checked { get; init; }

    public bool ImplicitUsings { get; init; }

    public ImmutableArray<MetadataReference> References { get; init; } = Harness.References.All;

    public CSharpParseOptions ParseOptions => new(Language, DocumentationMode.Diagnose);

    public CSharpCompilation Compile() => CSharpCompilation.Create(Name, Trees(), References, new(
        OutputKind.DynamicallyLinkedLibrary,
        checkOverflow: Checked,
        generalDiagnosticOption: ReportDiagnostic.Error,
        // The programs here do not document their own members.
        specificDiagnosticOptions: [new("CS1591", ReportDiagnostic.Suppress)],
        warningLevel: 9999,
        nullableContextOptions: NullableContextOptions.Enable,
        optimizationLevel: OptimizationLevel.Release,
        deterministic: true));

    /// <summary>Compiled with what the generator adds.</summary>
    public Generated Generate() => Generated.Of(this, Compile());

    /// <summary>Compiles strictly, loads and runs <c>Probe.Run</c>, whose body is given.</summary>
    public void Run(params string[] bodies) =>
        (this with { Sources = [.. Sources, ProbeText.Support, ProbeText.Entry(bodies)] }).Generate().Load().Run();

    private IEnumerable<SyntaxTree> Trees()
    {
        var sources = ImplicitUsings
            ? Sources.Insert(0, "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;")
            : Sources;
        return sources.Select((text, n) => CSharpSyntaxTree.ParseText(text, ParseOptions, $"Source{n}.cs", System.Text.Encoding.UTF8));
    }
}
