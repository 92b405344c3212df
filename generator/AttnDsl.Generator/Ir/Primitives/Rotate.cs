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

    // Turned back by the same angles. Cosine and sine get what the pairs of x and of the adjoint have in common; from tables they go nowhere.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (x, cos, sin) = (s.Args[0], s.Args[1], s.Args[2]);
        d.Add(x, name => d.To.Emit(name, this with { Back = !Back }, adjoint, cos, sin));
        d.Add(cos, name => d.To.Emit(name, new PairProduct(Layout, Cross: false), x, adjoint));
        d.Add(sin, name => Back ? d.To.Emit(name, new PairProduct(Layout, Cross: true), adjoint, x) : d.To.Emit(name, new PairProduct(Layout, Cross: true), x, adjoint));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} rotated {(Back ? "back " : "")}({Describe(Layout)}) by {args[1]}, {args[2]}";

    public static string Describe(PairLayout layout) => layout == PairLayout.HalfSplit ? "half-split" : "interleaved";

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
            var (first, second) = Channels(w, Layout, p);
            w.Line($"float a = {w.At(x, i, first)}, b2 = {w.At(x, i, second)}, cosine = {w.At(cos, i, p)}, sine = {w.At(sin, i, p)};");
            w.Line($"{w.At(s.Target, i, first)} = a * cosine {(Back ? "+" : "-")} b2 * sine;");
            w.Line($"{w.At(s.Target, i, second)} = {(Back ? "b2 * cosine - a * sine" : "a * sine + b2 * cosine")};");
        });
    }

    /// <summary>The two channels of pair <paramref name="p"/>.</summary>
    public static (string First, string Second) Channels(GpuKernelWriter w, PairLayout layout, string p)
    {
        var half = w.Size(Dim.P);
        return layout == PairLayout.HalfSplit ? (p, p == "0" ? half : $"({p} + {half})") : (p == "0" ? "0" : $"2 * {p}", p == "0" ? "1" : $"(2 * {p} + 1)");
    }
}
