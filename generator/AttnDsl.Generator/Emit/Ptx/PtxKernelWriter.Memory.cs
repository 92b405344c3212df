using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Emit.Ptx;

/// <content>Where threads stand, and what is fetched.</content>
internal sealed partial class PtxKernelWriter
{
    /// <summary>The thread's first row among all of the tensor's, its first column in this turn's block.</summary>
    private string _firstOfThread = "", _columnOfTurn = "";

    private string _thread = "", _lane = "", _warp = "", _shared = "", _head = "", _keyHead = "", _first = "", _rowInBlock = "", _columnInGroup = "";

    /// <summary>Rows that are there: of the grid's dimension and of the loop's.</summary>
    private string _ownEnd = "", _loopEnd = "";

    /// <summary>Where a thread's part of a copy goes and comes from, by the width of rows.</summary>
    private readonly Dictionary<int, (string Row, string Chunk)> _copies = [];

    private readonly Dictionary<(bool Across, int Pitch), string> _lanes = [];
    private readonly Dictionary<string, string> _bases = [];

    private void Begin()
    {
        _thread = _w.Int("thread", "mov.u32", "%tid.x");
        _lane = _w.Int("lane", "and.b32", _thread, "31");
        _warp = _w.Int("warp", "shr.u32", _thread, "5");
        _shared = _w.Int("shared", "mov.u32", "sharedMemory");
        var item = _w.Int("item", "mov.u32", "%ctaid.y");
        var heads = Number("heads");
        var batch = _w.Int("batch", "div.u32", item, heads);
        _head = _keyHead = _w.Int("head", "rem.u32", item, heads);
        if (_isGrouped && _own == Dim.R) _keyHead = _w.Int("keyHead", "div.u32", _head, Number("group"));
        else if (_isGrouped) _head = _w.Int("head", "mul.lo.u32", _keyHead, Number("group"));
        var block = _w.Int("block", "mov.u32", "%ctaid.x");
        if (_plan.Program.Visits == Visits.Visible)
        {
            // Blocks of many keys first.
            block = _w.Int("block", "sub.s32", _w.Int("last", "add.s32", _w.Int("blocks", "mov.u32", "%nctaid.x"), "-1"), block);
        }

        _first = _w.Int("first", "mul.lo.u32", block, Literals.Integer(OwnRows));
        _rowInBlock = _w.Int("row", "mad.lo.u32", _warp, Literals.Integer(16 * Slabs), _w.Int("row", "shr.u32", _lane, "2"));
        _columnInGroup = _w.Int("column", "shl.b32", _w.Int("column", "and.b32", _lane, "3"), "1");
        (_ownEnd, _loopEnd) = _own == Dim.R ? (Number("queryCount"), Number("keyCount")) : (Number("keyCount"), Number("queryCount"));
        if (_signature.Causal) (_, _) = (Number("queryFirst"), Number("keyFirst"));
        foreach (var name in RunTimeValues().Distinct()) Number(name);
        _firstOfThread = _w.Int("row", "add.s32", _first, _rowInBlock);
        _none = _w.New(PtxType.B16, "none");
        _w.Op("mov.b16", _none, "0");
        // Whatever several places read is computed here, in front of every branch.
        foreach (var tile in _tiles.Values.OfType<SharedTile>())
        {
            foreach (var across in new[] { false, true }) LaneOffset(across, tile.Pitch);
            Mine(tile.Columns / 8);
            if (_ownRows.ContainsKey(tile.Pitch)) continue;
            var row = _w.Int("ownRow", "mad.lo.u32", _rowInBlock, Literals.Integer(tile.Pitch), _shared);
            _ownRows[tile.Pitch] = _w.Int("ownRow", "mad.lo.u32", _columnInGroup, "2", row);
        }

        foreach (var tensor in _tensors.ToList()) Base(tensor, batch);
        foreach (var tensor in Vectors().Concat(Stored()).Distinct().Except(_tensors).ToList())
        {
            _tensors.Add(tensor);
            Base(tensor, batch);
        }
    }

