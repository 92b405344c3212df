using System;
using System.Collections.Generic;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Emit.Ptx;

/// <summary>Along what an expression varies within a block.</summary>
[Flags]
internal enum Varies { Nowhere = 0, Rows = 1, Columns = 2, Everywhere = Rows | Columns }

/// <summary>An element: slab and half of the row, group and half of the column. What does not vary along one of them is asked for with −1.</summary>
internal readonly record struct Element(int Slab, int Half, int Group, int Side)
{
    public Element For(Varies varies) => new(
        (varies & Varies.Rows) != 0 ? Slab : -1, (varies & Varies.Rows) != 0 ? Half : -1,
        (varies & Varies.Columns) != 0 ? Group : -1, (varies & Varies.Columns) != 0 ? Side : -1);
}

/// <summary>
/// Expressions as instructions on registers. A part is computed once for all elements for which it is the same: what varies by row alone,
/// once a row.
/// </summary>
/// <param name="w">Where instructions go.</param>
/// <param name="arg">The register of an argument at an element.</param>
/// <param name="varies">Along what an argument varies.</param>
/// <param name="position">The register of a position at an element, as a float.</param>
/// <param name="run">The register of a number of the call, as a float.</param>
/// <param name="fromBlock">The register of a constant position, counted as those of the block are.</param>
internal sealed class PtxExpressions(
    PtxWriter w, Func<int, Element, string> arg, Func<int, Varies> varies, Func<Place, Element, string> position, Func<string, string> run, Func<double, string> fromBlock)
{
    private const double Log2E = 1.4426950408889634, Ln2 = 0.6931471805599453;

    private readonly Dictionary<(Expr, Element), string> _known = [];
    private readonly Dictionary<(Expr, Comparison, Expr, Element), string> _tests = [];
    private readonly Dictionary<Expr, Varies> _varies = [];

    public string At(Expr e, Element element)
    {
        switch (e)
        {
            case Const c: return PtxWriter.Constant(c.Value);
            case Arg a: return arg(a.Index, element);
            case RunTimeValue r: return run(r.Name);
        }

        var key = (e, element.For(Along(e)));
        return _known.TryGetValue(key, out var known) ? known : _known[key] = Computed(e, element);
    }

    /// <summary>Along what an expression varies.</summary>
    public Varies Along(Expr e)
    {
        if (_varies.TryGetValue(e, out var known)) return known;
        var along = e switch
        {
            Arg a => varies(a.Index),
            Position { Place: Place.Row or Place.RowNumber } => Varies.Rows,
            Position { Place: Place.Col or Place.ColNumber } => Varies.Columns,
            _ => Varies.Nowhere,
        };
        foreach (var part in e.Parts) along |= Along(part);
        return _varies[e] = along;
    }

    private string Computed(Expr e, Element at)
    {
        switch (e)
        {
            case Position p:
                return position(p.Place, at);
            case Unary { Op: UnaryOp.Exp } u:
                return w.Float("e", "ex2.approx.ftz.f32", TimesLog2E(u.X, at));
            case Unary u:
                return Function(u.Op, At(u.X, at));
            case Binary { Op: BinaryOp.Add, A: Binary { Op: BinaryOp.Mul } m } b:
                return w.Float("s", "fma.rn.f32", At(m.A, at), At(m.B, at), At(b.B, at));
            case Binary { Op: BinaryOp.Add, B: Binary { Op: BinaryOp.Mul } m } b:
                return w.Float("s", "fma.rn.f32", At(m.A, at), At(m.B, at), At(b.A, at));
            case Binary b:
                return w.Float("s", Instruction(b.Op), At(b.A, at), At(b.B, at));
            case Select s:
                return w.Float("c", "selp.f32", At(s.Then, at), At(s.Otherwise, at), Test(s, at));
            default:
                throw new PtxUnsupportedException(e.GetType().Name);
        }
    }

    /// <summary>
    /// x log₂e. Of a difference whose second part is the same for many elements, that part is multiplied once for all, so that an element
    /// costs one instruction.
    /// </summary>
    private string TimesLog2E(Expr x, Element at)
    {
        if (x is Binary { Op: BinaryOp.Sub } d && Along(d.B) != Along(d.A) && (Along(d.A) | Along(d.B)) == Along(d.A))
        {
            var less = (Expr)new Binary(BinaryOp.Mul, -Log2E, d.B);
            var (factor, core) = d.A is Binary { Op: BinaryOp.Mul, A: Const c } m ? (c.Value, m.B) : (1, d.A);
            return w.Float("x", "fma.rn.f32", At(core, at), PtxWriter.Constant(factor * Log2E), At(less, at));
        }

        return w.Float("x", "mul.f32", At(x, at), PtxWriter.Constant(Log2E));
    }

    private string Test(Select s, Element at)
    {
        var key = (s.A, s.Test, s.B, at.For(Along(s.A) | Along(s.B)));
        return _tests.TryGetValue(key, out var known) ? known : _tests[key] =
            w.Condition("p", s.Test == Comparison.Less ? "setp.lt.f32" : "setp.le.f32", At(s.A, at), s.FixedPosition is { } place ? fromBlock(place) : At(s.B, at));
    }

    private string Function(UnaryOp op, string x)
    {
        switch (op)
        {
            case UnaryOp.Neg: return w.Float("n", "neg.f32", x);
            case UnaryOp.Abs: return w.Float("n", "abs.f32", x);
            case UnaryOp.Sqrt: return w.Float("r", "sqrt.approx.f32", x);
            case UnaryOp.Log: return w.Float("l", "mul.f32", w.Float("l", "lg2.approx.f32", x), PtxWriter.Constant(Ln2));
            case UnaryOp.Tanh:
                // 1 − 2 / (e^{2x} + 1): the instruction of that name knows 11 bits only, and scores are multiples of it.
                var twice = w.Float("t", "ex2.approx.ftz.f32", w.Float("t", "mul.f32", x, PtxWriter.Constant(2 * Log2E)));
                var part = w.Float("t", "rcp.approx.ftz.f32", w.Float("t", "add.f32", twice, PtxWriter.Constant(1)));
                return w.Float("t", "fma.rn.f32", part, PtxWriter.Constant(-2), PtxWriter.Constant(1));
            case UnaryOp.Sigmoid: return Sigmoid(x);
            case UnaryOp.Floor: return w.Float("f", "cvt.rmi.f32.f32", x);
            case UnaryOp.Softplus:
                var far = w.Float("a", "neg.f32", w.Float("a", "abs.f32", x));
                var tail = w.Float("a", "ex2.approx.ftz.f32", w.Float("a", "mul.f32", far, PtxWriter.Constant(Log2E)));
                var log = w.Float("a", "lg2.approx.f32", w.Float("a", "add.f32", tail, PtxWriter.Constant(1)));
                return w.Float("a", "fma.rn.f32", log, PtxWriter.Constant(Ln2), w.Float("a", "max.f32", x, PtxWriter.Constant(0)));
            default: throw new PtxUnsupportedException(op.ToString());
        }
    }

    private string Sigmoid(string x)
    {
        var e = w.Float("g", "ex2.approx.ftz.f32", w.Float("g", "mul.f32", x, PtxWriter.Constant(-Log2E)));
        return w.Float("g", "rcp.approx.ftz.f32", w.Float("g", "add.f32", e, PtxWriter.Constant(1)));
    }

    private static string Instruction(BinaryOp op) => op switch
    {
        BinaryOp.Add => "add.f32",
        BinaryOp.Sub => "sub.f32",
        BinaryOp.Mul => "mul.f32",
        BinaryOp.Div => "div.full.f32",
        BinaryOp.Min => "min.f32",
        _ => "max.f32",
    };
}
