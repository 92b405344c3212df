using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
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

        head.Begin(across ? "The queries, scaled, one in each lane." : "The query, scaled.", "The gradients of the queries.");
        var q = ready ? head.Load("queries", R, K) : head.Map("qScaled", x => system.Scale * x, Sources.Rotated(system, head, head.Load("q", R, K), "qRotated"));
        if (across) q = head.Transpose("qAcross", q);

        head.Stage = "Sums begin at zero, the maximum far below every score.";
        var m = p.Open("m", perQuery);
        var l = p.Open("l", perQuery);
        var num = p.Open("num", across ? new(V, R) : new(R, V));
        Tile none, zero;
        if (system.Score is { SinkLogit: true })
        {
            head.Begin("The maximum begins at the sink's logit, the sum with its weight.", "The gradient of the sink's logit: what its weight took from every query.");
            var sink = head.Load("sink", One, One, Access.Parameter);
            none = head.Emit("sinkMaxHeld", new StopGradient(), head.Map("sinkMax", Ex.Max(new Arg(0), Ex.NoScore), perQuery, sink));
            zero = head.Map("sinkWeight", Ex.Exp(new Arg(0) - new Arg(1)), perQuery, sink, none);
        }
        else
        {
            none = head.Fill("none", perQuery, Ex.NoScore);
            zero = head.Fill("zero", perQuery, 0);
        }


        b.Begin("Scores of one block of keys.", "Scores are q·k: dq_i += Σ_j dscores_ij k_j, dk_j = Σ_i dscores_ij q_i.");
        var (k, v) = (b.Load("keys", C, K), b.Load("values", C, V));
        var shaping = new Scores(system, head, across);
        var scores = shaping.Shaped(b, across ? b.MatMul("scores", k, q) : b.MatMulNT("scores", q, k));

        b.Stage = "m ← max(m, scores): the running maximum of each query.";
        var masked = shaping.Visible(b, "visible", new Arg(0), Ex.NoScore, scores);
        var next = b.Map("mNext", Ex.Max, m.Start, across ? b.MaxRows("blockMax", masked) : b.MaxCols("blockMax", masked));
        p.Carry("m", none, m, next, isReference: true);

        const string weighed = "dP_ij = do_i·v_j, dscores_ij = P_ij (dP_ij − do_i·o_i), dv_j = Σ_i P_ij do_i.";
        b.Begin("P = e^{scores − m}.", weighed);
        var weights = shaping.Visible(b, "weights", Ex.Exp(new Arg(0) - new Arg(1)), 0, scores, next);
        var sums = across ? b.SumRows("lBlock", weights) : b.SumCols("lBlock", weights);
        b.Begin("What was summed before is rescaled to the new maximum.", weighed);
        var rescale = b.Map("rescale", (x, y) => Ex.Exp(x - y), m.Start, next);
        p.Carry("l", zero, l, b.Add("lNext", b.Map("lKept", (x, y) => x * y, l.Start, rescale), sums));
        p.Carry("num", head.Fill("zeros", num.Start.Shape, 0), num,
            b.Add("numNext", b.Map("numKept", (x, y) => x * y, num.Start, rescale), across ? b.MatMulTN("read", v, weights) : b.MatMul("read", weights, v)));

        tail.Begin(shaping.MayHideAll ? "o = num / l, 0 where a query sees no key." : "o = num / l.", "The gradients that arrive, and −do_i·o_i, the gradient of the normaliser.");
        var o = tail.Map("output", (x, y) => x / (shaping.MayHideAll ? Ex.Select(Comparison.Less, 0, y, y, 1) : y), num.Final, l.Final);
        tail.Store("o", across ? tail.Transpose("outputDown", o) : o);
        return p.Build();
    }

    /// <summary>Puts new keys (rotated) and values where queries will look for them.</summary>
    public static TileProgram Append(DynamicalSystem system, string name, bool values)
    {
        var p = new ProgramBuilder(name, C);
        var b = p.Body;
        b.Begin(system.Rotation is null ? "Copy one block of keys." : "Rotate one block of keys to their positions.", "Turn their gradients back.");
        b.Store("keys", Sources.Rotated(system, b, b.Load("k", C, K), "kRotated"));
        if (!values) return p.Build();
        if (system.Rotation is not null) b.Stage = "Copy one block of values.";
        b.Store("values", b.Load("v", C, V));
        return p.Build();
    }
}
