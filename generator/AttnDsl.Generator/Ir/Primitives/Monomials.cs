using System.Collections.Generic;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>Every row's monomials up to the second degree: rows×K becomes rows×F.</summary>
internal sealed record Monomials(Polynomial Kernel) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args) => new(args[0].Shape.Rows, Dim.F);

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) =>
        d.Add(s.Args[0], name => d.To.Emit(name, new MonomialsBack(Kernel), s.Args[0], adjoint));

    public override string Describe(IReadOnlyList<string> args) => $"monomials of {args[0]} whose products are {FormulaPrinter.Print(Kernel.Of(new Arg(0)), ["a"])}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        w.Line($"Monomials.Expand<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {MonomialLayout.Factors(Kernel)}, {w.Ref(x)}, {w.Stride(x)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    // A thread takes a channel: its products with itself and those behind it.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, y) = (s.Args[0], s.Target);
        w.Elements(x.Shape, (i, j) =>
        {
            var (k, lines) = (w.Size(x.Shape.Cols), new MonomialLayout(Kernel, w.Size(x.Shape.Cols)));
            w.Line($"float own = {w.At(x, i, j)};");
            if (Kernel.Constant != 0) w.Line($"if ({j} == 0) {w.At(y, i, "0")} = {Literals.Float(Kernel.Features.Constant)};");
            if (Kernel.Linear != 0) w.Line($"{w.At(y, i, lines.Channel(j))} = {Literals.Float(Kernel.Features.Linear)} * own;");
            w.Line($"{w.At(y, i, lines.Product(j, j))} = {Literals.Float(Kernel.Features.Diagonal)} * own * own;");
            w.Line($"for (int r = {j} + 1; r < {k}; r++) {w.At(y, i, lines.Product(j, "r"))} = {Literals.Float(Kernel.Features.Mixed)} * own * {w.At(x, i, "r")};");
        });
    }
}

/// <summary>The adjoint of <see cref="Monomials"/>: from x and the adjoint of its monomials to that of x.</summary>
internal sealed record MonomialsBack(Polynomial Kernel) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[1].Shape == new Shape(args[0].Shape.Rows, Dim.F), $"adjoint {args[1].Shape} of the monomials of {args[0].Shape}");
        return args[0].Shape;
    }

    // Linear in the monomials' adjoint and, but for the linear features, in x, so the pair is closed: half the difference of the monomials
    // of x + h and x − h is their slope along h, and half that of the results at h and −h drops the linear features.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        var (x, y) = (s.Args[0], s.Args[1]);
        Tile Half(string name, Tile ahead, Tile behind) => d.To.Map(name, (a, b) => 0.5 * (a - b), ahead, behind);
        Tile Expanded(string name, Tile at) => d.To.Emit(name, new Monomials(Kernel), at);
        d.Add(y, name => Half(name, Expanded("ahead", d.To.Add("xAhead", x, adjoint)), Expanded("behind", d.To.Map("xBehind", (a, h) => a - h, x, adjoint))));
        d.Add(x, name => Half(name, d.To.Emit("ahead", this, adjoint, y), d.To.Emit("behind", this, d.To.Map("opposite", h => -h, adjoint), y)));
    }

    public override string Describe(IReadOnlyList<string> args) => $"adjoint of {args[0]} from {args[1]}, that of its monomials with products {FormulaPrinter.Print(Kernel.Of(new Arg(0)), ["a"])}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var (x, y) = (s.Args[0], s.Args[1]);
        w.Line($"Monomials.Contract<TVec>({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {MonomialLayout.Factors(Kernel)}, {w.Ref(x)}, {w.Stride(x)},");
        w.Line($"    {w.Ref(y)}, {w.Stride(y)}, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    // A thread takes a channel and collects from every product that it is in.
    public override void Gpu(GpuKernelWriter w, PlanStep s)
    {
        var (x, y) = (s.Args[0], s.Args[1]);
        w.Elements(x.Shape, (i, j) =>
        {
            var (k, lines) = (w.Size(x.Shape.Cols), new MonomialLayout(Kernel, w.Size(x.Shape.Cols)));
            w.Line("float mixed = 0f;");
            w.Line($"for (int r = 0; r < {j}; r++) mixed += {w.At(y, i, lines.Product("r", j))} * {w.At(x, i, "r")};");
            w.Line($"for (int r = {j} + 1; r < {k}; r++) mixed += {w.At(y, i, lines.Product(j, "r"))} * {w.At(x, i, "r")};");
            var linear = Kernel.Linear == 0 ? "" : $"{Literals.Float(Kernel.Features.Linear)} * {w.At(y, i, lines.Channel(j))} + ";
            w.Line($"{w.At(s.Target, i, j)} = {linear}{Literals.Float(2 * Kernel.Features.Diagonal)} * {w.At(x, i, j)} * {w.At(y, i, lines.Product(j, j))} + {Literals.Float(Kernel.Features.Mixed)} * mixed;");
        });
    }
}

/// <summary>Where the monomials of a row lie: 1, the channels, then the products of each channel with itself and those behind it.</summary>
internal readonly struct MonomialLayout(Polynomial kernel, string k)
{
    private readonly string _first = kernel.Constant == 0 ? "" : "1 + ";

    /// <summary>The factors of the features, as arguments.</summary>
    public static string Factors(Polynomial kernel)
    {
        var (constant, linear, diagonal, mixed) = kernel.Features;
        return $"{Literals.Float(constant)}, {Literals.Float(linear)}, {Literals.Float(diagonal)}, {Literals.Float(mixed)}";
    }

    public string Channel(string c) => $"({_first}{c})";

    public string Product(string a, string b) =>
        $"({_first}{(kernel.Linear == 0 ? "" : $"{k} + ")}{a} * {k} - {a} * ({a} - 1) / 2 + {b} - {a})";
}
