using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>From products of queries and keys to scores: capped, then biased, then masked.</summary>
/// <param name="head">The program's head: what all blocks share.</param>
/// <param name="across">Whether queries lie across the tile and keys down.</param>
internal sealed class Scores(DynamicalSystem system, RegionBuilder head, bool across)
{
    private readonly Tile? _slope = system.Score?.Bias == PositionBias.Alibi ? Slope(system, head) : null;

    private Expr Query => across ? Ex.Col : Ex.Row;

    private Expr Key => across ? Ex.Row : Ex.Col;

    /// <summary>The products as scores, not masked yet.</summary>
    public Tile Shaped(RegionBuilder b, Tile products)
    {
        var scores = products;
        if (system.Score?.SoftCap is { } cap) scores = b.Map("capped", x => cap * x, b.Map("saturated", x => Ex.Tanh(x / cap), products));
        if (_slope is null) return scores;
        // Distances are differences of small numbers: positions are counted from the block's first key.
        var distance = system.Causal ? Query - Key : Ex.Abs(Query - Key);
        return b.Map("biased", new Arg(0) - new Arg(1) * distance, scores.Shape, scores, _slope);
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
