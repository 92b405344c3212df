using System;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// Centred reads, o = mean of the values + (covariance of keys and values)ᵀ q over the tokens so far: InLine and moment attention, in the order
/// of time. The state is what one-pass formulas for a covariance keep: the means, the count, and S, the sum of products of deviations.
/// </summary>
/// <remarks>
/// Inside a block, keys and values count from an origin near their mean, and blocks are merged by deviations from it, so that no difference
/// of two long sums is taken, however long the sequence is and however far its means lie from zero.
/// </remarks>
internal static class CentredProgram
{
    private static readonly Dim One = Dim.One, V = Dim.V;

    /// <param name="rows">Of a block; 1 for the recurrent form.</param>
    /// <param name="readOut">Whether there are outputs; without them the program only absorbs keys and values.</param>
    public static TileProgram Build(DynamicalSystem system, string name, Dim rows, bool readOut = true)
    {
        var p = new ProgramBuilder(name, rows);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var F = Sources.Features(system);
        var S = p.Open("S", new(F, V));
        var keyMean = p.Open("keyMean", new(One, F));
        var valueMean = p.Open("valueMean", new(One, V));
        var count = p.Open("count", new(One, One));
        (Tile Start, Tile Final)? covariance = system.ExactTokens > 0 ? p.Open("keyCovariance", new(F, F)) : null;
        string Say(string token, string chunk) => rows == One ? token : chunk;
        var decays = system.Decay is not null;

        b.Begin(
            Say("The token's key and value, as deviations from the means so far.", "The chunk's keys and values, as deviations from the means so far; a first chunk's from its own."),
            "The gradients of the inputs: deviations hand theirs to keys and values, and what is left to the means.");
        var k = Sources.Key(system, head, b, rows).Features;
        var v = ConvolutionProgram.Load(system, b, "v", rows, V);
        // Beside an exact window the moments are of the tokens that have left it, as many as there were rows in time.
        ExactWindow? window = null;
        if (system.ExactTokens > 0)
        {
            window = new(system, p, b, rows, k, v);
            (k, v) = (window.LeavingKeys, window.LeavingValues);
            b.Begin(
                Say("The key and value that leave the window, as deviations from the means so far.", "The keys and values that leave the window, as deviations from the means so far; the first ones' from their own."),
                "What the moments give to the keys and values that left: deviations hand theirs to them, and what is left to the means.");
        }

        // How many of the rows up to each count, and of all rows.
        var rowsSoFar = window is null ? Places(b, rows) : b.PrefixSum("rowsSoFar", window.Left);
        var size = b.Emit("size", new EdgeRow(Last: true), rowsSoFar);
        // Before the window is full there are none.
        Tile AtLeastOne(string name, Tile n) => window is null ? n : b.Map(name, x => Ex.Select(Comparison.LessOrEqual, x, 0, 1, x), n);
        // Nothing depends on where deviations count from. So a chunk's origin is held, and gradients reach the means by the little that these
        // still count for, not as a difference of what every row hands on; the means lie at the origin, but for a chunk that is the first.
        (Tile Origin, Tile? Offset) Origin(string name, Tile x, Tile mean)
        {
            var own = b.Map(name + "Own", (sum, n) => sum / n, b.SumRows(x.Plain + "Sum", x), AtLeastOne("sizeCounted", size));
            // Where tokens are forgotten the means of those before may lie far from what still counts: a chunk's own lie near it.
            var origin = decays && rows != One ? own
                : b.Map(name + "Origin", (n, first, m) => Ex.Select(Comparison.LessOrEqual, n, 0, first, m), count.Start, rows == One ? b.Emit(name + "OwnHeld", new StopGradient(), own) : own, mean);
            if (rows == One) return (origin, null);
            origin = b.Emit(name + "OriginHeld", new StopGradient(), origin);
            return (origin, b.Map(name + "Offset", (m, o) => m - o, mean, origin));
        }

        var (keyOrigin, keyOffset) = Origin("key", k, keyMean.Start);
        var (valueOrigin, valueOffset) = Origin("value", v, valueMean.Start);
        Tile Deviation(string name, Tile x, Tile origin) => window is null ? b.Map(name, (y, m) => y - m, x, origin) : b.Map(name, (y, m, left) => (y - m) * left, x, origin, window.Left);
        var (kDeviation, vDeviation) = (Deviation("kDeviation", k, keyOrigin), Deviation("vDeviation", v, valueOrigin));
        var weights = new Weighting(system, p, b, rows);
        var fromStart = weights.FromStart;

        if (readOut)
        {
            b.Begin(
                Say("n: how many tokens count.", decays ? "n_i: how many tokens count, each decayed to row i." : "n_i: how many tokens count."),
                "What the counts give back to the gates.");
            var between = weights.BetweenRows;
            var before = fromStart is null ? count.Start : b.Map("before", (c, l) => c * Ex.Exp(l), count.Start, fromStart);
            var n = b.Add("n", before, between is null
                ? rowsSoFar
                : b.SumCols("ownCount", b.Map("ownWeights", Ex.Causal(Ex.Exp(new Arg(0))), new Shape(rows, rows), between)));
            var any = n;
            n = AtLeastOne("nCounted", n);

            b.Begin(
                Say("o = mean of v + covarianceᵀ q, the token itself included.", $"w_ij = {(decays ? "e^{L_i − L_j} " : "")}((q_i·(k_j − mean_i k)) / {Counted(system, "n_i")} + 1 / n_i); o_i = mean v + Σ_{{j≤i}} w_ij (v_j − mean v) + Sᵀ{(decays ? "(e^{L_i} q_i)" : "q_i")} / {Counted(system, "n_i")}."),
                "dw_ij = do_i·(v_j − mean v); dq and dk follow from dw and S do.");
            var q = Sources.Query(system, b, rows).Features;
            var dots = b.MatMulNT("dots", q, kDeviation);
            var scores = between is null ? b.Map("scores", Ex.Causal(new Arg(0)), dots.Shape, dots) : b.Map("scores", Ex.Causal(new Arg(0) * Ex.Exp(new Arg(1))), dots.Shape, dots, between);
            var scoreSum = b.SumCols("scoreSum", scores);
            var offsetScore = keyOffset is null ? null : b.MatMulNT("offsetScore", q, keyOffset);
            if (offsetScore is not null) scoreSum = b.Map("scoreSumAll", (sum, off, past) => sum + off * past, scoreSum, offsetScore, before);
            var mean = b.Map("meanScore", (sum, c) => sum / c, scoreSum, n);
            var (x, m, c, l) = (new Arg(0), new Arg(1), new Arg(2), new Arg(3));
            var weight = Share(system, x - m, c) + 1 / (Expr)c;
            var w = between is null ? b.Map("weights", Ex.Causal(weight), dots.Shape, dots, mean, n) : b.Map("weights", Ex.Causal(weight * Ex.Exp(l)), dots.Shape, dots, mean, n, between);
            var qShare = fromStart is null ? b.Map("qShare", (y, d) => Share(system, y, d), q, n) : b.Map("qShare", (y, d, kept) => Share(system, y, d) * Ex.Exp(kept), q, n, fromStart);
            var fromMean = valueOffset is null ? valueOrigin : b.Map("fromMean", (origin, offset, weighed) => origin + offset * weighed, valueOrigin, valueOffset,
                b.Map("meanWeight", (r, d, past, off) => (Share(system, off - r, d) + 1 / d) * past, mean, n, before, offsetScore!));
            var read = b.Add("read", b.Add("readOwn", b.MatMul("fromState", qShare, S.Start), b.MatMul("fromBlock", w, vDeviation)), fromMean);
            if (window is not null)
            {
                b.Begin(
                    $"What the n older tokens weigh together: log n + q·mean k + qᵀ Cov(k, k) q / 2, {(rows == One ? "" : "row by row, ")}as if they were Gaussian.",
                    "What that weight hands to the query, to the older keys and to their covariance.");
                var fromMeanScore = offsetScore is null ? b.Map("pastSpread", (y, past) => y * y * past, mean, before) : b.Map("pastSpread", (off, y, past) => (off - y) * (off - y) * past, offsetScore, mean, before);
                var ownSpread = b.SumCols("ownSpread", b.Map("ownSpreads", Ex.Causal((x - m) * (x - m) * c), dots.Shape, dots, mean, b.Transpose("leftAcross", window.Left)));
                var spread = b.Map("spread", (past, own, state) => past + own + state, fromMeanScore, ownSpread,
                    b.SumCols("stateSpread", b.Map("stateSpreads", (y, z) => y * z, b.MatMul("qCovariance", q, covariance!.Value.Start), q)));
                var centre = b.Add("centre", mean, b.MatMulNT("originScore", q, keyOrigin));
                var logWeight = b.Map("logWeight", Ex.Select(Comparison.Less, 0, new Arg(3), Ex.Log(c) + x + 0.5 * Share(system, m, c), Ex.NoScore), null, centre, spread, n, any);
                b.Begin(
                    Say("One softmax over the window and, as one of the weights, the older tokens.", "One softmax a row over the tokens of its window and, as one of the weights, the older tokens."),
                    "The gradients of that softmax: of its weights, from there of the scores and of what the older tokens weigh; of the values.");
                read = window.Read(q, read, logWeight);
            }

            b.Begin(Say("The output.", "The chunk's outputs."), "The gradients that arrive.");
            Sources.Output(system, head, b, read);
        }

        b.Begin(
            Say("The means move by what the token deviates over n, and S ← S + (k − mean before)(v − mean after)ᵀ.", "The means move by what the chunk deviates, and S ← S + Σ_j (k_j − mean before)(v_j − mean after)ᵀ, each decayed to the chunk's end."),
            "What the chunk left in the means and in S.");
        var (total, toEnd) = (weights.Whole, weights.AfterRow);
        var countKept = total is null ? count.Start : b.Map("countKept", (c, l) => c * Ex.Exp(l), count.Start, total);
        var counted = b.Add("countNext", countKept, toEnd is null ? size : b.SumRows("countWritten", b.Map("kept", y => Ex.Exp(y), toEnd)));
        var kWritten = weights.AtEnd("kWritten", kDeviation, null);
        Tile Moved(string moved, Tile written, Tile? offset)
        {
            var sum = b.SumRows(moved + "Sum", written);
            if (offset is not null) sum = b.Map(moved + "All", (y, off, past) => y + off * past, sum, offset, countKept);
            return b.Map(moved, (y, c) => y / c, sum, AtLeastOne("countedNext", counted));
        }

        var (keyMoved, valueMoved) = (Moved("keyMoved", kWritten, keyOffset), Moved("valueMoved", weights.AtEnd("vWritten", vDeviation, null), valueOffset));
        // What keys have in common with the rows of another tile, brought to the means that all rows together leave.
        Tile Covarying(string of, Tile state, Tile deviation, Tile? offset, Tile moved)
        {
            var name = state.Plain;
            var left = b.Map(of + "Left", (y, z) => y - z, deviation, moved);
            var kept = total is null ? state : b.Map(name + "Kept", (s, l) => s * Ex.Exp(l), state, total);
            if (keyOffset is not null) kept = b.Map(name + "Moved", (s, off, past, z) => s + off * past * z, kept, b.Transpose("keyOffsetDown", keyOffset), countKept, b.Map(of + "OffsetLeft", (y, z) => y - z, offset!, moved));
            return b.Add(name + "Next", kept, b.MatMulTN(name + "Writes", kWritten, left));
        }

        Carried(p, keyMean, b.Add("keyMeanNext", keyOrigin, keyMoved));
        Carried(p, valueMean, b.Add("valueMeanNext", valueOrigin, valueMoved));
        Carried(p, count, counted);
        if (covariance is { } keys) Carried(p, keys, Covarying("k", keys.Start, kDeviation, keyOffset, keyMoved));
        Carried(p, S, Covarying("v", S.Start, vDeviation, valueOffset, valueMoved));
        return p.Build();
    }

