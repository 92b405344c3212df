using System;

namespace AttnDsl.Generator.Expressions;

/// <summary>
/// Conditions as expressions that are 1 where they hold and 0 where not: choices all the way down, so that to choose by one is to put
/// the two answers in the place of its ends.
/// </summary>
internal static class Conditions
{
    public static readonly Expr Always = 1, Never = 0;

    public static Expr Less(Expr a, Expr b) => Ex.Select(Comparison.Less, a, b, Always, Never);

    public static Expr LessOrEqual(Expr a, Expr b) => Ex.Select(Comparison.LessOrEqual, a, b, Always, Never);

    public static Expr Equal(Expr a, Expr b) => And(LessOrEqual(a, b), LessOrEqual(b, a));

    public static Expr And(Expr a, Expr b) => Choose(a, b, Never);

    public static Expr Or(Expr a, Expr b) => Choose(a, Always, b);

    public static Expr Not(Expr a) => Choose(a, Never, Always);

    /// <summary>The same, where one is often made of the other: what is added to a sum is chosen, not the sum.</summary>
    public static Expr Change(Expr condition, Expr then, Expr otherwise) => then switch
    {
        Binary { Op: BinaryOp.Add or BinaryOp.Sub } b when ReferenceEquals(b.A, otherwise) => Ex.Binary(b.Op, otherwise, Choose(condition, b.B, 0)),
        Binary { Op: BinaryOp.Add } b when ReferenceEquals(b.B, otherwise) => otherwise + Choose(condition, b.A, 0),
        _ => Choose(condition, then, otherwise),
    };

    /// <summary><paramref name="then"/> where the condition holds, else <paramref name="otherwise"/>.</summary>
    public static Expr Choose(Expr condition, Expr then, Expr otherwise) => condition switch
    {
        Const { Value: 1 } => then,
        Const { Value: 0 } => otherwise,
        Select s => Ex.Select(s.Test, s.A, s.B, Choose(s.Then, then, otherwise), Choose(s.Otherwise, then, otherwise)),
        _ => throw new ArgumentException("not a condition", nameof(condition)),
    };
}
