using System;
using System.Collections.Generic;
using System.Numerics;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Tests.Interpretation;

/// <summary>What an expression reads where it is evaluated.</summary>
/// <param name="Args">Its arguments.</param>
/// <param name="Row">Position of the row; null where rows are not tokens.</param>
/// <param name="Col">Position of the column; null where columns are neither tokens nor levels.</param>
/// <param name="Head">The head.</param>
/// <param name="RunTimeValues">What the caller chose.</param>
internal sealed record Scope(IReadOnlyList<Complex> Args, int? Row, int? Col, int Head, IReadOnlyDictionary<string, int> RunTimeValues)
{
    /// <summary>Which row and column of its tile it is.</summary>
    public (int Row, int Col) Number { get; init; }
}

/// <summary>
/// Values of expressions, straight from the definitions of their functions. The numbers are complex so that a tiny imaginary step comes out
/// as a slope without cancellation; the real part is float64 arithmetic, and choices go by it.
/// </summary>
internal static class Evaluation
{
    public static Complex Of(Expr e, Scope at) => e switch
    {
        Const c => c.Value,
        Arg a => at.Args[a.Index],
        Position p => Where(p.Place, at),
        RunTimeValue v => at.RunTimeValues[v.Name],
        Unary u => Of(u.Op, Of(u.X, at)),
        Binary b => Of(b.Op, Of(b.A, at), Of(b.B, at)),
        Select s => Of(Holds(s.Test, Of(s.A, at).Real, Of(s.B, at).Real) ? s.Then : s.Otherwise, at),
        _ => throw new NotSupportedException($"the interpreter does not know {e.GetType().Name}"),
    };

    private static int Where(Place place, Scope at) => place switch
    {
        Place.Head => at.Head,
        Place.RowNumber => at.Number.Row,
        Place.ColNumber => at.Number.Col,
        // Rows and columns are counted from the start of the sequence here.
        Place.Origin => 0,
        Place.Row => at.Row ?? throw new InvalidOperationException("the rows of this map have no position"),
        Place.Col => at.Col ?? throw new InvalidOperationException("the columns of this map have no position"),
        _ => throw new NotSupportedException(place.ToString()),
    };

    private static Complex Of(UnaryOp op, Complex x) => op switch
    {
        UnaryOp.Neg => -x,
        UnaryOp.Exp or UnaryOp.Weight => Complex.Exp(x),
        UnaryOp.Expm1 => Complex.Exp(x) - 1,
        UnaryOp.Log => Log(x),
        UnaryOp.Log1p => Log(1 + x),
        UnaryOp.Tanh => Complex.Tanh(x),
        // Both ways of writing them, so that no exponential overflows.
        UnaryOp.Sigmoid => x.Real < 0 ? Complex.Exp(x) / (1 + Complex.Exp(x)) : 1 / (1 + Complex.Exp(-x)),
        UnaryOp.Softplus => x.Real < 0 ? Log(1 + Complex.Exp(x)) : x + Log(1 + Complex.Exp(-x)),
        UnaryOp.Sqrt => x.Real < 0 ? double.NaN : Complex.Sqrt(x),
        UnaryOp.Abs => x.Real < 0 ? -x : x,
        UnaryOp.Sin => Complex.Sin(x),
        UnaryOp.Cos => Complex.Cos(x),
        UnaryOp.Floor => Math.Floor(x.Real),
        _ => throw new NotSupportedException(op.ToString()),
    };

    private static Complex Of(BinaryOp op, Complex a, Complex b) => op switch
    {
        BinaryOp.Add => a + b,
        BinaryOp.Sub => a - b,
        BinaryOp.Mul => a * b,
        BinaryOp.Div => a / b,
        BinaryOp.Min => b.Real < a.Real ? b : a,
        BinaryOp.Max => b.Real > a.Real ? b : a,
        _ => throw new NotSupportedException(op.ToString()),
    };

    private static bool Holds(Comparison test, double a, double b) => test switch
    {
        Comparison.Less => a < b,
        Comparison.LessOrEqual => a <= b,
        _ => throw new NotSupportedException(test.ToString()),
    };

    private static Complex Log(Complex x) => x.Real < 0 ? double.NaN : Complex.Log(x);
}
