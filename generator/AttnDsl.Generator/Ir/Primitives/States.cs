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
/// <param name="Corrects">A delta rule: u_t = β_t (v_t − (e^{g_t} S_{t−1})ᵀ k_t) is written in the place of v_t. β, one a token, comes behind S.</param>
internal sealed record StateReads(bool Corrects = false) : Primitive
{
    public override bool FetchesAhead => true;

    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (q, k, v, S) = (args[0].Shape, args[1].Shape, args[2].Shape, args[3].Shape);
        Require(q == k && k.Rows == v.Rows && S == new Shape(k.Cols, v.Cols), $"reads of a state {S} by {q} along {k} and {v}");
        StateSteps.RequireGates(args, 3, k, Corrects);
        return v;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (q, k, S) = (s.Args[0], s.Args[1], s.Args[3]);
        var along = StateSteps.Of(d.To, s.Args.Skip(1).ToList(), Corrects);
        var seen = d.To.Map("dSeen", x => Ex.Causal(x), d.To.MatMulNT("doV", adjoint, along.Written));
        var toState = along.Times("doState", d.To.MatMulNT("doS", adjoint, S), along.FromStart);
        d.Add(q, n => d.To.Add(n, along.Apply(n + "OfKeys", seen, k, toKeys: false), toState));
        d.Add(k, n => along.Apply(n, seen, q, toKeys: true));
        along.Hand(d, n => d.To.MatMulTN(n, along.Scores("scores", q, k), adjoint));
        d.Add(S, n => d.To.MatMulTN(n, along.Times("qDecayed", q, along.FromStart), adjoint));
        if (along.Gates is not { } g) return;
        // What crosses a gate: pairs of tokens around it, and every later token's look at the state.
        d.Add(along.Given!, n => d.To.Add(n, d.To.Emit(n + "OfPairs", new DecayedCrossing(), seen, q, k, g), d.To.Emit(n + "OfState", new PrefixSum(Reversed: true), d.To.Map("looks", (x, y) => x * y, toState, q))));
    }

    public override string Describe(IReadOnlyList<string> args) =>
        $"reads by {args[0]} of the state {args[3]} as each token leaves it, {StateSteps.Say(args, 1, Corrects)}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var S = s.Args[3];
        var state = w.Ref(S);
        var scratch = "ref scratch";
        if (!s.Advances)
        {
            // The state itself stays as it was.
            var cells = $"{w.Size(S.Shape.Rows)} * {w.Size(S.Shape.Cols)}";
            w.Line($"Tiles.Copy<TVec>({w.Size(S.Shape.Rows)}, {w.Size(S.Shape.Cols)}, {state}, {w.Stride(S)}, ref scratch, {w.Size(S.Shape.Cols)});");
            (state, scratch) = ("ref scratch", $"ref Unsafe.Add(ref scratch, {cells})");
        }

        w.Line(StateSteps.Call(w, s.Args[0], s.Args.Skip(1).ToList(), Corrects, state, $"{w.Ref(s.Target)}, {w.Stride(s.Target)}", scratch));
    }

    // A thread computes an element: nothing is shared, so nothing has to wait. Layers of their own run products on a GPU.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (q, k, v, S, g) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3], StateSteps.GatesOf(s.Args, 3, Corrects));
        if (Corrects)
        {
            GpuCorrecting(w, s, g);
            return;
        }

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

    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) => StateSteps.Scratch(size, args[3].Shape, Corrects) + (size(args[3].Shape.Rows) * size(args[3].Shape.Cols));

    // A thread takes a column of the state: first the tokens' corrections, from the first on, in the place of the outputs; then the outputs, from
    // the last up, each in the place of what no output before it needs.
    private static void GpuCorrecting(GpuKernelWriter w, PlanStep s, Tile? g)
    {
        var (q, k, v, S, beta) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3], s.Args[4]);
        var rows = w.Size(k.Shape.Rows);
        w.Threads(v.Shape.Cols, "j", j =>
        {
            using (w.Block($"for (int i = 0; i < {rows}; i++)"))
            {
                Sum("seen", k, "i - 1");
                w.Line($"{w.At(s.Target, "i", j)} = {w.At(beta, "i", "0")} * ({w.At(v, "i", j)} - seen);");
            }

            using (w.Block($"for (int i = {rows} - 1; i >= 0; i--)"))
            {
                Sum("read", q, "i");
                w.Line($"{w.At(s.Target, "i", j)} = read;");
            }

            // The state as token i meets it, with the corrections up to a token.
            void Sum(string name, Tile by, string last)
            {
                w.Line($"float {name} = 0f;");
                using (w.Block($"for (int c = 0; c < {w.Size(k.Shape.Cols)}; c++)"))
                {
                    w.Line($"float state = {w.At(S, "c", j)};");
                    using (w.Block("for (int r = 0; r <= i; r++)"))
                    {
                        w.Line($"state = {StateSteps.Decayed(w, g, "r", "c", "state")};");
                        w.Line($"if (r <= {last}) state += {w.At(k, "r", "c")} * {w.At(s.Target, "r", j)};");
                    }

                    w.Line($"{name} += {w.At(by, "i", "c")} * state;");
                }
            }
        });
    }
}

