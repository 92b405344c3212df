using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Tests.Interpretation;
using Xunit;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>Random expressions: their symbolic derivatives against slopes, and what the simplifier makes of them.</summary>
public sealed class ExpressionTests
{
    private const int Args = 3;
    private const double Step = 1e-40;
    private static readonly int[] s_depths = [1, 2, 3, 4, 5];

    public static TheoryData<int> Depths => [.. s_depths];

    [Theory]
    [MemberData(nameof(Depths))]
    public void Derivative_IsTheSlope(int depth)
    {
        foreach (var (e, at) in Sample(depth))
        {
            var simplified = e.Rewrite(_ => null);
            for (var n = 0; n < Args; n++)
            {
                var slope = Evaluation.Of(e, at(n)).Imaginary / Step;
                Close(slope, Derivative.Of(e, n), at(-1), $"∂/∂{n} of {e}");
                Close(slope, Derivative.Of(simplified, n), at(-1), $"∂/∂{n} of {simplified}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Depths))]
    public void Simplified_IsTheSame(int depth)
    {
        foreach (var (e, at) in Sample(depth)) Close(Evaluation.Of(e, at(-1)).Real, e.Rewrite(_ => null), at(-1), $"{e}");
    }

    /// <summary>At a tie, which random points do not meet, the first operand counts, and only it.</summary>
    [Theory]
    [InlineData((int)BinaryOp.Min)]
    [InlineData((int)BinaryOp.Max)]
    public void Derivative_AtATie_IsThatOfTheFirst(int op)
    {
        var e = new Binary((BinaryOp)op, new Arg(0), new Arg(1));
        var at = new Scope([0.5, 0.5], null, null, 0, new Dictionary<string, int>());
        Close(1, Derivative.Of(e, 0), at, $"{e}");
        Close(0, Derivative.Of(e, 1), at, $"{e}");
    }

    /// <summary>Imaginary steps are no derivative rules of another kind: they say what central differences say.</summary>
    [Fact]
    public void Steps_AreWhatDifferencesTendTo()
    {
        var checkedOnes = 0;
        foreach (var (e, at) in Sample(3))
        for (var n = 0; n < Args; n++)
        {
            // Differences of ever smaller steps, extrapolated; where they do not settle there is a kink between the points.
            double Difference(double h) => (Evaluation.Of(e, Shifted(at(-1), n, h)).Real - Evaluation.Of(e, Shifted(at(-1), n, -h)).Real) / (2 * h);
            double Extrapolated(double h) => (4 * Difference(h / 2) - Difference(h)) / 3;
            var (coarse, fine) = (Extrapolated(2e-3), Extrapolated(1e-3));
            if (Math.Abs(coarse - fine) > 1e-9 * Math.Max(1, Math.Abs(fine))) continue;
            var slope = Evaluation.Of(e, at(n)).Imaginary / Step;
            Assert.True(Math.Abs(slope - fine) <= 1e-8 * Math.Max(1, Math.Abs(fine)), $"the slope is {slope:R}, differences are {fine:R}: {e}");
            if (slope != 0) checkedOnes++;
        }

        Assert.True(checkedOnes > 200, $"{checkedOnes}");
    }

    /// <summary>What maps of all channels are made of, which no program holds.</summary>
    private static readonly Type[] s_ofVectors = [typeof(Channel), typeof(Expressions.Vector), typeof(Element), typeof(Total)];

    /// <summary>Every kind of expression, operation, comparison and place is in the samples.</summary>
    [Fact]
    public void EveryNode_Grows()
    {
        var nodes = s_depths.SelectMany(Sample).SelectMany(s => Nodes(s.Expr)).ToList();
        Assert.Empty(typeof(Expr).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Expr))).Except(s_ofVectors).Except(nodes.Select(e => e.GetType())));
        Assert.Empty(Enum.GetValues<UnaryOp>().Except(nodes.OfType<Unary>().Select(e => e.Op)));
        Assert.Empty(Enum.GetValues<BinaryOp>().Except(nodes.OfType<Binary>().Select(e => e.Op)));
        Assert.Empty(Enum.GetValues<Comparison>().Except(nodes.OfType<Select>().Select(e => e.Test)));
        Assert.Empty(Enum.GetValues<Place>().Except(nodes.OfType<Position>().Select(e => e.Place)));
    }

    /// <summary>Expressions, and a point at which to evaluate them, stepping along an argument.</summary>
    private static IEnumerable<(Expr Expr, Func<int, Scope> At)> Sample(int depth)
    {
        var random = new Random(depth);
        var growth = new ExpressionGrowth(random, Args);
        for (var n = 0; n < 400; n++)
        {
            var e = growth.Grow(depth);
            var point = Enumerable.Range(0, Args).Select(_ => 4 * random.NextDouble() - 2).ToArray();
            Scope At(int along) => new([.. point.Select((x, i) => new Complex(x, i == along ? Step : 0))], 3, 5, 2, new Dictionary<string, int> { ["window"] = 4 });
            // A tower of products may be too large to say anything about its digits.
            if (Nodes(e).All(part => Math.Abs(Evaluation.Of(part, At(-1)).Real) < 1e5)) yield return (e, At);
        }
    }

    private static Scope Shifted(Scope at, int along, double by) => at with { Args = [.. at.Args.Select((x, i) => i == along ? x + by : x)] };

    private static IEnumerable<Expr> Nodes(Expr e) => e.Parts.SelectMany(Nodes).Prepend(e);

    private static void Close(double expected, Expr actual, Scope at, string because)
    {
        var value = Evaluation.Of(actual, at).Real;
        Assert.True(Math.Abs(value - expected) <= 1e-10 * Math.Max(1, Math.Abs(expected)), $"{value:R} is not {expected:R}: {because}");
    }
}
