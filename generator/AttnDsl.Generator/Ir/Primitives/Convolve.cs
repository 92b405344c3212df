using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// y_i = Σ_w taps_w ⊙ x_{i−w}, channel by channel. In front of the first row stand those of the past, the latest last; what lies before them is nothing.
/// </summary>
internal sealed record Convolve : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (x, past, taps) = (args[0].Shape, args[1].Shape, args[2].Shape);
        Require(x.Cols == past.Cols && x.Cols == taps.Cols, $"convolution of {x} behind {past} with {taps}");
        return x;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (x, past, taps) = (s.Args[0], s.Args[1], s.Args[2]);
        d.Add(x, name => d.To.Emit(name, new ConvolveBack(), adjoint, taps));
        d.Add(past, name => d.To.Emit(name, new ConvolveBack(past.Shape.Rows), adjoint, taps));
        d.Add(taps, name => d.To.Emit(name, new ConvolveTaps(taps.Shape.Rows), adjoint, x, past));
    }

    public override string Describe(IReadOnlyList<string> args) => $"Σ_w {args[2]}_w {args[0]}_(i−w), behind {args[1]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, past, taps) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Line($"Convolutions.Rows<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(x)}, {w.Stride(x)}, {w.Size(past.Shape.Rows)}, {w.Ref(past)}, {w.Stride(past)}, {w.Size(taps.Shape.Rows)}, {w.Ref(taps)}, {w.Stride(taps)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, past, taps) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Elements(x.Shape, (i, j) =>
        {
            w.Line("float acc = 0f;");
            using (w.Block($"for (int r = 0; r < {w.Size(taps.Shape.Rows)}{(ReachesFurther(w, taps.Shape.Rows, past.Shape.Rows) ? $" && r <= {i} + {w.Size(past.Shape.Rows)}" : "")}; r++)"))
                w.Line($"acc += {w.At(taps, "r", j)} * (r <= {i} ? {w.At(x, $"({i} - r)", j)} : {w.At(past, $"({w.Size(past.Shape.Rows)} + {i} - r)", j)});");
            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
    }

    /// <summary>Whether taps reach to rows of which the past has none.</summary>
    public static bool ReachesFurther(GpuKernelWriter w, Dim taps, Dim past) => w.Greatest(taps) > w.Greatest(past) + 1;
}

/// <summary>What the rows of a <see cref="Convolve"/> receive, or those of its past: every row from those that it reached.</summary>
/// <param name="Past">How many rows of the past there are, where they are asked for.</param>
internal sealed record ConvolveBack(Dim? Past = null) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (y, taps) = (args[0].Shape, args[1].Shape);
        Require(y.Cols == taps.Cols, $"convolution of {y} back with {taps}");
        return new(Past ?? y.Rows, y.Cols);
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (y, taps) = (s.Args[0], s.Args[1]);
        var nothing = d.To.Fill("nothing", Past is null ? new(Dim.One, y.Shape.Cols) : y.Shape, 0);
        var (x, past) = Past is null ? (adjoint, nothing) : (nothing, adjoint);
        d.Add(y, name => d.To.Emit(name, new Convolve(), x, past, taps));
        d.Add(taps, name => d.To.Emit(name, new ConvolveTaps(taps.Shape.Rows), y, x, past));
    }

    public override string Describe(IReadOnlyList<string> args) =>
        Past is null ? $"Σ_w {args[1]}_w {args[0]}_(j+w)" : $"Σ_w {args[1]}_w {args[0]}_(j+w) of the rows j in front of the first";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (y, taps) = (s.Args[0], s.Args[1]);
        var to = Past is null ? "" : $"{w.Size(s.Target.Shape.Rows)}, ";
        w.Line($"Convolutions.{(Past is null ? "BackToRows" : "BackToPast")}<TVec>({w.Size(y.Shape.Rows)}, {w.Size(y.Shape.Cols)}, {w.Ref(y)}, {w.Stride(y)}, {w.Size(taps.Shape.Rows)}, {w.Ref(taps)}, {w.Stride(taps)}, {to}{w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (y, taps) = (s.Args[0], s.Args[1]);
        w.Elements(s.Target.Shape, (i, j) =>
        {
            var first = Past is null ? i : $"{i} - {w.Size(s.Target.Shape.Rows)}";
            w.Line("float acc = 0f;");
            using (w.Block($"for (int r = {(Past is null ? "0" : $"{w.Size(s.Target.Shape.Rows)} - {i}")}; r < {w.Size(taps.Shape.Rows)} && {first} + r < {w.Size(y.Shape.Rows)}; r++)"))
                w.Line($"acc += {w.At(taps, "r", j)} * {w.At(y, $"({first} + r)", j)};");
            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
    }
}

/// <summary>What the taps of a <see cref="Convolve"/> receive: Σ_i y_i ⊙ x_{i−w}.</summary>
/// <param name="Taps">How many there are.</param>
internal sealed record ConvolveTaps(Dim Taps) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (y, x, past) = (args[0].Shape, args[1].Shape, args[2].Shape);
        Require(y == x && x.Cols == past.Cols, $"taps between {y} and {x} behind {past}");
        return new(Taps, x.Cols);
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (y, x, past) = (s.Args[0], s.Args[1], s.Args[2]);
        d.Add(y, name => d.To.Emit(name, new Convolve(), x, past, adjoint));
        d.Add(x, name => d.To.Emit(name, new ConvolveBack(), y, adjoint));
        d.Add(past, name => d.To.Emit(name, new ConvolveBack(past.Shape.Rows), y, adjoint));
    }

    public override string Describe(IReadOnlyList<string> args) => $"Σ_i {args[0]}_i {args[1]}_(i−w), behind {args[2]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (y, x, past) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Line($"Convolutions.BackToTaps<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(y)}, {w.Stride(y)}, {w.Ref(x)}, {w.Stride(x)}, {w.Size(past.Shape.Rows)}, {w.Ref(past)}, {w.Stride(past)}, {w.Size(s.Target.Shape.Rows)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (y, x, past) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Elements(s.Target.Shape, (i, j) =>
        {
            w.Line("float acc = 0f;");
            using (w.Block($"for (int r = {(Convolve.ReachesFurther(w, Taps, past.Shape.Rows) ? $"{i} < {w.Size(past.Shape.Rows)} ? 0 : {i} - {w.Size(past.Shape.Rows)}" : "0")}; r < {w.Size(x.Shape.Rows)}; r++)"))
                w.Line($"acc += {w.At(y, "r", j)} * (r >= {i} ? {w.At(x, $"(r - {i})", j)} : {w.At(past, $"({w.Size(past.Shape.Rows)} + r - {i})", j)});");
            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
    }
}
