using System;
using System.Collections.Generic;

namespace AttnDsl.Generator.Expressions;

// What a user's map of vectors is made of beside scalar expressions; the lowering turns it into tiles.

/// <summary>The feature that is computed, or inside a <see cref="Total"/> the channel that it runs over.</summary>
internal sealed record Channel(bool IsSummed) : Expr
{
    public override IEnumerable<Expr> Parts => [];

    protected override Expr With(Func<Expr, Expr> parts) => this;
}

/// <summary>A span of numbers: the channels of a token, which has no name, or what is learned.</summary>
internal sealed record Vector(string Name, int Length) : Expr
{
    public override IEnumerable<Expr> Parts => [];

    protected override Expr With(Func<Expr, Expr> parts) => this;
}

/// <summary>One number of a span.</summary>
internal sealed record Element(Vector Of, Expr Index) : Expr
{
    public override IEnumerable<Expr> Parts => [Index];

    protected override Expr With(Func<Expr, Expr> parts) => this with { Index = parts(Index) };
}

/// <summary>The sum or the maximum of an expression over channels.</summary>
/// <param name="From">The first channel.</param>
/// <param name="To">The one behind the last.</param>
internal sealed record Total(bool IsMaximum, Expr Body, int From, int To) : Expr
{
    public override IEnumerable<Expr> Parts => [Body];

    protected override Expr With(Func<Expr, Expr> parts) => this with { Body = parts(Body) };
}

/// <summary>Questions about expressions of vectors.</summary>
internal static class Vectors
{
    public static readonly Expr Feature = new Channel(IsSummed: false), Summed = new Channel(IsSummed: true);

    /// <summary>Whether an expression differs from feature to feature.</summary>
    public static bool UsesFeature(this Expr e) => e.Any(x => x == Feature);

    /// <summary>Whether it differs from channel to channel of the sum it stands in.</summary>
    public static bool UsesSummed(this Expr e)
    {
        if (e is Total) return false;
        if (e == Summed) return true;
        foreach (var part in e.Parts)
            if (part.UsesSummed()) return true;
        return false;
    }

    /// <summary>An expression for one feature.</summary>
    public static Expr ForFeature(this Expr e, int feature) => e.Rewrite(x => x == Feature ? feature : null);

    /// <summary>An expression for one channel of the sum it stands in.</summary>
    public static Expr ForChannel(this Expr e, int channel) => e.Rewrite(x => x is Total ? x : x == Summed ? channel : null);

    /// <summary>The elements of an expression outside its sums.</summary>
    public static IEnumerable<Element> Elements(Expr e)
    {
        if (e is Total) yield break;
        if (e is Element element) yield return element;
        foreach (var part in e.Parts)
            foreach (var inner in Elements(part)) yield return inner;
    }

    /// <summary>The sums of an expression that stand in no other.</summary>
    public static IEnumerable<Total> Totals(Expr e)
    {
        if (e is Total total)
        {
            yield return total;
            yield break;
        }

        foreach (var part in e.Parts)
            foreach (var inner in Totals(part)) yield return inner;
    }
}