    /// <summary>1 + the number of each row of a block.</summary>
    public static Tile Places(RegionBuilder b, Dim rows) => b.Fill("place", new(rows, One), rows == One ? 1 : 1 + Ex.RowNumber);

    /// <summary>Carries a state through the loop: loaded before it, stored behind it.</summary>
    public static void Carried(ProgramBuilder p, (Tile Start, Tile Final) state, Tile next)
    {
        var shape = state.Start.Shape;
        p.Carry(state.Start.Name, p.Head.LoadAs(state.Start.Name + "0", state.Start.Name, shape.Rows, shape.Cols, Access.Whole), state, next);
        p.Tail.Store(state.Start.Name, state.Final, Access.Whole);
    }

    /// <summary>Reads a state that is complete: the second pass of the bidirectional chunkwise form.</summary>
    public static TileProgram ReadOut(DynamicalSystem system, string name)
    {
        var p = new ProgramBuilder(name, Dim.C);
        var (head, b) = (p.Head, p.Body);
        head.Stage = "The state that all tokens wrote: the means, the count and the covariance.";
        var S = head.Load("S", Sources.Features(system), V, Access.Whole);
        var mean = head.Load("valueMean", One, V, Access.Whole);
        var covariance = head.Map("covariance", (s, n) => Share(system, s, n), S, head.Load("count", One, One, Access.Whole));
        b.Begin("o_i = mean of v + covarianceᵀ q_i.", "dq_i = covariance do_i, dcovariance = Σ_i q_i do_iᵀ.");
        Sources.Output(system, head, b, b.Add("read", b.MatMul("fromState", Sources.Query(system, b, Dim.C).Features, covariance), mean));
        return p.Build();
    }

