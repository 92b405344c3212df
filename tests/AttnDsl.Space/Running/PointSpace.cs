using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Space.Points;

namespace AttnDsl.Space.Running;

/// <summary>Points of the attribute space.</summary>
/// <param name="name">Which of them these are.</param>
/// <param name="points">The points, no two of them equal.</param>
/// <param name="runFaces">Whether layers are run.</param>
internal sealed class PointSpace(string name, IReadOnlyList<Point> points, bool runFaces) : ISpace
{
    /// <summary>Points of one compilation: a refused one is a few lines, a layer thousands.</summary>
    private const int RefusedUnit = 400, SoundUnit = 12;

    /// <summary>What a refused point costs, with a layer's cost as one.</summary>
    private const double RefusedWeight = 0.01;

    public string Name => name;

    public int Count => points.Count;

    public string CommandOf(int index) => points[index].Command;

    /// <summary>Layers first: they take longest. What the rules say of a point decides nothing but which others it is compiled with.</summary>
    public IEnumerable<Unit> UnitsOf(IEnumerable<int> indices) => indices
        .GroupBy(n => (IsSound: Sampling.IsSound(points[n].Declaration), points[n].Checked))
        .OrderBy(group => (group.Key.IsSound ? 0 : 2) + (group.Key.Checked ? 1 : 0))
        .SelectMany(group => group.Chunk(group.Key.IsSound ? SoundUnit : RefusedUnit), (group, chunk) => new Unit(chunk, group.Key.IsSound ? 1 : RefusedWeight));

    public void Prove(IReadOnlyList<int> indices, Action<Finding> report)
    {
        var places = indices.ToDictionary(n => points[n]);
        new Prover(runFaces, outcome => report(Finding.Of(places[outcome.Point], outcome))).Run([.. indices.Select(n => points[n])]);
    }
}
