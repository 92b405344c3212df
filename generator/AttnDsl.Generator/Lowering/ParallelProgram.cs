using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// The matrix family without a state in between: each block of queries meets its own keys, then every earlier block, last to
/// first, so that the decay in between is a running sum of gates and never a difference of prefix sums.
/// </summary>
internal static class ParallelProgram
{
    private static readonly Dim One = Dim.One, R = Dim.R, C = Dim.C, V = Dim.V;

    public static TileProgram Causal(DynamicalSystem system, string name)
    {
        var p = new ProgramBuilder(name, C, R, Visits.BeforeDescending);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var (normalised, stabilised, signed) = (system.HasKeySum, system.IsStabilised, system.HasSignedNormaliser);

        head.Stage = "The queries, and the keys of their own block, which the mask cuts.";
        var q = Sources.Query(system, head, R);
        var own = new Weighting(system, p, head, R, "own");
        var (ownKeys, ownValues) = (Sources.Key(system, head, head, R, "own"), head.LoadAs("ownV", "v", R, V));
        var reach = own.FromStart;
        var firstMax = stabilised
            ? head.Map("ownMax", x => Ex.Max(x, Ex.NoScore), head.MaxCols("largestOwn", head.Map("visible", Ex.Causal(new Arg(0), Ex.NoScore), new Shape(R, R), own.BetweenRows!)))
            : null;
        var ownScores = own.Scores("ownScores", q, ownKeys, firstMax);
        // Decays go into queries and keys, unless the kernel is a polynomial of their product: then they go into the scores. Those of the
        // values are no part of the scores; what is left of them in the queries' own block follows at the end.
        var onScores = system.Map.Polynomial is not null && !own.IsPerKey;
        var qReach = onScores || stabilised || reach is null || own.IsPerValue ? q.Factors : head.Map("qReach", (x, l) => x * Ex.Exp(l), q.Features, reach);

        var (ownLevels, levels) = (PastLevels.Of(system, head, R, "own"), PastLevels.Of(system, b, C));
        if (ownLevels is not null) ownScores = ownLevels.Weighed(head, "ownByLevel", ownScores);
        var ownRead = own.FromBlock("ownRead", ownScores, ownValues);

        var num = p.Open("num", new(R, V));
        var den = normalised ? p.Open("den", new(R, One)) : default;
        var max = stabilised ? p.Open("rowMax", new(R, One)) : default;
        var firstPlace = ownLevels is null ? default : p.Open("firstPlace", new(One, One));
        (Tile Start, Tile Final)? rest = reach is null ? null : p.Open("rest", new(One, reach.Shape.Cols));

        b.Stage = "An earlier block of keys, weighted by what is left of it when the queries' block begins.";
        var weights = new Weighting(system, p, b, C);
        var k = Sources.Key(system, head, b, C);
        var v = b.Load("v", C, V);
        var toEnd = weights.ToEnd;
        if (rest is { } r) p.Carry("rest", head.Fill("noRest", r.Start.Shape, 0), r, b.Add("restNext", r.Start, weights.Whole!));

        Tile scores;
        if (stabilised)
        {
            b.Stage = "Log-weight of key j in row i, under a running maximum.";
            var input = weights.InputAcross!;
            var decays = reach is not null && rest is { } s ? b.Add("decays", reach, b.Transpose("leftAcross", b.Add("left", weights.AfterRow!, s.Start))) : null;
            var logWeight = decays is null ? b.Map("logWeights", new Arg(0), new Shape(R, C), input) : b.Add("logWeights", decays, input);
            var next = b.Map("maxNext", Ex.Max, max.Start, b.MaxCols("blockMax", logWeight));
            p.Carry("rowMax", firstMax!, max, next, isReference: true);
            var rescale = b.Map("rescale", (x, y) => Ex.Exp(x - y), max.Start, next);
            b.Stage = "Accumulate numerator and normaliser.";
            var dots = b.MatMulNT("dots", q.Factors, k.Factors);
            scores = decays is null
                ? b.Map("scores", (x, i, z) => Sources.KernelOf(system, x) * Ex.Exp(i - z), dots, input, next)
                : b.Map("scores", (x, l, i, z) => Sources.KernelOf(system, x) * Ex.Exp(l + (i - z)), dots, decays, input, next);
            p.Carry("num", ownRead, num,
                b.Add("numNext", b.Map("numKept", (x, y) => x * y, num.Start, rescale), b.MatMul("read", scores, v)));
            p.Carry("den", head.SumCols("ownDen", ownScores, signed), den,
                b.Add("denNext", b.Map("denKept", (x, y) => x * y, den.Start, rescale), b.SumCols("denBlock", scores, signed)));
        }
        else
        {
            Tile Left(string left, Tile written) => (toEnd, rest) switch
            {
                ({ } w, { } s) => b.Map(left, (x, y, z) => x * Ex.Exp(y + z), written, w, s.Start),
                _ => written,
            };
            if (onScores)
            {
                b.Stage = reach is null || own.IsPerValue ? "The kernel of every pair." : "The kernel of every pair, under the decay between.";
                var kernel = Sources.KernelOf(system, new Arg(0));
                var dots = b.MatMulNT("dots", q.Factors, k.Factors);
                scores = reach is null || own.IsPerValue
                    ? b.Map("scores", kernel, dots.Shape, dots)
                    : b.Map("scores", kernel * Ex.Exp(new Arg(1)) * Ex.Exp(new Arg(2)), dots.Shape, dots, reach, b.Transpose("leftAcross", b.Add("left", toEnd!, rest!.Value.Start)));
                b.Stage = "Accumulate the output.";
            }
            else
            {
                var kLeft = own.IsPerValue ? k.Features : Left("kLeft", k.Features);
                b.Stage = "Accumulate the output.";
                scores = b.MatMulNT("scores", qReach, kLeft);
            }

            if (levels is not null)
            {
                scores = ownLevels!.Weighed(b, "scoresByLevel", scores, levels);
                p.Carry("firstPlace", ownLevels.First, firstPlace, levels.First);
            }

            var vLeft = own.IsPerValue ? Left("vLeft", v) : v;
            p.Carry("num", own.IsPerValue ? head.Fill("nothing", num.Start.Shape, 0) : ownRead, num, b.Add("numNext", num.Start, b.MatMul("read", scores, vLeft)));
            if (normalised)
                p.Carry("den", head.SumCols("ownDen", ownScores, signed), den, b.Add("denNext", den.Start, b.SumCols("denBlock", scores, signed)));
        }

        tail.Stage = "What the initial state still counts for.";
        var state = tail.Load("S", PastLevels.StateRows(system), V, Access.Whole);
        Tile Reading(Tile x) => ownLevels?.Reading(tail, x, firstPlace.Final) ?? x;
        var (numerator, denominator, finalMax) = (num.Final, normalised ? den.Final : null, stabilised ? max.Final : null);
        // Features that no score is made of are first needed here.
        var qAll = onScores ? Sources.Query(system, tail, R).Features : q.Features;
        Tile qState;
        if (stabilised)
        {
            var m = tail.Load("m", One, One, Access.Whole);
            var log = (reach, rest) switch
            {
                ({ } l, { } s) => tail.Map("logState", (x, y, z) => x + y + z, l, s.Final, m),
                _ => tail.Map("logState", new Arg(0), new Shape(R, One), m),
            };
            finalMax = tail.Map("mFinal", Ex.Max, max.Final, log);
            var rescale = tail.Map("rescaleFinal", (x, y) => Ex.Exp(x - y), max.Final, finalMax);
            numerator = tail.Map("numFinal", (x, y) => x * y, num.Final, rescale);
            denominator = tail.Map("denFinal", (x, y) => x * y, den.Final, rescale);
            qState = (reach, rest) switch
            {
                ({ } l, { } s) => tail.Map("qState", (x, y, z) => x * Ex.Exp(y + z), qAll, tail.Add("decaysState", l, s.Final), tail.Map("mState", (x, y) => x - y, m, finalMax)),
                _ => tail.Map("qState", (x, y, z) => x * Ex.Exp(y - z), qAll, m, finalMax),
            };
        }
        else if (own.IsPerValue)
        {
            numerator = tail.Map("numFinal", (x, y, l) => x + y * Ex.Exp(l), ownRead, tail.Map("numAll", (x, y, l) => x + y * Ex.Exp(l), num.Final, tail.MatMul("ofState", Reading(qAll), state), rest!.Value.Final), reach!);
            Sources.Output(system, head, tail, numerator);
            return p.Build();
        }
        else
        {
            qState = (onScores, rest) switch
            {
                (true, { } s) => tail.Map("qState", (x, y, z) => x * Ex.Exp(y + z), qAll, reach!, s.Final),
                (false, { } s) => tail.Map("qState", (x, y) => x * Ex.Exp(y), qReach, s.Final),
                _ => qAll,
            };
        }

        var read2 = tail.Add("readAll", numerator, tail.MatMul("fromState", Reading(qState), state));
        if (normalised)
        {
            tail.Stage = "Divide and store.";
            var sum = tail.Load(MatrixProgram.SumName(system), One, Sources.Features(system), Access.Whole);
            var all = tail.Add("denAll", denominator!, tail.SumCols("denState", tail.Map("denTerms", (x, y) => x * y, qState, sum), signed));
            read2 = Sources.Normalise(system, tail, read2, all, finalMax);
        }

        Sources.Output(system, head, tail, read2);
        return p.Build();
    }

