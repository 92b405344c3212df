using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>From products of queries and keys to scores: capped, biased by distance.</summary>
/// <param name="head">The program's head: what all blocks share.</param>
/// <param name="across">Whether queries lie across the tile and keys down.</param>
internal sealed class Scores(DynamicalSystem system, RegionBuilder head, bool across)
{
    private readonly Tile? _slope = system.Score?.Bias == PositionBias.Alibi ? Slope(system, head) : null;

    private Expr Query => across ? Ex.Col : Ex.Row;

    private Expr Key => across ? Ex.Row : Ex.Col;

    /// <summary>The products as scores.</summary>
    public Tile Shaped(RegionBuilder b, Tile products)
    {
        var scores = products;
        if (system.Score?.SoftCap is { } cap) scores = b.Map("capped", x => cap * x, b.Map("saturated", x => Ex.Tanh(x / cap), products));
        // Distances are differences of small numbers: positions are counted from the block's first key.
        var distance = system.Causal ? Query - Key : Ex.Abs(Query - Key);
        if (system.Window is { SinkTokens: > 0 and var sinks }) distance += Ex.Select(Comparison.Less, Key, sinks, new RunTimeValue(RunTimeValue.SinkGap), 0);
        if (_slope is not null) scores = b.Map("biased", new Arg(0) - new Arg(1) * distance, scores.Shape, scores, _slope);
        return scores;
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
