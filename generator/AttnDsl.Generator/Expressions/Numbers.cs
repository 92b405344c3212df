using System;

namespace AttnDsl.Generator.Expressions;

/// <summary>What the simplifier knows of numbers.</summary>
internal static class Numbers
{
    /// <summary>A function of a constant; null where it has no finite value.</summary>
    public static double? Fold(UnaryOp op, double x)
    {
        var value = op switch
        {
            UnaryOp.Exp or UnaryOp.Weight => Math.Exp(x),
            UnaryOp.Expm1 => x == 0 ? 0 : double.NaN,
            UnaryOp.Log => Math.Log(x),
            UnaryOp.Log1p => x == 0 ? 0 : double.NaN,
            UnaryOp.Tanh => Math.Tanh(x),
            UnaryOp.Sigmoid => 1 / (1 + Math.Exp(-x)),
            UnaryOp.Softplus => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))),
            UnaryOp.Sqrt => Math.Sqrt(x),
            UnaryOp.Abs => Math.Abs(x),
            UnaryOp.Sin => Math.Sin(x),
            UnaryOp.Cos => Math.Cos(x),
            UnaryOp.Floor => Math.Floor(x),
            _ => double.NaN,
        };
        return double.IsNaN(value) || double.IsInfinity(value) ? null : value;
    }

    /// <summary>Whether an expression has whole numbers only: positions, and what is made of them.</summary>
    public static bool IsWhole(Expr e) => e switch
    {
        Const c => IsWhole(c.Value),
        Position or RunTimeValue or Channel or Unary { Op: UnaryOp.Floor } => true,
        Unary { Op: UnaryOp.Neg or UnaryOp.Abs } u => IsWhole(u.X),
        Binary { Op: not BinaryOp.Div } b => IsWhole(b.A) && IsWhole(b.B),
        Select s => IsWhole(s.Then) && IsWhole(s.Otherwise),
        _ => false,
    };

    /// <summary>Whether a quotient must stay one: of whole numbers, so that it is exact where it should be, unless the reciprocal is exact too.</summary>
    public static bool NeedsQuotient(Expr x, double divisor) => divisor > 0 && IsWhole(divisor) && !IsPowerOfTwo(divisor) && IsWhole(x);

    /// <summary>n where x is 1/n exactly.</summary>
    public static double? WholeReciprocal(double x) => x is > 0 and <= 1 && IsWhole(1 / x) && IsPowerOfTwo(1 / x) ? 1 / x : null;

    private static bool IsWhole(double x) => x == Math.Floor(x) && !double.IsInfinity(x);

    private static bool IsPowerOfTwo(double x) => ((long)x & ((long)x - 1)) == 0;
}