/// <summary>The state as the last token leaves it: e^{L} S + Σ_j (k_j e^{L − L_j}) v_jᵀ. Arguments k, v, S and, where it decays, g.</summary>
/// <param name="Corrects">As in <see cref="StateReads"/>: what is written are corrections, and β comes behind S.</param>
internal sealed record StateAfter(bool Corrects = false) : Primitive
{
    public override bool FetchesAhead => true;

    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (k, v, S) = (args[0].Shape, args[1].Shape, args[2].Shape);
        Require(k.Rows == v.Rows && S == new Shape(k.Cols, v.Cols), $"a state {S} along {k} and {v}");
        StateSteps.RequireGates(args, 2, k, Corrects);
        return S;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (k, S) = (s.Args[0], s.Args[2]);
        var along = StateSteps.Of(d.To, s.Args, Corrects);
        var handed = along.Times("handed", d.To.MatMulNT("vdS", along.Written, adjoint), along.ToEnd);
        d.Add(k, _ => handed);
        along.Hand(d, n => d.To.MatMul(n, along.Times("kWritten", k, along.ToEnd), adjoint));
        var kept = along.Whole is { } total ? d.To.Map("kept", (x, l) => x * Ex.Exp(l), adjoint, d.To.Transpose("totalDown", total)) : adjoint;
        d.Add(S, _ => kept);
        if (along.Gates is null) return;
        // What a row wrote passes the gates behind it; what was there before passes all of them.
        d.Add(along.Given!, n => d.To.Add(n,
            d.To.Emit(n + "OfWrites", new PrefixSum(Exclusive: true), d.To.Map("passing", (x, y) => x * y, handed, k)),
            d.To.Map(n + "OfState", new Arg(0), k.Shape, d.To.Transpose("keptAcross", d.To.SumCols("keptOfRow", d.To.Map("keptTerms", (x, y) => x * y, kept, S))))));
    }

    public override string Describe(IReadOnlyList<string> args) => $"the state {args[2]} {StateSteps.Say(args, 0, Corrects)}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (k, v, S) = (s.Args[0], s.Args[1], s.Args[2]);
        if (!w.SameStorage(S, s.Target)) w.Copy(S, s.Target);
        // The keys read what nobody asked for.
        var outputs = CpuPlan.Padded(w.SizeOf(v.Shape.Cols));
        w.Line(StateSteps.Call(w, k, s.Args, Corrects, w.Ref(s.Target), $"ref scratch, {outputs}", $"ref Unsafe.Add(ref scratch, {w.SizeOf(v.Shape.Rows) * outputs})"));
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (k, v, S, g) = (s.Args[0], s.Args[1], s.Args[2], StateSteps.GatesOf(s.Args, 2, Corrects));
        if (Corrects)
        {
            GpuCorrecting(w, s, g);
            return;
        }

        w.Elements(s.Target.Shape, (c, j) =>
        {
            w.Line($"float state = {w.At(S, c, j)};");
            using (w.Block($"for (int r = 0; r < {w.Size(k.Shape.Rows)}; r++)")) w.Line($"state = {StateSteps.Decayed(w, g, "r", c, "state")} + {w.At(k, "r", c)} * {w.At(v, "r", j)};");
            w.Line($"{w.At(s.Target, c, j)} = state;");
        });
    }

    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) => StateSteps.Scratch(size, args[2].Shape, Corrects) + (size(args[1].Shape.Rows) * CpuPlan.Padded(size(args[1].Shape.Cols)));

    // A thread takes a column of the state from token to token.
    private static void GpuCorrecting(GpuKernelWriter w, PlanStep s, Tile? g)
    {
        var (k, v, S, beta) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3]);
        w.Threads(v.Shape.Cols, "j", j =>
        {
            string Cell(Tile state) => w.At(state, "c", j);
            var cells = $"for (int c = 0; c < {w.Size(k.Shape.Cols)}; c++)";
            w.Line($"{cells} {Cell(s.Target)} = {Cell(S)};");
            using (w.Block($"for (int r = 0; r < {w.Size(k.Shape.Rows)}; r++)"))
            {
                w.Line("float seen = 0f;");
                using (w.Block(cells))
                {
                    if (g is not null) w.Line($"{Cell(s.Target)} = {StateSteps.Decayed(w, g, "r", "c", Cell(s.Target))};");
                    w.Line($"seen += {w.At(k, "r", "c")} * {Cell(s.Target)};");
                }

                w.Line($"float u = {w.At(beta, "r", "0")} * ({w.At(v, "r", j)} - seen);");
                w.Line($"{cells} {Cell(s.Target)} += {w.At(k, "r", "c")} * u;");
            }
        });
    }
}
