using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>From products of queries and keys to scores: capped, biased by distance, lessened by what was forgotten in between, masked.</summary>
/// <param name="head">The program's head: what all blocks share.</param>
/// <param name="across">Whether queries lie across the tile and keys down.</param>
internal sealed class Scores(DynamicalSystem system, RegionBuilder head, bool across)
{
    private readonly Tile? _slope = system.Score?.Bias == PositionBias.Alibi ? Slope(system, head) : null;

    /// <summary>Running sums of the log-forget gates at the queries, and what rounding left of them.</summary>
    private readonly Tile? _sums = Queries(system, head, across, "gateSums", isFixed: false);
    private readonly Tile? _rests = Queries(system, head, across, "gateRests", isFixed: true);

    private Expr Query => across ? Ex.Col : Ex.Row;

    private Expr Key => across ? Ex.Row : Ex.Col;

    /// <summary>The products as scores, not masked yet.</summary>
    public Tile Shaped(RegionBuilder b, Tile products)
    {
        var scores = products;
        if (system.Score?.SoftCap is { } cap) scores = b.Map("capped", x => cap * x, b.Map("saturated", x => Ex.Tanh(x / cap), products));
        // Distances are differences of small numbers: positions are counted from the block's first key.
        var distance = system.Causal ? Query - Key : Ex.Abs(Query - Key);
        if (system.MeasuresSinks) distance += Ex.Select(Comparison.Less, Key, system.Window!.SinkTokens, new RunTimeValue(RunTimeValue.SinkGap), 0);
        if (_slope is not null) scores = b.Map("biased", new Arg(0) - new Arg(1) * distance, scores.Shape, scores, _slope);
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

    /// <summary>Key ≤ query, and within the window or among the sinks.</summary>
    public Expr Visible(Expr x, double hidden)
    {
        if (!system.Causal) return x;
        if (system.Window is { } window)
        {
            var size = window.RuntimeSized ? new RunTimeValue(RunTimeValue.Window) : (Expr)window.Size;
            var outside = window.SinkTokens == 0 ? hidden : Ex.Select(Comparison.Less, Key, window.SinkTokens, x, hidden);
            x = Ex.Select(Comparison.Less, Query - Key, size, x, outside);
        }

        return Ex.Select(Comparison.LessOrEqual, Key, Query, x, hidden);
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
