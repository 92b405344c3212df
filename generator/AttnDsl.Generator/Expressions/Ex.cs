using System;

namespace AttnDsl.Generator.Expressions;

/// <summary>Builds expressions; the only place where they are simplified.</summary>
internal static class Ex
{
    /// <summary>Stands in for −∞ where a running maximum starts: finite, so that differences of it stay numbers.</summary>
    public const double NoScore = -1e30;

    public static readonly Expr Row = new Position(Place.Row), Col = new Position(Place.Col), Head = new Position(Place.Head), Origin = new Position(Place.Origin);

    /// <summary>Which channel a row or a column is.</summary>
    public static readonly Expr RowNumber = new Position(Place.RowNumber), ColNumber = new Position(Place.ColNumber);

    /// <summary>Positions in the sequence of a score's query and key, where queries lie down the rows.</summary>
    public static readonly Expr Query = Row + Origin, Key = Col + Origin;

    public static Expr Exp(Expr x) => Unary(UnaryOp.Exp, x);

    /// <summary>e^x of a score x ≤ 0 relative to the greatest: to fewer digits and in half the time, for what is a factor once.</summary>
    public static Expr Weight(Expr x) => Unary(UnaryOp.Weight, x);

    public static Expr Expm1(Expr x) => Unary(UnaryOp.Expm1, x);

    public static Expr Log(Expr x) => Unary(UnaryOp.Log, x);

    public static Expr Log1p(Expr x) => Unary(UnaryOp.Log1p, x);

    public static Expr Sin(Expr x) => Unary(UnaryOp.Sin, x);

    public static Expr Cos(Expr x) => Unary(UnaryOp.Cos, x);

    public static Expr Tanh(Expr x) => Unary(UnaryOp.Tanh, x);

    public static Expr Sigmoid(Expr x) => Unary(UnaryOp.Sigmoid, x);

    public static Expr Softplus(Expr x) => Unary(UnaryOp.Softplus, x);

    public static Expr LogSigmoid(Expr x) => -Unary(UnaryOp.Softplus, -x);

    public static Expr Abs(Expr x) => Unary(UnaryOp.Abs, x);

    public static Expr Floor(Expr x) => Unary(UnaryOp.Floor, x);

    /// <summary>⌊x / n⌋ of a whole number: exact below 2^24, because the quotient is rounded correctly.</summary>
    public static Expr Quotient(Expr x, int n) => Floor(x / n);

    public static Expr Max(Expr a, Expr b) => Binary(BinaryOp.Max, a, b);

    public static Expr Min(Expr a, Expr b) => Binary(BinaryOp.Min, a, b);

    /// <summary>What a causal tile of queries (rows) by keys (columns) is wrapped in.</summary>
    public static Expr Causal(Expr x, double hidden = 0) => Select(Comparison.LessOrEqual, Col, Row, x, hidden);

    public static Expr StrictlyCausal(Expr x) => Select(Comparison.Less, Col, Row, x, 0);

    public static Expr Unary(UnaryOp op, Expr x) => (op, x) switch
    {
        (UnaryOp.Neg, Const c) => -c.Value,
        (_, Const c) when Numbers.Fold(op, c.Value) is { } value => value,
        (UnaryOp.Neg, Unary { Op: UnaryOp.Neg } n) => n.X,
        (UnaryOp.Neg, Binary { Op: BinaryOp.Sub } s) => s.B - s.A,
        (UnaryOp.Log, Unary { Op: UnaryOp.Exp } e) => e.X,
        // What people write for it overflows, in itself or in its derivative.
        (UnaryOp.Log, _) when OnePlusExp(x) is { } y => Unary(UnaryOp.Softplus, y),
        (UnaryOp.Log, Unary { Op: UnaryOp.Sigmoid } s) => LogSigmoid(s.X),
        (UnaryOp.Floor, _) when Numbers.IsWhole(x) => x,
        (UnaryOp.Abs, Unary { Op: UnaryOp.Exp or UnaryOp.Weight or UnaryOp.Abs or UnaryOp.Sigmoid or UnaryOp.Softplus }) => x,
        _ => new Unary(op, x),
    };

