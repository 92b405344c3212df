using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// The adjoints of <see cref="DecayedGram"/>: y_ic = Σ_j W_ij x_jc e^{Σ_{j&lt;r≤i} g_rc} (to the queries), or
/// y_jc = Σ_i W_ij x_ic e^{…} (to the keys); W counts for j ≤ i only.
/// </summary>
/// <param name="Strict">Only j &lt; i.</param>
/// <param name="ToKeys">Which side receives.</param>
/// <param name="Before">Only j &lt; i, and the decay of the rows between: what row i meets before its own gate acts.</param>
internal sealed record DecayedApply(bool Strict, bool ToKeys, bool Before = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Rows == args[0].Shape.Cols && args[0].Shape.Rows == args[1].Shape.Rows && args[1].Shape == args[2].Shape, $"decayed apply of {args[0].Shape}, {args[1].Shape}, {args[2].Shape}");
        return args[1].Shape;
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        args[0].Shape.Rows != Dim.One ? null
        : Strict || Before ? b.Fill(name, ShapeOf(args), 0)
        : b.Map(name, (w, x) => w * x, args[0], args[1]);

    // Linear in W and x, and closed but for the gates.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (w, x, g) = (s.Args[0], s.Args[1], s.Args[2]);
        var (later, earlier) = ToKeys ? (x, adjoint) : (adjoint, x);
        d.Add(x, name => d.To.Emit(name, new DecayedApply(Strict, !ToKeys, Before), w, adjoint, g));
        d.Add(w, name => d.To.Emit(name, new DecayedGram(Strict, Before), later, earlier, g));
        d.Add(g, name => d.To.Emit(name, new DecayedCrossing(Before), w, later, earlier, g));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]}{(ToKeys ? "ᵀ" : "")} applied to {args[1]} under {args[2]}{(Strict ? ", strict" : "")}{(Before ? ", exclusive" : "")}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (weights, x, g) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Line($"Decays.{(ToKeys ? "ApplyToKeys" : "ApplyToQueries")}{(Before ? "Before" : "")}<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(weights)}, {w.Stride(weights)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(g)}, {w.Stride(g)},");
        w.Line($"    {w.Ref(s.Target)}, {w.Stride(s.Target)}{(Before ? "" : $", strict: {(Strict ? "true" : "false")}")}, ref scratch);");
    }

    // A thread computes an element, walking away from the diagonal with the log-decay so far.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (weights, x, g) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Elements(x.Shape, (i, j) =>
        {
            w.Line(Strict || Before ? "float acc = 0f, log = 0f;" : $"float acc = {w.At(weights, i, i)} * {w.At(x, i, j)}, log = 0f;");
            using (w.Block(ToKeys ? $"for (int r = i + 1; r < {w.Size(x.Shape.Rows)}; r++)" : "for (int r = i - 1; r >= 0; r--)"))
            {
                // Before the reading row's own gate acts, the gate next to the result joins only once the walk has passed it.
                var gate = ToKeys ? w.At(g, Before ? "(r - 1)" : "r", j) : w.At(g, "(r + 1)", j);
                w.Line(Before ? $"if (r != {i} {(ToKeys ? "+" : "-")} 1) log += {gate};" : $"log += {gate};");
                w.Line($"acc += {(ToKeys ? w.At(weights, "r", i) : w.At(weights, i, "r"))} * {w.At(x, "r", j)} * GpuMath.Exp(log);");
            }

            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
    }

    /// <summary>The decays e^g.</summary>
    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) =>
        size(args[1].Shape.Rows) * ((2 * CpuPlan.Padded(size(args[1].Shape.Cols))) + CpuPlan.Padded(size(args[1].Shape.Rows)) + 16);
}
