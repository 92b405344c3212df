using System;

namespace AttnDsl.Generator.Expressions;

/// <summary>
/// Positions in the sequence are <c>Row + Origin</c> and <c>Col + Origin</c>. Where only a difference or a comparison of them matters the
/// origin goes: what is left are small numbers, exact in float however long the sequence is.
/// </summary>
internal static class Positions
{
    /// <summary>The expression of a tile in which queries lie across and keys down.</summary>
    public static Expr Transposed(Expr e) => e.Rewrite(x => x switch
    {
        Position { Place: Place.Row } => Ex.Col,
        Position { Place: Place.Col } => Ex.Row,
        _ => null,
    });

    /// <summary>Without the origin wherever it cancels.</summary>
    public static Expr Relative(Expr e) => e switch
    {
        Unary u => Ex.Unary(u.Op, Relative(u.X)),
        Binary b => Cancelled(Ex.Binary(b.Op, Relative(b.A), Relative(b.B))),
        Select s => Compared(s.Test, Relative(s.A), Relative(s.B), Relative(s.Then), Relative(s.Otherwise)),
        _ => e,
    };

    private static Expr Cancelled(Expr e) => Origins(e) is 0 && Without(e) is var without ? without : e;

    private static Expr Compared(Comparison test, Expr a, Expr b, Expr then, Expr otherwise) =>
        Origins(a) is { } n && n != 0 && Origins(b) == n ? Ex.Select(test, Without(a), Without(b), then, otherwise) : Ex.Select(test, a, b, then, otherwise);

    /// <summary>How often the origin is in a sum; null where it is in something that is no sum.</summary>
    private static double? Origins(Expr e) => e switch
    {
        Position p => p.Place == Place.Origin ? 1 : 0,
        Unary { Op: UnaryOp.Neg } u => -Origins(u.X),
        Binary { Op: BinaryOp.Add } b => Origins(b.A) + Origins(b.B),
        Binary { Op: BinaryOp.Sub } b => Origins(b.A) - Origins(b.B),
        Binary { Op: BinaryOp.Mul, A: Const c } b => c.Value * Origins(b.B),
        Binary { Op: BinaryOp.Min or BinaryOp.Max } b => Origins(b.A) == Origins(b.B) ? Origins(b.A) : null,
        _ => e.Any(x => x is Position { Place: Place.Origin }) ? null : 0,
    };

    private static Expr Without(Expr e) => e switch
    {
        Position { Place: Place.Origin } => 0,
        Unary { Op: UnaryOp.Neg } u => -Without(u.X),
        Binary { Op: BinaryOp.Add or BinaryOp.Sub or BinaryOp.Min or BinaryOp.Max } b => Ex.Binary(b.Op, Without(b.A), Without(b.B)),
        Binary { Op: BinaryOp.Mul, A: Const } b => b.A * Without(b.B),
        _ => e,
    };
}
