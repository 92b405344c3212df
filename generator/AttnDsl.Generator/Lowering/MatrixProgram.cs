using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// The matrix family, chunk by chunk: with blocks of C rows the chunkwise form, with blocks of one row the recurrent form of
/// the same program. Without its read-out it only absorbs keys and values into the state.
/// </summary>
internal static class MatrixProgram
{
    private static readonly Dim One = Dim.One, K = Dim.K, V = Dim.V;

    public static TileProgram Build(DynamicalSystem system, string name, Dim rows, bool readOut = true)
    {
        var p = new ProgramBuilder(name, rows);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var S = p.Open("S", new(K, V));
        (Tile Start, Tile Final)? sum = system.Normaliser == Normaliser.None ? null : p.Open(SumName(system), new(One, K));
        (Tile Start, Tile Final)? max = system.IsStabilised ? p.Open("m", new(One, One)) : null;

        // The same steps, said for one token or for a chunk of them.
        string Say(string token, string chunk) => rows == One ? token : chunk;
        string Reach(string x) => system.Decay is null ? " " + x : $"({x} e^{{L_i}})";
        var gt = system.Decay is null ? "" : "e^g ";
        var written = system.Write == WriteRule.Delta ? "u" : "v";

        b.Stage = Say("The token's query, key and gate.", "The chunk's queries, keys and gates; L is the log-decay since the chunk began.");
        var q = Sources.Query(system, b, rows);
        var k = Sources.Key(system, b, rows);
        var v = b.Load("v", rows, V);
        var weights = new Weighting(system, p, b, rows);
        var fromStart = weights.FromStart;

        Tile? rowMax = null;
        if (max is { } m)
        {
            b.Stage = Say("m_t = max(g + m, i): the largest log-weight that this token meets.", "m_i = max(L_i + m, max_{j≤i} (L_i − L_j + i_j)): the largest log-weight that row i meets.");
            var reach = fromStart is null ? b.Fill("reach", new(rows, One), 0) : fromStart;
            var own = b.MaxCols("ownMax", b.Map("visible", Ex.Causal(new Arg(0), Ex.NoScore), new Shape(rows, rows), weights.BetweenRows!));
            rowMax = b.Emit("rowMaxHeld", new StopGradient(), b.Map("rowMax", (x, y, z) => Ex.Max(Ex.Max(x + y, z), Ex.NoScore), reach, m.Start, own));
        }

        // What an incoming state still counts for in row i.
        Tile Decayed(string decayed, Tile x) => (fromStart, rowMax) switch
        {
            (null, null) => x,
            ({ } l0, null) => b.Map(decayed, (a, l) => a * Ex.Exp(l), x, l0),
            (null, { } r) => b.Map(decayed, (a, s, t) => a * Ex.Exp(s - t), x, max!.Value.Start, r),
            ({ } l0, { } r) => b.Map(decayed, (a, l, s, t) => a * Ex.Exp(l + (s - t)), x, l0, max!.Value.Start, r),
        };

        if (system.Write == WriteRule.Delta)
        {
            b.Stage = Say($"u = β (v − ({gt}S)ᵀ k): what the key's value still has to change.", $"u_i = β_i (v_i − Sᵀ{Reach("k_i")} − Σ_{{j<i}} κ_ij u_j): what each key's value still has to change.");
            var beta = b.Load("beta", rows, One);
            var kappa = b.Map("kappa", (x, y) => x * y, beta, weights.Scores("keyScores", k, k, strict: true));
            var seen = b.MatMul("seen", Decayed("kDecayed", k), S.Start);
            v = b.Emit("u", new UnitLowerSolve(), kappa, b.Map("change", (x, y, z) => x * (y - z), beta, v, seen));
        }

        if (readOut)
        {
            b.Stage = Say($"o = ({gt}S)ᵀ q + (q·k) {written}: what the state holds and what the token is about to write.", $"o_i = Sᵀ{Reach("q_i")} + Σ_{{j≤i}} scores_ij {written}_j: what came before the chunk, and the chunk's own part.");
            var scores = weights.Scores("scores", q, k, rowMax);
            var qDecayed = Decayed("qDecayed", q);
            var read = b.Add("read", b.MatMul("fromState", qDecayed, S.Start), b.MatMul("fromBlock", scores, v));
            if (sum is { } z)
            {
                b.Stage = "The normaliser, accumulated as the numerator is.";
                var den = b.Add("den", b.SumCols("denState", b.Map("denTerms", (x, y) => x * y, qDecayed, z.Start), system.HasSignedNormaliser), b.SumCols("denBlock", scores, system.HasSignedNormaliser));
                read = Sources.Normalise(system, b, read, den, rowMax);
            }

            b.Stage = Say("The output.", "The chunk's outputs.");
            b.Store("o", read);
        }

        b.Stage = Say($"S ← {gt}S + k {written}ᵀ.", system.Decay is null ? $"S ← S + Σ_j k_j {written}_jᵀ." : $"S ← e^{{L_C}} S + Σ_j (k_j e^{{L_C − L_j}}) {written}_jᵀ.");
        var total = weights.Whole;
        Tile? next = null;
        if (max is { } running)
        {
            b.Stage = Say("m ← m_t; S and n are kept relative to e^m.", "m ← max(L_C + m, max_j (L_C − L_j + i_j)); S and n are kept relative to e^m.");
            var block = b.MaxRows("blockMax", weights.ToEnd!);
            next = total is null
                ? b.Map("mNext", Ex.Max, running.Start, block)
                : b.Map("mNext", (x, y, w) => Ex.Max(Ex.Max(x + y, w), Ex.NoScore), total, running.Start, block);
            p.Carry("m", head.Load("m", One, One, Access.Whole), running, next, isReference: true);
            tail.Store("m", running.Final, Access.Whole);
            next = b.Emit("mHeld", new StopGradient(), next);
        }

        var kWritten = weights.AtEnd("kWritten", k, next);

        // What is kept of a state: laid along its rows (K×1) for S, along its columns for z.
        Tile Kept(string kept, Tile state, bool transposed) => (total, next) switch
        {
            (null, null) => state,
            ({ } t, null) => b.Map(kept, (s, l) => s * Ex.Exp(l), state, transposed ? b.Transpose("totalDown", t) : t),
            (null, { } r) => b.Map(kept, (s, x, y) => s * Ex.Exp(x - y), state, max!.Value.Start, r),
            ({ } t, { } r) => b.Map(kept, (s, l, x, y) => s * Ex.Exp(l + (x - y)), state, t, max!.Value.Start, r),
        };

        if (sum is { } n)
        {
            p.Carry(SumName(system), head.Load(SumName(system), One, K, Access.Whole), n,
                b.Add(SumName(system) + "Next", Kept("sumKept", n.Start, transposed: false), b.SumRows("keySum", kWritten)));
            tail.Store(SumName(system), n.Final, Access.Whole);
        }

        p.Carry("S", head.Load("S", K, V, Access.Whole), S,
            b.Add("SNext", Kept("stateKept", S.Start, transposed: true), b.MatMulTN("writes", kWritten, v)));
        tail.Store("S", S.Final, Access.Whole);
        return p.Build();
    }

    public static string SumName(DynamicalSystem system) => system.IsStabilised ? "n" : "z";
}
