using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Space.Points;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttnDsl.Space.Compiling;

using Generated = Generator.Tests.Harness.Generated;

/// <summary>What became of a declaration when it was compiled.</summary>
/// <param name="Point">The declaration.</param>
/// <param name="Errors">Ids of the diagnostics that refuse it.</param>
/// <param name="Warnings">Ids of those that warn of it.</param>
internal sealed record Compiled(Point Point, ImmutableArray<string> Errors, ImmutableArray<string> Warnings)
{
    /// <summary>Why this is neither a layer nor refused by name.</summary>
    public string? Fault { get; init; }

    /// <summary>The layer, unless it was refused.</summary>
    public Access? Access { get; init; }

    /// <summary>Methods that run on a GPU.</summary>
    public ImmutableArray<MethodInfo> Kernels { get; init; } = [];
}

/// <summary>Many declarations in one compilation, as strict as a project can be: compiling is what costs.</summary>
internal sealed partial class Batch
{
    /// <summary>Its friends are the assemblies whose internals <see cref="AccessText"/> names.</summary>
    private const string AssemblyName = "AttnDsl.Space.Compiled", Namespace = "Points";

    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. References.All,
        .. new[] { typeof(Gpu.GpuDevice), typeof(ILGPU.Context), typeof(Golden.Layers.ILayer), typeof(Reference.LayerSpec), typeof(Access) }.Select(t => MetadataReference.CreateFromFile(t.Assembly.Location)),
    ];

    private readonly Point[] _points;
    private readonly string?[] _faults;

    private Batch(IReadOnlyList<Point> points) => (_points, _faults) = ([.. points], new string?[points.Count]);

    /// <param name="points">The declarations.</param>
    /// <param name="checked">Whether integer arithmetic is checked.</param>
    public static IReadOnlyList<Compiled> Compile(IReadOnlyList<Point> points, bool @checked) => points.Count == 0 ? [] : new Batch(points).Compile(@checked);

    private IReadOnlyList<Compiled> Compile(bool @checked)
    {
        var project = new Project([.. _points.Select((p, n) => $"namespace {Namespace}\n{{\n{p.Source(Name(n))}\n}}"), .. Methods()]) { Name = AssemblyName, Checked = @checked, References = s_references };
        var generated = Generated.Of(project, project.Compile());
        if (generated.Result.Exception is { } thrown) return Alone(@checked, "the generator threw: " + thrown);

        // Of the declarations alone: the analyzer reads nothing else, and would have all that is generated bound a second time.
        var diagnosed = (generated with { Output = generated.Input }).Analyze().ToLookup(d => IndexOf(d.Location.SourceTree));
        CheckModels(generated);
        var compiled = _points.Select((p, n) => new Compiled(p, Ids(diagnosed[n], DiagnosticSeverity.Error), Ids(diagnosed[n], DiagnosticSeverity.Warning))).ToArray();
        var sound = Enumerable.Range(0, _points.Length).Where(n => compiled[n].Errors.IsEmpty && _faults[n] is null).ToList();
        var output = generated.Output.AddSyntaxTrees(sound.Select(n => CSharpSyntaxTree.ParseText(AccessOf(generated, n), project.ParseOptions, $"Access{n}.cs", System.Text.Encoding.UTF8)));
        using var image = new MemoryStream();
        var emitted = output.Emit(image);
        var found = emitted.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning && !d.IsSuppressed).ToLookup(d => PointOf(d.Location.SourceTree));
        foreach (var fault in found)
        {
            if (fault.Key < 0) throw new InvalidOperationException("A diagnostic that no declaration gave rise to: " + fault.First());
            _faults[fault.Key] ??= $"does not compile: {fault.First()}\n{LineOf(fault.First().Location)}";
        }

        // What compiles is tried without what does not.
        if (found.Count > 0) return Without(_faults, @checked, compiled);
        image.Position = 0;
        var assembly = new AssemblyLoadContext(AssemblyName, isCollectible: true).LoadFromStream(image);
        foreach (var n in sound)
        {
            var access = Load(assembly, n);
            compiled[n] = compiled[n] with { Point = _points[n] with { Functions = access.Functions }, Access = access, Kernels = [.. KernelsOf(assembly, Name(n))] };
        }

        return [.. compiled.Select((c, n) => c with { Fault = _faults[n] })];
    }

    private static string LineOf(Location location) => location.SourceTree is { } tree ? tree.GetText().Lines[location.GetLineSpan().StartLinePosition.Line].ToString().Trim() : "";

    /// <summary>Finds out which declaration it was.</summary>
    private IReadOnlyList<Compiled> Alone(bool @checked, string fault) => _points.Length == 1
        ? [new(_points[0], [], []) { Fault = fault }]
        : [.. _points.SelectMany(p => Compile([p], @checked))];

    private IReadOnlyList<Compiled> Without(string?[] faults, bool @checked, Compiled[] compiled)
    {
        var rest = new Queue<Compiled>(Compile([.. _points.Where((_, n) => faults[n] is null)], @checked));
        return [.. compiled.Select((c, n) => faults[n] is { } fault ? c with { Fault = fault } : rest.Dequeue())];
    }

    /// <summary>A point is tested as it was meant only if the generator read it so.</summary>
    private void CheckModels(Generated generated)
    {
        var models = generated.Models.ToDictionary(m => m.Type.Name, m => m.Layer);
        for (var n = 0; n < _points.Length; n++)
        {
            if (!models.TryGetValue(Name(n), out var layer)) _faults[n] = "the generator did not see it";
            else if (_points[n].Own is not null && layer with { Functions = default } == _points[n].Declaration) _points[n] = _points[n] with { Declaration = layer };
            else if (layer != _points[n].Declaration) _faults[n] = $"read as {layer}";
        }
    }

    private string AccessOf(Generated generated, int n) =>
        AccessText.Of(generated.Output.GetTypeByMetadataName($"{Namespace}.{Name(n)}")!, _points[n].Forms, Name(n), _points[n].Own?.Access(Name(n)));

    /// <summary>Random methods once more, in every precision of the reference loops: files behind the declarations.</summary>
    private IEnumerable<string> Methods() => _points.SelectMany((p, n) => p.Own?.Methods(Name(n)) ?? []);

    private static Access Load(Assembly assembly, int n) =>
        (Access)assembly.GetType($"{AssemblyName}.{Name(n)}", throwOnError: true)!.GetProperty("Access")!.GetValue(null)!;

    private static IEnumerable<MethodInfo> KernelsOf(Assembly assembly, string name) => assembly.GetTypes()
        .Where(t => t.Namespace == "AttnDsl.Generated" && t.Name.StartsWith($"{Namespace}_{name}_", StringComparison.Ordinal))
        .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType.IsGenericType && f.FieldType.GetGenericTypeDefinition() == typeof(Gpu.Kernels.GpuKernel<>)), (t, f) => t.GetMethod(f.Name[..^"Kernel".Length])!);

    private static ImmutableArray<string> Ids(IEnumerable<Diagnostic> diagnostics, DiagnosticSeverity severity) =>
        [.. diagnostics.Where(d => d.DefaultSeverity == severity).Select(d => d.Id).Distinct().Order(StringComparer.Ordinal)];

    private static string Name(int n) => $"P{n}";

    /// <summary>The point that a file belongs to; −1 where none does.</summary>
    private int PointOf(SyntaxTree? tree)
    {
        var index = IndexOf(tree);
        return index < _points.Length ? index : Enumerable.Range(0, _points.Length).SelectMany(n => (_points[n].Own?.Methods(Name(n)) ?? []).Select(_ => n)).ElementAt(index - _points.Length);
    }

    /// <summary>Of its source, of what the generator made of it, or of how it is reached.</summary>
    private static int IndexOf(SyntaxTree? tree) => tree is not null && Index().Match(Path.GetFileName(tree.FilePath)) is { Success: true } match ? int.Parse(match.Groups[1].Value) : -1;

    [GeneratedRegex(@"(?:^Source|^Access|^Points\.P)(\d+)[.\-]")]
    private static partial Regex Index();
}
