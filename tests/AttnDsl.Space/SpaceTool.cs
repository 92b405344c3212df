using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Space.Points;
using AttnDsl.Space.Printing;

namespace AttnDsl.Space;

using Generated = Generator.Tests.Harness.Generated;

/// <summary>Tries points of the attribute space and prints what became of them.</summary>
internal static class SpaceTool
{
    public const int Passed = 0, Failed = 1, Misused = 2;

    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, bool isTerminal)
    {
        SpaceOptions options;
        List<Point> points;
        try
        {
            options = SpaceOptions.Parse(arguments);
            points = [.. PointsOf(options)];
        }
        catch (FormatException exception)
        {
            error.WriteLine($"error: {exception.Message}");
            error.WriteLine(SpaceOptions.Usage);
            return Misused;
        }

        var counts = new Counts();
        var progress = new ProgressBar(error, isTerminal, points.Count);
        new Prover(!options.CompileOnly, outcome =>
        {
            counts.Add(outcome);
            progress.Show(counts.Points, counts.Line);
        }).Run(points);
        progress.Clear();
        counts.Print(output, detailed: options.Point is not null);
        return counts.Third.Count > 0 ? Failed : Passed;
    }

    private static IEnumerable<Point> PointsOf(SpaceOptions options) => options switch
    {
        { Point: { } text } => [Parse(text)],
        { All: true } => Sampling.Pairs(options.Seed),
        { Count: > 0 } => Sampling.Sound(options.Seed).Take(options.Count),
        _ => Sampling.Covering(options.Seed),
    };

    /// <summary>What the compiler and the generator read from attributes.</summary>
    private static Point Parse(string attributes)
    {
        var project = new Project($"using AttnDsl;\n{attributes}\npublic static partial class Layer;");
        var generated = Generated.Of(project, project.Compile());
        var errors = generated.Input.GetDiagnostics().Where(d => d.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error).ToList();
        if (errors.Count > 0) throw new FormatException($"--point: {errors[0].GetMessage()}");
        return generated.Models.ToList() is [var model] ? new(model.Layer) : throw new FormatException("--point needs [AttentionLayer(…)] and the attributes that go with it");
    }
}
