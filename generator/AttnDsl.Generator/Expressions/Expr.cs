using System;
using System.Collections.Generic;

namespace AttnDsl.Generator.Expressions;

internal enum UnaryOp { Neg, Exp, Expm1, Log, Log1p, Tanh, Sigmoid, Softplus, Sqrt, Abs, Sin, Cos, Floor }

internal enum BinaryOp { Add, Sub, Mul, Div, Min, Max }

internal enum Comparison { Less, LessOrEqual }

/// <summary>
/// Where an element stands: its row or column along time (a token's index), or the head it belongs to. Kernels count rows and columns from
/// a block's first key, the origin, so that they stay small; the origin is added where a position itself matters and not a difference.
/// </summary>
/// <remarks>Rows and columns that are channels have a number and no position.</remarks>
internal enum Place { Row, Col, Head, Origin, RowNumber, ColNumber }

/// <summary>
/// A scalar expression over the arguments of a map. Immutable, compared by content, built only through <see cref="Ex"/>,
/// which simplifies.
/// </summary>
internal abstract record Expr
{
    public static implicit operator Expr(double value) => new Const(value);

    public static Expr operator -(Expr x) => Ex.Unary(UnaryOp.Neg, x);

    public static Expr operator +(Expr a, Expr b) => Ex.Binary(BinaryOp.Add, a, b);

    public static Expr operator -(Expr a, Expr b) => Ex.Binary(BinaryOp.Sub, a, b);

    public static Expr operator *(Expr a, Expr b) => Ex.Binary(BinaryOp.Mul, a, b);

    public static Expr operator /(Expr a, Expr b) => Ex.Binary(BinaryOp.Div, a, b);

    public abstract IEnumerable<Expr> Parts { get; }

    /// <summary>Rebuilt, through the simplifier, from rewritten parts.</summary>
    protected abstract Expr With(Func<Expr, Expr> parts);

    /// <summary>The rule's answer where it has one, else this expression with its parts rewritten.</summary>
    public Expr Rewrite(Func<Expr, Expr?> rule) => rule(this) ?? With(p => p.Rewrite(rule));

    public Expr Substitute(Func<int, Expr> args) => Rewrite(e => e is Arg a ? args(a.Index) : null);

    public bool Any(Func<Expr, bool> test)
    {
        if (test(this)) return true;
        foreach (var part in Parts)
            if (part.Any(test)) return true;
        return false;
    }

    public bool Uses(int arg) => Any(e => e is Arg a && a.Index == arg);

    public bool IsConst(double value) => this is Const c && c.Value == value;
}

internal sealed record Const(double Value) : Expr
{
    public override IEnumerable<Expr> Parts => [];

    protected override Expr With(Func<Expr, Expr> parts) => this;
}

internal sealed record Arg(int Index) : Expr
{
    public override IEnumerable<Expr> Parts => [];

    protected override Expr With(Func<Expr, Expr> parts) => this;
}

/// <summary>What masks, slopes, running counts and per-head constants are made of.</summary>
internal sealed record Position(Place Place) : Expr
{
    public override IEnumerable<Expr> Parts => [];

    protected override Expr With(Func<Expr, Expr> parts) => this;
}

/// <summary>A whole number that is known at run time: a window, the number of heads, how far rows of a cache lie before their positions.</summary>
internal sealed record RunTimeValue(string Name) : Expr
{
    public const string Window = "window", HeadCount = "headCount", SinkGap = "sinkGap";

    public override IEnumerable<Expr> Parts => [];

    protected override Expr With(Func<Expr, Expr> parts) => this;
}

internal sealed record Unary(UnaryOp Op, Expr X) : Expr
{
    public override IEnumerable<Expr> Parts => [X];

    protected override Expr With(Func<Expr, Expr> parts) => Ex.Unary(Op, parts(X));
}

internal sealed record Binary(BinaryOp Op, Expr A, Expr B) : Expr
{
    public override IEnumerable<Expr> Parts => [A, B];

    protected override Expr With(Func<Expr, Expr> parts) => Ex.Binary(Op, parts(A), parts(B));
}

/// <summary><c>A &lt; B ? Then : Otherwise</c>; the branch not taken never contaminates.</summary>
internal sealed record Select(Comparison Test, Expr A, Expr B, Expr Then, Expr Otherwise) : Expr
{
    /// <summary>The constant position with which one is compared; kernels count both from a block.</summary>
    public double? FixedPosition => A is Position { Place: Place.Row or Place.Col } && B is Const c ? c.Value : null;

    public override IEnumerable<Expr> Parts => [A, B, Then, Otherwise];

    protected override Expr With(Func<Expr, Expr> parts) => Ex.Select(Test, parts(A), parts(B), parts(Then), parts(Otherwise));
}
