using System;
using System.Collections.Generic;
using System.Linq;
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
    private static readonly Dim One = Dim.One, V = Dim.V;

    /// <summary>
    /// Whether the state may be taken along the tokens as it is, read and written by each: no rule that retrieves by other than keys, no
    /// levels, and decays that its rows have or all of it. Polynomial maps have so many features that products of channels are cheaper.
    /// </summary>
    public static bool RunsAlong(DynamicalSystem system) =>
        system is { Family: StateFamily.Matrix, Causal: true, Write: WriteRule.Plain or WriteRule.Delta or WriteRule.ExponentialGate, IsScan: false, IsCentred: false } && !system.Writing.Bonus && system.Levels == 0
        && system.Map.Polynomial is null && system.Decay is null or { Shape: GateShape.Constant or GateShape.Head or GateShape.Key or GateShape.Pair };

    /// <param name="along">Takes the state along the tokens instead of through products; only where <see cref="RunsAlong"/>.</param>
    public static TileProgram Build(DynamicalSystem system, string name, Dim rows, bool readOut = true, bool along = false)
    {
        var p = new ProgramBuilder(name, rows);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var F = Sources.Features(system);
        var S = p.Open("S", new(PastLevels.StateRows(system), V));
        (Tile Start, Tile Final)? sum = !system.HasKeySum ? null : p.Open(SumName(system), new(One, F));
        (Tile Start, Tile Final)? max = system.IsStabilised ? p.Open("m", new(One, One)) : null;

        // The same steps, said for one token or for a chunk of them.
        string Say(string token, string chunk) => rows == One ? token : chunk;
        string Decays(string x) => system.Decay is null ? " " + x : $"({x} e^{{L_i}})";
        var gt = system.Decay is null ? "" : "e^g ";
        var written = system.Write == WriteRule.Delta ? "u" : "v";
        var key = system.Write == WriteRule.Oja ? "u" : "k";

        b.Begin(
            system.Decay is null ? Say("The token's query and key.", "The chunk's queries and keys.") : along ? Say("The token's query, key and gate.", "The chunk's queries, keys and gates.") : Say("The token's query, key and gate.", "The chunk's queries, keys and gates; L is the log-decay since the chunk began."),
            "The gradients of the inputs.");
        var q = Sources.Query(system, b, rows);
        var k = Sources.Key(system, head, b, rows);
        var v = ConvolutionProgram.Load(system, b, "v", rows, V);
        var weights = new Weighting(system, p, b, rows);
        var levels = PastLevels.Of(system, b, rows);
        var fromStart = weights.FromStart;

        Tile? rowMax = null;
        if (max is { } m)
        {
            b.Begin(
                Say("m_t = max(g + m, i): the largest log-weight that this token meets.", "m_i = max(L_i + m, max_{j≤i} (L_i − L_j + i_j)): the largest log-weight that row i meets."),
                $"The log-weights' gradients W, taken apart: di_j = Σ_i W_ij{(system.Decay is null ? "" : ", dg_r = Σ_{j<r≤i} W_ij")}.");
            var reach = fromStart is null ? b.Fill("reach", new(rows, One), 0) : fromStart;
            var own = b.MaxCols("ownMax", b.Map("visible", Ex.Causal(new Arg(0), Ex.NoScore), new Shape(rows, rows), weights.BetweenRows!));
            rowMax = b.Emit("rowMaxHeld", new StopGradient(), b.Map("rowMax", (x, y, z) => Ex.Max(Ex.Max(x + y, z), Ex.NoScore), reach, m.Start, own));
        }

        // What an incoming state still counts for in row i, where that is a factor on what reads it.
        Tile Decayed(string decayed, Tile x) => (fromStart, rowMax) switch
        {
            (null, null) => x,
            ({ } l0, null) => b.Map(decayed, (a, l) => a * Ex.Exp(l), x, l0),
            (null, { } r) => b.Map(decayed, (a, s, t) => a * Ex.Exp(s - t), x, max!.Value.Start, r),
            ({ } l0, { } r) => b.Map(decayed, (a, l, s, t) => a * Ex.Exp(l + (s - t)), x, l0, max!.Value.Start, r),
        };

        // Along the tokens, each leaves the state relative to its own maximum: what that has risen by is one more decay.
        (Tile Key, Tile? Gates) weighed = !along ? default : rowMax is null ? (k.Features, weights.Gates) : weights.Along(k.Features, max!.Value.Start, rowMax);

        // The pairs of key and value that are written.
        var writes = new List<(string Name, Operand Key, Tile Value)>();
        Tile? correcting = null;
        switch (system.Write)
        {
            case WriteRule.Delta when along:
                correcting = Sources.Strength(system, head, b, rows) ?? b.Fill("strength", new(rows, One), 1);
                break;
            case WriteRule.Delta:
                b.Begin(
                    Say($"u = β (v − ({gt}S)ᵀ k): what the key's value still has to change.", $"u_i = β_i (v_i − Sᵀ{Decays("k_i")} − Σ_{{j<i}} κ_ij u_j): what each key's value still has to change."),
                    $"The solve, from the last row up: c = (I + κ)⁻ᵀ du is the gradient of β (v − Sᵀ{Decays("k")}), and dκ = −c uᵀ.");
                var beta = Sources.Strength(system, head, b, rows);
                var keyScores = weights.Scores("keyScores", k, k, reach: Reach.Earlier);
                var kappa = beta is null ? keyScores : b.Map("kappa", (x, y) => x * y, beta, keyScores);
                var seen = b.MatMul("seen", Decayed("kDecayed", k.Features), S.Start);
                var change = beta is null ? b.Map("change", (y, z) => y - z, v, seen) : b.Map("change", (x, y, z) => x * (y - z), beta, v, seen);
                writes.Add(("", k, b.Emit("u", new UnitLowerSolve(), kappa, change)));
                break;
            case WriteRule.Oja:
                b.Begin(
                    Say($"u = β (k − {gt}S v): what the value does not stand for yet.", $"u_i = β_i (k_i − S{Decays("v_i")} − Σ_{{j<i}} κ_ij u_j), κ_ij = β_i v_i·v_j: what each value does not stand for yet."),
                    $"The solve, from the last row up: c = (I + κ)⁻ᵀ du is the gradient of β (k − S{Decays("v")}), and dκ = −c uᵀ.");
                var strength = Sources.Strength(system, head, b, rows);
                var valueScores = weights.ValueScores("valueScores", v);
                var stood = b.MatMulNT("stoodFor", Decayed("vDecayed", v), S.Start);
                var rest = strength is null ? b.Map("rest", (x, y) => x - y, k.Features, stood) : b.Map("rest", (x, y, z) => x * (y - z), strength, k.Features, stood);
                writes.Add(("", new(b.Emit("u", new UnitLowerSolve(), strength is null ? valueScores : b.Map("kappa", (x, y) => x * y, strength, valueScores), rest)), v));
                break;
            case WriteRule.GeneralDelta:
                b.Begin(
                    Say("u = Sᵀa: what a retrieves of the state before its decay.", "u_i = S_{i−1}ᵀa_i: what a_i retrieves of the state before the row's own gate, from the chunk's start, from the v_j and from the u_j before."),
                    "The solve, from the last row up: c is the gradient of what was retrieved, from which da, dS, dk and dv follow, and d(a·b)_ij = c_i·u_j.");
                var (a, to) = (b.Load("retrieve", rows, F), b.Load("back", rows, F));
                var ofKeys = weights.Scores("ofKeys", a, k.Features, reach: Reach.Before);
                var ofWrites = weights.Scores("ofWrites", a, to, reach: Reach.Before);
                var retrieved = b.Add("retrieved", weights.FromState("aState", a, S.Start, Reach.Before), b.MatMul("aValues", ofKeys, v));
                writes.Add(("", k, v));
                writes.Add(("Back", new(to), b.Emit("u", new UnitLowerSolve(), b.Map("lower", x => -x, ofWrites), retrieved)));
                break;
            default:
                writes.Add(("", k, v));
                break;
        }

        var also = writes.Count > 1 ? " + b uᵀ" : "";
        if (readOut)
        {
            b.Begin(
                system.Writing.Bonus
                    ? Say("o = Sᵀq + (q·(u ⊙ k)) v: the state before the token's decay, and the token itself through its bonus.", "What came before each row, none of whose gates it meets itself, and the row itself through its bonus.")
                    : writes.Count > 1
                    ? Say("o = (e^g S)ᵀ q + (q·k) v + (q·b) u: what the state holds and what the token is about to write.", "What came before the chunk, and the chunk's own part: its values and what was retrieved.")
                    : levels is not null
                    ? Say($"o = Σ_l λ_l ({gt}S_l)ᵀ q + λ_0 (q·k) v: what the levels of the state hold, seen from the token, and what it is about to write.", $"o_i = Σ_l λ_il S_lᵀ{Decays("q_i")} + Σ_{{j≤i}} λ_i,l(i,j) scores_ij v_j: what came before the chunk, by levels, and the chunk's own part.")
                    : Say($"o = ({gt}S)ᵀ q + (q·{key}) {written}: what the state holds and what the token is about to write.", $"o_i = Sᵀ{Decays("q_i")} + Σ_{{j≤i}} scores_ij {written}_j: what came before the chunk, and the chunk's own part."),
                system.Writing.Bonus || writes.Count > 1
                    ? "do meets the state and what the block wrote: from there the gradients of the scores, of queries, keys and values."
                    : $"dscores_ij = do_i·{written}_j, d{written}_j += Σ_i scores_ij do_i, dS += Σ_i {Decays("q_i").TrimStart()} do_iᵀ; dq and dk follow from dscores and S do{(sum is null ? "" : " (do here the numerator's)")}.");
            var reach = system.Writing.Bonus ? Reach.Before : Reach.Own;
            // What is written back goes to features as they are.
            Tile read;
            Func<Tile> denominator;
            if (along)
            {
                var change = correcting is null ? "" : $"u = β (v − ({gt}S)ᵀ k), ";
                b.Stage = Say(
                    $"{change}S ← {gt}S + k {written}ᵀ and o = Sᵀ q in one pass over the state.",
                    $"{change}S ← {gt}S + k {written}ᵀ and o = Sᵀ q for one token after the other, a part of the state at a time.");
                read = b.Emit("read", new StateReads(correcting is not null), [q.Features, .. Written(S.Start)]);
                // The keys' sum is read as the state is: as each token leaves it.
                denominator = () => b.SumCols("den", b.Map("denTerms", (x, y) => x * y, q.Features, KeySums()), system.HasSignedNormaliser);
            }
            else
            {
                var scores = writes.Select(w => w.Key == k ? weights.Scores("scores" + w.Name, q, k, rowMax, reach) : weights.Scores("scores" + w.Name, q.Features, w.Key.Features, rowMax, reach)).Select(s => levels?.Weighed(b, "scoresByLevel", s) ?? s).ToList();
                var qDecayed = weights.IsPerValue || system.Writing.Bonus ? q.Features : Decayed("qDecayed", q.Features);
                read = rowMax is null ? weights.FromState("fromState", q.Features, S.Start, reach, levels is null ? null : x => levels.Reading(b, x, levels.First)) : b.MatMul("fromState", qDecayed, S.Start);
                for (var n = 0; n < writes.Count; n++)
                    read = b.Add("read", read, weights.FromBlock("fromBlock" + writes[n].Name, scores[n], writes[n].Value, reach));
                denominator = () => b.Add("den", b.SumCols("denState", b.Map("denTerms", (x, y) => x * y, qDecayed, sum!.Value.Start), system.HasSignedNormaliser), b.SumCols("denBlock", scores[0], system.HasSignedNormaliser));
            }

            if (system.Writing.Bonus)
            {
                var fit = b.SumCols("bonusFit", b.Map("bonusTerms", (x, y, z) => x * y * z, q.Features, head.Load("bonus", One, F, Access.Parameter), k.Features));
                read = b.Map("readOwn", (x, y, z) => x + y * z, read, fit, v);
            }

            if (sum is not null)
            {
                b.Begin("The normaliser, accumulated as the numerator is.", "o = num / divisor: dnum = do / divisor, ddivisor = −(do·o) / divisor.");
                read = Sources.Normalise(system, b, read, denominator(), rowMax);
            }

            b.Begin(Say("The output.", "The chunk's outputs."), "The gradients that arrive.");
            Sources.Output(system, head, b, read);
        }

        // What a state that is taken along the tokens is made of.
        Tile[] Written(Tile state) => [weighed.Key, v, state, .. correcting is null ? Array.Empty<Tile>() : [correcting], .. weighed.Gates is { } g ? [g] : Array.Empty<Tile>()];
        Tile KeySums() => b.Emit("sums", new Scan(), Weighting.Factors(b, weighed.Gates, weighed.Key.Shape), weighed.Key, sum!.Value.Start);

        var decays = system.Decay is not null;
        var write = Say($"S ← {gt}S + {key} {written}ᵀ{also}.", system.Decay is null
            ? $"S ← S + Σ_j {key}_j {written}_jᵀ{(also.Length == 0 ? "" : " + b_j u_jᵀ")}."
            : $"S ← e^{{L_C}} S + Σ_j ({key}_j e^{{L_C − L_j}}) {written}_jᵀ{(also.Length == 0 ? "" : " + (b_j e^{L_C − L_j}) u_jᵀ")}.");
        var unwrite = $"What the chunk wrote: d{key}_j += {(decays ? "e^{L_C − L_j} " : "")}dS {written}_j, d{written}_j += dSᵀ{(decays ? $"({key}_j e^{{L_C − L_j}})" : $" {key}_j")}{(also.Length == 0 ? "" : ", and likewise of b and u")}{(decays ? "; the gates get what they let through" : "")}.";
        if (levels is not null)
        {
            write = Say($"What lay on lower levels moves up to the token's own: S_l ← {gt}S_l, S_0 ← k vᵀ.", $"What lay on lower levels moves up to where the chunk's last token sees it; then {write}");
        }

        b.Begin(write, unwrite);
        var total = weights.Whole;
        Tile? next = null;
        if (max is { } running)
        {
            b.Stage = Say("m ← m_t; S and n are kept relative to e^m.", "m ← max(L_C + m, max_j (L_C − L_j + i_j)); S and n are kept relative to e^m.");
            if (along)
            {
                next = b.Emit("mNext", new EdgeRow(Last: true), rowMax!);
            }
            else
            {
                var block = b.MaxRows("blockMax", weights.ToEnd!);
                next = total is null
                    ? b.Map("mNext", Ex.Max, running.Start, block)
                    : b.Map("mNext", (x, y, w) => Ex.Max(Ex.Max(x + y, w), Ex.NoScore), total, running.Start, block);
            }

            p.Carry("m", head.LoadAs("m0", "m", One, One, Access.Whole), running, next, isReference: true);
            tail.Store("m", running.Final, Access.Whole);
            next = b.Emit("mHeld", new StopGradient(), next);
            b.Begin(write, unwrite);
        }

        // What is kept of a state: laid along its rows (F×1) for S, along its columns for z.
        Tile Kept(string kept, Tile state, bool transposed) => (total, next) switch
        {
            (null, null) => state,
            ({ } t, null) => b.Map(kept, (s, l) => s * Ex.Exp(l), state, transposed ? b.Transpose("totalDown", levels?.Shared(t) ?? t) : t),
            (null, { } r) => b.Map(kept, (s, x, y) => s * Ex.Exp(x - y), state, max!.Value.Start, r),
            ({ } t, { } r) => b.Map(kept, (s, l, x, y) => s * Ex.Exp(l + (x - y)), state, t, max!.Value.Start, r),
        };

        if (along)
        {
            if (sum is { } start)
            {
                p.Carry(SumName(system), head.LoadAs(SumName(system) + "0", SumName(system), One, F, Access.Whole), start, b.Emit("lastSum", new EdgeRow(Last: true), KeySums()));
                tail.Store(SumName(system), start.Final, Access.Whole);
            }

            p.Carry("S", head.LoadAs("S0", "S", S.Start.Shape.Rows, V, Access.Whole), S, b.Emit("SNext", new StateAfter(correcting is not null), Written(S.Start)));
            tail.Store("S", S.Final, Access.Whole);
            return p.Build();
        }

        // What of each row's key, or value, is there at the end of the block.
        var arrived = writes.Select(w => weights.IsPerValue ? (Key: w.Key.Features, Value: weights.AtEnd("vWritten" + w.Name, w.Value, next)) : (Key: weights.AtEnd("kWritten" + w.Name, w.Key.Features, next), w.Value)).ToList();
        if (sum is { } keys)
        {
            p.Carry(SumName(system), head.LoadAs(SumName(system) + "0", SumName(system), One, F, Access.Whole), keys,
                b.Add(SumName(system) + "Next", Kept("sumKept", keys.Start, transposed: false), b.SumRows("keySum", arrived[0].Key)));
            tail.Store(SumName(system), keys.Final, Access.Whole);
        }

        var final = Kept("stateKept", levels?.Merged(S.Start) ?? S.Start, transposed: !weights.IsPerValue);
        foreach (var (left, right) in arrived) final = b.Add("SNext", final, b.MatMulTN("writes", levels?.Written(left) ?? left, right));
        p.Carry("S", head.LoadAs("S0", "S", S.Start.Shape.Rows, V, Access.Whole), S, final);
        tail.Store("S", S.Final, Access.Whole);
        return p.Build();
    }

    public static string SumName(DynamicalSystem system) => system.IsStabilised ? "n" : "z";
}
