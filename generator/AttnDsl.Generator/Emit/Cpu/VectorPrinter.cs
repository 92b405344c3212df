using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Emit.Cpu;

/// <summary>
/// An expression as C# over <c>TVec</c>. A part that occurs twice becomes a local first; <c>a·b + c</c> becomes one fused
/// operation.
/// </summary>
internal sealed class VectorPrinter(Action<string> line, Func<int, string> arg, Func<Place, string> position, Func<double, string> fromBlock)
{
    private readonly Dictionary<Expr, int> _count = [];
    private readonly Dictionary<Expr, string> _locals = [];

    /// <summary>Prints what must stand before, and returns the expression.</summary>
    public string Print(Expr e)
    {
        Count(e);
        return Operand(e, 0);
    }

    /// <summary>Whether some part occurs twice, and so becomes a local.</summary>
    public static bool HasLocals(Expr e)
    {
        var printer = new VectorPrinter(_ => { }, _ => "", _ => "", _ => "");
        printer.Count(e);
        return printer._count.Any(c => c.Value > 1 && c.Key is not Const);
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
        if (_count[e] > 1 && e is not Const && !text.All(c => char.IsLetterOrDigit(c)))
        {
            var name = Name(e);
            line($"var {name} = {text};");
            return _locals[e] = name;
        }

        return level < outer ? $"({text})" : text;
    }

    private string Name(Expr e) => e is Arg a ? $"x{a.Index}" : $"s{_locals.Count}";

    private (string Text, int Level) Text(Expr e) => e switch
    {
        Const c => ($"TVec.Create({Literals.Float(c.Value)})", 9),
        Arg a => (arg(a.Index), 9),
        Position p => (position(p.Place), 9),
        RunTimeValue r => ($"TVec.Create({r.Name})", 9),
        Unary { Op: UnaryOp.Neg } u => ("-" + Operand(u.X, 7), 7),
        Unary u => ($"TVec.{u.Op}({Operand(u.X, 0)})", 9),
        Binary { Op: BinaryOp.Add, A: Binary { Op: BinaryOp.Mul } m } b when _count[m] == 1 => (Fused(m.A, m.B, b.B), 9),
        Binary { Op: BinaryOp.Add, B: Binary { Op: BinaryOp.Mul } m } b when _count[m] == 1 => (Fused(m.A, m.B, b.A), 9),
        // A sum on the right keeps its parentheses: a + (b − c) is not a + b − c where b and c nearly cancel.
        Binary { Op: BinaryOp.Add } b => Infix(b, "+", 4, 4, 5),
        Binary { Op: BinaryOp.Sub } b => Infix(b, "-", 4, 4, 5),
        Binary { Op: BinaryOp.Mul } b => Infix(b, "*", 5, 5, 5),
        Binary { Op: BinaryOp.Div } b => Infix(b, "/", 5, 5, 6),
        Binary b => Call(b.Op.ToString(), b.A, b.B),
        Select s => (Choice(s), 9),
        _ => throw new NotSupportedException(e.GetType().Name),
    };

    private string Fused(Expr a, Expr b, Expr c)
    {
        var (x, y, z) = (Operand(a, 0), Operand(b, 0), Operand(c, 0));
        return $"TVec.MultiplyAdd({x}, {y}, {z})";
    }

    private (string Text, int Level) Infix(Binary b, string sign, int level, int left, int right)
    {
        var x = Operand(b.A, left);
        var y = Operand(b.B, right);
        return ($"{x} {sign} {y}", level);
    }

    private (string Text, int Level) Call(string name, Expr a, Expr b)
    {
        var x = Operand(a, 0);
        var y = Operand(b, 0);
        return ($"TVec.{name}({x}, {y})", 9);
    }

    private string Choice(Select s)
    {
        var a = Operand(s.A, 0);
        // Positions are counted from the block, so a constant position is too.
        var b = s is { A: Position { Place: Place.Row or Place.Col }, B: Const c } ? $"TVec.Create({fromBlock(c.Value)})" : Operand(s.B, 0);
        var then = Operand(s.Then, 0);
        var otherwise = Operand(s.Otherwise, 0);
        return $"TVec.Select(TVec.{s.Test}({a}, {b}), {then}, {otherwise})";
    }
}
