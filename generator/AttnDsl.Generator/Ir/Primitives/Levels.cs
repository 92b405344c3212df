using System.Collections.Generic;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>On which level the place of each row (C×1) lies, seen from one place (1×1): the bit length of one xor the other, at most the last.</summary>
internal sealed record LevelOf(int Last) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Cols == Dim.One && args[1].Shape == new Shape(Dim.One, Dim.One), $"levels of {args[0].Shape} seen from {args[1].Shape}");
        return args[0].Shape;
    }

    // Places are no numbers that could move.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
    }

    public override string Describe(IReadOnlyList<string> args) => $"level of {args[0]} seen from {args[1]}, at most {Last}";

    public override void Cpu(CpuKernelWriter w, PlanStep s) =>
        w.Line($"Levels.Of({w.Size(s.Target.Shape.Rows)}, {w.Ref(s.Args[0])}, {w.Ref(s.Args[1])}, {Literals.Integer(Last)}, {w.Ref(s.Target)});");

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(s.Target.Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = GpuLevels.Level({w.At(s.Args[0], i, j)}, {w.At(s.Args[1], "0", "0")}, {Literals.Integer(Last)});"));
}

/// <summary>What each row gives to each level (R×E), for every column of another block: y_ij = x_il, l the level of column j's place seen from row i's.</summary>
internal sealed record LevelWeights(int Last) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[1].Shape == new Shape(args[0].Shape.Rows, Dim.One) && args[2].Shape.Cols == Dim.One, $"weights {args[0].Shape} of places {args[1].Shape} and {args[2].Shape}");
        return new(args[0].Shape.Rows, args[2].Shape.Rows);
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) =>
        d.Add(s.Args[0], name => d.To.Emit(name, new LevelSums(Last, s.Args[0].Shape.Cols), adjoint, s.Args[1], s.Args[2]));

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} at the level of {args[2]} seen from {args[1]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, own, other) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Line($"Levels.Weights({w.Size(x.Shape.Rows)}, {w.Size(other.Shape.Rows)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(own)}, {w.Ref(other)}, {Literals.Integer(Last)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(s.Target.Shape, (i, j) =>
        {
            w.Line($"int level = GpuLevels.Level({w.At(s.Args[1], i, "0")}, {w.At(s.Args[2], j, "0")}, {Literals.Integer(Last)});");
            w.Line($"{w.At(s.Target, i, j)} = {w.At(s.Args[0], i, "level")};");
        });
}

/// <summary>Sums along the rows (R×C), level by level: what <see cref="LevelWeights"/> hands back.</summary>
/// <param name="Levels">The dimension of the levels.</param>
internal sealed record LevelSums(int Last, Dim Levels) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[1].Shape == new Shape(args[0].Shape.Rows, Dim.One) && args[2].Shape == new Shape(args[0].Shape.Cols, Dim.One), $"sums of {args[0].Shape} over places {args[1].Shape} and {args[2].Shape}");
        return new(args[0].Shape.Rows, Levels);
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) =>
        d.Add(s.Args[0], name => d.To.Emit(name, new LevelWeights(Last), adjoint, s.Args[1], s.Args[2]));

    public override string Describe(IReadOnlyList<string> args) => $"{args[0]} summed over each level of {args[2]} seen from {args[1]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, own, other) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Line($"Levels.Sums({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(own)}, {w.Ref(other)}, {Literals.Integer(Last)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(s.Target.Shape, (i, j) =>
        {
            w.Line("float acc = 0f;");
            using (w.Block($"for (int r = 0; r < {w.Size(s.Args[0].Shape.Cols)}; r++)"))
                w.Line($"if (GpuLevels.Level({w.At(s.Args[1], i, "0")}, {w.At(s.Args[2], "r", "0")}, {Literals.Integer(Last)}) == {j}) acc += {w.At(s.Args[0], i, "r")};");
            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
}

/// <summary>Levels of a state (EF×V, level after level) when time moves on: the levels below the given one (1×1) are added to it and left empty.</summary>
/// <param name="Inner">Rows of each level.</param>
/// <param name="Back">The adjoint: every level below gets what the given one has.</param>
internal sealed record MergeLevels(Dim Levels, Dim Inner, bool Back = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Rows == Dim.Product(Levels, Inner) && args[1].Shape == new Shape(Dim.One, Dim.One), $"{args[0].Shape} is no {Levels}·{Inner}, or {args[1].Shape} no level");
        return args[0].Shape;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) => d.Add(s.Args[0], name => d.To.Emit(name, this with { Back = !Back }, adjoint, s.Args[1]));

    public override string Describe(IReadOnlyList<string> args) => Back ? $"{args[0]}, its level {args[1]} for every level below" : $"{args[0]}, its levels up to {args[1]} as one";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, y) = (s.Args[0], s.Target);
        w.Line($"Levels.Merge<TVec>({w.Size(Levels)}, {w.Size(Inner)}, {w.Size(x.Shape.Cols)}, back: {(Back ? "true" : "false")}, {w.Ref(x)}, {w.Stride(x)},");
        w.Line($"    {w.Ref(s.Args[1])}, {w.Ref(y)}, {w.Stride(y)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var inner = w.Size(Inner);
        w.Elements(s.Target.Shape, (i, j) =>
        {
            w.Line($"int at = (int){w.At(s.Args[1], "0", "0")}, own = {i} / {inner};");
            if (Back)
            {
                w.Line($"{w.At(s.Target, i, j)} = {w.At(s.Args[0], $"((own < at ? at : own) * {inner} + {i} % {inner})", j)};");
                return;
            }

            w.Line("float acc = 0f;");
            w.Line($"if (own >= at) for (int r = own == at ? 0 : own; r <= own; r++) acc += {w.At(s.Args[0], $"(r * {inner} + {i} % {inner})", j)};");
            w.Line($"{w.At(s.Target, i, j)} = acc;");
        });
    }
}
