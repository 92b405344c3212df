using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Ptx;

/// <content>Steps that work element by element, and sums along rows.</content>
internal sealed partial class PtxKernelWriter
{
    /// <summary>Whether every element of the loop's block counts, so that masks need not be asked.</summary>
    private bool _isWhole;

    private void Steps(IReadOnlyList<PlanStep> steps, bool isWhole)
    {
        _isWhole = isWhole;
        var stage = "";
        foreach (var s in steps)
        {
            if (s.Stage != stage && s.Stage.Length > 0) _w.Comment(stage = s.Stage);
            switch (s.Op)
            {
                case Load when _tiles.TryGetValue(s.Target, out var there) && there is SharedTile: break;
                case Load { Access: Access.Rows, Pattern: null, Beside: null } load when s.Target.Shape.IsVector: LoadVector(s.Target, load); break;
                case Load { Access: Access.Parameter } load when s.Target.Shape == new Shape(Dim.One, Dim.One): _w.Op("ld.global.f32", Number(s.Target).Register, $"[{_bases[load.Tensor]}]"); break;
                case StopGradient: _tiles[s.Target] = TileOf(s.Args[0]); break;
                case Load { Access: Access.Rows } load when IsTable(load): _tables[s.Target] = load.Tensor; break;
                case Rotate rotate: Turn(s, rotate); break;
                case Transpose when s.Target.Shape.IsVector: _tiles[s.Target] = TileOf(s.Args[0]); break;
                case MatMul product: Multiply(s, product); break;
                case Map map: Each(s, map); break;
                case Reduce reduce: Fold(s, reduce); break;
                case Store store: StoreRows(s, store); break;
                default: throw new PtxUnsupportedException(s.Op.Describe([.. s.Args.Select(a => a.Name)]));
            }
        }
    }

    private void Each(PlanStep s, Map map)
    {
        // What is only an operand times a constant is read where it lies.
        if (IsScaling(s))
        {
            _scaled[s.Target] = (s.Args[0], ((Const)((Binary)map.Expr).A).Value);
            return;
        }

        _factors.Remove(s.Target);
        _pairs.Clear();
        var expressions = Expressions(map.Expr, map.Shape, s.Args, out var expr);
        if (_plan.Places[s.Target] is TensorRows rows)
        {
            StoreFragments(rows.Tensor, s.Target.Shape, at => expressions.At(expr, at));
            return;
        }

        if (s.Target.Shape.Length == Dim.One)
        {
            _w.Op("mov.f32", Number(s.Target).Register, expressions.At(expr, new(-1, -1, -1, -1)));
            return;
        }

        if (s.Target.Shape.IsVector)
        {
            var vector = Vector(s.Target);
            foreach (var (slab, half) in OwnRowsOfThread())
                _w.Op("mov.f32", vector.Registers[slab][half], expressions.At(expr, new(slab, half, -1, -1)));
            return;
        }

        var matrix = Matrix(s.Target);
        foreach (var at in Elements(matrix.Groups))
            _w.Op("mov.f32", matrix.Registers[at.Slab][at.Group][2 * at.Half + at.Side], expressions.At(expr, at));
    }

    /// <summary>Pairs of channels, of which a thread has both, by angles that it looks up.</summary>
    private void Turn(PlanStep s, Rotate rotate)
    {
        var (x, shape) = (s.Args[0], s.Target.Shape);
        if (TileOf(x) is not Fragments { IsTransposed: false } from) throw new PtxUnsupportedException($"{s.Target.Name}: a rotation of what is in shared memory");
        if (_plan.Places[s.Target] is not TensorRows to) throw new PtxUnsupportedException($"{s.Target.Name}: a rotation that is not stored");
        var turned = new Dictionary<Element, string>();
        foreach (var (slab, half) in OwnRowsOfThread())
        {
            var row = _w.Int("row", "add.s32", _firstOfThread, Literals.Integer(16 * slab + 8 * half));
            var isThere = _w.Condition("there", "setp.lt.s32", row, _ownEnd);
            foreach (var (first, second) in PairsOfThread(rotate.Layout, from.Groups, slab, half))
            {
                var (cos, sin) = (Angle(s.Args[1], row, first, isThere, rotate.Layout), Angle(s.Args[2], row, first, isThere, rotate.Layout));
                var (a, b) = (Scaled(x, Register(x, first)), Scaled(x, Register(x, second)));
                if (rotate.Back) sin = _w.Float("sin", "neg.f32", sin);
                turned[first] = _w.Float("a", "sub.f32", _w.Float("a", "mul.f32", a, cos), _w.Float("a", "mul.f32", b, sin));
                turned[second] = _w.Float("b", "fma.rn.f32", a, sin, _w.Float("b", "mul.f32", b, cos));
            }
        }

        StoreFragments(to.Tensor, shape, at => turned[at]);
    }

