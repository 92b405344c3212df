using System;
using System.Collections.Generic;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>An expression as scalar C# for a kernel. A part that occurs twice becomes a local first.</summary>
internal sealed class ScalarPrinter(Action<string> line, Func<int, string> arg, Func<Place, string> position, Func<double, string> fromBlock)
{
    private readonly Dictionary<Expr, int> _count = [];
    private readonly Dictionary<Expr, string> _locals = [];

    /// <summary>Prints what must stand before, and returns the expression.</summary>
    public string Print(Expr e)
    {
        Count(e);
        return Operand(e, 0);
    }

    private void Count(Expr e)
    {
        _count.TryGetValue(e, out var n);
        _count[e] = n + 1;
        if (n > 0) return;
        foreach (var part in e.Parts) Count(part);
    }

    private string Operand(Expr e, int outer)
    {
        if (_locals.TryGetValue(e, out var known)) return known;
        var (text, level) = Text(e);
        if (_count[e] > 1 && e is not (Const or Position or RunTimeValue))
        {
            var name = e is Arg a ? $"x{a.Index}" : $"s{_locals.Count}";
            line($"float {name} = {text};");
            return _locals[e] = name;
        }

        return level < outer ? $"({text})" : text;
    }

    private (string Text, int Level) Text(Expr e) => e switch
    {
        Const c => (Literals.Float(c.Value), c.Value < 0 ? 7 : 9),
        Arg a => (arg(a.Index), 9),
        Position p => (position(p.Place), 7),
        RunTimeValue r => ($"(float){r.Name}", 7),
        // Two signs in a row would be a decrement.
        Unary { Op: UnaryOp.Neg } u => ("-" + Operand(u.X, 8), 7),
        Unary u => ($"GpuMath.{u.Op}({Operand(u.X, 0)})", 9),
        // A sum on the right keeps its parentheses: a + (b − c) is not a + b − c where b and c nearly cancel.
        Binary { Op: BinaryOp.Add } b => Infix(b, "+", 4, 4, 5),
        Binary { Op: BinaryOp.Sub } b => Infix(b, "-", 4, 4, 5),
        Binary { Op: BinaryOp.Mul } b => Infix(b, "*", 5, 5, 5),
        Binary { Op: BinaryOp.Div } b => Infix(b, "/", 5, 5, 6),
        Binary b => Call(b),
        Select s => (Choice(s), 1),
        _ => throw new NotSupportedException(e.GetType().Name),
    };

    private (string Text, int Level) Infix(Binary b, string sign, int level, int left, int right)
    {
        var x = Operand(b.A, left);
        var y = Operand(b.B, right);
        return ($"{x} {sign} {y}", level);
    }

    private (string Text, int Level) Call(Binary b)
    {
        var x = Operand(b.A, 0);
        var y = Operand(b.B, 0);
        return ($"GpuMath.{b.Op}({x}, {y})", 9);
    }

    private string Choice(Select s)
    {
        var a = Operand(s.A, 4);
        // Positions are counted from the block, so a constant position is too.
        var b = s.FixedPosition is { } place ? fromBlock(place) : Operand(s.B, 4);
        var then = Operand(s.Then, 2);
        var otherwise = Operand(s.Otherwise, 2);
        return $"{a} {(s.Test == Comparison.Less ? "<" : "<=")} {b} ? {then} : {otherwise}";
    }
}
