using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>h_i = a_i h_{i−1} + x_i down the rows, every column on its own, from a row h_{−1}.</summary>
internal sealed record Scan : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var (a, x, start) = (args[0].Shape, args[1].Shape, args[2].Shape);
        Require(a == x && start == new Shape(Dim.One, x.Cols), $"scan of {a}, {x} from {start}");
        return x;
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        args[0].Shape.Rows == Dim.One ? b.Map(name, (a, x, h) => (a * h) + x, args[0], args[1], args[2]) : null;

    // λ_i = dh_i + a_{i+1} λ_{i+1}; dx = λ, da_i = λ_i h_{i−1}, dh_{−1} = a_0 λ_0.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (a, x, start) = (s.Args[0], s.Args[1], s.Args[2]);
        Tile sum = null!;
        d.Add(x, name => sum = d.To.Emit(name, new ReverseScan(), a, adjoint));
        d.Add(a, name => d.To.Map(name, (l, h) => l * h, sum, d.To.Emit("before", new Shift(), s.Result!, start)));
        d.Add(start, name => d.To.Emit(name, new EdgeRow(), d.To.Map("kept", (l, y) => l * y, sum, a)));
    }

    public override string Describe(IReadOnlyList<string> args) => $"h_i = {args[0]}_i h_(i−1) + {args[1]}_i from {args[2]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (a, x, start, h) = (s.Args[0], s.Args[1], s.Args[2], s.Target);
        w.Line($"Scans.Linear<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(a)}, {w.Stride(a)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(start)}, {w.Ref(h)}, {w.Stride(h)});");
    }

    // A thread runs down a column.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (a, x, start) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Threads(x.Shape.Cols, "j", j =>
        {
            w.Line($"float acc = {w.At(start, "0", j)};");
            using (w.Block($"for (int i = 0; i < {w.Size(x.Shape.Rows)}; i++)"))
            {
                w.Line($"acc = {w.At(a, "i", j)} * acc + {w.At(x, "i", j)};");
                w.Line($"{w.At(s.Target, "i", j)} = acc;");
            }
        });
    }
}

/// <summary>y_i = x_i + a_{i+1} y_{i+1} up the rows, nothing behind the last: what <see cref="Scan"/> hands back.</summary>
internal sealed record ReverseScan : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape == args[1].Shape, $"reverse scan of {args[0].Shape}, {args[1].Shape}");
        return args[1].Shape;
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) => args[0].Shape.Rows == Dim.One ? args[1] : null;

    // μ_i = dy_i + a_i μ_{i−1}; dx = μ, da_i = y_i μ_{i−1}.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (a, x) = (s.Args[0], s.Args[1]);
        var nothing = d.To.Fill("nothing", new Shape(Dim.One, x.Shape.Cols), 0);
        Tile sum = null!;
        d.Add(x, name => sum = d.To.Emit(name, new Scan(), a, adjoint, nothing));
        d.Add(a, name => d.To.Map(name, (y, m) => y * m, s.Result!, d.To.Emit("before", new Shift(), sum, nothing)));
    }

    public override string Describe(IReadOnlyList<string> args) => $"y_i = {args[1]}_i + {args[0]}_(i+1) y_(i+1)";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (a, x, y) = (s.Args[0], s.Args[1], s.Target);
        w.Line($"Scans.LinearReversed<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(a)}, {w.Stride(a)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(y)}, {w.Stride(y)});");
    }

    // A thread runs up a column.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (a, x) = (s.Args[0], s.Args[1]);
        w.Threads(x.Shape.Cols, "j", j =>
        {
            w.Line("float acc = 0f;");
            using (w.Block($"for (int i = {w.Size(x.Shape.Rows)} - 1; i >= 0; i--)"))
            {
                w.Line($"float own = acc + {w.At(x, "i", j)};");
                w.Line($"acc = {w.At(a, "i", j)} * own;");
                w.Line($"{w.At(s.Target, "i", j)} = own;");
            }
        });
    }
}

/// <summary>Rows moved down by one, the row given first: row i holds what row i − 1 held. Up, the row given comes last.</summary>
internal sealed record Shift(bool Up = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[1].Shape == new Shape(Dim.One, args[0].Shape.Cols), $"shift of {args[0].Shape} with {args[1].Shape}");
        return args[0].Shape;
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) => args[0].Shape.Rows == Dim.One ? args[1] : null;

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var edge = s.Args[1];
        d.Add(s.Args[0], name => d.To.Emit(name, new Shift(!Up), adjoint, d.To.Fill("nothing", edge.Shape, 0)));
        d.Add(edge, name => d.To.Emit(name, new EdgeRow(Last: Up), adjoint));
    }

    public override string Describe(IReadOnlyList<string> args) => Up ? $"{args[0]} one row up, then {args[1]}" : $"{args[1]}, then {args[0]} one row down";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, edge, y) = (s.Args[0], s.Args[1], s.Target);
        w.Line($"Tiles.Shift{(Up ? "Up" : "Down")}({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(x)}, {w.RowStep(x)}, {w.Ref(edge)}, {w.Ref(y)}, {w.RowStep(y)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, edge) = (s.Args[0], s.Args[1]);
        var rows = w.Size(x.Shape.Rows);
        w.Threads(x.Shape.Cols, "j", j =>
        {
            using (w.Block($"for (int i = 0; i < {rows}; i++)"))
                w.Line($"{w.At(s.Target, "i", j)} = {(Up ? $"i + 1 < {rows} ? {w.At(x, "(i + 1)", j)}" : $"i > 0 ? {w.At(x, "(i - 1)", j)}")} : {w.At(edge, "0", j)};");
        });
    }
}

/// <summary>The first row, or the last.</summary>
internal sealed record EdgeRow(bool Last = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => new(Dim.One, args[0].Shape.Cols);

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) => args[0].Shape.Rows == Dim.One ? args[0] : null;

    // The row goes back to where it was, the others get nothing.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var x = s.Args[0];
        d.Add(x, name => d.To.Emit(name, new Shift(Up: Last), d.To.Fill("nothing", x.Shape, 0), adjoint));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{(Last ? "last" : "first")} row of {args[0]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        if (x.Shape.Cols == Dim.One) w.Line($"{w.Element(s.Target, "0")} = {w.Element(x, Last ? $"{w.Size(x.Shape.Rows)} - 1" : "0")};");
        else w.Line($"Tiles.CopyRow({w.Size(x.Shape.Cols)}, {(Last ? $"ref Unsafe.Add({w.Ref(x)}, ({w.Size(x.Shape.Rows)} - 1) * {w.Stride(x)})" : w.Ref(x))}, {w.Ref(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Threads(s.Target.Shape.Cols, "j", j => w.Line($"{w.At(s.Target, "0", j)} = {w.At(s.Args[0], Last ? $"({w.Size(s.Args[0].Shape.Rows)} - 1)" : "0", j)};"));
}
