using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Space.Functions;
using AttnDsl.Space.Points;

namespace AttnDsl.Space.Running;

/// <summary>Layers parts of which are random methods.</summary>
/// <param name="seed">Seed of the first one; the others' follow.</param>
/// <param name="count">How many there are.</param>
/// <param name="runFaces">Whether layers are run.</param>
internal sealed class FunctionSpace(int seed, int count, bool runFaces) : ISpace
{
    private const int UnitSize = 12;

    public string Name => $"{count} layers of random functions, seed {seed}{(runFaces ? "" : ", not run")}";

    public int Count => count;

    public static Point PointOf(int seed)
    {
        var parts = OwnParts.Of(seed);
        return new(parts.Declaration) { Own = parts };
    }

    public string CommandOf(int index) => Of(index).Command;

    public IEnumerable<Unit> UnitsOf(IEnumerable<int> indices) => indices
        .GroupBy(n => Of(n).Checked)
        .SelectMany(group => group.Chunk(UnitSize), (_, chunk) => new Unit(chunk, 1));

    public void Prove(IReadOnlyList<int> indices, Action<Finding> report) =>
        new Prover(runFaces, outcome => report(Finding.Of(outcome.Point.Own!.Seed - First, outcome))).Run([.. indices.Select(Of)]);

    private int First => seed * 1_000_000;

    private Point Of(int index) => PointOf(First + index);
}
