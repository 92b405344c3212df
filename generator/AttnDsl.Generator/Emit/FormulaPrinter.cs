using System;
using System.Collections.Generic;
using System.Globalization;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Model;

namespace AttnDsl.Generator.Emit;

/// <summary>An expression as a formula, for comments and dumps.</summary>
internal static class FormulaPrinter
{
    public static string Print(Expr e, IReadOnlyList<string> args) => Print(e, args, 0);

    /// <summary>A user's function of x, its learned parameters by their names.</summary>
    public static string Formula(this FunctionDeclaration f, string x) => f.Body is { } body ? Print(body, [x, .. f.Learned]) : f.Name;

    /// <summary>A condition that is made of choices between 1 and 0.</summary>
    public static string Condition(Expr e, IReadOnlyList<string>? args = null) => Condition(e, args ?? [], 0);

    private static string Condition(Expr e, IReadOnlyList<string> args, int outer)
    {
        if (e is not Select s) return e.IsConst(1) ? "every pair" : "no pair";
        string Compared(bool holds) => holds == (s.Test == Comparison.Less) ? Pair(holds, "<") : Pair(holds, "≤");
        string Pair(bool holds, string sign) => holds ? $"{Print(s.A, args, 4)} {sign} {Print(s.B, args, 4)}" : $"{Print(s.B, args, 4)} {sign} {Print(s.A, args, 4)}";
        var (text, level) = (s.Then, s.Otherwise) switch
        {
            (Const { Value: 1 }, Const { Value: 0 }) => (Compared(true), 9),
            (Const { Value: 0 }, Const { Value: 1 }) => (Compared(false), 9),
            (_, Const { Value: 0 }) => ($"{Compared(true)} and {Condition(s.Then, args, 2)}", 2),
            (Const { Value: 0 }, _) => ($"{Compared(false)} and {Condition(s.Otherwise, args, 2)}", 2),
            (Const { Value: 1 }, _) => ($"{Compared(true)} or {Condition(s.Otherwise, args, 1)}", 1),
            (_, Const { Value: 1 }) => ($"{Compared(false)} or {Condition(s.Then, args, 1)}", 1),
            _ => ($"({Compared(true)} ? {Condition(s.Then, args, 2)} : {Condition(s.Otherwise, args, 2)})", 9),
        };
        return level < outer ? $"({text})" : text;
    }

    private static string Indexed(string name, string index) => index.Contains(" ") ? $"{name}_({index})" : $"{name}_{index}";

    private static string Print(Expr e, IReadOnlyList<string> args, int outer)
    {
        string P(Expr x, int level) => Print(x, args, level);
        var (text, level) = e switch
        {
            Const c => (Math.Abs(c.Value) < 1e15 ? Literals.Number(c.Value) : c.Value.ToString("0e0", CultureInfo.InvariantCulture), c.Value < 0 ? 5 : 9),
            Arg a => (args[a.Index], 9),
            Position p => (p.Place switch { Place.Row => "i", Place.Col => "j", Place.Origin => "o", Place.RowNumber => "r", Place.ColNumber => "c", _ => "h" }, 9),
            Binary { Op: BinaryOp.Add, A: Position p, B: Position { Place: Place.Origin } } => (p.Place == Place.Row ? "i" : "j", 9),
            Unary { Op: UnaryOp.Floor } u => ($"⌊{P(u.X, 0)}⌋", 9),
            RunTimeValue r => (r.Name, 9),
            Channel c => (c.IsSummed ? "c" : "d", 9),
            Element { Of.Name: var name, Index: var index } => (Indexed(name.Length == 0 ? args[0] : name, P(index, 0)), 9),
            Total t => ($"{(t.IsMaximum ? "max" : "Σ")}_c {P(t.Body, 5)}", 5),
            Unary { Op: UnaryOp.Neg } u => ("-" + P(u.X, 7), 5),
            Unary { Op: UnaryOp.Abs } u => ($"|{P(u.X, 0)}|", 9),
            Unary { Op: UnaryOp.Weight } u => ($"exp({P(u.X, 0)})", 9),
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
