using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// Columns of one dimension repeated over the cells of two: row r of the result is a matrix Outer×Inner laid out row after row, and
/// x gives either one number for each of its rows (x_o) or one for each of its columns (x_i).
/// </summary>
/// <param name="Outer">Rows of the matrix.</param>
/// <param name="Inner">Columns of the matrix.</param>
/// <param name="OfOuter">Whether x has a number for each row of the matrix.</param>
internal sealed record Spread(Dim Outer, Dim Inner, bool OfOuter) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Cols == (OfOuter ? Outer : Inner), $"{args[0].Shape} over {Outer}·{Inner}");
        return new(args[0].Shape.Rows, Dim.Product(Outer, Inner));
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args)
    {
        if (OfOuter ? Inner == Dim.One : Outer == Dim.One) return args[0];
        return OfOuter && Outer == Dim.One ? b.Map(name, new Arg(0), ShapeOf(args), args[0]) : null;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) =>
        d.Add(s.Args[0], name => d.To.Emit(name, new Collect(Outer, Inner, OfOuter), adjoint));

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} over {Outer}·{Inner}, {(OfOuter ? "a row" : "a column")} each";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, y) = (s.Args[0], s.Target);
        w.Line($"Tiles.Spread{(OfOuter ? "Rows" : "Columns")}<TVec>({w.Size(x.Shape.Rows)}, {w.Size(Outer)}, {w.Size(Inner)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(y)}, {w.Stride(y)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(s.Target.Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = {w.At(s.Args[0], i, OfOuter ? $"({j} / {w.Size(Inner)})" : $"({j} % {w.Size(Inner)})")};"));
}

/// <summary>Sums over the columns, or over the rows, of the matrix Outer×Inner that every row holds: what <see cref="Spread"/> hands back.</summary>
/// <param name="Outer">Rows of the matrix.</param>
/// <param name="Inner">Columns of the matrix.</param>
/// <param name="OfOuter">Whether a number for each row of the matrix is left.</param>
internal sealed record Collect(Dim Outer, Dim Inner, bool OfOuter) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Cols == Dim.Product(Outer, Inner), $"{args[0].Shape} is no {Outer}·{Inner}");
        return new(args[0].Shape.Rows, OfOuter ? Outer : Inner);
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args)
    {
        if (OfOuter ? Inner == Dim.One : Outer == Dim.One) return args[0];
        return OfOuter && Outer == Dim.One ? b.SumCols(name, args[0]) : null;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) =>
        d.Add(s.Args[0], name => d.To.Emit(name, new Spread(Outer, Inner, OfOuter), adjoint));

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} summed over {(OfOuter ? Inner : Outer)}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, y) = (s.Args[0], s.Target);
        w.Line($"Tiles.Collect{(OfOuter ? "Rows" : "Columns")}<TVec>({w.Size(x.Shape.Rows)}, {w.Size(Outer)}, {w.Size(Inner)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(y)}, {w.Stride(y)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(s.Target.Shape, (i, j) =>
        {
            w.Line("float acc = 0f;");
            var (count, cell) = OfOuter ? (Inner, $"({j} * {w.Size(Inner)} + r)") : (Outer, $"(r * {w.Size(Inner)} + {j})");
            w.Line($"for (int r = 0; r < {w.Size(count)}; r++) acc += {w.At(s.Args[0], i, cell)};");
            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
}
