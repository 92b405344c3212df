using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>For the pairs (a, b) and (c, d) of channels of two rows: a·c + b·d, or a·d − b·c. What a rotation hands to its cosines and sines.</summary>
internal sealed record PairProduct(PairLayout Layout, bool Cross) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape == args[1].Shape && args[0].Shape.Cols == Dim.K, $"products of pairs of {args[0].Shape} and {args[1].Shape}");
        return new(args[0].Shape.Rows, Dim.P);
    }

    // (a, b) gets adjoint·(c, d), or adjoint·(d, −c); (c, d) gets adjoint·(a, b), or adjoint·(−b, a): rotations without sine, or without cosine.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var none = d.To.Fill("none", adjoint.Shape, 0);
        Tile Scaled(string name, Tile x, bool back) =>
            Cross ? d.To.Emit(name, new Rotate(Layout, back), x, none, adjoint) : d.To.Emit(name, new Rotate(Layout), x, adjoint, none);
        d.Add(s.Args[0], name => Scaled(name, s.Args[1], back: true));
        d.Add(s.Args[1], name => Scaled(name, s.Args[0], back: false));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{(Cross ? "cross" : "dot")} products of the {Rotate.Describe(Layout)} pairs of {args[0]} and {args[1]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, y) = (s.Args[0], s.Args[1]);
        w.Line($"Pairs.Product<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, PairLayout.{Layout}, cross: {(Cross ? "true" : "false")}, {w.Ref(x)}, {w.Stride(x)},");
        w.Line($"    {w.Ref(y)}, {w.Stride(y)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, y) = (s.Args[0], s.Args[1]);
        w.Elements(s.Target.Shape, (i, p) =>
        {
            var (first, second) = Rotate.Channels(w, Layout, p);
            w.Line(Cross
                ? $"{w.At(s.Target, i, p)} = {w.At(x, i, first)} * {w.At(y, i, second)} - {w.At(x, i, second)} * {w.At(y, i, first)};"
                : $"{w.At(s.Target, i, p)} = {w.At(x, i, first)} * {w.At(y, i, first)} + {w.At(x, i, second)} * {w.At(y, i, second)};");
        });
    }
}

/// <summary>One value a pair becomes that of both its channels.</summary>
internal sealed record SpreadPairs(PairLayout Layout) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Cols == Dim.P, $"{args[0].Shape} holds no values of pairs");
        return new(args[0].Shape.Rows, Dim.K);
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) => d.Add(s.Args[0], name => d.To.Emit(name, new FoldPairs(Layout), adjoint));

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} for both channels of each {Rotate.Describe(Layout)} pair";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        w.Line($"Pairs.Spread<TVec>({w.Size(x.Shape.Rows)}, {w.Size(Dim.K)}, PairLayout.{Layout}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) => w.Elements(s.Args[0].Shape, (i, p) =>
    {
        var (first, second) = Rotate.Channels(w, Layout, p);
        w.Line($"{w.At(s.Target, i, first)} = {w.At(s.Args[0], i, p)};");
        w.Line($"{w.At(s.Target, i, second)} = {w.At(s.Args[0], i, p)};");
    });
}

/// <summary>The sum of both channels of each pair.</summary>
internal sealed record FoldPairs(PairLayout Layout) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Cols == Dim.K, $"{args[0].Shape} holds no pairs");
        return new(args[0].Shape.Rows, Dim.P);
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) => d.Add(s.Args[0], name => d.To.Emit(name, new SpreadPairs(Layout), adjoint));

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} summed over each {Rotate.Describe(Layout)} pair";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        w.Line($"Pairs.Fold<TVec>({w.Size(x.Shape.Rows)}, {w.Size(Dim.K)}, PairLayout.{Layout}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) => w.Elements(s.Target.Shape, (i, p) =>
    {
        var (first, second) = Rotate.Channels(w, Layout, p);
        w.Line($"{w.At(s.Target, i, p)} = {w.At(s.Args[0], i, first)} + {w.At(s.Args[0], i, second)};");
    });
}