    public static Expr Binary(BinaryOp op, Expr a, Expr b) => (op, a, b) switch
    {
        (_, Const x, Const y) => Fold(op, x.Value, y.Value),
        (BinaryOp.Add, _, _) when a.IsConst(0) => b,
        (BinaryOp.Add or BinaryOp.Sub, _, _) when b.IsConst(0) => a,
        (BinaryOp.Add, _, Unary { Op: UnaryOp.Neg } n) => a - n.X,
        (BinaryOp.Add, Unary { Op: UnaryOp.Neg } n, _) => b - n.X,
        (BinaryOp.Sub, _, Unary { Op: UnaryOp.Neg } n) => a + n.X,
        (BinaryOp.Sub, _, _) when a == b => 0,
        (BinaryOp.Sub, _, _) when a.IsConst(0) => -b,
        (BinaryOp.Mul, _, _) when a.IsConst(0) || b.IsConst(0) => 0,
        (BinaryOp.Mul, _, _) when a.IsConst(1) => b,
        (BinaryOp.Mul or BinaryOp.Div, _, _) when b.IsConst(1) => a,
        (BinaryOp.Mul, _, _) when a.IsConst(-1) => -b,
        (BinaryOp.Mul, _, Const) => b * a,
        (BinaryOp.Mul, Const x, Binary { Op: BinaryOp.Mul, A: Const y } m) => (x.Value * y.Value) * m.B,
        (BinaryOp.Mul, Unary { Op: UnaryOp.Neg } n, _) => -(n.X * b),
        (BinaryOp.Mul, _, Unary { Op: UnaryOp.Neg } n) => -(a * n.X),
        (BinaryOp.Mul, Binary { Op: BinaryOp.Div } d, _) when d.A.IsConst(1) => b / d.B,
        (BinaryOp.Mul, _, Binary { Op: BinaryOp.Div } d) when d.A.IsConst(1) => a / d.B,
        // A masked factor masks the product: keeps 0 · ∞ out of what is not chosen.
        (BinaryOp.Mul, Select s, _) when IsMask(s) => Select(s.Test, s.A, s.B, s.Then * b, s.Otherwise * b),
        (BinaryOp.Mul, _, Select s) when IsMask(s) => Select(s.Test, s.A, s.B, a * s.Then, a * s.Otherwise),
        (BinaryOp.Div, _, _) when a.IsConst(0) => 0,
        (BinaryOp.Div, _, Const c) when !Numbers.NeedsQuotient(a, c.Value) => (1 / c.Value) * a,
        (BinaryOp.Div, Const { Value: 1 }, _) when OnePlusExp(b) is { } x => Sigmoid(-x),
        (BinaryOp.Div, Unary { Op: UnaryOp.Neg } n, _) => -(n.X / b),
        (BinaryOp.Min or BinaryOp.Max, _, _) when a == b => a,
        _ => new Binary(op, a, b),
    };

    public static Expr Select(Comparison test, Expr a, Expr b, Expr then, Expr otherwise) => (a, b) switch
    {
        _ when then == otherwise => then,
        _ when a == b => test == Comparison.LessOrEqual ? then : otherwise,
        (Const x, Const y) => (test == Comparison.Less ? x.Value < y.Value : x.Value <= y.Value) ? then : otherwise,
        _ => new Select(test, a, b, then, otherwise),
    };

    private static double Fold(BinaryOp op, double a, double b) => op switch
    {
        BinaryOp.Add => a + b,
        BinaryOp.Sub => a - b,
        BinaryOp.Mul => a * b,
        BinaryOp.Div => a / b,
        BinaryOp.Min => Math.Min(a, b),
        _ => Math.Max(a, b),
    };

    /// <summary>x of 1 + e^x.</summary>
    private static Expr? OnePlusExp(Expr e) => e switch
    {
        Binary { Op: BinaryOp.Add, A: Const { Value: 1 }, B: Unary { Op: UnaryOp.Exp } exp } => exp.X,
        Binary { Op: BinaryOp.Add, B: Const { Value: 1 }, A: Unary { Op: UnaryOp.Exp } exp } => exp.X,
        _ => null,
    };

    private static bool IsMask(Select s) => s.Then.IsConst(0) || s.Otherwise.IsConst(0);
}
