using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Emit.Ptx;

/// <content>
/// The loop over blocks: the next one is on its way while this one is worked on. It is written twice, once without masks for blocks of
/// which every pair counts.
/// </content>
internal sealed partial class PtxKernelWriter
{
    /// <summary>Position of the block's first key; of the item's first query, less that.</summary>
    private string _origin = "", _ahead = "";

    private void Loop()
    {
        _zero = _w.Float("zero", "mov.f32", PtxWriter.Constant(0));
        WarpOffsets();
        var (from, to) = Bounds();
        // Gradients of keys that several query heads share: the blocks of one head after those of another.
        var headsLeft = IsOverHeads ? _w.Int("headsLeft", "add.s32", Number("group"), "-1") : null;
        var stage = _w.Int("stage", "mov.u32", "0");
        var at = _w.Int("at", "mov.u32", from);
        var (next, end) = (_w.NewLabel("block"), _w.NewLabel("end"));
        _w.Line();
        _w.Comment("The first block on its way.");
        FetchTurn(at, to, stage);
        _w.OpIf(_w.Condition("none", "setp.ge.s32", at, to), "bra", end);
        _w.Line();
        _w.Label(next);
        _w.Comment("This block is there; the copy that the one before used is free.");
        _w.Op("cp.async.wait_group", "0");
        _w.Op("bar.sync", "0");
        var later = _w.Int("later", "add.s32", at, Literals.Integer(LoopRows));
        var other = _w.Int("other", "xor.b32", stage, "1");
        if (_windowFrom.Length > 0)
        {
            _w.Comment("Behind the sinks the window begins.");
            var isBehind = _w.Condition("isBehind", "setp.ge.s32", later, Literals.Integer(_signature.SinkTokens));
            _w.OpIf(isBehind, "max.s32", later, later, _windowFrom);
        }

        var last = _w.NewLabel("last");
        var more = _w.Condition("more", "setp.lt.s32", later, to);
        if (headsLeft is null)
        {
            _w.OpIf("!" + more, "bra", last);
        }
        else
        {
            var fetch = _w.NewLabel("fetch");
            _w.OpIf(more, "bra", fetch);
            _w.OpIf(_w.Condition("isLast", "setp.le.s32", headsLeft, "0"), "bra", last);
            _w.Comment("The next query head.");
            _w.Op("add.s32", headsLeft, headsLeft, "-1");
            _w.Op("mov.u32", later, from);
            _w.Op("setp.lt.s32", more, later, to);
            foreach (var tensor in OfQueries(isShared: true)) _w.Op("add.u64", _bases[tensor], _bases[tensor], _bases[tensor + "Head"]);
            _w.Label(fetch);
        }

        FetchTurn(later, to, other);
        _w.Label(last);
        foreach (var key in Patterns().Where(p => p.Stage != 0).Distinct())
            _w.Op("mad.lo.u32", _staged[key], stage, Literals.Integer(key.Stage), LaneOffset(key.Across, key.Pitch));
        Where(at, to);

        var conditions = Conditions();
        if (conditions is null)
        {
            Body(isWhole: false);
        }
        else
        {
            var (whole, done) = (_w.NewLabel("whole"), _w.NewLabel("done"));
            _w.OpIf(conditions, "bra", whole);
            Body(isWhole: false);
            _w.Op("bra", done);
            _w.Label(whole);
            Body(isWhole: true);
            _w.Label(done);
        }

        if (headsLeft is not null && OfQueries(isShared: false).ToList() is { Count: > 0 } vectors)
        {
            var isNext = _w.Condition("isNext", "setp.eq.s32", later, from);
            foreach (var tensor in vectors) _w.OpIf(isNext, "add.u64", _bases[tensor], _bases[tensor], _bases[tensor + "Head"]);
        }

        _w.Op("mov.u32", at, later);
        _w.Op("mov.u32", stage, other);
        _w.OpIf(more, "bra", next);
        _w.Label(end);
    }