    /// <summary>What of a sum of products of deviations makes a covariance: the sum over n + n₀.</summary>
    private static Expr Share(DynamicalSystem system, Expr sum, Expr count) => sum / (count + system.Prior);

    public static string Counted(DynamicalSystem system, string n) => system.Prior == 0 ? n : $"({n} + {Emit.Literals.Number(system.Prior)})";

    /// <summary>Every query against every key it sees: its own block's under the mask, then the earlier ones', last to first.</summary>
    public static TileProgram Causal(DynamicalSystem system, string name)
    {
        var p = new ProgramBuilder(name, Dim.C, Dim.R, Visits.BeforeDescending);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var (R, F) = (Dim.R, Sources.Features(system));

        head.Stage = "The queries, and the keys and values of their own block as deviations from their means; later tokens are masked.";
        var q = Sources.Query(system, head, R).Features;
        var (k, v) = (Sources.Key(system, head, head, R, "own").Features, head.LoadAs("ownV", "v", R, V));
        var origins = Origins(head, k, v, R);
        var own = new Weighting(system, p, head, R, "own");
        var (reach, between) = (own.FromStart, own.BetweenRows);
        var (kOwn, vOwn) = origins.Deviations(head, "own", k, v);
        var dots = head.MatMulNT("ownDots", q, kOwn);
        var mask = between is null ? head.Map("ownWeights", Ex.Causal(1), new Shape(R, R)) : head.Map("ownWeights", Ex.Causal(Ex.Exp(new Arg(0))), new Shape(R, R), between);
        var scores = head.Map("ownScores", (x, w) => w * x, dots, mask);
        var (ownCount, ownScoreSum, ownValues) = (head.SumCols("ownCount", mask), head.SumCols("ownScoreSum", scores), head.MatMul("ownValueSum", mask, vOwn));
        var qReach = reach is null ? q : head.Map("qReach", (x, l) => x * Ex.Exp(l), q, reach);

        b.Stage = "An earlier block, weighted by what is left of it when the queries' block begins.";
        var weights = new Weighting(system, p, b, Dim.C);
        var (kHere, vHere) = origins.Deviations(b, "", Sources.Key(system, head, b, Dim.C).Features, b.Load("v", Dim.C, V));
        var (num, rest) = (p.Open("num", new(R, V)), reach is null ? default : p.Open("rest", new(One, One)));
        var left = reach is null ? null : b.Map("left", (x, y) => Ex.Exp(x + y), weights.AfterRow!, rest.Start);
        if (left is not null) p.Carry("rest", head.Fill("noRest", new(One, One), 0), rest, b.Add("restNext", rest.Start, weights.Whole!));
        var kLeft = left is null ? kHere : b.Map("kLeft", (x, w) => x * w, kHere, left);
        var vLeft = left is null ? vHere : b.Map("vLeft", (x, w) => x * w, vHere, left);
        b.Stage = "Add up what keys and values have in common, how many there are, and how far they lie from the origin.";
        p.Carry("num", head.MatMul("ownRead", scores, vOwn), num, b.Add("numNext", num.Start, b.MatMul("read", b.MatMulNT("scores", qReach, kLeft), vHere)));
        var sums = Sums(p, left ?? b.Fill("ones", new(Dim.C, One), 1), kLeft, vLeft, F);

        tail.Stage = "The initial state joins them, with what it still counts for.";
        var state = (S: tail.Load("S", F, V, Access.Whole), KeyMean: tail.Load("keyMean", One, F, Access.Whole), ValueMean: tail.Load("valueMean", One, V, Access.Whole));
        var stateCount = tail.Load("count", One, One, Access.Whole);
        var kept = reach is null ? tail.Fill("keptAll", new(One, One), 1) : tail.Map("keptAll", x => Ex.Exp(x), rest.Final);
        stateCount = tail.Map("stateCount", (n, w) => n * w, stateCount, kept);
        var (keyOff, valueOff) = (tail.Map("keyOff", (m, o) => m - o, state.KeyMean, origins.Key), tail.Map("valueOff", (m, o) => m - o, state.ValueMean, origins.Value));
        Tile Joined(string joined, Tile sum, Tile off) => tail.Map(joined, (x, n, y) => x + n * y, sum, stateCount, off);
        var (keySum, valueSum) = (Joined("keySumAll", sums.Keys, keyOff), Joined("valueSumAll", sums.Values, valueOff));
        var total = tail.Add("countAll", sums.Count, stateCount);
        Tile Reached(string reached, Tile ownPart, Tile all) => reach is null ? tail.Add(reached, ownPart, all) : tail.Map(reached, (x, y, l) => x + y * Ex.Exp(l), ownPart, all, reach);
        var n = Reached("n", ownCount, total);
        var values = Reached("valueSum", ownValues, valueSum);
        var scoreSum = tail.Add("scoreSum", ownScoreSum, tail.SumCols("scoreSumBefore", tail.Map("scoreTerms", (x, y) => x * y, qReach, keySum)));
        var fromMean = tail.Map("meanShare", (x, c) => x * c, tail.SumCols("stateScore", tail.Map("stateTerms", (x, y) => x * y, qReach, keyOff)), stateCount);
        var fromState = tail.MatMul("fromState", tail.Map("qState", (x, w) => x * w, qReach, kept), state.S);
        var all = tail.Map("numAll", (x, y, s, m) => x + y + s * m, num.Final, fromState, fromMean, valueOff);
        Read(system, head, tail, origins.Value, all, values, scoreSum, n);
        return p.Build();
    }