    private IEnumerable<string> Vectors() => _plan.Program.Statements.Select(s => s.Op).OfType<Load>().Where(l => (l.Access is Access.Rows or Access.Parameter && l.Shape.IsVector) || IsTable(l)).Select(l => l.Tensor);

    private IEnumerable<string> Stored() => _plan.Program.Statements.Select(s => s.Op).OfType<Store>().Select(s => s.Tensor);

    /// <summary>What the call says beside the numbers of rows and heads.</summary>
    private IEnumerable<string> RunTimeValues()
    {
        var found = _plan.Steps.SelectMany(s => s.Op switch
        {
            Map m => Names(m.Expr),
            Reduce r => Names(r.Expr),
            _ => [],
        });
        return _signature.Window == RunTimeValue.Window ? found.Append(RunTimeValue.Window) : found;

        static IEnumerable<string> Names(Expr e) => e is RunTimeValue v ? [v.Name] : e.Parts.SelectMany(Names);
    }

    private static bool IsOfKeys(string tensor) => tensor is "keys" or "values" or "keysGrad" or "valuesGrad" || IsOfGates(tensor);

    /// <summary>Whether a row of key heads holds a number for each query head.</summary>
    private static bool IsOfGates(string tensor) => tensor is "gateSums" or "gateRests" or "gateSumsGrad" or "keyGates" or "keyGateRests" or "keyGatesGrad";

