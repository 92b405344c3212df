using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// The rows of one tile, and behind them those of another that joins them: as many leave in front as joined, or stay behind as there were.
/// Together the two are what a first-in-first-out memory hands out and keeps.
/// </summary>
/// <param name="Stays">The last rows, as many as the first tile has; otherwise the first ones, as many as the second has.</param>
internal sealed record Queue(bool Stays) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Cols == args[1].Shape.Cols, $"queue of {args[0].Shape} and {args[1].Shape}");
        return args[Stays ? 0 : 1].Shape;
    }

    // One row behind one row: the first leaves, the second stays.
    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        args[0].Shape.Rows == Dim.One && args[1].Shape.Rows == Dim.One ? args[Stays ? 1 : 0] : null;

    // The adjoint lies in the queue where its rows were, zeros where the others were: the first tile's rows are again in front, the second's behind.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (first, second) = (s.Args[0], s.Args[1]);
        Tile Part(string name, bool stays)
        {
            var nothing = d.To.Fill("nothing", (Stays ? second : first).Shape, 0);
            return Stays ? d.To.Emit(name, new Queue(stays), nothing, adjoint) : d.To.Emit(name, new Queue(stays), adjoint, nothing);
        }

        d.Add(first, name => Part(name, stays: false));
        d.Add(second, name => Part(name, stays: true));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{(Stays ? "last" : "first")} rows of {args[0]}, then {args[1]}, as many as {args[Stays ? 0 : 1]} has";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        w.Line($"Tiles.{(Stays ? "Stay" : "Leave")}({w.Size(a.Shape.Rows)}, {w.Size(b.Shape.Rows)}, {w.Size(a.Shape.Cols)}, {w.Ref(a)}, {w.RowStep(a)}, {w.Ref(b)}, {w.RowStep(b)}, {w.Ref(s.Target)}, {w.RowStep(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (a, b) = (s.Args[0], s.Args[1]);
        var (first, second) = (w.Size(a.Shape.Rows), w.Size(b.Shape.Rows));
        if (w.SameStorage(a, s.Target))
        {
            // In place a row takes that of a later one: a thread runs down a column.
            w.Threads(a.Shape.Cols, "j", j =>
            {
                using (w.Block($"for (int i = 0; i < {first}; i++)")) w.Line(Moved("i", j));
            });
            return;
        }

        w.Elements(s.Target.Shape, (i, j) => w.Line(Moved(i, j)));

        string Moved(string i, string j) => Stays
            ? $"{w.At(s.Target, i, j)} = {second} + {i} < {first} ? {w.At(a, $"({second} + {i})", j)} : {w.At(b, $"({second} + {i} - {first})", j)};"
            : $"{w.At(s.Target, i, j)} = {i} < {first} ? {w.At(a, i, j)} : {w.At(b, $"({i} - {first})", j)};";
    }
}
