using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>A scalar expression at every element; arguments with a 1 in their shape repeat along that dimension.</summary>
internal sealed record Map(Expr Expr, Shape Shape) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        foreach (var a in args) Require(Shape.Broadcast(a.Shape, Shape) == Shape, $"{a.Shape} does not broadcast to {Shape}");
        return Shape;
    }

    // dx = dy · ∂f/∂x, summed over the dimensions along which x was repeated (Adjoints.Add does that). Where the slope contains f
    // itself (exp, division) it reads the result instead of computing it again.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (result, upstream) = (new Arg(s.Args.Count), new Arg(s.Args.Count + 1));
        for (var n = 0; n < s.Args.Count; n++)
        {
            var slope = Derivative.Of(Expr, n);
            if (slope.IsConst(0)) continue;
            slope = slope.Rewrite(e => e == Expr ? result : null);
            d.Add(s.Args[n], name => d.To.Map(name, upstream * slope, Shape, [.. s.Args, s.Result!, adjoint]));
        }
    }

    public override string Describe(IReadOnlyList<string> args) => FormulaPrinter.Print(Expr, args);

    public override void Cpu(CpuKernelWriter w, PlanStep s) => w.Loops.Map(Expr, Shape, [.. s.Args], s.Target);

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = {w.Value(Expr, s.Args, Shape, i, j)};"));
}

internal enum Fold { Sum, Max }

internal enum Along { Rows, Cols }

/// <summary>Sum or maximum of an expression over rows (leaving one row) or columns (leaving one column).</summary>
/// <param name="Expr">What is folded; a plain argument until maps are fused into the reduction.</param>
/// <param name="Domain">The shape over which <paramref name="Expr"/> runs.</param>
/// <param name="IsCarried">A sum along the columns that carries along what it rounds away: for terms that may all but cancel.</param>
internal sealed record Reduce(Fold Fold, Along Along, Expr Expr, Shape Domain, bool IsCarried = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        if (IsCarried && (Fold, Along) != (Fold.Sum, Along.Cols)) throw new ShapeException("only sums along the columns carry along what they round away");
        return Along == Along.Rows ? new(Dim.One, Domain.Cols) : new(Domain.Rows, Dim.One);
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args)
    {
        if ((Along == Along.Rows ? Domain.Rows : Domain.Cols) == Dim.One) return b.Map(name, Expr, Domain, [.. args]);
        return Fold == Fold.Sum && Expr is Arg x && b.IsConst(args[x.Index], 0) ? b.Fill(name, ShapeOf(args), 0) : null;
    }

    // A sum hands its adjoint to every term, a maximum to the terms that attain it.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        if (Expr is not Arg) throw new ShapeException("a fused reduction has no derivative: differentiate before fusing");
        d.Add(s.Args[0], name => Fold == Fold.Sum
            ? d.To.Map(name, new Arg(0), Domain, adjoint)
            : d.To.Map(name, Ex.Select(Comparison.Less, new Arg(0), new Arg(1), 0, new Arg(2)), Domain, s.Args[0], s.Result!, adjoint));
    }

    public override string Describe(IReadOnlyList<string> args) =>
        $"{(Fold == Fold.Sum ? "sum" : "maximum")} over {(Along == Along.Rows ? "rows" : "columns")}{(IsCarried ? ", with what it rounds away," : "")} of {FormulaPrinter.Print(Expr, args)}";

    public override void Cpu(CpuKernelWriter w, PlanStep s) => w.Loops.Reduce(this, [.. s.Args], s.Target);

    // A thread folds a row, or a column; sums carry along what they round away, as products do.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var down = Along == Along.Rows;
        var (kept, folded) = down ? (Domain.Cols, Domain.Rows) : (Domain.Rows, Domain.Cols);
        w.Threads(kept, down ? "j" : "i", at =>
        {
            var along = down ? "i" : "j";
            w.Line(Fold == Fold.Sum ? "float fold = 0f, lost = 0f;" : "float fold = float.NegativeInfinity;");
            using (w.Block($"for (int {along} = 0; {along} < {w.Size(folded)}; {along}++)"))
            {
                var x = down ? w.Value(Expr, s.Args, Domain, along, at) : w.Value(Expr, s.Args, Domain, at, along);
                w.Line(Fold == Fold.Sum ? $"fold = GpuMath.Add(fold, {x}, ref lost);" : $"fold = GpuMath.Max(fold, {x});");
            }

            w.Line($"{(down ? w.At(s.Target, "0", at) : w.At(s.Target, at, "0"))} = fold;");
        });
    }
}

/// <summary>Rows become columns. A vector lies the same way either way, so for it this is only another name.</summary>
internal sealed record Transpose : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => args[0].Shape.Transposed;

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        args[0].Shape == new Shape(Dim.One, Dim.One) ? args[0] : null;

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) => d.Add(s.Args[0], name => d.To.Transpose(name, adjoint));

    public override string Describe(IReadOnlyList<string> args) => $"transpose of {args[0]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        if (x.Shape.IsVector) return;
        w.Line($"Tiles.Transpose<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(s.Target.Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = {w.At(s.Args[0], j, i)};"));
}
