using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>Turns each pair (a, b) of channels of a row into (a cos − b sin, a sin + b cos).</summary>
/// <param name="Back">By the opposite angles.</param>
internal sealed record Rotate(PairLayout Layout, bool Back = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Rows == args[1].Shape.Rows && args[1].Shape == args[2].Shape, $"rotation of {args[0].Shape} by {args[1].Shape}, {args[2].Shape}");
        return args[0].Shape;
    }

    // Turned back by the same angles; the angles come from tables, which have no gradient.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) =>
        d.Add(s.Args[0], name => d.To.Emit(name, this with { Back = !Back }, adjoint, s.Args[1], s.Args[2]));

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} rotated {(Back ? "back " : "")}({(Layout == PairLayout.HalfSplit ? "half-split" : "interleaved")}) by {args[1]}, {args[2]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, cos, sin) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Line($"Rotations.Rotate<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, PairLayout.{Layout}, {w.Ref(x)}, {w.Stride(x)},");
        w.Line($"    {w.Ref(cos)}, {w.Ref(sin)}, {w.Stride(cos)}, {w.Ref(s.Target)}, {w.Stride(s.Target)}{(Back ? ", back: true" : "")});");
    }

    // A thread turns a pair; the target may be x itself.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, cos, sin) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Elements(cos.Shape, (i, p) =>
        {
            var half = w.Size(cos.Shape.Cols);
            var (first, second) = Layout == PairLayout.HalfSplit ? (p, p == "0" ? half : $"({p} + {half})") : (p == "0" ? "0" : $"2 * {p}", p == "0" ? "1" : $"(2 * {p} + 1)");
            w.Line($"float a = {w.At(x, i, first)}, b2 = {w.At(x, i, second)}, cosine = {w.At(cos, i, p)}, sine = {w.At(sin, i, p)};");
            w.Line($"{w.At(s.Target, i, first)} = a * cosine {(Back ? "+" : "-")} b2 * sine;");
            w.Line($"{w.At(s.Target, i, second)} = {(Back ? "b2 * cosine - a * sine" : "a * sine + b2 * cosine")};");
        });
    }
}
