using System;
using System.Collections.Generic;
using System.Globalization;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Emit;

/// <summary>An expression as a formula, for comments and dumps.</summary>
internal static class FormulaPrinter
{
    public static string Print(Expr e, IReadOnlyList<string> args) => Print(e, args, 0);

    private static string Print(Expr e, IReadOnlyList<string> args, int outer)
    {
        string P(Expr x, int level) => Print(x, args, level);
        var (text, level) = e switch
        {
            Const c => (Math.Abs(c.Value) < 1e15 ? Literals.Number(c.Value) : c.Value.ToString("0e0", CultureInfo.InvariantCulture), c.Value < 0 ? 5 : 9),
            Arg a => (args[a.Index], 9),
            Position p => (p.Place switch { Place.Row => "i", Place.Col => "j", _ => "h" }, 9),
            RunTimeValue r => (r.Name, 9),
            Unary { Op: UnaryOp.Neg } u => ("-" + P(u.X, 7), 5),
            Unary { Op: UnaryOp.Abs } u => ($"|{P(u.X, 0)}|", 9),
            Unary u => ($"{u.Op.ToString().ToLowerInvariant()}({P(u.X, 0)})", 9),
            Binary { Op: BinaryOp.Add } b => ($"{P(b.A, 4)} + {P(b.B, 5)}", 4),
            Binary { Op: BinaryOp.Sub } b => ($"{P(b.A, 4)} - {P(b.B, 5)}", 4),
            Binary { Op: BinaryOp.Mul } b => ($"{P(b.A, 5)} * {P(b.B, 5)}", 5),
            Binary { Op: BinaryOp.Div } b => ($"{P(b.A, 5)} / {P(b.B, 6)}", 5),
            Binary b => ($"{b.Op.ToString().ToLowerInvariant()}({P(b.A, 0)}, {P(b.B, 0)})", 9),
            Select s => ($"{P(s.A, 4)} {(s.Test == Comparison.Less ? "<" : "<=")} {P(s.B, 4)} ? {P(s.Then, 2)} : {P(s.Otherwise, 1)}", 1),
            _ => throw new NotSupportedException(e.GetType().Name),
        };
        return level < outer ? $"({text})" : text;
    }
}
