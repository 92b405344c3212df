using System.Collections.Generic;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>
/// Θ_t = Θ_{t−1} + τ ⊙ σ(w_t) ⊙ (φ_t − [φ_{t−1}] + [e^b]), wrapped into one turn, from φ (C×P), the phase before the block (1×P), what rounding it
/// left (1×P) and, where there are such, logits w (C×1 or C×P), b (1×P) and the φ before the block (1×P). On the CPU all of it in double precision, on a
/// device in whole multiples of 2^−48 turns: sums are rounded nowhere, nor is e^b, which every token adds, or long sequences would drift.
/// </summary>
/// <param name="Gated">Whether there are logits.</param>
/// <param name="Biased">Whether e^b joins what a token turns by.</param>
/// <param name="Differenced">Whether a token turns by what φ changed by.</param>
internal sealed record PhaseSum(Temperatures Temperatures, bool Gated, bool Biased, bool Differenced) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        var row = new Shape(Dim.One, Dim.P);
        var count = 3 + (Gated ? 1 : 0) + (Biased ? 1 : 0) + (Differenced ? 1 : 0);
        Require(args.Count == count && args[0].Shape.Cols == Dim.P && args[1].Shape == row && args[2].Shape == row, $"phases of {args[0].Shape} from {args[1].Shape} and {args[2].Shape}");
        if (Gated) Require(args[3].Shape.Rows == args[0].Shape.Rows && (args[3].Shape.Cols == Dim.One || args[3].Shape.Cols == Dim.P), $"phases of {args[0].Shape} gated by {args[3].Shape}");
        if (Biased) Require(Bias(args).Shape == row, $"phases of {args[0].Shape} with a bias of {Bias(args).Shape}");
        if (Differenced) Require(args[count - 1].Shape == row, $"phases of {args[0].Shape} behind {args[count - 1].Shape}");
        return args[0].Shape;
    }

    /// <summary>b among operands.</summary>
    private T Bias<T>(IReadOnlyList<T> args) => args[Gated ? 4 : 3];

    // dφ_s = τ ⊙ Σ_{t≥s} dΘ_t, by the product rule on to what the step is made of.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        Hand(d, s.Args, Turned(d, d.To.Emit("later", new PrefixSum(Reversed: true), adjoint)));
        d.Add(s.Args[1], _ => adjoint);
    }

    /// <summary>The adjoint of what temperatures multiply, from that of angles.</summary>
    public Tile Turned(Adjoints d, Tile adjoint) => Temperatures.AreOne ? adjoint : d.To.Emit("turned", new Temper(Temperatures), adjoint);

    /// <summary>Hands the adjoint of the steps σ(w) ⊙ (φ − [φ before] + [e^b]) on to w, b and φ.</summary>
    public void Hand(Adjoints d, IReadOnlyList<Tile> args, Tile adjoint)
    {
        var (phi, last) = (args[0], args[args.Count - 1]);
        if (Gated)
        {
            var logit = args[3];
            var change = Differenced ? d.To.Map("change", (x, y) => x - y, phi, d.To.Emit("before", new Shift(), phi, last)) : phi;
            if (Biased) change = d.To.Map("moved", (x, b) => x + Ex.Exp(b), change, Bias(args));
            d.Add(logit, name => d.To.Map(name, (x, y, z) => x * y * (Ex.Sigmoid(z) * Ex.Sigmoid(-z)), adjoint, change, logit));
            adjoint = d.To.Map("admitted", (x, z) => x * Ex.Sigmoid(z), adjoint, logit);
        }

        if (Biased) d.Add(Bias(args), name => d.To.Map(name, (x, b) => x * Ex.Exp(b), adjoint, Bias(args)));
        d.Add(phi, _ => adjoint);
        if (!Differenced) return;
        var less = d.To.Map("less", x => -x, adjoint);
        d.Add(phi, name => d.To.Emit(name, new Shift(Up: true), less, d.To.Fill("nothing", last.Shape, 0)));
        d.Add(last, name => d.To.Emit(name, new EdgeRow(), less));
    }

    public override string Describe(IReadOnlyList<string> args) => $"{args[1]} + {args[2]} + running sum of {Step(args)}, wrapped";

    /// <summary>What is summed, in words.</summary>
    public string Step(IReadOnlyList<string> args)
    {
        var added = $"{(Differenced ? $"change of {args[0]} since {args[args.Count - 1]}" : args[0])}{(Biased ? $" + exp({Bias(args)})" : "")}";
        return $"{(Temperatures.AreOne ? "" : "τ ")}{(Gated ? $"sigmoid({args[3]}) " : "")}{(Differenced || Biased ? $"({added})" : added)}";
    }

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        w.Line($"Phases.Sum({CpuOperands(w, s.Args)},");
        w.Line($"    Temperatures, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    /// <summary>The operands as arguments.</summary>
    public string CpuOperands(CpuKernelWriter w, IReadOnlyList<Tile> args)
    {
        var (phi, start, rest, last) = (args[0], args[1], args[2], args[args.Count - 1]);
        var gate = Gated ? $"{w.Ref(args[3])}, {w.RowStep(args[3])}, {w.Size(args[3].Shape.Cols)}" : $"{w.Ref(phi)}, 0, 0";
        var bias = $"{w.Ref(Biased ? Bias(args) : start)}, biased: {(Biased ? "true" : "false")}";
        return $"{w.Size(phi.Shape.Rows)}, {w.Size(phi.Shape.Cols)}, {w.Ref(phi)}, {w.Stride(phi)}, {w.Ref(start)}, {w.Ref(rest)}, {gate}, {bias}, {w.Ref(Differenced ? last : start)}, differenced: {(Differenced ? "true" : "false")}";
    }

    // A thread runs down a column.
    public override void Gpu(GpuKernelWriter w, PlanStep s) => GpuSum(w, s.Args, j => w.Line($"{w.At(s.Target, "i", j)} = GpuPhases.Angle(angle, finite);"), _ => { });

    /// <param name="row">What follows every row.</param>
    /// <param name="end">What follows the last.</param>
    public void GpuSum(GpuKernelWriter w, IReadOnlyList<Tile> args, System.Action<string> row, System.Action<string> end)
    {
        var (phi, start, rest, last) = (args[0], args[1], args[2], args[args.Count - 1]);
        w.Threads(phi.Shape.Cols, "j", j =>
        {
            var before = $"(i > 0 ? {w.At(phi, "(i - 1)", j)} : {w.At(last, "0", j)})";
            var exponent = Literals.Integer(Temperatures.TurnsExponent);
            string Turn(string x) => $"GpuPhases.Turn(angle, {x}, tau, {exponent}, ref finite)";
            w.Line("float finite = 0f;");
            w.Line($"long tau = Turns({j}), angle = GpuPhases.Begin({w.At(start, "0", j)}, {w.At(rest, "0", j)}, ref finite);");
            if (Biased)
            {
                w.Line($"int biasExponent = {exponent};");
                w.Line($"long bias = GpuPhases.Grown(tau, {w.At(Bias(args), "0", j)}, ref biasExponent, ref finite);");
            }

            using (w.Block($"for (int i = 0; i < {w.Size(phi.Shape.Rows)}; i++)"))
            {
                if (Gated) w.Line($"float share = GpuMath.Sigmoid({w.At(args[3], "i", j)});");
                if (Gated) w.Line($"angle = {Turn($"share * {(Differenced ? $"({w.At(phi, "i", j)} - {before})" : w.At(phi, "i", j))}")};");
                else w.Line($"angle = {Turn(w.At(phi, "i", j))};");
                if (Differenced && !Gated) w.Line($"angle = {Turn("-" + before)};");
                if (Biased) w.Line($"angle = GpuPhases.Turn(angle, {(Gated ? "share" : "1f")}, bias, biasExponent, ref finite);");
                row(j);
            }

            end(j);
        });
    }
}

