using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>From products of queries and keys to scores: capped, biased by distance, as the user's function says, lessened by what was forgotten in between; and which of them count.</summary>
/// <param name="head">The program's head: what all blocks share.</param>
/// <param name="across">Whether queries lie across the tile and keys down.</param>
internal sealed class Scores(DynamicalSystem system, RegionBuilder head, bool across)
{
    /// <summary>Backward, the rows of a window lie this far before their positions, the sinks in front of them.</summary>
    private static readonly Expr s_gap = new RunTimeValue(RunTimeValue.SinkGap);

    private readonly Tile? _slope = system.Score?.Bias == PositionBias.Alibi ? Slope(system, head) : null;

    /// <summary>Running sums of the log-forget gates at the queries, and what rounding left of them.</summary>
    private readonly Tile? _sums = Queries(system, head, across, "gateSums", isFixed: false);
    private readonly Tile? _rests = Queries(system, head, across, "gateRests", isFixed: true);
    private readonly Expr? _mask = system.MaskFunction?.Body is { } mask ? Placed(system, across, mask) : null;

    /// <summary>What the mask asks of each query.</summary>
    private readonly Tile[] _perToken = PerToken(system, head, across);

    private Expr Query => across ? Ex.Col : Ex.Row;

    private Expr Key => across ? Ex.Row : Ex.Col;

    /// <summary>Whether a query may see no key at all.</summary>
    public bool MayHideAll => _mask is not null;

    /// <summary>The products as scores.</summary>
    public Tile Shaped(RegionBuilder b, Tile products)
    {
        var scores = products;
        if (system.Score?.SoftCap is { } cap) scores = b.Map("capped", x => cap * x, b.Map("saturated", x => Ex.Tanh(x / cap), products));
        var distance = system.Causal ? Ex.Query - Ex.Key : Ex.Abs(Ex.Query - Ex.Key);
        if (_slope is not null) scores = b.Map("biased", Placed(system, across, new Arg(0) - new Arg(1) * distance), scores.Shape, scores, _slope);
        if (system.ScoreFunction is { Body: { } body } own) scores = UserFunction.Apply(own, Placed(system, across, body), b, "scored", scores);
        if (_sums is null) return scores;
        var (keySums, keyRests) = (Keys(b, "keyGates", isFixed: false), Keys(b, "keyGateRests", isFixed: true));
        return b.Map("forgotten", new Arg(0) + ((new Arg(1) - new Arg(2)) + (new Arg(3) - (Expr)new Arg(4))), scores.Shape, scores, _sums, keySums, _rests!, keyRests);
    }

    private static Tile? Queries(DynamicalSystem system, RegionBuilder head, bool across, string tensor, bool isFixed)
    {
        if (system.Decay is null) return null;
        var column = head.Load(tensor, Dim.R, Dim.One, isFixed: isFixed);
        return across ? head.Transpose(tensor + "Across", column) : column;
    }

    private Tile Keys(RegionBuilder b, string tensor, bool isFixed)
    {
        var column = b.Load(tensor, Dim.C, Dim.One, isFixed: isFixed);
        return across ? column : b.Transpose(tensor + "Across", column);
    }

    /// <summary>Something of each score where it counts: where the mask, causality and window let the query see the key.</summary>
    /// <param name="x">Of the score, argument 0, and of other tiles.</param>
    public Tile Visible(RegionBuilder b, string name, Expr x, double hidden, params Tile[] args) =>
        b.Map(name, Visible(x, hidden, _mask?.Substitute(n => new Arg(args.Length + n))), args[0].Shape, [.. args, .. _perToken]);

    private Expr Visible(Expr x, double hidden, Expr? mask)
    {
        x = mask switch
        {
            null => x,
            // One comparison chooses at once; several are made one number first, so that x is written once.
            Select { Then: Const, Otherwise: Const } or Const => Conditions.Choose(mask, x, hidden),
            _ => Ex.Select(Comparison.Less, 0, mask, x, hidden),
        };
        if (!system.Causal) return x;
        if (system.Window is { } window)
        {
            var size = window.RuntimeSized ? new RunTimeValue(RunTimeValue.Window) : (Expr)window.Size;
            var outside = window.SinkTokens == 0 ? hidden : Ex.Select(Comparison.Less, Key, window.SinkTokens, x, hidden);
            x = Ex.Select(Comparison.Less, Query - Key, size, x, outside);
        }

        return Ex.Select(Comparison.LessOrEqual, Key, Query, x, hidden);
    }

    /// <summary>An expression of positions where the tiles want it: counted from the block's first key wherever only differences matter.</summary>
    private static Expr Placed(DynamicalSystem system, bool across, Expr e)
    {
        if (system.Window is { SinkTokens: > 0 and var sinks }) e = e.Rewrite(x => x == Ex.Col ? Ex.Col - Ex.Select(Comparison.Less, Ex.Col, sinks, s_gap, 0) : null);
        e = Positions.Relative(across ? Positions.Transposed(e) : e);
        return system.Window is null ? e : e.Rewrite(x => x == Ex.Origin ? Ex.Origin + s_gap : null);
    }

    private static Tile[] PerToken(DynamicalSystem system, RegionBuilder head, bool across)
    {
        if (system.MaskFunction is not { PerToken.Count: > 0 } mask) return [];
        var stage = head.Stage;
        head.Stage = "What the mask asks of each query.";
        Tile[] tiles = [.. mask.PerToken.Select(Functions.PerToken).Select(t => (t, head.Load(t, Dim.R, Dim.One, isFixed: true))).Select(x => across ? head.Transpose(x.t + "Across", x.Item2) : x.Item2)];
        head.Stage = stage;
        return tiles;
    }

    /// <summary>2^(−8(h+1)/H).</summary>
    private static Tile Slope(DynamicalSystem system, RegionBuilder head)
    {
        var heads = system.Heads is { } h ? (Expr)h : new RunTimeValue(RunTimeValue.HeadCount);
        var stage = head.Stage;
        head.Stage = "The head's slope: how much each token of distance costs.";
        var slope = head.Fill("slope", new(Dim.One, Dim.One), Ex.Exp(-8 * System.Math.Log(2) * (Ex.Head + 1) / heads));
        head.Stage = stage;
        return slope;
    }
}
