using System;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>
/// Random expressions of every node, as they are written: nothing simplified. Arguments of logarithms, roots and quotients are kept in
/// range; a constant is often 0, 1 or −1, which the simplifier knows.
/// </summary>
internal sealed class ExpressionGrowth(Random random, int args)
{
    private static readonly double[] s_constants = [0, 1, -1, 0, 1, 0.5, 2, -3];
    private static readonly UnaryOp[] s_unary = Enum.GetValues<UnaryOp>();
    private static readonly BinaryOp[] s_binary = Enum.GetValues<BinaryOp>();

    public Expr Grow(int depth) => depth == 0 ? Leaf() : random.Next(10) switch
    {
        0 => Leaf(),
        < 4 => Unary(s_unary[random.Next(s_unary.Length)], depth - 1),
        < 9 => Binary(s_binary[random.Next(s_binary.Length)], depth - 1),
        _ => new Select((Comparison)random.Next(2), Grow(depth - 1), Grow(depth - 1), Grow(depth - 1), Grow(depth - 1)),
    };

    private Expr Leaf() => random.Next(8) switch
    {
        < 5 when args > 0 => new Arg(random.Next(args)),
        6 => new Position((Place)random.Next(6)),
        7 => new RunTimeValue("window"),
        _ => new Const(s_constants[random.Next(s_constants.Length)]),
    };

    private Expr Unary(UnaryOp op, int depth)
    {
        var x = Grow(depth);
        return new Unary(op, op switch
        {
            UnaryOp.Exp or UnaryOp.Weight or UnaryOp.Expm1 => random.Next(2) == 0 ? new Binary(BinaryOp.Min, x, new Const(2)) : new Unary(UnaryOp.Sin, x),
            UnaryOp.Log => random.Next(3) == 0 ? new Unary(UnaryOp.Exp, new Unary(UnaryOp.Sin, x)) : AwayFromZero(x),
            UnaryOp.Log1p => new Unary(UnaryOp.Abs, x),
            UnaryOp.Sqrt => AwayFromZero(x),
            _ => x,
        });
    }

    private Expr Binary(BinaryOp op, int depth)
    {
        var (a, b) = (Grow(depth), random.Next(8) == 0 ? Leaf() : Grow(depth));
        return new Binary(op, a, op == BinaryOp.Div ? random.Next(4) == 0 ? new Const(4) : AwayFromZero(b) : b);
    }

    private static Expr AwayFromZero(Expr x) => new Binary(BinaryOp.Add, new Unary(UnaryOp.Abs, x), new Const(0.5));
}
