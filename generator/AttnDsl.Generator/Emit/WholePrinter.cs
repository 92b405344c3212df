using System;
using System.Collections.Generic;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Emit;

/// <summary>Conditions on whole numbers as C#.</summary>
/// <param name="args">What arguments are called.</param>
internal sealed class WholePrinter(IReadOnlyList<string> args)
{
    public string Condition(Expr e) => Condition(e, 0);

    private string Condition(Expr e, int outer)
    {
        if (e is not Select s) return e.IsConst(0) ? "false" : "true";
        var (text, level) = (s.Then, s.Otherwise) switch
        {
            (Const { Value: 1 }, Const { Value: 0 }) => (Compared(s, true), 9),
            (Const { Value: 0 }, Const { Value: 1 }) => (Compared(s, false), 9),
            (_, Const { Value: 0 }) => ($"{Compared(s, true)} && {Condition(s.Then, 2)}", 2),
            (Const { Value: 0 }, _) => ($"{Compared(s, false)} && {Condition(s.Otherwise, 2)}", 2),
            (Const { Value: 1 }, _) => ($"{Compared(s, true)} || {Condition(s.Otherwise, 1)}", 1),
            (_, Const { Value: 1 }) => ($"{Compared(s, false)} || {Condition(s.Then, 1)}", 1),
            _ => ($"({Compared(s, true)} ? {Condition(s.Then, 0)} : {Condition(s.Otherwise, 0)})", 9),
        };
        return level < outer ? $"({text})" : text;
    }

    private string Compared(Select s, bool holds) => $"{Value(s.A, 4)} {(s.Test == Comparison.Less ? holds ? "<" : ">=" : holds ? "<=" : ">")} {Value(s.B, 4)}";

    private string Value(Expr e, int outer)
    {
        var (text, level) = e switch
        {
            Const c => (Literals.Integer((long)c.Value), c.Value < 0 ? 7 : 9),
            Arg a => (args[a.Index], 9),
            Position => ("head", 9),
            Unary { Op: UnaryOp.Neg } u => ("-" + Value(u.X, 8), 7),
            Unary { Op: UnaryOp.Floor, X: Binary { Op: BinaryOp.Div, A: var x, B: Const n } } => ($"Whole.Quotient({Value(x, 0)}, {Literals.Integer((long)n.Value)})", 9),
            Binary { Op: BinaryOp.Add } b => ($"{Value(b.A, 4)} + {Value(b.B, 4)}", 4),
            Binary { Op: BinaryOp.Sub } b => ($"{Value(b.A, 4)} - {Value(b.B, 5)}", 4),
            Binary { Op: BinaryOp.Mul } b => ($"{Value(b.A, 5)} * {Value(b.B, 5)}", 5),
            Binary { Op: BinaryOp.Min or BinaryOp.Max } b => ($"Math.{b.Op}({Value(b.A, 0)}, {Value(b.B, 0)})", 9),
            _ => throw new NotSupportedException(e.GetType().Name),
        };
        return level < outer ? $"({text})" : text;
    }
}
