using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Parsing.Functions;

/// <summary>What a turn of a loop over channels adds to a local, or keeps the larger or smaller of.</summary>
internal static class ChannelSums
{
    /// <summary>The local behind the loop; null where it is neither a sum nor a maximum.</summary>
    /// <param name="before">The local in front of the loop.</param>
    /// <param name="start">What stands for it at the start of a turn.</param>
    /// <param name="end">The local at the end of the turn.</param>
    public static Expr? Behind(Expr before, Expr start, Expr end, int from, int to)
    {
        if (end == start) return before;
        if (Added(end, start) is { } term) return before + (term.UsesSummed() ? new Total(false, term, from, to) : (to - from) * term);
        if (Extreme(end, start, BinaryOp.Max) is { } candidate) return Ex.Max(before, Largest(candidate, from, to));
        return Extreme(end, start, BinaryOp.Min) is { } least ? Ex.Min(before, -Largest(-least, from, to)) : null;
    }

    private static Expr Largest(Expr e, int from, int to) => e.UsesSummed() ? new Total(true, e, from, to) : e;

    /// <summary>What is added to the start to make the end.</summary>
    private static Expr? Added(Expr end, Expr start) => end switch
    {
        _ when end == start => 0,
        Binary { Op: BinaryOp.Add } b when !Has(b.B, start) => Added(b.A, start) is { } a ? a + b.B : null,
        Binary { Op: BinaryOp.Add } b when !Has(b.A, start) => Added(b.B, start) is { } a ? b.A + a : null,
        Binary { Op: BinaryOp.Sub } b when !Has(b.B, start) => Added(b.A, start) is { } a ? a - b.B : null,
        Select s when !Has(s.A, start) && !Has(s.B, start) && Added(s.Then, start) is { } then && Added(s.Otherwise, start) is { } otherwise => Ex.Select(s.Test, s.A, s.B, then, otherwise),
        _ => null,
    };

    private static Expr? Extreme(Expr end, Expr start, BinaryOp op) => end switch
    {
        Binary b when b.Op == op && b.A == start && !Has(b.B, start) => b.B,
        Binary b when b.Op == op && b.B == start && !Has(b.A, start) => b.A,
        // if (x > most) most = x;
        Select s when op == BinaryOp.Max && s.A == start && s.B == s.Then && s.Otherwise == start && !Has(s.B, start) => s.B,
        Select s when op == BinaryOp.Min && s.B == start && s.A == s.Then && s.Otherwise == start && !Has(s.A, start) => s.A,
        _ => null,
    };

    private static bool Has(Expr e, Expr start) => e.Any(x => x == start);
}
