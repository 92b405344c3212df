using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// o_t = S_tᵀ q_t, where S_t = e^{g_t} S_{t−1} + k_t v_tᵀ: each token reads the state as it leaves it. Arguments q, k, v, S and, where the
/// state decays, g last: one a token, or one for each row of the state.
/// </summary>
internal sealed record StateReads : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (q, k, v, S) = (args[0].Shape, args[1].Shape, args[2].Shape, args[3].Shape);
        Require(q == k && k.Rows == v.Rows && S == new Shape(k.Cols, v.Cols), $"reads of a state {S} by {q} along {k} and {v}");
        StateSteps.RequireGates(args, 4, k);
        return v;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (q, k, v, S) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3]);
        var along = new StateSteps(d.To, k, s.Args.Skip(4).FirstOrDefault());
        var seen = d.To.Map("dSeen", x => Ex.Causal(x), d.To.MatMulNT("doV", adjoint, v));
        var toState = along.Times("doState", d.To.MatMulNT("doS", adjoint, S), along.FromStart);
        d.Add(q, n => d.To.Add(n, along.Apply(n + "OfKeys", seen, k, toKeys: false), toState));
        d.Add(k, n => along.Apply(n, seen, q, toKeys: true));
        d.Add(v, n => d.To.MatMulTN(n, along.Scores("scores", q, k), adjoint));
        d.Add(S, n => d.To.MatMulTN(n, along.Times("qDecayed", q, along.FromStart), adjoint));
        if (along.Gates is not { } g) return;
        // What crosses a gate: pairs of tokens around it, and every later token's look at the state.
        d.Add(s.Args[4], n => d.To.Add(n, d.To.Emit(n + "OfPairs", new DecayedCrossing(), seen, q, k, g), d.To.Emit(n + "OfState", new PrefixSum(Reversed: true), d.To.Map("looks", (x, y) => x * y, toState, q))));
    }

    public override string Describe(IReadOnlyList<string> args) =>
        $"reads by {args[0]} of the state {args[3]} as each token leaves it, along {args[1]}, {args[2]}{(args.Count > 4 ? $" under {args[4]}" : "")}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (q, k, v, S) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3]);
        var state = w.Ref(S);
        var scratch = "ref scratch";
        if (!s.Advances)
        {
            // The state itself stays as it was.
            var cells = $"{w.Size(S.Shape.Rows)} * {w.Size(S.Shape.Cols)}";
            w.Line($"Tiles.Copy<TVec>({w.Size(S.Shape.Rows)}, {w.Size(S.Shape.Cols)}, {state}, {w.Stride(S)}, ref scratch, {w.Size(S.Shape.Cols)});");
            (state, scratch) = ("ref scratch", $"ref Unsafe.Add(ref scratch, {cells})");
        }

        w.Line(StateSteps.Call(w, q, k, v, s.Args.Skip(4).FirstOrDefault(), state, $"{w.Ref(s.Target)}, {w.Stride(s.Target)}", scratch));
    }

    // A thread computes an element: nothing is shared, so nothing has to wait. Layers of their own run products on a GPU.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (q, k, v, S, g) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3], s.Args.Skip(4).FirstOrDefault());
        w.Elements(s.Target.Shape, (i, j) =>
        {
            w.Line("float acc = 0f;");
            using (w.Block($"for (int c = 0; c < {w.Size(k.Shape.Cols)}; c++)"))
            {
                w.Line($"float state = {w.At(S, "c", j)};");
                using (w.Block($"for (int r = 0; r <= {i}; r++)")) w.Line($"state = {StateSteps.Decayed(w, g, "r", "c", "state")} + {w.At(k, "r", "c")} * {w.At(v, "r", j)};");
                w.Line($"acc += {w.At(q, i, "c")} * state;");
            }

            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
    }

    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) => StateSteps.Scratch(size, args[3].Shape) + (size(args[3].Shape.Rows) * size(args[3].Shape.Cols));
}

