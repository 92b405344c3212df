using System.Collections.Generic;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>Running sums down the rows; reversed, from the last row; exclusive, without the row's own.</summary>
internal sealed record PrefixSum(bool Reversed = false, bool Exclusive = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => args[0].Shape;

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        args[0].Shape.Rows != Dim.One ? null : Exclusive ? b.Fill(name, args[0].Shape, 0) : args[0];

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) =>
        d.Add(s.Args[0], name => d.To.Emit(name, new PrefixSum(!Reversed, Exclusive), adjoint));

    public override string Describe(IReadOnlyList<string> args) =>
        $"{(Exclusive ? "exclusive " : "")}{(Reversed ? "suffix" : "prefix")} sum of {args[0]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        var flags = $"reversed: {(Reversed ? "true" : "false")}, exclusive: {(Exclusive ? "true" : "false")}";
        w.Line(x.Shape.IsVector
            ? $"Scans.PrefixSum({w.Size(x.Shape.Rows)}, {w.Ref(x)}, {w.Ref(s.Target)}, {flags});"
            : $"Scans.PrefixSum<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(s.Target)}, {w.Stride(s.Target)}, {flags});");
    }

    // A thread runs down a column.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        w.Threads(x.Shape.Cols, "j", j =>
        {
            w.Line("float acc = 0f;");
            using (w.Block(Reversed ? $"for (int i = {w.Size(x.Shape.Rows)} - 1; i >= 0; i--)" : $"for (int i = 0; i < {w.Size(x.Shape.Rows)}; i++)"))
            {
                if (Exclusive) w.Line($"float own = {w.At(x, "i", j)};");
                else w.Line($"acc += {w.At(x, "i", j)};");
                w.Line($"{w.At(s.Target, "i", j)} = acc;");
                if (Exclusive) w.Line("acc += own;");
            }
        });
    }
}

/// <summary>
/// Running sums (C×1) from a start (1×1) as two floats each: the sums, or what rounding them leaves. Unlike those of <see cref="PrefixSum"/>
/// their differences may be taken.
/// </summary>
internal sealed record CompensatedSum(bool Rest) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var one = new Shape(Dim.One, Dim.One);
        Require(args[0].Shape.Cols == Dim.One && args[1].Shape == one && args[2].Shape == one, $"running sums of {args[0].Shape} from {args[1].Shape} and {args[2].Shape}");
        return args[0].Shape;
    }

    // What rounding leaves depends on nothing.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        if (Rest) return;
        d.Add(s.Args[0], name => d.To.Emit(name, new PrefixSum(Reversed: true), adjoint));
        d.Add(s.Args[1], _ => adjoint);
    }

    public override string Describe(IReadOnlyList<string> args) => $"{(Rest ? "what rounding leaves of " : "")}{args[1]} + {args[2]} + running sum of {args[0]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, start, rest) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Line($"Scans.CompensatedSum({w.Size(x.Shape.Rows)}, {w.Ref(x)}, {w.Ref(start)}, {w.Ref(rest)}, isRest: {(Rest ? "true" : "false")}, {w.Ref(s.Target)});");
    }

    // One thread, one chain.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, start, rest) = (s.Args[0], s.Args[1], s.Args[2]);
        w.Threads(Dim.One, "i", _ =>
        {
            w.Line($"float acc = {w.At(start, "0", "0")}, lost = -{w.At(rest, "0", "0")};");
            using (w.Block($"for (int i = 0; i < {w.Size(x.Shape.Rows)}; i++)"))
            {
                w.Line($"acc = GpuMath.Add(acc, {w.At(x, "i", "0")}, ref lost);");
                w.Line($"{w.At(s.Target, "i", "0")} = {(Rest ? "-lost" : "acc")};");
            }
        });
    }
}

/// <summary>D_ij = Σ_{j&lt;r≤i} g_r for j ≤ i, 0 above: sums of segments, never differences of prefix sums, which cancel.</summary>
/// <param name="Before">Without the row's own: Σ_{j&lt;r&lt;i} g_r.</param>
internal sealed record SegmentSum(bool Before = false) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Cols == Dim.One, $"segment sums of {args[0].Shape}");
        return new(args[0].Shape.Rows, args[0].Shape.Rows);
    }

    public override Tile? Simplify(RegionBuilder b, string name, IReadOnlyList<Tile> args) =>
        args[0].Shape.Rows == Dim.One ? b.Fill(name, args[0].Shape, 0) : null;

    // g_r counts in every D_ij with j < r ≤ i. Summed over those alone: as what rows from r on receive less what columns from r on
    // hand out, the difference would keep the rounding of pairs that do not count.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var own = d.To.Map("belowDiagonal", Ex.StrictlyCausal(new Arg(0)), adjoint.Shape, adjoint);
        var later = d.To.Emit("laterRows", new PrefixSum(Reversed: true, Exclusive: Before), own);
        d.Add(s.Args[0], name => d.To.SumCols(name, d.To.Map("crossing", Ex.StrictlyCausal(new Arg(0)), later.Shape, later)));
    }

    public override string Describe(IReadOnlyList<string> args) => $"segment sums of {args[0]}{(Before ? " before each row" : "")}";

    public override void Cpu(CpuKernelWriter w, PlanStep s) =>
        w.Line($"Scans.SegmentSums{(Before ? "Before" : "")}<TVec>({w.Size(s.Target.Shape.Rows)}, {w.Ref(s.Args[0])}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");

    // A thread runs down a column, from the diagonal on.
    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Threads(s.Target.Shape.Cols, "j", j =>
        {
            w.Line($"for (int i = 0; i <= {j}; i++) {w.At(s.Target, "i", j)} = 0f;");
            w.Line("float acc = 0f;");
            using (w.Block($"for (int i = {j} + 1; i < {w.Size(s.Target.Shape.Rows)}; i++)"))
            {
                if (Before) w.Line($"{w.At(s.Target, "i", j)} = acc;");
                w.Line($"acc += {w.At(s.Args[0], "i", "0")};");
                if (!Before) w.Line($"{w.At(s.Target, "i", j)} = acc;");
            }
        });
}
