using System;

namespace AttnDsl.Generator.Expressions;

/// <summary>Symbolic derivatives. What repeats the expression itself (exp, sigmoid, division) is written with it, so that a result can stand in.</summary>
internal static class Derivative
{
    public static Expr Of(Expr e, int arg) => e switch
    {
        Arg a => a.Index == arg ? 1 : 0,
        Unary u => Chain(u, Of(u.X, arg)),
        Binary b => Of(b, Of(b.A, arg), Of(b.B, arg)),
        Select s => Ex.Select(s.Test, s.A, s.B, Of(s.Then, arg), Of(s.Otherwise, arg)),
        _ => 0,
    };

    private static Expr Chain(Unary u, Expr dx) => dx.IsConst(0) ? 0 : dx * (u.Op switch
    {
        UnaryOp.Neg => -1,
        UnaryOp.Exp or UnaryOp.Weight => u,
        UnaryOp.Expm1 => u + 1,
        UnaryOp.Log => 1 / u.X,
        UnaryOp.Log1p => 1 / (1 + u.X),
        UnaryOp.Tanh => 1 - (Expr)u * u,
        UnaryOp.Sigmoid => u * Ex.Sigmoid(-u.X),
        UnaryOp.Softplus => Ex.Sigmoid(u.X),
        UnaryOp.Sqrt => 0.5 / (Expr)u,
        UnaryOp.Abs => Ex.Select(Comparison.Less, u.X, 0, -1, 1),
        UnaryOp.Sin => Ex.Unary(UnaryOp.Cos, u.X),
        UnaryOp.Cos => -Ex.Unary(UnaryOp.Sin, u.X),
        UnaryOp.Floor => 0,
        _ => throw new NotSupportedException(u.Op.ToString()),
    });

    private static Expr Of(Binary e, Expr da, Expr db) => e.Op switch
    {
        BinaryOp.Add => da + db,
        BinaryOp.Sub => da - db,
        BinaryOp.Mul => da * e.B + e.A * db,
        BinaryOp.Div => da / e.B - e * db / e.B,
        // At a tie the first operand counts.
        BinaryOp.Min => Ex.Select(Comparison.LessOrEqual, e.A, e.B, da, db),
        _ => Ex.Select(Comparison.Less, e.A, e.B, db, da),
    };
}
