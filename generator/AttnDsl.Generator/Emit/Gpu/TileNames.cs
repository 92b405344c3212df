using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>What the tiles of a planned program are called in a kernel, and how far apart their rows lie.</summary>
internal sealed class TileNames
{
    /// <summary>Names that a kernel uses itself.</summary>
    private static readonly HashSet<string> s_taken =
    [
        "call", "lane", "lanes", "work", "scratch", "states", "stateGrads", "kept", "item", "block", "shared", "b", "h", "t", "time", "query", "to", "from", "part",
        "sinks", "windowFrom", "partFirst", "window", "queryFirst", "keyFirst", "ahead", "headCount", "sinkGap", "e", "i", "j", "r", "c", "x", "y", "a", "b2", "cosine", "sine", "own", "at", "level", "tau", "angle", "finite", "acc", "fold", "lost", "log", "factors", "seen", "group", "column", "first", "mixed", "state", "piece", "step", "C", "R",
    ];

    private readonly CpuPlan _plan;
    private readonly HashSet<Tile> _gathered;
    private readonly Dictionary<Tile, string> _names = [];

    public TileNames(CpuPlan plan)
    {
        _plan = plan;
        _gathered = new(plan.Steps.Where(s => s.Op is Load && IsScratch(s.Target)).Select(s => s.Target));
    }

    public bool IsScratch(Tile tile) => _plan.Places[tile] is Scratch;

    public string this[Tile tile] => _names.TryGetValue(tile, out var name) ? name : _names[tile] = _plan.Places[tile] switch
    {
        WholeTensor whole => whole.Tensor,
        TensorRows rows => OfRows(rows.Tensor, TimeOf(tile.Shape)),
        TensorSlot slot => slot.Tensor + "Block",
        Scratch place => OfScratch(place, tile),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>Floats from one row to the next.</summary>
    public string Stride(Tile tile) => _plan.Places[tile] switch
    {
        TensorRows rows => rows.Tensor + "Step",
        WholeTensor or TensorSlot => Literals.Integer(_plan.Sizes.Of(tile.Shape.Cols)),
        _ => Literals.Integer(CpuPlan.Padded(_plan.Sizes.Of(tile.Shape.Cols))),
    };

    /// <summary>The rows of this turn's block of a tensor.</summary>
    public static string OfRows(string tensor, Dim rows) => tensor + (rows == Dim.R ? "Queries" : "Block");

    /// <summary>The dimension of a tile that runs along time.</summary>
    public static Dim TimeOf(Shape shape) => shape.Rows == Dim.One && (shape.Cols == Dim.C || shape.Cols == Dim.R) ? shape.Cols : shape.Rows;

    /// <summary>Aliases share one name: that of the tile which is written first.</summary>
    private string OfScratch(Scratch place, Tile tile)
    {
        while (_plan.Steps.FirstOrDefault(s => s.Target == tile && (s.Op is StopGradient || (s.Op is Transpose && tile.Shape.IsVector))) is { } same) tile = same.Args[0];
        var first = _plan.Steps.FirstOrDefault(s => s.Target == tile)?.Target ?? tile;
        var carried = _plan.Program.Carries.FirstOrDefault(c =>
            _plan.Places.TryGetValue(c.Start, out var start) && start is Scratch && start == place && (first == c.Start || first == c.Next || first == c.Final || first == c.Initial));
        var name = carried?.Start.Name ?? first.Name;
        if (first.Name == name && _gathered.Contains(first)) return name + "Block";
        return s_taken.Contains(name) ? name + "Tile" : name;
    }
}
