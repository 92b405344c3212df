using System;

namespace AttnDsl.Generator.Expressions;

/// <summary>Between which numbers an expression stays; wider than the truth where that takes more thought, never narrower.</summary>
internal readonly record struct Interval(double Lower, double Upper)
{
    public static readonly Interval Everything = new(double.NegativeInfinity, double.PositiveInfinity);

    /// <param name="leaf">Where arguments, positions and values of the call stay.</param>
    public static Interval Of(Expr e, Func<Expr, Interval> leaf) => e switch
    {
        Const c => new(c.Value, c.Value),
        Unary u => Of(u.Op, Of(u.X, leaf)),
        // A square is not negative, whatever its factors are.
        Binary { Op: BinaryOp.Mul } b when b.A == b.B => Of(UnaryOp.Abs, Of(b.A, leaf)) is var r ? Times(r, r) : default,
        Binary b => Of(b.Op, Of(b.A, leaf), Of(b.B, leaf)),
        Select s => Of(s, leaf),
        Total { IsMaximum: true } t => Of(t.Body, leaf),
        Total t => Times(new(t.To - t.From, t.To - t.From), Of(t.Body, leaf)),
        _ => leaf(e),
    };

    private static Interval Of(Select s, Func<Expr, Interval> leaf)
    {
        var holds = Holds(s.Test, Of(s.A, leaf), Of(s.B, leaf));
        // What is chosen by an argument that is compared with a constant is seen with what the comparison says of it.
        var (then, otherwise) = (Narrowed(s, leaf, holds: true), Narrowed(s, leaf, holds: false));
        return holds switch
        {
            true => Of(s.Then, then),
            false => Of(s.Otherwise, otherwise),
            _ => Union(Of(s.Then, then), Of(s.Otherwise, otherwise)),
        };
    }

    private static Func<Expr, Interval> Narrowed(Select s, Func<Expr, Interval> leaf, bool holds) => (s.A, s.B) switch
    {
        (Arg x, Const c) => e => e == x ? holds ? Cut(leaf(e), upper: c.Value) : Cut(leaf(e), lower: c.Value) : leaf(e),
        (Const c, Arg x) => e => e == x ? holds ? Cut(leaf(e), lower: c.Value) : Cut(leaf(e), upper: c.Value) : leaf(e),
        _ => leaf,
    };

    private static Interval Cut(Interval x, double lower = double.NegativeInfinity, double upper = double.PositiveInfinity) =>
        Math.Max(x.Lower, lower) is var low && Math.Min(x.Upper, upper) is var high && low <= high ? new(low, high) : x;

    private static bool? Holds(Comparison test, Interval a, Interval b) => test == Comparison.Less
        ? a.Upper < b.Lower ? true : a.Lower >= b.Upper ? false : null
        : a.Upper <= b.Lower ? true : a.Lower > b.Upper ? false : null;

    private static Interval Of(UnaryOp op, Interval x) => op switch
    {
        UnaryOp.Neg => new(-x.Upper, -x.Lower),
        UnaryOp.Exp or UnaryOp.Weight => new(Math.Exp(x.Lower), Math.Exp(x.Upper)),
        UnaryOp.Expm1 => new(Math.Exp(x.Lower) - 1, Math.Exp(x.Upper) - 1),
        UnaryOp.Log => new(Math.Log(Math.Max(0, x.Lower)), Math.Log(Math.Max(0, x.Upper))),
        UnaryOp.Log1p => new(Math.Log(Math.Max(0, 1 + x.Lower)), Math.Log(Math.Max(0, 1 + x.Upper))),
        UnaryOp.Tanh => new(Math.Tanh(x.Lower), Math.Tanh(x.Upper)),
        UnaryOp.Sigmoid => new(1 / (1 + Math.Exp(-x.Lower)), 1 / (1 + Math.Exp(-x.Upper))),
        UnaryOp.Softplus => new(Softplus(x.Lower), Softplus(x.Upper)),
        UnaryOp.Sqrt => new(Math.Sqrt(Math.Max(0, x.Lower)), Math.Sqrt(Math.Max(0, x.Upper))),
        UnaryOp.Abs => new(x is { Lower: <= 0, Upper: >= 0 } ? 0 : Math.Min(Math.Abs(x.Lower), Math.Abs(x.Upper)), Math.Max(Math.Abs(x.Lower), Math.Abs(x.Upper))),
        UnaryOp.Floor => new(Math.Floor(x.Lower), Math.Floor(x.Upper)),
        _ => new(-1, 1),
    };

    private static double Softplus(double x) => double.IsPositiveInfinity(x) ? x : Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static Interval Of(BinaryOp op, Interval a, Interval b) => op switch
    {
        BinaryOp.Add => new(a.Lower + b.Lower, a.Upper + b.Upper),
        BinaryOp.Sub => new(a.Lower - b.Upper, a.Upper - b.Lower),
        BinaryOp.Mul => Times(a, b),
        BinaryOp.Div => b is { Lower: <= 0, Upper: >= 0 } ? Quotient(a, b) : Times(a, new(1 / b.Upper, 1 / b.Lower)),
        BinaryOp.Min => new(Math.Min(a.Lower, b.Lower), Math.Min(a.Upper, b.Upper)),
        _ => new(Math.Max(a.Lower, b.Lower), Math.Max(a.Upper, b.Upper)),
    };

    /// <summary>By something that may be 0: of one sign where both are.</summary>
    private static Interval Quotient(Interval a, Interval b) =>
        a.Lower >= 0 && b.Lower >= 0 ? new(0, double.PositiveInfinity) : a.Upper <= 0 && b.Lower >= 0 ? new(double.NegativeInfinity, 0) : Everything;

    private static Interval Times(Interval a, Interval b)
    {
        var (w, x, y, z) = (Times(a.Lower, b.Lower), Times(a.Lower, b.Upper), Times(a.Upper, b.Lower), Times(a.Upper, b.Upper));
        return new(Math.Min(Math.Min(w, x), Math.Min(y, z)), Math.Max(Math.Max(w, x), Math.Max(y, z)));
    }

    /// <summary>A bound of 0 stays 0 beside an infinite one: what is between them is finite.</summary>
    private static double Times(double a, double b) => a == 0 || b == 0 ? 0 : a * b;

    private static Interval Union(Interval a, Interval b) => new(Math.Min(a.Lower, b.Lower), Math.Max(a.Upper, b.Upper));
}
