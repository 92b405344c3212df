using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// The last W tokens beside moments of all older ones: their keys and values pass through a queue, out of which they join the moments, and
/// until then every query scores them one by one, as softmax does.
/// </summary>
internal sealed class ExactWindow
{
    private static readonly Dim One = Dim.One, X = Dim.X;

    private readonly DynamicalSystem _system;
    private readonly RegionBuilder _b;
    private readonly Dim _rows;
    private readonly Tile _k, _v, _pastKeys, _pastValues, _seen, _places;

    /// <param name="k">The block's mapped keys.</param>
    /// <param name="v">The block's values.</param>
    public ExactWindow(DynamicalSystem system, ProgramBuilder p, RegionBuilder b, Dim rows, Tile k, Tile v)
    {
        (_system, _b, _rows, _k, _v) = (system, b, rows, k, v);
        var (keys, values, count) = (p.Open("windowKeys", new(X, k.Shape.Cols)), p.Open("windowValues", new(X, v.Shape.Cols)), p.Open("windowCount", new(One, One)));
        (_pastKeys, _pastValues, _seen) = (keys.Start, values.Start, count.Start);
        _places = CentredProgram.Places(b, rows);
        LeavingKeys = b.Emit("leavingKeys", new Queue(Stays: false), _pastKeys, k);
        LeavingValues = b.Emit("leavingValues", new Queue(Stays: false), _pastValues, v);
        Left = b.Map("left", (place, seen) => Ex.Select(Comparison.Less, system.ExactTokens, place + seen, 1, 0), _places, _seen);
        CentredProgram.Carried(p, keys, b.Emit("windowKeysNext", new Queue(Stays: true), _pastKeys, k));
        CentredProgram.Carried(p, values, b.Emit("windowValuesNext", new Queue(Stays: true), _pastValues, v));
        CentredProgram.Carried(p, count, b.Map("windowCountNext", (seen, joined) => Ex.Min(seen + joined, system.ExactTokens), _seen, b.Emit("joined", new EdgeRow(Last: true), _places)));
    }

    /// <summary>For each row of the block the key that leaves the window as the row enters it.</summary>
    public Tile LeavingKeys { get; }

    public Tile LeavingValues { get; }

    /// <summary>1 where one does leave, 0 where the window is not full yet.</summary>
    public Tile Left { get; }

    /// <summary>One softmax over the window's tokens and, as one of many tokens' weight, what the moments stand for.</summary>
    /// <param name="moments">What the moments read, rows×V.</param>
    /// <param name="logWeight">The logarithm of what the older tokens weigh together, rows×1.</param>
    public Tile Read(Tile q, Tile moments, Tile logWeight)
    {
        var (b, w) = (_b, _system.ExactTokens);
        // Row i sees what is not yet W places behind it: of the past, oldest first, what does not leave before it or with it.
        var past = b.Map("windowScores",
            Ex.Select(Comparison.LessOrEqual, new Arg(1), Ex.Col, Ex.Select(Comparison.LessOrEqual, w - (Expr)new Arg(2), Ex.Col, new Arg(0), Ex.NoScore), Ex.NoScore),
            new Shape(_rows, X), b.MatMulNT("windowDots", q, _pastKeys), _places, _seen);
        Expr own = new Arg(0);
        if (_rows != One && w < _system.ChunkSize) own = Ex.Select(Comparison.Less, Ex.Row - Ex.Col, w, own, Ex.NoScore);
        var dots = b.MatMulNT("ownDots", q, _k);
        var scores = b.Map("ownScores", Ex.Causal(own, Ex.NoScore), dots.Shape, dots);
        var max = b.Emit("maxHeld", new StopGradient(), b.Map("max", (x, y, z) => Ex.Max(Ex.Max(x, y), z), b.MaxCols("windowMax", past), b.MaxCols("ownMax", scores), logWeight));
        Tile Weight(string name, Tile score) => b.Map(name, (x, m) => Ex.Exp(x - m), score, max);
        var (pastWeights, weights, older) = (Weight("windowWeights", past), Weight("ownWeights", scores), Weight("olderWeight", logWeight));
        var den = b.Map("den", (x, y, z) => x + y + z, b.SumCols("windowSum", pastWeights), b.SumCols("ownSum", weights), older);
        var num = b.Add("num", b.Add("numWindow", b.Map("numOlder", (x, y) => x * y, moments, older), b.MatMul("fromWindow", pastWeights, _pastValues)), b.MatMul("fromOwn", weights, _v));
        return b.Map("blended", (x, y) => x / y, num, den);
    }
}
