using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Scheduling;

/// <summary>What of a product is a triangle, so that half of it need not be computed.</summary>
internal enum Triangle
{
    None,

    /// <summary>The left factor, as it stands, is zero above its diagonal.</summary>
    OfFactor,

    /// <summary>Nothing above the result's diagonal is read.</summary>
    OfResult,
}

/// <summary>Finds the tiles of a block's rows by its own rows that are zero above their diagonal, or not read there.</summary>
internal sealed class Triangles
{
    private readonly HashSet<Tile> _lower = [];
    private readonly HashSet<Tile> _unread;

    public Triangles(TileProgram program)
    {
        var statements = program.Statements.ToList();
        var carried = new HashSet<Tile>(program.Carries.SelectMany(c => new[] { c.Initial, c.Next }));
        _unread = [.. statements.Where(s => s.Op is MatMul { TransposeA: false, TransposeB: true } && IsOwn(s.Result!.Shape) && !carried.Contains(s.Result)).Select(s => s.Result!)];
        _unread.RemoveWhere(tile => statements.Any(s => s.Args.Contains(tile) && !(s.Op is Map map && map.Shape == tile.Shape && IsCausal(map.Expr) && !OutsideOf(map.Expr, s.Args, tile))));
        foreach (var s in statements.Where(s => s.Result is { } tile && IsOwn(tile.Shape)))
        {
            if (s.Op is DecayedGram || (s.Op is Map map && IsCausal(map.Expr))) _lower.Add(s.Result!);
        }
    }

    /// <summary>Whether an expression over a block's rows by its own rows is zero wherever the column comes after the row.</summary>
    public static bool IsCausal(Expr e) => e is Select { A: Position { Place: Place.Col }, B: Position { Place: Place.Row }, Otherwise: Const { Value: 0 } };

    /// <summary>Rows of a block by rows of the same block.</summary>
    public static bool IsOwn(Shape shape) => shape.Rows == shape.Cols && shape.Rows == Dim.C;

    public Triangle Of(Statement product) => product.Op switch
    {
        MatMul { TransposeB: false } when _lower.Contains(product.Args[0]) => Triangle.OfFactor,
        MatMul when _unread.Contains(product.Result!) => Triangle.OfResult,
        _ => Triangle.None,
    };

    /// <summary>Whether a tile is read where the column comes after the row.</summary>
    private static bool OutsideOf(Expr e, IReadOnlyList<Tile> args, Tile tile) => e is Select s && s.Otherwise.Any(x => x is Arg a && args[a.Index] == tile);
}
