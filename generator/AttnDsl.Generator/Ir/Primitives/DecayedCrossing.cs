using System.Collections.Generic;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// What the log-decays of a <see cref="DecayedGram"/> receive: y_rc = Σ_{j&lt;r≤i} W_ij q_ic k_jc e^{Σ_{j&lt;s≤i} g_sc}, over the pairs
/// whose decay has row r in it and over no others.
/// </summary>
/// <remarks>
/// What rows from r on receive less what they hand out, Σ_{i≥r} q_i ⊙ dq_i − Σ_{j≥r} k_j ⊙ dk_j, is the same sum, but keeps the rounding of
/// every pair that does not cross r; what a rate learned for all tokens receives was 2e-5 off that way.
/// </remarks>
/// <param name="Before">Only j &lt; r &lt; i, and the decay of the rows between: row i counts before its own gate acts.</param>
internal sealed record DecayedCrossing(bool Before = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Rows == args[0].Shape.Cols && args[0].Shape.Rows == args[1].Shape.Rows && args[1].Shape == args[2].Shape && args[2].Shape == args[3].Shape,
            $"decayed crossing of {args[0].Shape}, {args[1].Shape}, {args[2].Shape}, {args[3].Shape}");
        return args[1].Shape;
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        args[0].Shape.Rows == Dim.One ? b.Fill(name, ShapeOf(args), 0) : null;

    // Each pair counts as often as there are rows between, weighted by their adjoints: ρ_i − ρ_j of their prefix sums ρ. That takes the
    // sum apart into two Gram matrices, one with q ⊙ ρ, one with k ⊙ ρ.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (w, q, k, g) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3]);
        var upToKey = d.To.PrefixSum("upToKey", adjoint);
        var upToQuery = Before ? d.To.Emit("upToQuery", new PrefixSum(Exclusive: true), adjoint) : upToKey;
        var (later, earlier) = (Times("laterWeighed", q, upToQuery), Times("earlierWeighed", k, upToKey));
        d.Add(w, name => Less(name, Gram(later, k), Gram(q, earlier)));
        d.Add(q, name => Less(name, Times("weighed", upToQuery, Apply(k, toKeys: false)), Apply(earlier, toKeys: false)));
        d.Add(k, name => Less(name, Apply(later, toKeys: true), Times("weighed", upToKey, Apply(q, toKeys: true))));
        d.Add(g, name => Less(name, d.To.Emit("crossing", new DecayedCrossing(Before), w, later, k, g), d.To.Emit("crossing", new DecayedCrossing(Before), w, q, earlier, g)));

        Tile Times(string name, Tile x, Tile y) => d.To.Map(name, (a, b) => a * b, x, y);
        Tile Less(string name, Tile x, Tile y) => d.To.Map(name, (a, b) => a - b, x, y);
        Tile Gram(Tile x, Tile y) => d.To.Emit("gram", new DecayedGram(Strict: !Before, Before), x, y, g);
        Tile Apply(Tile x, bool toKeys) => d.To.Emit("applied", new DecayedApply(Strict: !Before, toKeys, Before), w, x, g);
    }

    public override string Describe(IReadOnlyList<string> args) => $"what crosses each row, {args[0]} between {args[1]} and {args[2]} under {args[3]}{(Before ? ", exclusive" : "")}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (weights, q, k, g) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3]);
        w.Line($"Decays.Crossing{(Before ? "Before" : "")}<TVec>({w.Size(q.Shape.Rows)}, {w.Size(q.Shape.Cols)}, {w.Ref(weights)}, {w.Stride(weights)}, {w.Ref(q)}, {w.Stride(q)}, {w.Ref(k)}, {w.Stride(k)},");
        w.Line($"    {w.Ref(g)}, {w.Stride(g)}, {w.Ref(s.Target)}, {w.Stride(s.Target)}, ref scratch);");
    }

    // A thread runs down a column; two rows of it lie in the thread's own memory.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (weights, q, k, g) = (s.Args[0], s.Args[1], s.Args[2], s.Args[3]);
        var (rows, later) = (w.Size(q.Shape.Rows), Before ? "(i + 1)" : "i");
        w.Threads(s.Target.Shape.Cols, "j", j =>
        {
            w.Line($"var factors = LocalMemory.Allocate<float>({Literals.Integer(w.Greatest(q.Shape.Rows))});");
            w.Line($"var seen = LocalMemory.Allocate<float>({Literals.Integer(w.Greatest(q.Shape.Rows))});");
            using (w.Block($"for (int r = 0; r < {rows}; r++)"))
            {
                w.Line($"factors[r] = GpuMath.Exp({w.At(g, "r", j)});");
                w.Line($"{w.At(s.Target, "r", j)} = 0f;");
            }

            using (w.Block($"for (int i = 1; i < {rows}{(Before ? " - 1" : "")}; i++)"))
            {
                w.Line($"float own = {w.At(q, later, j)}, acc = 0f;");
                using (w.Block("for (int r = i; r > 0; r--)"))
                {
                    w.Line("seen[r] = own;");
                    w.Line("own *= factors[r];");
                }

                using (w.Block("for (int r = 1; r <= i; r++)"))
                {
                    w.Line($"acc = (acc + {w.At(weights, later, "(r - 1)")} * {w.At(k, "(r - 1)", j)}) * factors[r];");
                    w.Line($"{w.At(s.Target, "r", j)} += acc * seen[r];");
                }
            }
        });
    }

    /// <summary>What Decays.Crossing asks for: four rows of channels for each row, eight more, and the weights.</summary>
    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) =>
        (size(args[1].Shape.Rows) * ((4 * CpuPlan.Padded(size(args[1].Shape.Cols))) + CpuPlan.Padded(size(args[1].Shape.Rows)) + 16)) + (8 * CpuPlan.Padded(size(args[1].Shape.Cols)));
}
