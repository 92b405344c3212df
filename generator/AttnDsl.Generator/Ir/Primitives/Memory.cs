using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>Which part of a tensor a load or store means.</summary>
internal enum Access
{
    /// <summary>The rows of this turn's block.</summary>
    Rows,

    /// <summary>All of it: a state, a parameter.</summary>
    Whole,
}

/// <summary>Reads a part of a tensor. On the CPU a tile of rows is the memory itself; only a column is gathered.</summary>
internal sealed record Load(string Tensor, Shape Shape, Access Access) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => Shape;

    public override string Describe(IReadOnlyList<string> args) => $"load {Tensor}{(Access == Access.Rows ? "[rows]" : "")}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        if (w.IsGathered(s.Target)) w.Line($"Tiles.Gather({w.Size(Shape.Rows)}, ref {w.RowsOf(s.Target)}, {Tensor}Step, {w.Ref(s.Target)});");
    }
}

/// <summary>Writes a tile into a tensor. The planner computes rows in place or copies them by a map; only a column is scattered.</summary>
internal sealed record Store(string Tensor, Access Access) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => args[0].Shape;

    public override string Describe(IReadOnlyList<string> args) => $"{Tensor}{(Access == Access.Rows ? "[rows]" : "")} = {args[0]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        w.Line($"Tiles.Scatter({w.Size(x.Shape.Rows)}, {w.Ref(x)}, ref {w.RowsOf(Tensor, x.Shape.Rows)}, {Tensor}Step);");
    }
}
