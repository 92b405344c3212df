using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Ir;

/// <summary>Appends statements to one region. Equal statements are shared; pointwise maps are simplified on the way.</summary>
internal sealed class RegionBuilder(ProgramBuilder program, RegionBuilder? outer)
{
    private readonly List<Statement> _statements = [];

    public IReadOnlyList<Statement> Statements => _statements;

    private string _backward = "";

    /// <summary>The sentence under which the statements that follow are emitted.</summary>
    public string Stage { get; set => (field, _backward) = (value, ""); } = "";

    /// <summary>Begins a stage, and says what its derivative computes.</summary>
    public void Begin(string stage, string backward) => (Stage, _backward) = (stage, backward);

    public Tile Emit(string name, Primitive op, params Tile[] args)
    {
        var shape = op.ShapeOf(args);
        if (op.Simplify(this, name, args) is { } known)
            return known.Shape == shape ? known : throw new ShapeException($"{op.Describe([.. args.Select(a => a.Name)])}: {known.Shape} is not {shape}");
        for (var region = this; region is not null; region = region.Outer)
        {
            foreach (var s in region._statements)
                if (s.Result is not null && s.Op.Equals(op) && s.Args.SequenceEqual(args)) return s.Result;
        }

        var result = program.NewTile(name, shape);
        _statements.Add(new(op, new(args), result, Stage) { Backward = _backward });
        return result;
    }

    private RegionBuilder? Outer => outer;

    public ProgramBuilder Program => program;

    /// <summary>What runs once, before the loop: where parameters are loaded.</summary>
    public RegionBuilder Head => outer ?? this;

    // Memory
    public Tile Load(string tensor, Dim rows, Dim cols, Access access = Access.Rows, bool isFixed = false, RowPattern? pattern = null) =>
        LoadAs(tensor, tensor, rows, cols, access, isFixed, pattern);

    /// <summary>Rows of the tokens beside the block's on a grid.</summary>
    public Tile LoadBeside(string name, string tensor, Dim rows, Dim cols, Neighbour beside) => Emit(name, new Load(tensor, new(rows, cols), Access.Rows, Beside: beside));

    public Tile LoadAs(string name, string tensor, Dim rows, Dim cols, Access access = Access.Rows, bool isFixed = false, RowPattern? pattern = null) =>
        Emit(name, new Load(tensor, new(rows, cols), access, isFixed, pattern));

    /// <summary>A number that a head has learned: loaded in the program's head, so that its gradient is summed over all turns.</summary>
    public Tile Parameter(string tensor) => Outer?.Parameter(tensor) ?? Load(tensor, Dim.One, Dim.One, Access.Parameter);

    public void Store(string tensor, Tile tile, Access access = Access.Rows, bool accumulate = false, RowPattern? pattern = null, Neighbour? beside = null) =>
        _statements.Add(new(new Store(tensor, access, accumulate, pattern, beside), new([tile]), null, Stage) { Backward = _backward });

    /// <summary>Takes over a statement of another program as it stands.</summary>
    public void Append(Statement statement)
    {
        if (statement.Result is { } tile) program.Reserve(tile);
        _statements.Add(statement);
    }

    // Products, sums
    public Tile MatMul(string name, Tile a, Tile b) => Emit(name, new MatMul(), a, b);

    /// <summary>a·bᵀ</summary>
    public Tile MatMulNT(string name, Tile a, Tile b) => Emit(name, new MatMul(TransposeB: true), a, b);

    /// <summary>aᵀ·b</summary>
    public Tile MatMulTN(string name, Tile a, Tile b) => Emit(name, new MatMul(TransposeA: true), a, b);

    public Tile Transpose(string name, Tile x) => Emit(name, new Transpose(), x);

    public Tile PrefixSum(string name, Tile x) => Emit(name, new PrefixSum(), x);

    /// <summary>What comes after each row: the exclusive sum from the end.</summary>
    public Tile SuffixSum(string name, Tile x) => Emit(name, new PrefixSum(Reversed: true, Exclusive: true), x);

    public Tile SumRows(string name, Tile x) => Emit(name, new Reduce(Fold.Sum, Along.Rows, new Arg(0), x.Shape), x);

    /// <param name="carried">Carries along what the sum rounds away.</param>
    public Tile SumCols(string name, Tile x, bool carried = false) => Emit(name, new Reduce(Fold.Sum, Along.Cols, new Arg(0), x.Shape, carried), x);

    public Tile MaxRows(string name, Tile x) => Emit(name, new Reduce(Fold.Max, Along.Rows, new Arg(0), x.Shape), x);

    public Tile MaxCols(string name, Tile x) => Emit(name, new Reduce(Fold.Max, Along.Cols, new Arg(0), x.Shape), x);

    // Pointwise maps
    public Tile Fill(string name, Shape shape, Expr value) => Map(name, value, shape);

    public Tile Add(string name, Tile a, Tile b) => Map(name, (x, y) => x + y, a, b);

    public Tile Map(string name, Func<Expr, Expr> f, Tile a) => Map(name, f(new Arg(0)), null, a);

    public Tile Map(string name, Func<Expr, Expr, Expr> f, Tile a, Tile b) => Map(name, f(new Arg(0), new Arg(1)), null, a, b);

    public Tile Map(string name, Func<Expr, Expr, Expr, Expr> f, Tile a, Tile b, Tile c) =>
        Map(name, f(new Arg(0), new Arg(1), new Arg(2)), null, a, b, c);

    public Tile Map(string name, Func<Expr, Expr, Expr, Expr, Expr> f, Tile a, Tile b, Tile c, Tile d) =>
        Map(name, f(new Arg(0), new Arg(1), new Arg(2), new Arg(3)), null, a, b, c, d);

    public Tile Map(string name, Expr expr, Shape? shape, params Tile[] args)
    {
        var result = shape ?? args.Select(a => a.Shape).Aggregate(Shape.Broadcast);
        // Constants and mere repetitions are swallowed by the maps that read them.
        args = [.. args.Select(a => Pointwise(a) is ({ Expr: Arg }, var from) ? from[0] : a)];
        var values = args.Select(a => Pointwise(a).Map?.Expr as Const).ToArray();
        var distinct = args.Distinct().ToList();
        expr = expr.Substitute(i => values[i] as Expr ?? new Arg(distinct.IndexOf(args[i])));
        // One token: its row and its column are the same position.
        if (result is { Rows: var r, Cols: var c } && r == Dim.One && c == Dim.One)
            expr = expr.Rewrite(e => e is Position { Place: Place.Col } ? Ex.Row : null);
        var used = distinct.Where((_, i) => expr.Uses(i)).ToList();
        expr = expr.Substitute(i => new Arg(used.IndexOf(distinct[i])));
        return expr is Arg && used[0].Shape == result ? used[0] : Emit(name, new Map(expr, result), [.. used]);
    }

    /// <summary>Whether a tile is known to be this constant everywhere.</summary>
    public bool IsConst(Tile tile, double value) => Pointwise(tile).Map?.Expr.IsConst(value) == true;

    /// <summary>The map that made a tile, if one did.</summary>
    private (Map? Map, IReadOnlyList<Tile> Args) Pointwise(Tile tile)
    {
        for (var region = this; region is not null; region = region.Outer)
        {
            foreach (var s in region._statements)
                if (s.Result == tile) return (s.Op as Map, s.Args);
        }

        return (null, []);
    }
}
