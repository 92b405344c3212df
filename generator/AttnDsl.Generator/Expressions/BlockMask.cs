namespace AttnDsl.Generator.Expressions;

/// <summary>
/// Whether some query of a block may see some key of another, from a mask and the ends of both blocks: what intervals say of it. Where it
/// says no, no pair is visible; where it says yes, there may be none all the same. Only comparisons of whole numbers are judged, for
/// which kernels and this arithmetic say the same to the last digit.
/// </summary>
internal static class BlockMask
{
    /// <summary>The ends of the blocks: positions of the first and last query, of the first and last key.</summary>
    public static readonly Expr FirstQuery = new Arg(0), LastQuery = new Arg(1), FirstKey = new Arg(2), LastKey = new Arg(3);

    /// <summary>Arguments in front of those that say between what numbers lies what comes with the queries of the block, two for each.</summary>
    public const int Ends = 4;

    /// <summary>A condition on the ends, and on the head.</summary>
    /// <param name="mask">A condition on <see cref="Ex.Query"/>, <see cref="Ex.Key"/>, <see cref="Ex.Head"/>, and whole numbers that come with the query.</param>
    public static Expr Of(Expr mask) => mask switch
    {
        Const c => c.Value == 0 ? Conditions.Never : Conditions.Always,
        Select s => Conditions.Or(
            Conditions.And(MayHold(s.Test, s.A, s.B), Of(s.Then)),
            Conditions.And(MayHold(s.Test == Comparison.Less ? Comparison.LessOrEqual : Comparison.Less, s.B, s.A), Of(s.Otherwise))),
        _ => Conditions.Always,
    };

    private static Expr MayHold(Comparison test, Expr a, Expr b) =>
        Bounds(a) is { } x && Bounds(b) is { } y ? Ex.Select(test, x.Lower, y.Upper, Conditions.Always, Conditions.Never) : Conditions.Always;

    /// <summary>Between what a whole number lies; null where it is none, or not known.</summary>
    private static (Expr Lower, Expr Upper)? Bounds(Expr e) => e switch
    {
        Const when Numbers.IsWhole(e) => (e, e),
        Arg a => (new Arg(Ends + 2 * a.Index), new Arg(Ends + 2 * a.Index + 1)),
        Position { Place: Place.Row } => (FirstQuery, LastQuery),
        Position { Place: Place.Col } => (FirstKey, LastKey),
        // The ends are positions in the sequence already.
        Position { Place: Place.Origin } => (0, 0),
        Position => (e, e),
        Unary { Op: UnaryOp.Neg } u when Bounds(u.X) is { } x => (-x.Upper, -x.Lower),
        Unary { Op: UnaryOp.Abs } u when Bounds(u.X) is { } x => (Ex.Max(0, Ex.Max(x.Lower, -x.Upper)), Ex.Max(x.Upper, -x.Lower)),
        Unary { Op: UnaryOp.Floor, X: Binary { Op: BinaryOp.Div, B: Const n } q } when Bounds(q.A) is { } x => (Quotient(x.Lower, n.Value), Quotient(x.Upper, n.Value)),
        Unary { Op: UnaryOp.Floor, X: Binary { Op: BinaryOp.Mul, A: Const c } q } when Numbers.WholeReciprocal(c.Value) is { } n && Bounds(q.B) is { } x => (Quotient(x.Lower, n), Quotient(x.Upper, n)),
        Binary { Op: not BinaryOp.Div } b when Bounds(b.A) is { } x && Bounds(b.B) is { } y => Bounds(b.Op, x, y),
        Select s when Bounds(s.Then) is { } x && Bounds(s.Otherwise) is { } y => (Ex.Min(x.Lower, y.Lower), Ex.Max(x.Upper, y.Upper)),
        _ => null,
    };

    private static (Expr Lower, Expr Upper) Bounds(BinaryOp op, (Expr Lower, Expr Upper) x, (Expr Lower, Expr Upper) y)
    {
        switch (op)
        {
            case BinaryOp.Sub:
                return (x.Lower - y.Upper, x.Upper - y.Lower);
            case BinaryOp.Mul when x.Lower is Const { Value: var c } && x.Lower == x.Upper:
                return c >= 0 ? (c * y.Lower, c * y.Upper) : (c * y.Upper, c * y.Lower);
            case BinaryOp.Mul:
                var (a, b, c1, d) = (x.Lower * y.Lower, x.Lower * y.Upper, x.Upper * y.Lower, x.Upper * y.Upper);
                return (Ex.Min(Ex.Min(a, b), Ex.Min(c1, d)), Ex.Max(Ex.Max(a, b), Ex.Max(c1, d)));
            default:
                return (Ex.Binary(op, x.Lower, y.Lower), Ex.Binary(op, x.Upper, y.Upper));
        }
    }

    private static Expr Quotient(Expr x, double n) => x is Const c ? System.Math.Floor(c.Value / n) : new Unary(UnaryOp.Floor, new Binary(BinaryOp.Div, x, n));
}