    /// <summary>Whether the loop goes over the query heads of the item's key head.</summary>
    private bool IsOverHeads => _isGrouped && _own == Dim.C;

    /// <summary>What the loop loads of each query: by way of shared memory, a turn ahead, or where it is needed.</summary>
    private IEnumerable<string> OfQueries(bool isShared) => _plan.Program.Body.Where(s => s.Op is Load { Access: Access.Rows } load && load.Shape.Rows != _own && load.Shape.Cols != _own)
        .Where(s => (_tiles.TryGetValue(s.Result!, out var t) && t is SharedTile) == isShared).Select(s => ((Load)s.Op).Tensor).Distinct();

    /// <summary>Where the first query's window begins, if there are sinks in front of it.</summary>
    private string _windowFrom = "";

    private void Body(bool isWhole)
    {
        _w.Line();
        _w.Comment(isWhole ? "Every pair of this block counts." : "Some pairs of this block may not count.");
        _ownPositions.Clear();
        _loopPositions.Clear();
        _there.Clear();
        Steps(_plan.Body, isWhole);
    }

    /// <summary>Which rows the loop goes over.</summary>
    private (string From, string To) Bounds()
    {
        var time = _loopEnd;
        switch (_plan.Program.Visits)
        {
            case Visits.All:
                return ("0", time);
            case Visits.Visible:
                // The first query, as a row of keys, and the row behind the last query.
                var first = _w.Int("firstKey", "sub.s32", _w.Int("firstKey", "add.s32", _first, Number("queryFirst")), Number("keyFirst"));
                var rows = _w.Int("rows", "min.s32", _w.Int("rows", "sub.s32", _ownEnd, _first), Literals.Integer(OwnRows));
                var to = _w.Int("to", "min.s32", time, _w.Int("to", "add.s32", first, rows));
                if (_signature.Window is not { } window) return ("0", to);
                var size = window == "window" ? Number("window") : window;
                var from = _w.Int("from", "add.s32", _w.Int("from", "sub.s32", first, size), "1");
                from = _w.Int("from", "max.s32", from, "0");
                if (_signature.SinkTokens == 0) return (from, to);
                _windowFrom = from;
                return ("0", to);
            case Visits.Seeing:
                var begin = _signature.Causal ? _w.Int("begin", "max.s32", _w.Int("begin", "sub.s32", _first, Number("queryFirst")), "0") : "0";
                if (_signature.Window is not { } seen) return (begin, time);
                // Behind the last query that sees the last key.
                var reach = _w.Int("reach", "add.s32", _w.Int("reach", "add.s32", _first, seen == "window" ? Number("window") : seen), Literals.Integer(OwnRows - 1));
                reach = _w.Int("reach", "min.s32", time, _w.Int("reach", "sub.s32", reach, Number("queryFirst")));
                // Every later query sees the sinks.
                if (_signature.SinkTokens > 0) reach = _w.Int("reach", "selp.b32", time, reach, _w.Condition("hasSinks", "setp.lt.s32", _first, Literals.Integer(_signature.SinkTokens)));
                return (begin, reach);
            default:
                throw new PtxUnsupportedException($"{_plan.Program.LoopText}");
        }
    }

    /// <summary>Positions of this block.</summary>
    private void Where(string at, string to)
    {
        _columnOfTurn = _w.Int("column", "add.s32", at, _columnInGroup);
        var left = _w.Int("left", "sub.s32", to, at);
        _columnsLeft = _w.Int("left", "sub.s32", left, _columnInGroup);
        _blockLeft = left;
        if (!_plan.Steps.Any(s => UsesPosition(s.Op))) return;
        if (_own == Dim.C)
        {
            // Positions are counted from the item's first key.
            _ahead = _w.Int("ahead", "sub.s32", _signature.Causal ? _w.Int("query", "add.s32", Number("queryFirst"), at) : at, _first);
            _aheadOfBlock = _w.Float("row", "cvt.rn.f32.s32", _rowInBlock);
            _columnOfThread = _w.Float("column", "cvt.rn.f32.s32", _w.Int("column", "add.s32", _ahead, _columnInGroup));
            return;
        }

        _origin = _signature.Causal && _plan.Program.Visits == Visits.Visible ? _w.Int("origin", "add.s32", Number("keyFirst"), at) : at;
        var query = _signature.Causal && _plan.Program.Visits == Visits.Visible ? _w.Int("query", "add.s32", Number("queryFirst"), _first) : _first;
        _ahead = _w.Int("ahead", "sub.s32", query, _origin);
        _aheadOfBlock = _w.Float("ahead", "cvt.rn.f32.s32", _w.Int("ahead", "add.s32", _ahead, _rowInBlock));
        _columnOfThread = _w.Float("column", "cvt.rn.f32.s32", _columnInGroup);
    }

