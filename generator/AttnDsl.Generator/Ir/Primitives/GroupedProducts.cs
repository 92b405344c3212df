using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>The same matrix W applied to every group of columns: y_g = x_g Wᵀ, or x_g W.</summary>
/// <param name="Groups">The groups of a row.</param>
/// <param name="Back">x_g W.</param>
internal sealed record GroupedProduct(Dim Groups, bool Back = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (outer, inner) = Sides(args[1].Shape);
        Require(args[0].Shape.Cols == Dim.Product(Groups, inner), $"grouped product of {args[0].Shape}, {args[1].Shape}");
        return new(args[0].Shape.Rows, Dim.Product(Groups, outer));
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        Groups != Dim.One ? null : Back ? b.MatMul(name, args[0], args[1]) : b.MatMulNT(name, args[0], args[1]);

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (x, w) = (s.Args[0], s.Args[1]);
        d.Add(x, name => d.To.Emit(name, this with { Back = !Back }, adjoint, w));
        d.Add(w, name => Back ? d.To.Emit(name, new GroupedGram(Groups), x, adjoint) : d.To.Emit(name, new GroupedGram(Groups), adjoint, x));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} · {args[1]}{(Back ? "" : "ᵀ")} for each {Groups}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, m, y) = (s.Args[0], s.Args[1], s.Target);
        var (outer, inner) = Sides(m.Shape);
        var (from, to) = ($"ref Unsafe.Add({w.Ref(x)}, group * {w.Size(inner)}), {w.Stride(x)}", $"ref Unsafe.Add({w.Ref(y)}, group * {w.Size(outer)}), {w.Stride(y)}");
        using (w.Block($"for (int group = 0; group < {w.Size(Groups)}; group++)"))
        {
            w.Line(Back
                ? $"Products.Multiply<TVec>({w.Size(x.Shape.Rows)}, {w.Size(outer)}, {w.Size(inner)}, {from}, 1, {w.Ref(m)}, {w.Stride(m)}, {to}, accumulate: false);"
                : $"Products.MultiplyTransposed<TVec>({w.Size(x.Shape.Rows)}, {w.Size(outer)}, {w.Size(inner)}, {from}, {w.Ref(m)}, {w.Stride(m)}, {to}, accumulate: false, ref scratch);");
        }
    }

    // A thread computes an element; sums carry along what they round away, as products do.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, m) = (s.Args[0], s.Args[1]);
        var (outer, inner) = Sides(m.Shape);
        w.Elements(s.Target.Shape, (i, j) =>
        {
            w.Line($"int column = {j} % {w.Size(outer)}, first = {j} / {w.Size(outer)} * {w.Size(inner)};");
            w.Line("float acc = 0f, lost = 0f;");
            w.Line($"for (int r = 0; r < {w.Size(inner)}; r++) acc = GpuMath.Add(acc, {w.At(x, i, "(first + r)")} * {(Back ? w.At(m, "r", "column") : w.At(m, "column", "r"))}, ref lost);");
            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
    }

    /// <summary>Room to pack Wᵀ.</summary>
    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) =>
        Back ? 0 : size(args[1].Shape.Cols) * (CpuPlan.Padded(size(args[1].Shape.Rows)) + 16);

    /// <summary>Columns of a group of the result, and of the argument.</summary>
    private (Dim Outer, Dim Inner) Sides(Shape matrix) => Back ? (matrix.Cols, matrix.Rows) : (matrix.Rows, matrix.Cols);
}

/// <summary>What <see cref="GroupedProduct"/> hands back to its matrix: Σ_g a_gᵀ b_g.</summary>
/// <param name="Groups">The groups of a row.</param>
internal sealed record GroupedGram(Dim Groups) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Rows == args[1].Shape.Rows, $"grouped Gram of {args[0].Shape}, {args[1].Shape}");
        return new(args[0].Shape.Cols.Over(Groups), args[1].Shape.Cols.Over(Groups));
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) => Groups == Dim.One ? b.MatMulTN(name, args[0], args[1]) : null;

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        d.Add(a, name => d.To.Emit(name, new GroupedProduct(Groups), b, adjoint));
        d.Add(b, name => d.To.Emit(name, new GroupedProduct(Groups, Back: true), a, adjoint));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]}ᵀ · {args[1]} summed over {Groups}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (a, b, y) = (s.Args[0], s.Args[1], s.Target);
        var (rows, cols) = (w.Size(y.Shape.Rows), w.Size(y.Shape.Cols));
        using (w.Block($"for (int group = 0; group < {w.Size(Groups)}; group++)"))
        {
            w.Line($"Products.Multiply<TVec>({rows}, {cols}, {w.Size(a.Shape.Rows)}, ref Unsafe.Add({w.Ref(a)}, group * {rows}), 1, {w.Stride(a)},");
            w.Line($"    ref Unsafe.Add({w.Ref(b)}, group * {cols}), {w.Stride(b)}, {w.Ref(y)}, {w.Stride(y)}, accumulate: group > 0);");
        }
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (a, b, y) = (s.Args[0], s.Args[1], s.Target);
        var (rows, cols) = (w.Size(y.Shape.Rows), w.Size(y.Shape.Cols));
        w.Elements(y.Shape, (i, j) =>
        {
            w.Line("float acc = 0f, lost = 0f;");
            using (w.Block($"for (int group = 0; group < {w.Size(Groups)}; group++)"))
                w.Line($"for (int r = 0; r < {w.Size(a.Shape.Rows)}; r++) acc = GpuMath.Add(acc, {w.At(a, "r", $"(group * {rows} + {i})")} * {w.At(b, "r", $"(group * {cols} + {j})")}, ref lost);");
            w.Line($"{w.At(y, i, j)} = acc;");
        });
    }
}
