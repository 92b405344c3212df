using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>Two tiles side by side: the columns of the first, then those of the second.</summary>
internal sealed record Join(Dim Cols) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Rows == args[1].Shape.Rows, $"{args[0].Shape} beside {args[1].Shape}");
        return new(args[0].Shape.Rows, Cols);
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        d.Add(a, name => d.To.Emit(name, new Part(a.Shape.Cols, b.Shape.Cols, IsFirst: true), adjoint));
        d.Add(b, name => d.To.Emit(name, new Part(b.Shape.Cols, a.Shape.Cols, IsFirst: false), adjoint));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} beside {args[1]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        w.Line($"Tiles.Copy<TVec>({w.Size(a.Shape.Rows)}, {w.Size(a.Shape.Cols)}, {w.Ref(a)}, {w.Stride(a)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
        w.Line($"Tiles.Copy<TVec>({w.Size(b.Shape.Rows)}, {w.Size(b.Shape.Cols)}, {w.Ref(b)}, {w.Stride(b)}, ref Unsafe.Add({w.Ref(s.Target)}, {w.Size(a.Shape.Cols)}), {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        var first = w.Size(a.Shape.Cols);
        w.Elements(s.Target.Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = {j} < {first} ? {w.At(a, i, j)} : {w.At(b, i, $"({j} - {first})")};"));
    }
}

/// <summary>The first or the last columns of a tile, as <see cref="Join"/> put them.</summary>
/// <param name="Cols">The columns that are taken.</param>
/// <param name="Others">Those that are not.</param>
internal sealed record Part(Dim Cols, Dim Others, bool IsFirst) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => new(args[0].Shape.Rows, Cols);

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var rest = d.To.Fill("untouched", new(adjoint.Shape.Rows, Others), 0);
        d.Add(s.Args[0], name => d.To.Emit(name, new Join(s.Args[0].Shape.Cols), IsFirst ? [adjoint, rest] : [rest, adjoint]));
    }

    public override string Describe(IReadOnlyList<string> args) => $"the {(IsFirst ? "first" : "last")} columns of {args[0]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        w.Line($"Tiles.Copy<TVec>({w.Size(x.Shape.Rows)}, {w.Size(Cols)}, {(IsFirst ? w.Ref(x) : $"ref Unsafe.Add({w.Ref(x)}, {w.Size(Others)})")}, {w.Stride(x)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(s.Target.Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = {w.At(s.Args[0], i, IsFirst ? j : $"({j} + {w.Size(Others)})")};"));
}
