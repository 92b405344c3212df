namespace AttnDsl.Generator.Expressions;

/// <summary>Terms of a sum over channels that are a learned matrix times what no feature changes: such a sum is a product of matrices.</summary>
internal static class VectorProducts
{
    /// <summary>The matrix, and what its columns are multiplied by; null where the terms are no such product.</summary>
    public static (Vector Matrix, Expr Factor)? Of(Expr e) => Find(e) is ({ } matrix, var factor) ? (matrix, factor) : null;

    /// <summary>No matrix where the expression is 0, which is a product with any.</summary>
    private static (Vector? Matrix, Expr Factor)? Find(Expr e) => e switch
    {
        Const { Value: 0 } => (null, 0),
        Element x when x.Index.UsesFeature() && x.Index.UsesSummed() => (x.Of, 1),
        Unary { Op: UnaryOp.Neg } u => Find(u.X) is var (m, x) ? (m, -x) : null,
        Binary { Op: BinaryOp.Mul } b when !b.B.UsesFeature() => Find(b.A) is var (m, x) ? (m, x * b.B) : null,
        Binary { Op: BinaryOp.Mul } b when !b.A.UsesFeature() => Find(b.B) is var (m, x) ? (m, b.A * x) : null,
        Binary { Op: BinaryOp.Div } b when !b.B.UsesFeature() => Find(b.A) is var (m, x) ? (m, x / b.B) : null,
        Binary { Op: BinaryOp.Add or BinaryOp.Sub } b => Both(b.A, b.B) is var (m, x, y) ? (m, Ex.Binary(b.Op, x, y)) : null,
        Select s when !s.A.UsesFeature() && !s.B.UsesFeature() => Both(s.Then, s.Otherwise) is var (m, x, y) ? (m, Ex.Select(s.Test, s.A, s.B, x, y)) : null,
        _ => null,
    };

    private static (Vector? Matrix, Expr First, Expr Second)? Both(Expr a, Expr b) =>
        Find(a) is var (m, x) && Find(b) is var (n, y) && (m is null || n is null || m == n) ? (m ?? n, x, y) : null;
}