/// <summary>The phase after the last row of a block, or what rounding it to a float leaves; operands as <see cref="PhaseSum"/> has.</summary>
internal sealed record PhaseEnd(PhaseSum Sum, bool Rest) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Sum.ShapeOf(args);
        return args[1].Shape;
    }

    // What rounding leaves depends on nothing.
    public override void Differentiate(Adjoints d, Statement s, Tile adjoint)
    {
        if (Rest) return;
        Sum.Hand(d, s.Args, d.To.Map("turnedByAll", new Arg(0), s.Args[0].Shape, Sum.Turned(d, adjoint)));
        d.Add(s.Args[1], _ => adjoint);
    }

    public override string Describe(IReadOnlyList<string> args) => $"{(Rest ? "what rounding leaves of " : "")}{args[1]} + {args[2]} + sum of {Sum.Step(args)}, wrapped";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        w.Line($"Phases.End({Sum.CpuOperands(w, s.Args)},");
        w.Line($"    Temperatures, isRest: {(Rest ? "true" : "false")}, {w.Ref(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        Sum.GpuSum(w, s.Args, _ => { }, j => w.Line($"{w.At(s.Target, "0", j)} = GpuPhases.{(Rest ? "Rest" : "Angle")}(angle, finite);"));
}

/// <summary>τ ⊙ x.</summary>
internal sealed record Temper(Temperatures Temperatures) : Primitive
{
    public override Shape ShapeOf(IReadOnlyList<Tile> args)
    {
        Require(args[0].Shape.Cols == Dim.P, $"temperatures of {args[0].Shape}");
        return args[0].Shape;
    }

    public override void Differentiate(Adjoints d, Statement s, Tile adjoint) => d.Add(s.Args[0], name => d.To.Emit(name, this, adjoint));

    public override string Describe(IReadOnlyList<string> args) => $"τ {args[0]}";

    public override void Cpu(CpuKernelWriter w, PlanStep s)
    {
        var x = s.Args[0];
        w.Line($"Phases.Temper({w.Size(x.Shape.Rows)}, {w.Size(x.Shape.Cols)}, {w.Ref(x)}, {w.Stride(x)}, Temperatures, {w.Ref(s.Target)}, {w.Stride(s.Target)});");
    }

    public override void Gpu(GpuKernelWriter w, PlanStep s) =>
        w.Elements(s.Target.Shape, (i, j) => w.Line($"{w.At(s.Target, i, j)} = Temperature({j}) * {w.At(s.Args[0], i, j)};"));
}
