using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>X = (I + A)⁻¹ B with A strictly lower triangular: x_i = b_i − Σ_{j&lt;i} A_ij x_j.</summary>
/// <param name="Transposed">(I + A)⁻ᵀ B, from the last row up.</param>
internal sealed record UnitLowerSolve(bool Transposed = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Rows == args[0].Shape.Cols && args[0].Shape.Rows == args[1].Shape.Rows, $"solve of {args[0].Shape} for {args[1].Shape}");
        return args[1].Shape;
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) => b.IsConst(args[0], 0) ? args[1] : null;

    // dB = (I + A)⁻ᵀ dX, dA = −(dB Xᵀ) below the diagonal; for the transposed solve the two change places.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        Tile db = null!;
        d.Add(b, name => db = d.To.Emit(name, new UnitLowerSolve(!Transposed), a, adjoint));
        var product = Transposed ? d.To.MatMulNT("outer", s.Result!, db) : d.To.MatMulNT("outer", db, s.Result!);
        d.Add(a, name => d.To.Map(name, Ex.StrictlyCausal(-(Expr)new Arg(0)), a.Shape, product));
    }

    public override string Describe(IReadOnlyList<string> args) => $"(I + {args[0]})⁻{(Transposed ? "ᵀ" : "¹")} {args[1]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (a, x) = (s.Args[0], s.Target);
        if (!w.SameStorage(s.Args[1], x)) w.Copy(s.Args[1], x);
        else w.Line($"// {x.Name} takes the place of {s.Args[1].Name}.");
        w.Line($"Solves.{(Transposed ? "UnitLowerTransposed" : "UnitLower")}<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(a)}, {w.Stride(a)}, {w.Ref(x)}, {w.Stride(x)});");
    }

    // A thread solves for a column; the right-hand side may be the target itself. Rows are folded by 16s before they are taken off: what is
    // solved for cancels, and one long sum would keep the rounding of its largest part.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (a, b, x) = (s.Args[0], s.Args[1], s.Target);
        var rows = w.Size(x.Shape.Rows);
        w.Threads(x.Shape.Cols, "j", j =>
        {
            using (w.Block(Transposed ? $"for (int i = {rows} - 1; i >= 0; i--)" : $"for (int i = 0; i < {rows}; i++)"))
            {
                w.Line($"float acc = {w.At(b, "i", j)};");
                using (w.Block(Transposed ? $"for (int from = i + 1; from < {rows}; from += 16)" : "for (int from = 0; from < i; from += 16)"))
                {
                    w.Line("float fold = 0f;");
                    w.Line(Transposed
                        ? $"for (int r = from; r < {rows} && r < from + 16; r++) fold += {w.At(a, "r", "i")} * {w.At(x, "r", j)};"
                        : $"for (int r = from; r < i && r < from + 16; r++) fold += {w.At(a, "i", "r")} * {w.At(x, "r", j)};");
                    w.Line("acc -= fold;");
                }

                w.Line($"{w.At(x, "i", j)} = acc;");
            }
        });
    }
}