    private string _blockLeft = "";

    private static bool UsesPosition(Primitive op) =>
        (op is Map m ? m.Expr : op is Reduce r ? r.Expr : null)?.Any(e => e is Position { Place: Place.Row or Place.Col }) == true;

    /// <summary>Whether everything that masks ask holds for every pair of the block; null where that cannot be told from its ends.</summary>
    private string? Conditions()
    {
        var all = new HashSet<(Expr, Comparison, Expr)>();
        foreach (var s in _plan.Body)
        {
            var expr = s.Op is Map m ? m.Expr : s.Op is Reduce r ? r.Expr : null;
            var domain = s.Op is Map map ? map.Shape : s.Op is Reduce reduce ? reduce.Domain : default;
            if (expr is not null) Collect(domain.Rows != _own && domain.Cols == _own ? Positions.Transposed(expr) : expr, all);
        }

        var isWhole = _w.Condition("whole", "setp.ge.s32", _blockLeft, Literals.Integer(LoopRows));
        foreach (var (a, test, b) in all)
        {
            var place = a is Position && b is Const c ? FromBlock(c.Value) : null;
            if (Ends(a) is not { } x || (place is not null ? (place, place) : Ends(b)) is not { } y) return null;
            var holds = _w.Condition("holds", test == Comparison.Less ? "setp.lt.f32" : "setp.le.f32", x.Most, y.Least);
            _w.Op("and.pred", isWhole, isWhole, holds);
        }

        return isWhole;
    }

    private static void Collect(Expr e, HashSet<(Expr, Comparison, Expr)> all)
    {
        if (e is Select s && IsOfPositions(s))
        {
            all.Add((s.A, s.Test, s.B));
            Collect(s.Then, all);
            return;
        }

        foreach (var part in e.Parts) Collect(part, all);
    }

    /// <summary>Where all conditions on positions hold.</summary>
    private static Expr WithoutMasks(Expr e) => e.Rewrite(x => x is Select s && IsOfPositions(s) ? WithoutMasks(s.Then) : null);

    private static bool IsOfPositions(Select s) => (s.A.Any(IsPosition) || s.B.Any(IsPosition)) && !s.A.Any(x => x is Arg) && !s.B.Any(x => x is Arg);

    private static bool IsPosition(Expr e) => e is Position { Place: Place.Row or Place.Col };

    /// <summary>Between what an expression of positions lies in this block.</summary>
    private (string Least, string Most)? Ends(Expr e)
    {
        switch (e)
        {
            case Const c: return (PtxWriter.Constant(c.Value), PtxWriter.Constant(c.Value));
            case RunTimeValue r: return Run(r.Name) is var value ? (value, value) : null;
            // Rows are the item's, columns the loop's; queries are so far ahead of the first key.
            case Position { Place: Place.Row or Place.Col } p:
                var (rows, isQuery) = p.Place == Place.Row ? (OwnRows, _own == Dim.R) : (LoopRows, _own == Dim.C);
                if (!isQuery) return (PtxWriter.Constant(0), PtxWriter.Constant(rows - 1));
                var first = _w.Float("first", "cvt.rn.f32.s32", _ahead);
                return (first, _w.Float("last", "add.f32", first, PtxWriter.Constant(rows - 1)));
            case Binary { Op: BinaryOp.Add } b when Ends(b.A) is { } x && Ends(b.B) is { } y:
                return (_w.Float("least", "add.f32", x.Least, y.Least), _w.Float("most", "add.f32", x.Most, y.Most));
            case Binary { Op: BinaryOp.Sub } b when Ends(b.A) is { } x && Ends(b.B) is { } y:
                return (_w.Float("least", "sub.f32", x.Least, y.Most), _w.Float("most", "sub.f32", x.Most, y.Least));
            default: return null;
        }
    }

