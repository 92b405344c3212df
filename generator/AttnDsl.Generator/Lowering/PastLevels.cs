using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// The past in levels, each read with a weight of its own (log-linear attention): the one place where a layer with and one without them differ.
/// Token s lies on level bitLength(t xor s) of token t's past. Levels of a state are those that the last token before it saw: seen from a later one,
/// what lay below the level of that token itself has moved up to it.
/// </summary>
/// <param name="b">Where the block's rows are loaded.</param>
/// <param name="of">Before the names of its tiles, where a program has two blocks.</param>
internal sealed class PastLevels(DynamicalSystem system, RegionBuilder b, Dim rows, string of = "")
{
    private static readonly Dim E = Dim.E, One = Dim.One;

    private int Last => system.Levels - 1;

    /// <summary>The places of the block's rows.</summary>
    private Tile Places => b.LoadAs(Sources.Named(of, "place"), "place", rows, One, isFixed: true);

    private Tile Scales => b.LoadAs(Sources.Named(of, "levelScales"), "levelScales", rows, E);

    /// <summary>The place of the block's first row.</summary>
    public Tile First => b.Emit(Sources.Named(of, "firstPlace"), new EdgeRow(), Places);

    /// <summary>The levels of a block's rows; null of a layer without levels.</summary>
    public static PastLevels? Of(DynamicalSystem system, RegionBuilder b, Dim rows, string of = "") => system.Levels == 0 ? null : new(system, b, rows, of);

    /// <summary>Rows of a state: those of one level, level after level.</summary>
    public static Dim StateRows(DynamicalSystem system) => system.Levels == 0 ? Sources.Features(system) : Dim.Product(E, Sources.Features(system));

    /// <summary>Scores of this block's rows, under the weight of the level on which each key lies.</summary>
    /// <param name="keys">The block of the keys, if it is another.</param>
    public Tile Weighed(RegionBuilder at, string name, Tile scores, PastLevels? keys = null) =>
        at.Map(name, (x, y) => x * y, scores, at.Emit(name + "Weights", new LevelWeights(Last), Scales, Places, (keys ?? this).Places));

    /// <summary>Rows that read a state (C×F) as rows that read all its levels (C×EF), under their weights.</summary>
    /// <param name="first">The place of the first token behind the state.</param>
    public Tile Reading(RegionBuilder at, Tile x, Tile first)
    {
        var since = at.Emit("since", new LevelOf(Last), Places, Before(at, first));
        var own = at.SumCols("weightSince", at.Map("ofSince", Ex.Select(Comparison.LessOrEqual, Ex.Col, new Arg(1), Ex.Select(Comparison.LessOrEqual, new Arg(1), Ex.Col, new Arg(0), 0), 0), new Shape(rows, E), Scales, since));
        var weights = at.Map("stateWeights", Ex.Select(Comparison.Less, Ex.Col, new Arg(2), new Arg(1), new Arg(0)), new Shape(rows, E), Scales, own, since);
        return Spread(at, x.Plain + "ByLevel", weights, x);
    }

    /// <summary>Rows that are written (C×F) as rows for all levels (C×EF): each on the level that it has at the block's end.</summary>
    public Tile Written(Tile x)
    {
        var level = b.Emit("level", new LevelOf(Last), Places, LastPlace);
        return Spread(b, x.Plain + "ByLevel", b.Map("isLevel", Ex.Select(Comparison.LessOrEqual, Ex.Col, new Arg(0), Ex.Select(Comparison.LessOrEqual, new Arg(0), Ex.Col, 1, 0), 0), new Shape(rows, E), level), x);
    }

    /// <summary>A state as the block's last token sees it.</summary>
    public Tile Merged(Tile state) => b.Emit("merged", new MergeLevels(E, Sources.Features(system)), state, b.Emit("levelSince", new LevelOf(Last), LastPlace, Before(b, First)));

    /// <summary>What every level has of its own of what all share: a decay of the features.</summary>
    public Tile Shared(Tile x) => x.Shape.Cols == One ? x : b.Emit(x.Plain + "OfAll", new Spread(E, x.Shape.Cols, OfOuter: false), x);

    private Tile LastPlace => b.Emit("lastPlace", new EdgeRow(Last: true), Places);

    private static Tile Before(RegionBuilder at, Tile place) => at.Map("placeBefore", x => x - 1, place);

    private static Tile Spread(RegionBuilder at, string name, Tile weights, Tile x)
    {
        var features = x.Shape.Cols;
        return at.Map(name, (y, z) => y * z, at.Emit(weights.Plain + "Spread", new Spread(E, features, OfOuter: true), weights), at.Emit(x.Plain + "Spread", new Spread(E, features, OfOuter: false), x));
    }
}
