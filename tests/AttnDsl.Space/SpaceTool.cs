using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Space.Points;
using AttnDsl.Space.Printing;
using AttnDsl.Space.Running;

namespace AttnDsl.Space;

using Generated = Generator.Tests.Harness.Generated;

/// <summary>Tries points of the attribute space and prints what became of them.</summary>
internal static class SpaceTool
{
    public const int Passed = 0, Failed = 1, Misused = 2, Unfinished = 3;

    /// <summary>Fewer points than this are tried by the process itself, unless the command line says otherwise.</summary>
    private const int Few = 100;

    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, bool isTerminal)
    {
        try
        {
            var options = SpaceOptions.Parse(arguments);
            if (options.Summary.Count > 0) return Summarise(options.Summary, output);
            if (options.Point is { } text) return Single(Parse(text), !options.CompileOnly, output);
            if (options.Function is { } seed) return Single(FunctionSpace.PointOf(seed), !options.CompileOnly, output);
            var space = SpaceOf(options);
            if (options.IsWorker)
            {
                Worker.Run(space, Console.In, Console.Out);
                return Passed;
            }

            return Run(space, options, arguments, output, error, isTerminal);
        }
        catch (FormatException exception)
        {
            error.WriteLine($"error: {exception.Message}");
            error.WriteLine(SpaceOptions.Usage);
            return Misused;
        }
    }

    private static int Run(ISpace space, SpaceOptions options, IReadOnlyList<string> arguments, TextWriter output, TextWriter error, bool isTerminal)
    {
        var mine = Enumerable.Range(0, space.Count).Where(n => n % options.Shards == options.Shard - 1).ToList();
        var deadline = options.Minutes is { } minutes ? DateTime.UtcNow.AddMinutes(minutes) : DateTime.MaxValue;
        var counts = new Counts();
        using (var report = options.Report is { } path ? new ReportFile(path, space.Name) : null)
        {
            foreach (var finding in report?.Findings.Values ?? []) counts.Add(finding);
            var open = mine.Where(n => report?.Findings.ContainsKey(n) != true).ToList();
            var units = space.UnitsOf(open).ToList();
            var progress = new ProgressBar(error, isTerminal, open.Count, units.Sum(unit => unit.Weight * unit.Indices.Count));
            void Add(Finding finding, double weight)
            {
                counts.Add(finding);
                report?.Add(finding);
                progress.Add(weight, counts.Line);
            }

            var workers = options.Workers ?? (open.Count < Few ? 0 : Environment.ProcessorCount);
            if (workers > 0) new Foreman(space, [.. arguments, "--worker"], workers, deadline).Run(open, Add);
            else foreach (var unit in units.TakeWhile(_ => DateTime.UtcNow < deadline)) space.Prove(unit.Indices, finding => Add(finding, unit.Weight));
            progress.Clear();
        }

        counts.Print(output);
        if (counts.Third.Count > 0) return Failed;
        if (counts.Points >= mine.Count) return Passed;
        output.WriteLine($"{mine.Count - counts.Points,7} not tried yet");
        return Unfinished;
    }

    private static int Single(Point point, bool runFaces, TextWriter output)
    {
        var counts = new Counts();
        new Prover(runFaces, outcome =>
        {
            foreach (var measure in outcome.Measures) output.WriteLine($"{measure.Grade,-12} {measure}");
            counts.Add(Finding.Of(0, outcome));
        }).Run([point]);
        counts.Print(output);
        return counts.Third.Count > 0 ? Failed : Passed;
    }

    private static int Summarise(IReadOnlyList<string> reports, TextWriter output)
    {
        var counts = new Counts();
        foreach (var group in reports.Select(ReportFile.Read).GroupBy(report => report.Name))
        {
            output.WriteLine(group.Key);
            foreach (var finding in group.SelectMany(report => report.Findings).DistinctBy(finding => finding.Index)) counts.Add(finding);
        }

        counts.Print(output);
        return counts.Third.Count > 0 ? Failed : Passed;
    }

    private static ISpace SpaceOf(SpaceOptions options)
    {
        if (options.Functions > 0) return new FunctionSpace(options.Seed, options.Functions, !options.CompileOnly);
        var (name, points) = options switch
        {
            { All: true } => ("every two choices with every family", Sampling.Pairs(options.Seed)),
            { Count: > 0 } => ($"{options.Count} random points", Sampling.Sound(options.Seed).Take(options.Count)),
            _ => ("every two choices", Sampling.Covering(options.Seed)),
        };
        // In a random order, the same for the same seed: part of a run is a fair sample.
        Point[] list = [.. points];
        new Random(options.Seed).Shuffle(list);
        return new PointSpace($"{name}, seed {options.Seed}, {list.Length} points{(options.CompileOnly ? ", not run" : "")}", list, !options.CompileOnly);
    }

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