    /// <summary>Of interleaved channels a thread has a pair of every group; of split ones two beside each other, their partners half the groups away.</summary>
    private static IEnumerable<(Element First, Element Second)> PairsOfThread(PairLayout layout, int groups, int slab, int half) => layout == PairLayout.Interleaved
        ? from g in Enumerable.Range(0, groups) select (new Element(slab, half, g, 0), new Element(slab, half, g, 1))
        : from g in Enumerable.Range(0, groups / 2) from side in Enumerable.Range(0, 2) select (new Element(slab, half, g, side), new Element(slab, half, g + groups / 2, side));

    /// <summary>The cosine or sine of a row's pair.</summary>
    private string Angle(Tile table, string row, Element first, string isThere, PairLayout layout)
    {
        var (tensor, angle) = (_tables[table], _w.New(PtxType.F32, "angle"));
        var (bytes, offset) = layout == PairLayout.Interleaved ? ("2", 16 * first.Group) : ("4", 32 * first.Group + 4 * first.Side);
        var address = _w.Address("at", "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", row), _bases[tensor + "Time"], _bases[tensor]);
        address = _w.Address("at", "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", _columnInGroup), bytes, address);
        _w.Op("mov.f32", angle, PtxWriter.Constant(0));
        _w.OpIf(isThere, "ld.global.f32", angle, $"[{address}+{Literals.Integer(offset)}]");
        return angle;
    }

    /// <summary>What angles are looked up in.</summary>
    private readonly Dictionary<Tile, string> _tables = [];

    /// <summary>Along the columns of the fragments: in a thread, then over the four threads that share a row.</summary>
    private void Fold(PlanStep s, Reduce reduce)
    {
        var isAlong = reduce.Along == Along.Cols ? reduce.Domain.Rows == _own : reduce.Domain.Cols == _own;
        if (!isAlong) throw new PtxUnsupportedException($"{s.Target.Name}: a sum over the item's rows");
        _pairs.Clear();
        var expressions = Expressions(reduce.Expr, reduce.Domain, s.Args, out var expr);
        var (sum, none) = reduce.Fold == Ir.Primitives.Fold.Sum ? ("add.f32", 0.0) : ("max.f32", double.NegativeInfinity);
        // Of the greatest, the constant factor is taken once.
        var factor = 1.0;
        if (reduce.Fold == Ir.Primitives.Fold.Max && expr is Binary { Op: BinaryOp.Mul, A: Const { Value: > 0 } c } m) (factor, expr) = (c.Value, m.B);
        var vector = Vector(s.Target);
        var columns = _plan.Sizes.Of(reduce.Along == Along.Cols ? reduce.Domain.Cols : reduce.Domain.Rows);
        foreach (var (slab, half) in OwnRowsOfThread())
        {
            // Two chains, for their latency.
            var chains = new string?[2];
            for (var group = 0; group < columns / 8; group++)
            {
                for (var side = 0; side < 2; side++)
                {
                    var x = expressions.At(expr, new(slab, half, group, side));
                    if (IsCut(reduce)) x = _w.Float("x", "selp.f32", x, PtxWriter.Constant(none), IsThere(group, side));
                    chains[side] = chains[side] is { } before ? _w.Float("f", sum, before, x) : x;
                }
            }

            var fold = _w.Float("fold", sum, chains[0]!, chains[1]!);
            foreach (var distance in new[] { "1", "2" })
            {
                var other = _w.New(PtxType.F32, "other");
                _w.Op("shfl.sync.bfly.b32", other, fold, distance, "31", "-1");
                fold = _w.Float("fold", sum, fold, other);
            }

            if (factor == 1) _w.Op("mov.f32", vector.Registers[slab][half], fold);
            else _w.Op("mul.f32", vector.Registers[slab][half], fold, PtxWriter.Constant(factor));
        }
    }

    /// <summary>Whether rows of the loop's block may be missing where this is folded over them.</summary>
    private bool IsCut(Reduce reduce) => !_isWhole && (reduce.Along == Along.Cols ? reduce.Domain.Cols : reduce.Domain.Rows) == _plan.Program.Loop;

    /// <summary>Whether a column of the block is there.</summary>
    private string IsThere(int group, int side) => _there.TryGetValue((group, side), out var known) ? known : _there[(group, side)] =
        _w.Condition("there", "setp.gt.s32", _columnsLeft, Literals.Integer(8 * group + side));

    private readonly Dictionary<(int, int), string> _there = [];

    /// <summary>Rows of the loop's block, less the thread's first column.</summary>
    private string _columnsLeft = "";

    private IEnumerable<(int Slab, int Half)> OwnRowsOfThread() =>
        from slab in Enumerable.Range(0, Slabs) from half in Enumerable.Range(0, 2) select (slab, half);

    private IEnumerable<Element> Elements(int groups) =>
        from slab in Enumerable.Range(0, Slabs) from half in Enumerable.Range(0, 2) from @group in Enumerable.Range(0, groups) from side in Enumerable.Range(0, 2)
        select new Element(slab, half, @group, side);

    /// <summary>Tiles in one place of the plan are in one set of registers.</summary>
    private Fragments Matrix(Tile tile)
    {
        if (_tiles.TryGetValue(tile, out var known)) return (Fragments)known;
        var isTransposed = tile.Shape.Rows != _own;
        if (isTransposed && tile.Shape.Cols != _own) throw new PtxUnsupportedException($"{tile.Name}: a tile of {tile.Shape} in registers");
        var groups = _plan.Sizes.Of(isTransposed ? tile.Shape.Rows : tile.Shape.Cols) / 8;
        var key = (_plan.Places[tile], groups);
        if (!_placed.TryGetValue(key, out var there))
            _placed[key] = there = new Fragments([.. Enumerable.Range(0, Slabs).Select(slab => Enumerable.Range(0, groups).Select(g => _w.New(PtxType.F32, $"{tile.Name}_{slab}_{g}", 4)).ToArray())], isTransposed);
        _tiles[tile] = there;
        return (Fragments)there;
    }

    private RowVector Vector(Tile tile)
    {
        if (_tiles.TryGetValue(tile, out var known)) return known as RowVector ?? throw new PtxUnsupportedException($"{tile.Name}: a vector along the loop");
        if (tile.Shape.Length != _own) throw new PtxUnsupportedException($"{tile.Name}: a vector of {tile.Shape}");
        var key = (_plan.Places[tile], 0);
        if (!_placed.TryGetValue(key, out var there))
            _placed[key] = there = new RowVector([.. Enumerable.Range(0, Slabs).Select(slab => _w.New(PtxType.F32, $"{tile.Name}_{slab}", 2))]);
        _tiles[tile] = there;
        return (RowVector)there;
    }

    /// <summary>One number for the whole block.</summary>
    private Scalar Number(Tile tile)
    {
        if (!_tiles.TryGetValue(tile, out var known)) _tiles[tile] = known = new Scalar(_w.New(PtxType.F32, tile.Name));
        return (Scalar)known;
    }

    private PtxExpressions Expressions(Expr original, Shape domain, IReadOnlyList<Tile> args, out Expr expr)
    {
        if (domain.Rows != _own && domain.Cols == _own) original = Positions.Transposed(original);
        expr = original.Substitute(n => _factors.TryGetValue(args[n], out var factor) && factor != 1 ? factor * new Arg(n) : new Arg(n));
        if (_isWhole) expr = WithoutMasks(expr);
        return new(_w, (n, at) => Register(args[n], at), n => AlongOf(args[n]), Position, Run, FromBlock);
    }

    private Varies AlongOf(Tile tile) => tile.Shape.IsVector
        ? (tile.Shape.Length == _own ? Varies.Rows : tile.Shape.Length == Dim.One ? Varies.Nowhere : Varies.Columns)
        : Varies.Everywhere;

    private string Register(Tile tile, Element at) => TileOf(tile) switch
    {
        Fragments f => f.Registers[at.Slab][at.Group][2 * at.Half + at.Side],
        RowVector v => v.Registers[at.Slab][at.Half],
        ColumnVector v => v.Registers[at.Group][at.Side],
        Scalar s => s.Register,
        SharedTile s when tile.Shape.Rows == _own => Pair(s, at)[at.Side],
        _ => throw new PtxUnsupportedException($"{tile.Name}: an element of what all warps share"),
    };

    private PtxTile TileOf(Tile tile) => _tiles.TryGetValue(tile, out var known) ? known : tile.Shape.Length == Dim.One ? Number(tile) : tile.Shape.IsVector ? Vector(tile) : Matrix(tile);

    /// <summary>Two numbers beside each other of the thread's own rows in shared memory.</summary>
    private string[] Pair(SharedTile tile, Element at)
    {
        var key = (tile.Offset, at.Slab, at.Half, at.Group);
        if (_pairs.TryGetValue(key, out var known)) return known;
        var both = _w.Int("pair", "ld.shared.b32", $"[{_ownRows[tile.Pitch]}+{Literals.Integer(tile.Offset + (16 * at.Slab + 8 * at.Half) * tile.Pitch + 16 * at.Group)}]");
        var (left, right) = (_w.New(PtxType.F32, "left"), _w.New(PtxType.F32, "right"));
        var (low, high, none) = (_w.New(PtxType.B16, "low"), _w.New(PtxType.B16, "high"), _none);
        _w.Op("mov.b32", PtxWriter.Set([low, high]), both);
        _w.Op("mov.b32", left, PtxWriter.Set([none, low]));
        _w.Op("mov.b32", right, PtxWriter.Set([none, high]));
        return _pairs[key] = [left, right];
    }

    private readonly Dictionary<(int, int, int, int), string[]> _pairs = [];

    /// <summary>The lower half of a float that had 16 bits.</summary>
    private string _none = "";

    /// <summary>Where a thread's first element of what the item has in shared memory lies, by the pitch of rows.</summary>
    private readonly Dictionary<int, string> _ownRows = [];

    /// <summary>A number for each row of the item, or for each of the loop's block.</summary>
    private void LoadVector(Tile tile, Load load)
    {
        if (tile.Shape.Length == _own)
        {
            var vector = Vector(tile);
            foreach (var (slab, half) in OwnRowsOfThread())
                LoadNumber(vector.Registers[slab][half], load.Tensor, _w.Int("row", "add.s32", _firstOfThread, Literals.Integer(16 * slab + 8 * half)), _ownEnd);
            return;
        }

        var columns = new ColumnVector([.. Enumerable.Range(0, LoopRows / 8).Select(g => _w.New(PtxType.F32, $"{tile.Name}_{g}", 2))]);
        _tiles[tile] = columns;
        for (var group = 0; group < LoopRows / 8; group++)
        {
            for (var side = 0; side < 2; side++)
                LoadNumber(columns.Registers[group][side], load.Tensor, _w.Int("row", "add.s32", _columnOfTurn, Literals.Integer(8 * group + side)), _loopEnd);
        }
    }

    /// <summary>0 where there is no such row.</summary>
    private void LoadNumber(string to, string tensor, string row, string end)
    {
        var isThere = _w.Condition("there", "setp.lt.u32", row, end);
        var address = _w.Address("at", "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", row), _bases[tensor + "Time"], _bases[tensor]);
        _w.Op("mov.f32", to, PtxWriter.Constant(0));
        _w.OpIf(isThere, "ld.global.f32", to, $"[{address}]");
    }

    private string Position(Place place, Element at) => place switch
    {
        Place.Row or Place.RowNumber => OwnPosition(at),
        Place.Col or Place.ColNumber => LoopPosition(at),
        Place.Origin => _w.Float("origin", "cvt.rn.f32.s32", Origin),
        Place.Head when !IsOverHeads => _w.Float("head", "cvt.rn.f32.u32", _head),
        Place.Head => throw new PtxUnsupportedException("what differs from head to head, where heads share their keys"),
        _ => throw new PtxUnsupportedException(place.ToString()),
    };

    /// <summary>From where positions in a block are counted.</summary>
    private string Origin => _own == Dim.C ? _first : _origin.Length > 0 ? _origin : throw new PtxUnsupportedException("a position in front of the loop");

    private string FromBlock(double position) => _w.Float("place", "cvt.rn.f32.s32", _w.Int("place", "sub.s32", Literals.Integer((long)position), Origin));

    private string OwnPosition(Element at) => _aheadOfBlock.Length == 0 ? throw new PtxUnsupportedException("a position in front of the loop") : _ownPositions.TryGetValue((at.Slab, at.Half), out var known) ? known : _ownPositions[(at.Slab, at.Half)] =
        _w.Float("row", "add.f32", _aheadOfBlock, PtxWriter.Constant(16 * at.Slab + 8 * at.Half));

    private string LoopPosition(Element at) => _loopPositions.TryGetValue((at.Group, at.Side), out var known) ? known : _loopPositions[(at.Group, at.Side)] =
        _w.Float("column", "add.f32", _columnOfThread, PtxWriter.Constant(8 * at.Group + at.Side));

    private readonly Dictionary<(int, int), string> _ownPositions = [], _loopPositions = [];

    /// <summary>Position of the thread's first row, counted from the loop's block; of its first column.</summary>
    private string _aheadOfBlock = "", _columnOfThread = "";

    private string Run(string name) => _w.Float(name, "cvt.rn.f32.s32", Number(name));
}
