using System.Collections.Generic;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// Functions that are linear between points which they share, looked up: of every x the piece n that it lies on, the last whose start it has
/// reached, and <c>value_n + slope_n (x − base_n)</c> of every function; or the slopes alone. Where the first piece starts is not asked.
/// </summary>
/// <param name="Slope">The slopes of x, starts, slopes; else the values of x, starts, bases, slopes, values.</param>
internal sealed record PiecewiseLinear(bool Slope = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (starts, slopes) = (args[1].Shape, Slopes(args).Shape);
        Require(starts == new Shape(Dim.One, slopes.Rows) && (Slope || (args[2].Shape == starts && args[4].Shape == slopes)), $"pieces that start at {starts}, their slopes {slopes}");
        return new(args[0].Shape.Rows, Dim.Product(args[0].Shape.Cols, slopes.Cols));
    }

    // The table is made of parameters before programs run, so none of it has a gradient here.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        if (Slope) return;
        var (x, slopes) = (s.Args[0], Slopes(s.Args));
        d.Add(x, name => d.To.Emit(name, new Collect(x.Shape.Cols, slopes.Shape.Cols, OfOuter: true),
            d.To.Map(name + "Terms", (y, slope) => y * slope, adjoint, d.To.Emit(name + "Slopes", new PiecewiseLinear(Slope: true), x, s.Args[1], slopes))));
    }

    public override string Describe(IReadOnlyList<string> args) => Slope
        ? $"slopes at {args[0]} of the pieces {args[1]}, {args[2]}"
        : $"values at {args[0]} of the pieces {args[1]}, {args[2]}, {args[3]}, {args[4]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, y, slopes) = (s.Args[0], s.Target, Slopes(s.Args));
        w.Line($"PiecewiseLinear.{(Slope ? "Slopes" : "Values")}<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Size(slopes.Shape.Rows)}, {w.Size(slopes.Shape.Cols)}, {w.Ref(x)}, {w.Stride(x)},");
        w.Line($"    {w.Ref(s.Args[1])}, {(Slope ? "" : w.Ref(s.Args[2]) + ", ")}{w.Ref(slopes)}, {w.Stride(slopes)}, {(Slope ? "" : $"{w.Ref(s.Args[4])}, {w.Stride(s.Args[4])}, ")}{w.Ref(y)}, {w.Stride(y)}, ref scratch);");
    }

    // A thread computes a feature: the piece by halving steps, the same number for every x.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, slopes) = (s.Args[0], Slopes(s.Args));
        var (pieces, step) = (w.Greatest(slopes.Shape.Rows), 1);
        while (step * 2 < pieces) step *= 2;
        w.Elements(s.Target.Shape, (i, j) =>
        {
            var (own, function) = (w.Greatest(slopes.Shape.Cols) == 1 ? j : $"({j} / {w.Size(slopes.Shape.Cols)})", w.Greatest(slopes.Shape.Cols) == 1 ? "0" : $"({j} % {w.Size(slopes.Shape.Cols)})");
            w.Line($"float own = {w.At(x, i, own)};");
            w.Line("int piece = 0;");
            if (pieces > 1)
            {
                using (w.Block($"for (int step = {Literals.Integer(step)}; step > 0; step /= 2)"))
                    w.Line($"if (piece + step < {Literals.Integer(pieces)} && {w.At(s.Args[1], "0", "piece + step")} <= own) piece += step;");
            }

            var at = w.At(slopes, "piece", function);
            w.Line($"{w.At(s.Target, i, j)} = {(Slope ? at : $"{w.At(s.Args[4], "piece", function)} + {at} * (own - {w.At(s.Args[2], "0", "piece")})")};");
        });
    }

    /// <summary>Room for the starts, padded with what nothing reaches, and for every sixteenth of them.</summary>
    public override int CpuScratch(System.Func<Dim, int> size, IReadOnlyList<Tile> args) =>
        CpuPlan.Padded(size(args[1].Shape.Cols)) + CpuPlan.Padded((size(args[1].Shape.Cols) + 15) / 16);

    private Tile Slopes(IReadOnlyList<Tile> args) => args[Slope ? 2 : 3];
}