    /// <summary>Every query against every key, no mask and no decay.</summary>
    public static TileProgram Bidirectional(DynamicalSystem system, string name)
    {
        var p = new ProgramBuilder(name, C, R);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        head.Stage = "The queries.";
        var q = Sources.Query(system, head, R);
        b.Stage = "One block of keys.";
        var k = Sources.Key(system, head, b, C);
        var v = b.Load("v", C, V);
        var num = p.Open("num", new(R, V));
        b.Stage = "Accumulate the output.";
        var dots = b.MatMulNT(system.Map.Polynomial is null ? "scores" : "dots", q.Factors, k.Factors);
        var scores = b.Map("scores", x => Sources.KernelOf(system, x), dots);
        p.Carry("num", head.Fill("zero", new(R, V), 0), num, b.Add("numNext", num.Start, b.MatMul("read", scores, v)));
        var output = num.Final;
        if (system.HasKeySum)
        {
            var den = p.Open("den", new(R, One));
            p.Carry("den", head.Fill("none", new(R, One), 0), den, b.Add("denNext", den.Start, b.SumCols("denBlock", scores, system.HasSignedNormaliser)));
            tail.Stage = "Divide.";
            output = Sources.Normalise(system, tail, num.Final, den.Final, null);
        }

        Sources.Output(system, head, tail, output);
        return p.Build();
    }

    /// <summary>Reads a state that is complete: the second pass of the bidirectional chunkwise form.</summary>
    public static TileProgram ReadOut(DynamicalSystem system, string name)
    {
        var p = new ProgramBuilder(name, C);
        var (head, b) = (p.Head, p.Body);
        var state = head.Load("S", Sources.Features(system), V, Access.Whole);
        b.Begin("o_i = Sᵀφ(q_i) of the state that all tokens wrote.", "dφ(q_i) = S do_i, dS = Σ_i φ(q_i) do_iᵀ.");
        var q = Sources.Query(system, b, C).Features;
        var output = b.MatMul("read", q, state);
        if (system.HasKeySum)
        {
            var sum = head.Load(MatrixProgram.SumName(system), One, Sources.Features(system), Access.Whole);
            output = Sources.Normalise(system, b, output, b.SumCols("den", b.Map("denTerms", (x, y) => x * y, q, sum), system.HasSignedNormaliser), null);
        }

        Sources.Output(system, head, b, output);
        return p.Build();
    }
}