/// <summary>The state as the last token leaves it: e^{L} S + Σ_j (k_j e^{L − L_j}) v_jᵀ. Arguments k, v, S and, where it decays, g.</summary>
internal sealed record StateAfter : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (k, v, S) = (args[0].Shape, args[1].Shape, args[2].Shape);
        Require(k.Rows == v.Rows && S == new Shape(k.Cols, v.Cols), $"a state {S} along {k} and {v}");
        StateSteps.RequireGates(args, 3, k);
        return S;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (k, v, S) = (s.Args[0], s.Args[1], s.Args[2]);
        var along = new StateSteps(d.To, k, s.Args.Skip(3).FirstOrDefault());
        var handed = along.Times("handed", d.To.MatMulNT("vdS", v, adjoint), along.ToEnd);
        d.Add(k, _ => handed);
        d.Add(v, n => d.To.MatMul(n, along.Times("kWritten", k, along.ToEnd), adjoint));
        var kept = along.Whole is { } total ? d.To.Map("kept", (x, l) => x * Ex.Exp(l), adjoint, d.To.Transpose("totalDown", total)) : adjoint;
        d.Add(S, _ => kept);
        if (along.Gates is null) return;
        // What a row wrote passes the gates behind it; what was there before passes all of them.
        d.Add(s.Args[3], n => d.To.Add(n,
            d.To.Emit(n + "OfWrites", new PrefixSum(Exclusive: true), d.To.Map("passing", (x, y) => x * y, handed, k)),
            d.To.Map(n + "OfState", new Arg(0), k.Shape, d.To.Transpose("keptAcross", d.To.SumCols("keptOfRow", d.To.Map("keptTerms", (x, y) => x * y, kept, S))))));
    }

    public override string Describe(IReadOnlyList<string> args) => $"the state {args[2]} behind {args[0]}, {args[1]}{(args.Count > 3 ? $" under {args[3]}" : "")}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (k, v, S) = (s.Args[0], s.Args[1], s.Args[2]);
        if (!w.SameStorage(S, s.Target)) w.Copy(S, s.Target);
        // The keys read what nobody asked for.
        var outputs = CpuPlan.Padded(w.SizeOf(v.Shape.Cols));
        w.Line(StateSteps.Call(w, k, k, v, s.Args.Skip(3).FirstOrDefault(), w.Ref(s.Target), $"ref scratch, {outputs}", $"ref Unsafe.Add(ref scratch, {w.SizeOf(v.Shape.Rows) * outputs})"));
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (k, v, S, g) = (s.Args[0], s.Args[1], s.Args[2], s.Args.Skip(3).FirstOrDefault());
        w.Elements(s.Target.Shape, (c, j) =>
        {
            w.Line($"float state = {w.At(S, c, j)};");
            using (w.Block($"for (int r = 0; r < {w.Size(k.Shape.Rows)}; r++)")) w.Line($"state = {StateSteps.Decayed(w, g, "r", c, "state")} + {w.At(k, "r", c)} * {w.At(v, "r", j)};");
            w.Line($"{w.At(s.Target, c, j)} = state;");
        });
    }

    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) => StateSteps.Scratch(size, args[2].Shape) + (size(args[1].Shape.Rows) * CpuPlan.Padded(size(args[1].Shape.Cols)));
}

/// <summary>What the two have in common: the decays along a block of rows, and the call.</summary>
internal sealed class StateSteps(RegionBuilder b, Tile k, Tile? gates)
{
    /// <summary>A gate for every row and channel; none where nothing decays.</summary>
    public Tile? Gates { get; } = gates is null || gates.Shape == k.Shape ? gates : b.Map("gatesOfRows", new Arg(0), k.Shape, gates);

    public Tile? FromStart => Gates is null ? null : b.PrefixSum("fromStart", Gates);

    public Tile? ToEnd => Gates is null ? null : b.SuffixSum("toEnd", Gates);

    public Tile? Whole => Gates is null ? null : b.SumRows("total", Gates);

    public static void RequireGates(IReadOnlyList<Tile> args, int at, Shape k)
    {
        if (args.Count > at && args[at].Shape != k && args[at].Shape != new Shape(k.Rows, Dim.One)) throw new ShapeException($"gates {args[at].Shape} of keys {k}");
    }

    public Tile Times(string name, Tile x, Tile? log) => log is null ? x : b.Map(name, (a, l) => a * Ex.Exp(l), x, log);

    public Tile Scores(string name, Tile q, Tile keys) => Gates is null ? b.Map(name, x => Ex.Causal(x), b.MatMulNT("dots", q, keys)) : b.Emit(name, new DecayedGram(), q, keys, Gates);

    public Tile Apply(string name, Tile weights, Tile x, bool toKeys) => Gates is { } g ? b.Emit(name, new DecayedApply(false, toKeys, false), weights, x, g)
        : toKeys ? b.MatMulTN(name, weights, x) : b.MatMul(name, weights, x);

    public static string Call(CpuKernelWriter w, Tile q, Tile keys, Tile v, Tile? g, string state, string output, string scratch)
    {
        var isByRow = g is not null && g.Shape.Cols == keys.Shape.Cols && keys.Shape.Cols != Dim.One;
        var gate = g is null ? "" : $", {w.Ref(g)}{(isByRow ? $", {w.Stride(g)}" : "")}";
        return $"States.{(g is null ? "Advance" : isByRow ? "AdvanceRowsDecayed" : "AdvanceDecayed")}<TVec>({w.Size(keys.Shape.Rows)}, {w.Size(keys.Shape.Cols)}, {w.Size(v.Shape.Cols)}, {w.Ref(q)}, {w.Stride(q)}, {w.Ref(keys)}, {w.Stride(keys)}, {w.Ref(v)}, {w.Stride(v)}{gate}, {state}, {output}, {scratch});";
    }

    public static string Decayed(GpuKernelWriter w, Tile? g, string row, string channel, string x) =>
        g is null ? x : $"GpuMath.Exp({w.At(g, row, g.Shape.Cols == Dim.One ? "0" : channel)}) * {x}";

    /// <summary>What States.ScratchFloats says.</summary>
    public static int Scratch(System.Func<Dim, int> size, Shape state) => (66 * CpuPlan.Padded(size(state.Rows))) + (64 * CpuPlan.Padded(size(state.Cols)));
}
