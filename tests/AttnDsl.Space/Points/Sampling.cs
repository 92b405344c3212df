using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;

namespace AttnDsl.Space.Points;

/// <summary>Points of the attribute space.</summary>
internal static class Sampling
{
    /// <summary>Random choices on every axis, more often than not the one of a declaration without the attribute; valid points only.</summary>
    public static IEnumerable<Point> Sound(int seed)
    {
        var random = new Random(seed);
        var seen = new HashSet<LayerDeclaration>();
        while (true)
        {
            var restraint = random.NextDouble();
            var declaration = Of([.. Axes.All.Select((axis, n) => n > 0 && random.NextDouble() < restraint ? 0 : random.Next(axis.Length))]);
            if (IsSound(declaration) && seen.Add(declaration)) yield return new(declaration);
        }
    }

    /// <summary>Every two choices: in a valid point where there is one, else in one that has to be refused.</summary>
    public static IEnumerable<Point> Covering(int seed)
    {
        var (valid, never) = Array(seed);
        return Points(valid.Concat(never));
    }

    /// <summary>Every two choices that go together in no valid point.</summary>
    public static IEnumerable<Point> NeverSound(int seed) => Points(Array(seed).Never);

    /// <summary>Every two choices with every family of layers and with random other choices: thousands of declarations.</summary>
    public static IEnumerable<Point> Pairs(int seed) => Axes.Pairs(seed).Distinct().Select(d => new Point(d));

    public static bool IsSound(LayerDeclaration declaration) => !LayerRules.Check(declaration, "Layer").Any(p => p.IsError);

    private static LayerDeclaration Of(int[] row) => row.Select((choice, axis) => Axes.All[axis][choice]).Aggregate(Layers.Plain(4, 6), (d, choice) => choice(d));

    private static (List<int[]> Valid, List<int[]> Never) Array(int seed) => CoveringArray.Of([.. Axes.All.Select(axis => axis.Length)], row => IsSound(Of(row)), seed);

    private static IEnumerable<Point> Points(IEnumerable<int[]> rows) => rows.Select(Of).Distinct().Select(d => new Point(d));
}