    /// <summary>The first row of a tensor that belongs to the item's sequence and head.</summary>
    private void Base(string tensor, string batch)
    {
        var address = _w.Address(tensor, "ld.param.u64", $"[{tensor}]");
        var global = _w.Address(tensor, "cvta.to.global.u64", address);
        var wide = _w.Address("wide", "cvt.u64.u32", batch);
        global = _w.Address(tensor, "mad.lo.u64", wide, _w.Address(tensor + "Batch", "ld.param.u64", $"[{tensor}Batch]"), global);
        if (IsOfGates(tensor) && IsOverHeads) throw new PtxUnsupportedException($"{tensor}: a number a query head, for heads that share their keys");
        var head = IsOfKeys(tensor) ? _keyHead : _head;
        _bases[tensor + "Head"] = _w.Address(tensor + "Head", "ld.param.u64", $"[{tensor}Head]");
        global = _w.Address(tensor, "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", head), _bases[tensor + "Head"], global);
        if (IsOfGates(tensor) && _isGrouped)
        {
            var member = _w.Int("member", "rem.u32", _head, Number("group"));
            global = _w.Address(tensor, "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", member), "4", global);
        }

        _bases[tensor] = global;
        _bases[tensor + "Time"] = _w.Address(tensor + "Time", "ld.param.u64", $"[{tensor}Time]");
    }

    /// <summary>The tiles of the item itself on their way to shared memory.</summary>
    private void Fetch()
    {
        foreach (var s in _plan.Program.Head.Where(s => s.Result is { } r && _tiles.TryGetValue(r, out var t) && t is SharedTile))
            Copy((SharedTile)_tiles[s.Result!], ((Load)s.Op).Tensor, _first, _ownEnd, stage: null);
    }

    /// <summary>The loop's tiles of one turn.</summary>
    private void FetchTurn(string from, string end, string? stage)
    {
        foreach (var s in _plan.Program.Body.Where(s => s.Result is { } r && _tiles.TryGetValue(r, out var t) && t is SharedTile))
            Copy((SharedTile)_tiles[s.Result!], ((Load)s.Op).Tensor, from, end, stage);
        _w.Op("cp.async.commit_group");
    }

    /// <summary>Rows from one on, 16 bytes a thread at a time; those behind the last are zeros.</summary>
    private void Copy(SharedTile tile, string tensor, string from, string end, string? stage)
    {
        var chunks = tile.Columns / 8;
        var mine = Mine(chunks);
        _w.Comment($"{tensor}: {Literals.Integer(tile.Rows)} rows of {Literals.Integer(tile.Columns)}");
        var rowsATime = 32 * Warps / chunks;
        var to = _w.Int("to", "mad.lo.u32", mine.Row, Literals.Integer(tile.Pitch), _shared);
        to = _w.Int("to", "mad.lo.u32", mine.Chunk, "16", to);
        if (stage is not null) to = _w.Int("to", "mad.lo.u32", stage, Literals.Integer(tile.Stage), to);
        var row = _w.Int("source", "add.u32", from, mine.Row);
        var address = _w.Address("source", "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", row), _bases[tensor + "Time"], _bases[tensor]);
        address = _w.Address("source", "mad.lo.u64", _w.Address("wide", "cvt.u64.u32", mine.Chunk), "16", address);
        var step = _w.Address("step", "mul.lo.u64", _bases[tensor + "Time"], Literals.Integer(rowsATime));
        // Threads that no chunk is left for copy nothing.
        var isUsed = 32 * Warps % chunks == 0 ? null : _w.Condition("used", "setp.lt.u32", mine.Row, Literals.Integer(rowsATime));
        for (var r = 0; r < tile.Rows; r += rowsATime)
        {
            var at = r == 0 ? row : _w.Int("source", "add.u32", row, Literals.Integer(r));
            var isThere = _w.Condition("there", "setp.lt.u32", at, end);
            var bytes = _w.Int("bytes", "selp.b32", "16", "0", isThere);
            if (r > 0) address = _w.Address("source", "add.u64", address, step);
            // Behind the last row nothing is read, not even the address.
            var safe = _w.Address("source", "selp.b64", address, _bases[tensor], isThere);
            var condition = isUsed;
            if (r + rowsATime > tile.Rows)
            {
                var within = _w.Condition("within", "setp.lt.u32", mine.Row, Literals.Integer(tile.Rows - r));
                if (isUsed is not null) _w.Op("and.pred", within, within, isUsed);
                condition = within;
            }

            string[] operands = [$"[{to}+{Literals.Integer(tile.Offset + r * tile.Pitch)}]", $"[{safe}]", "16", bytes];
            if (condition is null) _w.Op("cp.async.cg.shared.global", operands);
            else _w.OpIf(condition, "cp.async.cg.shared.global", operands);
        }
    }

    /// <summary>Which row and which 16 bytes of it a thread copies first.</summary>
    private (string Row, string Chunk) Mine(int chunks) => _copies.TryGetValue(chunks, out var mine) ? mine : _copies[chunks] =
        (_w.Int("copyRow", "div.u32", _thread, Literals.Integer(chunks)), _w.Int("copyChunk", "rem.u32", _thread, Literals.Integer(chunks)));

    /// <summary>Where a thread begins when a warp takes four 8×8 matrices from shared memory at once.</summary>
    /// <param name="across">Whether the second matrix lies beside the first, not below it.</param>
    private string LaneOffset(bool across, int pitch)
    {
        if (_lanes.TryGetValue((across, pitch), out var known)) return known;
        string row, chunk;
        if (across)
        {
            row = _w.Int("r", "mad.lo.u32", _w.Int("r", "shr.u32", _lane, "4"), "8", _w.Int("r", "and.b32", _lane, "7"));
            chunk = _w.Int("h", "and.b32", _w.Int("h", "shr.u32", _lane, "3"), "1");
        }
        else
        {
            row = _w.Int("r", "and.b32", _lane, "15");
            chunk = _w.Int("h", "shr.u32", _lane, "4");
        }

        var offset = _w.Int("lane", "mad.lo.u32", row, Literals.Integer(pitch), _shared);
        return _lanes[(across, pitch)] = _w.Int("lane", "mad.lo.u32", chunk, "16", offset);
    }
}