    private IEnumerable<(bool Across, int Pitch, int Stage)> Patterns() =>
        from tile in _tiles.Values.OfType<SharedTile>().Distinct() from across in new[] { false, true } select (across, tile.Pitch, tile.Stage);

    /// <summary>Where a warp's part of what the item itself has in shared memory begins, and a place for what moves with the turns.</summary>
    private void WarpOffsets()
    {
        foreach (var (across, pitch, stage) in Patterns().Distinct())
        {
            if (stage != 0)
            {
                _staged[(across, pitch, stage)] = _w.New(PtxType.B32, "staged");
                continue;
            }

            _warpOffsets[(across, pitch, false)] = _w.Int("own", "mad.lo.u32", _warp, Literals.Integer(16 * Slabs * pitch), LaneOffset(across, pitch));
            _warpOffsets[(across, pitch, true)] = _w.Int("own", "mad.lo.u32", _warp, Literals.Integer(16 * Slabs * 2), LaneOffset(across, pitch));
        }
    }

    /// <summary>The results of a thread, two beside each other at a time, where rows are there.</summary>
    private void StoreFragments(string tensor, Shape shape, System.Func<Element, string> value)
    {
        _halves.Add(tensor);
        var columns = _plan.Sizes.Of(shape.Rows == _own ? shape.Cols : shape.Rows);
        foreach (var (slab, half) in OwnRowsOfThread())
        {
            var row = _w.Int("row", "add.s32", _firstOfThread, Literals.Integer(16 * slab + 8 * half));
            var isThere = _w.Condition("there", "setp.lt.s32", row, _ownEnd);
            var address = _w.Address("out", "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", row), _bases[tensor + "Time"], _bases[tensor]);
            address = _w.Address("out", "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", _columnInGroup), "2", address);
            for (var group = 0; group < columns / 8; group++)
            {
                var pair = _w.Int("pair", "cvt.rn.bf16x2.f32", value(new(slab, half, group, 1)), value(new(slab, half, group, 0)));
                _w.OpIf(isThere, "st.global.b32", $"[{address}+{Literals.Integer(group * 16)}]", pair);
            }
        }
    }

    private void StoreRows(Scheduling.PlanStep s, Store store)
    {
        if (store.Accumulate || store.Access != Access.Rows) throw new PtxUnsupportedException($"what several items add up to: {store.Tensor}");
        if (s.Args[0].Shape is { IsVector: false } whole)
        {
            StoreFragments(store.Tensor, whole, at => Scaled(s.Args[0], Register(s.Args[0], at)));
            return;
        }

        if (s.Args[0].Shape.Length != _own || !s.Args[0].Shape.IsVector) throw new PtxUnsupportedException($"a store of {s.Args[0].Shape}");
        // One thread of the four that have the row's number.
        var isFirst = _w.Condition("isFirst", "setp.eq.s32", _columnInGroup, "0");
        foreach (var (slab, half) in OwnRowsOfThread())
        {
            var row = _w.Int("row", "add.s32", _firstOfThread, Literals.Integer(16 * slab + 8 * half));
            var isThere = _w.Condition("there", "setp.lt.s32", row, _ownEnd);
            _w.Op("and.pred", isThere, isThere, isFirst);
            var address = _w.Address("out", "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", row), _bases[store.Tensor + "Time"], _bases[store.Tensor]);
            _w.OpIf(isThere, "st.global.f32", $"[{address}]", Register(s.Args[0], new(slab, half, -1, -1)));
        }
    }
}
