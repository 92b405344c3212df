using System.Collections.Generic;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>Which part of a tensor a load or store means.</summary>
internal enum Access
{
    /// <summary>The rows of this turn's block.</summary>
    Rows,

    /// <summary>All of it: a state.</summary>
    Whole,

    /// <summary>A learned tensor, or the head's part of it.</summary>
    Parameter,

    /// <summary>What was kept for this turn's block: the states with which it began.</summary>
    Slot,
}

/// <summary>A tensor that has a row for every n-th row of time only: row n·r + phase is its row r.</summary>
/// <param name="Fill">What the rows hold that the tensor does not have.</param>
internal sealed record RowPattern(int Every, int Phase, double Fill = 0);

/// <summary>The tokens beside those of a block on a grid that rows of tokens make: so many rows down, so many columns to the right.</summary>
/// <param name="Columns">Of the grid.</param>
internal sealed record Neighbour(int Down, int Right, int Columns)
{
    /// <summary>The number of a token's neighbour, in kernels.</summary>
    public string Of(string token) => $"{token} {Signed(Columns * Down + Right)}";

    /// <summary>Whether a token has the neighbour, in kernels.</summary>
    public string IsThere(string token) =>
        $"{(Right == 0 ? "" : $"({token}) % {Columns} {Signed(Right)} {(Right < 0 ? ">= 0" : $"< {Columns}")} && ")}{Of(token)} {(Columns * Down + Right < 0 ? ">= 0" : "< time")}";

    private static string Signed(int n) => n < 0 ? $"- {Emit.Literals.Integer(-n)}" : $"+ {Emit.Literals.Integer(n)}";

    public override string ToString() => $"{Emit.Literals.Integer(Down)} down, {Emit.Literals.Integer(Right)} right on a grid of {Emit.Literals.Integer(Columns)} columns";
}

/// <summary>Reads a part of a tensor. On the CPU a tile of rows is the memory itself; only a column is gathered.</summary>
/// <param name="IsFixed">Has no gradient: a table, or what a forward pass kept.</param>
/// <param name="Beside">Other tokens than the block's, zeros where the grid ends.</param>
internal sealed record Load(string Tensor, Shape Shape, Access Access, bool IsFixed = false, RowPattern? Pattern = null, Neighbour? Beside = null) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => Shape;

    // The gradient of a load is a store. A state's gradient is handed from block to block, so it replaces what was there; a parameter's
    // is what this item contributes.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        if (!IsFixed) d.To.Store(Adjoints.GradientOf(Tensor), adjoint, Access, accumulate: Access is not (Access.Whole or Access.Parameter) && (Beside is not null || d.IsShared(Tensor)), Pattern, Beside);
    }

    public override string Describe(IReadOnlyList<string> args) => $"load {Tensor}{Describe(Access, Pattern, Beside)}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        if (Pattern is not null) w.Line($"Tiles.Spread({w.Size(Shape.Rows)}, {w.Size(Shape.Cols)}, ref {Tensor}, {Tensor}Step, t, {Pattern.Every}, {Pattern.Phase}, {w.Ref(s.Target)}, {w.RowStep(s.Target)}, {Literals.Float(Pattern.Fill)});");
        else if (Beside is not null) w.Line($"Tiles.Neighbours({w.Size(Shape.Rows)}, {w.Size(Shape.Cols)}, ref {Tensor}, {Tensor}Step, {FirstOf(Shape.Rows)}, time, {Beside.Columns}, {Beside.Down}, {Beside.Right}, {w.Ref(s.Target)}, {w.RowStep(s.Target)});");
        else if (w.IsGathered(s.Target)) w.Line($"Tiles.Gather({w.Size(Shape.Rows)}, ref {w.RowsOf(s.Target)}, {Tensor}Step, {w.Ref(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        if (Beside is not null) w.Elements(Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = {Beside.IsThere($"{FirstOf(Shape.Rows)} + {i}")} ? {w.Row(Tensor, Beside.Of($"{FirstOf(Shape.Rows)} + {i}"))}[{j}] : 0f;"));
        else if (Pattern is null) w.Threads(Shape.Rows, "i", i => w.Line($"{w.At(s.Target, i, "0")} = {w.Column(Tensor, Shape.Rows, i)};"));
        else w.Elements(Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = (t + {i}) % {Pattern.Every} == {Pattern.Phase} ? {w.Row(Tensor, $"(t + {i}) / {Pattern.Every}")}[{j}] : {Literals.Float(Pattern.Fill)};"));
    }

    /// <summary>The first token of a block, in kernels.</summary>
    public static string FirstOf(Dim rows) => rows == Dim.R ? "query" : "t";

    public static string Describe(Access access, RowPattern? pattern, Neighbour? beside) => access switch
    {
        Access.Rows when beside is not null => $"[rows {beside}]",
        Access.Rows when pattern is not null => $"[rows, every {pattern.Every} from {pattern.Phase}]",
        Access.Rows => "[rows]",
        Access.Slot => "[turn]",
        Access.Parameter => "[learned]",
        _ => "",
    };
}

/// <summary>Writes a tile into a tensor. The planner computes rows in place or copies them by a map; only a column is scattered.</summary>
/// <param name="Accumulate">Adds to what is there.</param>
/// <param name="Beside">To other tokens than the block's; what would lie beside the grid is dropped.</param>
internal sealed record Store(string Tensor, Access Access, bool Accumulate = false, RowPattern? Pattern = null, Neighbour? Beside = null) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => args[0].Shape;

    // The gradient of a store is a load of what arrives for the tensor.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) => d.Add(s.Args[0], _ => adjoint);

    public override string Describe(IReadOnlyList<string> args) => $"{Tensor}{Load.Describe(Access, Pattern, Beside)} {(Accumulate ? "+=" : "=")} {args[0]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        if (Pattern is not null) w.Line($"Tiles.Pick({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(x)}, {w.RowStep(x)}, ref {Tensor}, {Tensor}Step, t, {Pattern.Every}, {Pattern.Phase}, accumulate: {(Accumulate ? "true" : "false")});");
        else if (Beside is not null) w.Line($"Tiles.AddToNeighbours({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(x)}, {w.RowStep(x)}, ref {Tensor}, {Tensor}Step, {Load.FirstOf(x.Shape.Rows)}, time, {Beside.Columns}, {Beside.Down}, {Beside.Right});");
        else w.Line($"Tiles.Scatter({w.Size(x.Shape.Rows)}, {w.Ref(x)}, ref {w.RowsOf(Tensor, x.Shape.Rows)}, {Tensor}Step);");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        if (Beside is not null)
        {
            var first = Load.FirstOf(x.Shape.Rows);
            w.Elements(x.Shape, (i, j) => w.Line($"if ({Beside.IsThere($"{first} + {i}")}) {w.Row(Tensor, Beside.Of($"{first} + {i}"))}[{j}] += {w.At(x, i, j)};"));
            return;
        }

        if (Pattern is null)
        {
            w.Threads(x.Shape.Rows, "i", i => w.Line($"{w.Column(Tensor, x.Shape.Rows, i)} = {w.At(x, i, "0")};"));
            return;
        }

        w.Elements(x.Shape, (i, j) => w.Line($"if ((t + {i}) % {Pattern.Every} == {Pattern.Phase}) {w.Row(Tensor, $"(t + {i}) / {Pattern.Every}")}[{j}] {(Accumulate ? "+" : "")}= {w.At(x, i, j)};"));
    }
}
