using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// The cache family: for each block of queries one pass over the keys it sees, with a running maximum and running sums.
/// </summary>
internal static class SoftmaxProgram
{
    private static readonly Dim One = Dim.One, R = Dim.R, C = Dim.C, K = Dim.K, V = Dim.V;

    /// <summary>Which way the scores lie.</summary>
    internal enum Orientation
    {
        /// <summary>Keys down, queries across: maximum and sum run down the rows, so a vector lane is a query. For blocks of queries.</summary>
        QueriesAcross,

        /// <summary>Queries down, keys across. For a single query.</summary>
        KeysAcross,
    }

    /// <param name="ready">Whether queries come turned and scaled, as <c>queries</c>.</param>
    public static TileProgram Attend(DynamicalSystem system, string name, Orientation orientation, bool ready = false)
    {
        var across = orientation == Orientation.QueriesAcross;
        var p = new ProgramBuilder(name, C, R, system.Causal ? Visits.Visible : Visits.All);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var perQuery = across ? new Shape(One, R) : new Shape(R, One);

        head.Stage = across ? "The queries, scaled, one in each lane." : "The query, scaled.";
        var q = ready ? head.Load("queries", R, K) : head.Map("qScaled", x => system.Scale * x, Sources.Rotated(system, head, head.Load("q", R, K), "qRotated"));
        if (across) q = head.Transpose("qAcross", q);

        var m = p.Open("m", perQuery);
        var l = p.Open("l", perQuery);
        var num = p.Open("num", across ? new(V, R) : new(R, V));

        b.Stage = "Scores of one block of keys.";
        var (k, v) = (b.Load("keys", C, K), b.Load("values", C, V));
        var shaping = new Scores(system, head, across);
        var scores = shaping.Shaped(b, across ? b.MatMul("scores", k, q) : b.MatMulNT("scores", q, k));

        b.Stage = "m ← max(m, scores): the running maximum of each query.";
        var masked = b.Map("visible", shaping.Visible(new Arg(0), Ex.NoScore), scores.Shape, scores);
        var next = b.Map("mNext", Ex.Max, m.Start, across ? b.MaxRows("blockMax", masked) : b.MaxCols("blockMax", masked));
        p.Carry("m", head.Fill("none", perQuery, Ex.NoScore), m, next, isReference: true);

        b.Stage = "P = e^{scores − m}; what was summed before is rescaled to the new maximum.";
        var weights = b.Map("weights", shaping.Visible(Ex.Exp(new Arg(0) - new Arg(1)), 0), scores.Shape, scores, next);
        var rescale = b.Map("rescale", (x, y) => Ex.Exp(x - y), m.Start, next);
        p.Carry("l", head.Fill("zero", perQuery, 0), l,
            b.Add("lNext", b.Map("lKept", (x, y) => x * y, l.Start, rescale), across ? b.SumRows("lBlock", weights) : b.SumCols("lBlock", weights)));
        p.Carry("num", head.Fill("zeros", num.Start.Shape, 0), num,
            b.Add("numNext", b.Map("numKept", (x, y) => x * y, num.Start, rescale), across ? b.MatMulTN("read", v, weights) : b.MatMul("read", weights, v)));

        tail.Stage = "o = num / l.";
        var o = tail.Map("output", (x, y) => x / y, num.Final, l.Final);
        tail.Store("o", across ? tail.Transpose("outputDown", o) : o);
        return p.Build();
    }

    /// <summary>Puts new keys (rotated) and values where queries will look for them.</summary>
    public static TileProgram Append(DynamicalSystem system, string name, bool values)
    {
        var p = new ProgramBuilder(name, C);
        var b = p.Body;
        b.Stage = system.Rotation is null ? "Copy one block of keys." : "Rotate one block of keys to their positions.";
        b.Store("keys", Sources.Rotated(system, b, b.Load("k", C, K), "kRotated"));
        if (!values) return p.Build();
        if (system.Rotation is not null) b.Stage = "Copy one block of values.";
        b.Store("values", b.Load("v", C, V));
        return p.Build();
    }
}
