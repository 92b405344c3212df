using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// P_ij = Σ_c q_ic k_jc e^{Σ_{j&lt;r≤i} g_rc} for j ≤ i, else 0. Takes the log-decays themselves, not their prefix sums, so that a
/// lowering may add up segments; k / decay is never formed.
/// </summary>
/// <param name="Strict">Only j &lt; i (the delta rule's products of keys).</param>
/// <param name="Before">Only j &lt; i, and the decay of the rows between: what row i meets before its own gate acts.</param>
internal sealed record DecayedGram(bool Strict = false, bool Before = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape == args[1].Shape && args[1].Shape == args[2].Shape, $"decayed Gram of {args[0].Shape}, {args[1].Shape}, {args[2].Shape}");
        return new(args[0].Shape.Rows, args[1].Shape.Rows);
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        args[0].Shape.Rows != Dim.One ? null
        : Strict || Before ? b.Fill(name, ShapeOf(args), 0)
        : b.SumCols(name, b.Map(name + "Terms", (x, y) => x * y, args[0], args[1]));

    // The two applies; what each gate receives is what crosses its row.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (q, k, g) = (s.Args[0], s.Args[1], s.Args[2]);
        d.Add(q, name => d.To.Emit(name, new DecayedApply(Strict, ToKeys: false, Before), adjoint, k, g));
        d.Add(k, name => d.To.Emit(name, new DecayedApply(Strict, ToKeys: true, Before), adjoint, q, g));
        d.Add(g, name => d.To.Emit(name, new DecayedCrossing(Before), adjoint, q, k, g));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{(Strict ? "strict " : "")}{(Before ? "exclusive " : "")}decayed Gram of {args[0]}, {args[1]} under {args[2]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (q, k, g) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Line($"Decays.Gram{(Before ? "Before" : "")}<TVec>({w.Size(q.Shape.Rows)}, {w.Size(q.Shape.Cols)}, {w.Ref(q)}, {w.Stride(q)}, {w.Ref(k)}, {w.Stride(k)}, {w.Ref(g)}, {w.Stride(g)},");
        w.Line($"    {w.Ref(s.Target)}, {w.Stride(s.Target)}{(Before ? "" : $", strict: {(Strict ? "true" : "false")}")}, ref scratch);");
    }

    // A thread computes an element; the exponent is summed over the rows between, which never cancels.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (q, k, g) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Elements(s.Target.Shape, (i, j) =>
        {
            w.Line("float acc = 0f;");
            using (w.Block($"for (int c = 0; j {(Strict || Before ? "<" : "<=")} i && c < {w.Size(q.Shape.Cols)}; c++)"))
            {
                w.Line("float log = 0f;");
                w.Line($"for (int r = j + 1; r {(Before ? "<" : "<=")} i; r++) log += {w.At(g, "r", "c")};");
                w.Line($"acc += {w.At(q, i, "c")} * {w.At(k, j, "c")} * GpuMath.Exp(log);");
            }

            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
    }

    /// <summary>What Decays.Gram asks for: four blocks of 16 rows and one row, their products, and a packed kᵀ with room between its rows.</summary>
    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) =>
        65 * CpuPlan.Padded(size(args[0].Shape.Cols)) + 256 + size(args[0].Shape.Cols) * (CpuPlan.Padded(size(args[0].Shape.Rows)) + 16);
}
