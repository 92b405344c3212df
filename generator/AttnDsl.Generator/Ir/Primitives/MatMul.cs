using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>A·B, Aᵀ·B or A·Bᵀ. Accumulation is no part of it: the planner folds a sum behind it in.</summary>
internal sealed record MatMul(bool TransposeA = false, bool TransposeB = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        // No lowering turns both; neither does a derivative of the other three.
        Require(!(TransposeA && TransposeB), "a product of two transposed tiles");
        var (a, b) = Oriented(args);
        Require(a.Cols == b.Rows, $"product of {a} and {b}");
        return new(a.Rows, b.Cols);
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args)
    {
        var (left, right) = Oriented(args);
        // An outer product is a map; a product with a single column, or of two rows, is a sum over columns.
        if (left.Cols == Dim.One) return b.Map(name, (x, y) => x * y, Turned(TransposeA, args[0]), Turned(TransposeB, args[1]));
        if (right.Cols == Dim.One && !TransposeA)
            return b.SumCols(name, b.Map(name + "Terms", (x, y) => x * y, args[0], TransposeB ? args[1] : b.Transpose(args[1].Plain + "Across", args[1])));
        return null;

        Tile Turned(bool transpose, Tile x) => transpose ? b.Transpose(x.Plain + (x.Shape.Rows == Dim.One ? "Down" : "Across"), x) : x;
    }

    // Y = op(A) op(B):  d op(A) = dY op(B)ᵀ,  d op(B) = op(A)ᵀ dY.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        d.Add(a, n => TransposeA ? d.To.Emit(n, new MatMul(TransposeB, true), b, adjoint) : d.To.Emit(n, new MatMul(false, !TransposeB), adjoint, b));
        d.Add(b, n => TransposeB ? d.To.Emit(n, new MatMul(true, TransposeA), adjoint, a) : d.To.Emit(n, new MatMul(!TransposeA, false), a, adjoint));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]}{(TransposeA ? "ᵀ" : "")} · {args[1]}{(TransposeB ? "ᵀ" : "")}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        var (left, right) = Oriented(s.Args);
        var (rows, cols, terms) = (w.Size(left.Rows), w.Size(right.Cols), w.Size(left.Cols));
        var from = $"{w.Ref(a)}, {(TransposeB ? w.Stride(a) : TransposeA ? $"1, {w.Stride(a)}" : $"{w.Stride(a)}, 1")}, {w.Ref(b)}, {w.Stride(b)}";
        var to = $"{w.Ref(s.Target)}, {w.Stride(s.Target)}, accumulate: {(s.Accumulate ? "true" : "false")}{(TransposeB ? ", ref scratch" : "")}";
        w.Line((TransposeB, s.Triangle) switch
        {
            (true, Triangle.None) => $"Products.MultiplyTransposed<TVec>({rows}, {cols}, {terms}, {from}, {to});",
            (true, _) => $"Products.MultiplyTransposedLower<TVec>({rows}, {terms}, {from}, {to});",
            (false, Triangle.None) => $"Products.Multiply<TVec>({rows}, {cols}, {terms}, {from}, {to});",
            _ => $"Products.{(TransposeA ? "MultiplyUpper" : "MultiplyLower")}<TVec>({rows}, {cols}, {from}, {to});",
        });
    }

    // A thread computes an element. One long sum loses more than the lanes of a CPU's vectors do, and normalisers divide by such sums
    // (mLSTM's nearly cancel): what each addition rounds away is added to the next term.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        var (left, right) = Oriented(s.Args);
        w.Elements(new(left.Rows, right.Cols), (i, j) =>
        {
            w.Line("float acc = 0f, lost = 0f;");
            w.Line($"for (int r = 0; r < {w.Size(left.Cols)}; r++) acc = GpuMath.Add(acc, {(TransposeA ? w.At(a, "r", i) : w.At(a, i, "r"))} * {(TransposeB ? w.At(b, j, "r") : w.At(b, "r", j))}, ref lost);");
            w.Line($"{w.At(s.Target, i, j)} {(s.Accumulate ? "+=" : "=")} acc;");
        });
    }

    /// <summary>Room to pack Bᵀ, one padded row for each summed column, and a gap between rows that would share cache sets.</summary>
    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) =>
        TransposeB ? size(args[1].Shape.Cols) * (CpuPlan.Padded(size(args[1].Shape.Rows)) + 16) : 0;

    private (Shape Left, Shape Right) Oriented(IReadOnlyList<Tile> args) =>
        (TransposeA ? args[0].Shape.Transposed : args[0].Shape, TransposeB ? args[1].Shape.Transposed : args[1].Shape);
}