    /// <summary>Every query against every key.</summary>
    public static TileProgram Bidirectional(DynamicalSystem system, string name)
    {
        var p = new ProgramBuilder(name, Dim.C, Dim.R);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var R = Dim.R;
        head.Stage = "The queries, and the means of the keys and values beside them: deviations count from there.";
        var q = Sources.Query(system, head, R).Features;
        var origins = Origins(head, Sources.Key(system, head, head, R, "own").Features, head.LoadAs("ownV", "v", R, V), R);
        b.Stage = "One block of keys and values, as deviations.";
        var (k, v) = origins.Deviations(b, "", Sources.Key(system, head, b, Dim.C).Features, b.Load("v", Dim.C, V));
        b.Stage = "Add up what keys and values have in common, how many there are, and how far they lie from the origin.";
        var num = p.Open("num", new(R, V));
        p.Carry("num", head.Fill("zero", num.Start.Shape, 0), num, b.Add("numNext", num.Start, b.MatMul("read", b.MatMulNT("scores", q, k), v)));
        var sums = Sums(p, b.Fill("ones", new(Dim.C, One), 1), k, v, Sources.Features(system));
        tail.Stage = "The means, and the deviations from them.";
        var scoreSum = tail.SumCols("scoreSum", tail.Map("scoreTerms", (x, y) => x * y, q, sums.Keys));
        Read(system, head, tail, origins.Value, num.Final, sums.Values, scoreSum, sums.Count);
        return p.Build();
    }

