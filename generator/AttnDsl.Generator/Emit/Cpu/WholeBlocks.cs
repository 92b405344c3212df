using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;

namespace AttnDsl.Generator.Emit.Cpu;

/// <summary>Most blocks of scores lie below the diagonal and inside the window: every query sees every key, and no mask has to be asked.</summary>
internal static class WholeBlocks
{
    /// <summary>An expression of a block's scores where every query sees every key; the same one where that makes no difference.</summary>
    /// <param name="window">The window as it is printed, if there is one.</param>
    public static Expr Unmasked(Expr e, Shape shape, string? window)
    {
        var down = shape.Rows == Dim.C && shape.Cols == Dim.R;
        if (!down && !(shape.Rows == Dim.R && shape.Cols == Dim.C)) return e;
        var (key, query) = down ? (Ex.Row, Ex.Col) : (Ex.Col, Ex.Row);
        return e.Rewrite(Chosen);

        Expr? Chosen(Expr x) => x is Select s && (IsCausal(s) || IsInside(s)) ? s.Then.Rewrite(Chosen) : null;
        bool IsCausal(Select s) => s.Test == Comparison.LessOrEqual && s.A == key && s.B == query;
        bool IsInside(Select s) => s.Test == Comparison.Less && s.A == query - key && window == (s.B is RunTimeValue r ? r.Name : s.B is Const c ? Literals.Number(c.Value) : null) && window is not null;
    }

    /// <summary>The condition, of the block's rows C and R and of how far its first query lies ahead of its first key.</summary>
    public static string Condition(string? window) => "ahead >= C - 1" + (window is null ? "" : $" && ahead + R - 1 < {window}");
}
