using System.Collections.Generic;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>The members of <c>System.MathF</c>, and those of <c>float</c> and <c>int</c> with the same names, that have a translation.</summary>
internal static class MathCalls
{
    /// <summary>What there is, for messages.</summary>
    public const string Known = "Abs, Ceiling, Clamp, Cos, Exp, Floor, FusedMultiplyAdd, Log, Log2, Log10, Max, Min, Pow with a whole exponent, Sin, Sqrt, Tanh, Truncate, and float.ExpM1 and float.LogP1";

    /// <summary>The expression of a call, or null for a member without one.</summary>
    public static Expr? Translate(string name, IReadOnlyList<Expr> x) => (name, x.Count) switch
    {
        ("Abs", 1) => Ex.Abs(x[0]),
        ("Exp", 1) => Ex.Exp(x[0]),
        ("ExpM1", 1) => Ex.Unary(UnaryOp.Expm1, x[0]),
        ("Log", 1) => Ex.Log(x[0]),
        ("LogP1", 1) => Ex.Log1p(x[0]),
        ("Log2", 1) => Ex.Log(x[0]) / System.Math.Log(2),
        ("Log10", 1) => Ex.Log(x[0]) / System.Math.Log(10),
        ("Tanh", 1) => Ex.Unary(UnaryOp.Tanh, x[0]),
        ("Sqrt", 1) => Ex.Unary(UnaryOp.Sqrt, x[0]),
        ("Sin", 1) => Ex.Unary(UnaryOp.Sin, x[0]),
        ("Cos", 1) => Ex.Unary(UnaryOp.Cos, x[0]),
        ("Floor", 1) => Ex.Floor(x[0]),
        ("Ceiling", 1) => -Ex.Floor(-x[0]),
        ("Truncate", 1) => Ex.Select(Comparison.Less, x[0], 0, -Ex.Floor(-x[0]), Ex.Floor(x[0])),
        ("Max", 2) => Ex.Max(x[0], x[1]),
        ("Min", 2) => Ex.Min(x[0], x[1]),
        ("Clamp", 3) => Ex.Min(Ex.Max(x[0], x[1]), x[2]),
        ("FusedMultiplyAdd", 3) => x[0] * x[1] + x[2],
        ("Pow", 2) when x[1] is Const { Value: >= -16 and <= 16 } n && n.Value == System.Math.Floor(n.Value) => n.Value < 0 ? 1 / Power(x[0], -(int)n.Value) : Power(x[0], (int)n.Value),
        // A base that is a constant is e to something.
        ("Pow", 2) when x[0] is Const { Value: > 0 } b => Ex.Exp(System.Math.Log(b.Value) * x[1]),
        _ => null,
    };

    private static Expr Power(Expr x, int n) => n switch
    {
        0 => 1,
        1 => x,
        _ when n % 2 == 0 => Power(x * x, n / 2),
        _ => x * Power(x, n - 1),
    };
}
