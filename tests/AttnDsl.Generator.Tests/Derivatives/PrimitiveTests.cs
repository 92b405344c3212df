using System;
using System.Linq;
using System.Numerics;
using System.Reflection;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Tests.Interpretation;
using Xunit;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>Every variant of every primitive, in small programs of random sizes: its derivative, and what it becomes where a dimension is 1.</summary>
public sealed class PrimitiveTests
{
    private const int Seeds = 30;

    public static TheoryData<string> Variants => [.. PrimitiveCase.All.Select(c => c.Name)];

    public static TheoryData<string> Simplifying => [.. PrimitiveCase.All.Where(c => Simplifies(c.Op)).Select(c => c.Name)];

    /// <summary>What Reverse makes of the primitive is what differences of its naive formula say.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Adjoint_IsTheSlope(string name)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var sketch = Sketch.Draw(Case(name), seed);
            var ones = sketch.DrawOnes(chance: 0.25);
            var forward = sketch.Program(ones);
            var backward = Reverse.Backward(forward, "backward", ["y"], []);
            var slopes = new Slopes(sketch.Values(), forward, sketch.Setting);
            var upstream = slopes.Outputs("y").Like(sketch.Normal);
            var tensors = slopes.Inputs.CopyTo(upstream.CopyTo(new Tensors(), "Grad"));
            ProgramRun.Run(backward, sketch.Setting, tensors);
            slopes.Check(upstream, tensors, seed, $"seed {seed}, {sketch}\n{forward}\n{backward}");
        }
    }

    /// <summary>The builder may put something simpler in the primitive's place: the same values.</summary>
    [Theory]
    [MemberData(nameof(Simplifying))]
    public void Simplified_IsTheSame(string name)
    {
        var reached = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var sketch = Sketch.Draw(Case(name), seed);
            int? zero = seed % 4 == 3 && !sketch.Twin ? seed / 4 % sketch.Case.Args.Length : null;
            var ones = sketch.DrawOnes(chance: seed % 3 / 2.0);
            var values = sketch.Values(zero);
            var program = sketch.Program(ones, zero: zero);
            var simplified = new Slopes(values, program, sketch.Setting).Outputs("y").Elements("y").ToArray();
            var asItStands = new Slopes(values, sketch.Program([], simplifies: false), sketch.Setting).Outputs("y").Elements("y").ToArray();
            Assert.Equal(asItStands.Length, simplified.Length);
            if (!program.Statements.Any(s => s.Op == sketch.Case.With(ones).Op && s.Result?.Name == "result")) reached++;
            foreach (var (expected, actual) in asItStands.Zip(simplified, (a, b) => (a.Real, b.Real)))
                Assert.True(expected == actual || Math.Abs(expected - actual) <= 1e-13 * Math.Max(1, Math.Abs(expected)), $"{actual:R} is not {expected:R}: seed {seed}, {sketch}\n{program}");
        }

        Assert.True(reached >= 2, $"simplified {reached} times");
    }

    [Fact]
    public void Loads_OfSharedTensors_AddTheirGradientsUp()
    {
        foreach (var (shared, expected) in new (string[], double)[] { ([], 3), (["x"], 6) })
        {
            var p = new ProgramBuilder("p", Dim.C);
            p.Body.Store("y", p.Body.Map("scaled", x => 3 * x, p.Body.Load("x", Dim.C, Dim.K)));
            var backward = Reverse.Backward(p.Build(), "backward", ["y"], shared);
            var tensors = new Tensors();
            tensors["yGrad"].Values = Operations.Fill(5, 2, (_, _) => 1);
            for (var head = 0; head < 2; head++) ProgramRun.Run(backward, new(d => 2, 5), tensors);
            Assert.All(tensors["xGrad"].Values!.Cast<Complex>(), g => Assert.Equal(expected, g));
        }
    }

    /// <summary>Maps go into reductions when programs are planned, which is after they were differentiated.</summary>
    [Fact]
    public void Reductions_WithMapsInside_AreNotDifferentiated()
    {
        var p = new ProgramBuilder("p", Dim.C);
        var x = p.Body.Load("x", Dim.C, Dim.K);
        p.Body.Store("y", p.Body.Emit("sum", new Reduce(Fold.Sum, Along.Cols, 2 * (Expr)new Arg(0), x.Shape), x));
        Assert.Throws<ShapeException>(() => Reverse.Backward(p.Build(), "backward", ["y"], []));
    }

    [Fact]
    public void Reductions_WithMapsInside_OfAZeroAreNotZero()
    {
        var p = new ProgramBuilder("p", Dim.C);
        var x = p.Body.Load("x", Dim.C, Dim.K);
        p.Body.Store("y", p.Body.Emit("sum", new Reduce(Fold.Sum, Along.Cols, new Arg(0) + new Arg(1), x.Shape), p.Body.Fill("zero", x.Shape, 0), x));
        var tensors = new Tensors();
        tensors["x"].Values = Operations.Fill(3, 2, (_, _) => 1);
        ProgramRun.Run(p.Build(), new(d => 2, 3), tensors);
        Assert.All(tensors["y"].Values!.Cast<Complex>(), sum => Assert.Equal(2, sum));
    }

    private static PrimitiveCase Case(string name) => PrimitiveCase.All.Single(c => c.Name == name);

    private static bool Simplifies(Primitive op) => op.GetType().GetMethod(nameof(Primitive.Simplify), BindingFlags.Public | BindingFlags.Instance)!.DeclaringType != typeof(Primitive);
}