    /// <summary>Sums over the blocks that are visited.</summary>
    private static (Tile Count, Tile Keys, Tile Values) Sums(ProgramBuilder p, Tile ones, Tile k, Tile v, Dim F)
    {
        Tile Sum(string name, Tile x)
        {
            var sum = p.Open(name, new(One, x.Shape.Cols));
            p.Carry(name, p.Head.Fill("no" + char.ToUpperInvariant(name[0]) + name.Substring(1), sum.Start.Shape, 0), sum, p.Body.Add(name + "Next", sum.Start, p.Body.SumRows(name + "Here", x)));
            return sum.Final;
        }

        return (Sum("countBefore", ones), Sum("keySum", k), Sum("valueSum", v));
    }

    private static (Tile Key, Tile Value, Func<RegionBuilder, string, Tile, Tile, (Tile, Tile)> Deviations) Origins(RegionBuilder head, Tile k, Tile v, Dim rows)
    {
        var size = head.SumRows("size", head.Fill("one", new(rows, One), 1));
        Tile Mean(string mean, Tile x) => head.Map(mean, (sum, n) => sum / n, head.SumRows(mean + "Sum", x), size);
        var (key, value) = (Mean("keyOrigin", k), Mean("valueOrigin", v));
        return (key, value, (b, of, x, y) => (
            b.Map(Sources.Named(of, "kDeviation"), (a, m) => a - m, x, key),
            b.Map(Sources.Named(of, "vDeviation"), (a, m) => a - m, y, value)));
    }

    /// <summary>Origin + mean deviation + covarianceᵀ q, of sums over the tokens that count.</summary>
    private static void Read(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Tile origin, Tile num, Tile values, Tile scoreSum, Tile n)
    {
        var mean = b.Map("meanDeviation", (x, c) => x / c, values, n);
        var deviating = b.Map("covarying", (x, s, y) => x - s * y, num, scoreSum, mean);
        Sources.Output(system, head, b, b.Map("readAll", (o, m, d, c) => o + m + Share(system, d, c), origin, mean, deviating, n));
    }
}
