using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Ptx;

/// <summary>
/// Prints one planned program as PTX for tensor cores. A block of threads takes an item of the program's grid: its rows are dealt to the warps,
/// and everything that has these rows stays in registers; the blocks that the loop visits are fetched into shared memory while the one before is
/// worked on, and all warps read them there.
/// </summary>
internal sealed partial class PtxKernelWriter
{
    private const int Warps = 4;

    private readonly PtxWriter _w = new();
    private readonly KernelSignature _signature;
    private readonly CpuPlan _plan;

    /// <summary>Whether several query heads share one of the keys.</summary>
    private readonly bool _isGrouped;

    /// <summary>The dimension whose rows are dealt to the warps.</summary>
    private readonly Dim _own;

    private readonly Dictionary<Tile, PtxTile> _tiles = [];
    /// <summary>By place, and groups of columns; 0 of a vector.</summary>
    private readonly Dictionary<(Storage, int Groups), PtxTile> _placed = [];

    /// <summary>Constants by which a tile has yet to be multiplied: products take operands as they lie in memory.</summary>
    private readonly Dictionary<Tile, double> _factors = [];

    private readonly List<string> _tensors = [];
    private readonly HashSet<string> _halves = [];
    private readonly List<string> _numbers = [];
    private int _sharedBytes;

    private PtxKernelWriter(KernelSignature signature, bool isGrouped)
    {
        (_signature, _plan, _isGrouped) = (signature, signature.Plan, isGrouped);
        _own = _plan.Program.Grid ?? throw new PtxUnsupportedException($"{signature.Name} has no blocks of its own");
    }

    private int OwnRows => _plan.Sizes.Of(_own);

    private int Slabs => OwnRows / (16 * Warps);

    private int LoopRows => _plan.Sizes.Of(_plan.Program.Loop);

    /// <param name="signature">The kernel.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="isGrouped">Whether several query heads share one of the keys.</param>
    /// <exception cref="PtxUnsupportedException">The program has something for which there are no instructions here.</exception>
    public static PtxKernel Write(KernelSignature signature, string summary, bool isGrouped) => new PtxKernelWriter(signature, isGrouped).Write(summary);

    private PtxKernel Write(string summary)
    {
        if (OwnRows % (16 * Warps) != 0 || LoopRows % 16 != 0) throw new PtxUnsupportedException($"blocks of {OwnRows} and {LoopRows}");
        PlaceShared();
        Begin();
        Fetch();
        if (_plan.Head.Any(ReadsElements))
        {
            _w.Op("cp.async.commit_group");
            _w.Op("cp.async.wait_group", "0");
            _w.Op("bar.sync", "0");
        }

        Steps(_plan.Head, isWhole: true);
        Loop();
        Steps(_plan.Tail, isWhole: true);
        _w.Op("ret");
        return new(_signature.Name, summary, _own == Dim.C, Module(), OwnRows, LoopRows, 32 * Warps, _sharedBytes, [.. _tensors.Select(t => new PtxTensor(t, _halves.Contains(t)))], _numbers);
    }

    private string Module()
    {
        var parameters = _tensors.SelectMany(t => new[] { $".param .u64 {t}", $".param .u64 {t}Batch", $".param .u64 {t}Head", $".param .u64 {t}Time" })
            .Concat(_numbers.Select(n => $".param .u32 {n}"));
        return $$"""
            .version 7.4
            .target sm_80
            .address_size 64

            .extern .shared .align 16 .b8 sharedMemory[];

            .visible .entry {{_signature.Name}}(
                {{string.Join(",\n    ", parameters)}}
            )
            .maxntid {{32 * Warps}}, 1, 1
            {
            {{_w}}}

            """;
    }

    /// <summary>Whether a step reads shared memory other than by a product.</summary>
    private bool ReadsElements(PlanStep s) => s.Op is Map or Reduce && !IsScaling(s) && s.Args.Any(a => _tiles.TryGetValue(a, out var t) && t is SharedTile);

    /// <summary>Whether a step is a constant times what lies in shared memory, which products read where it lies.</summary>
    private bool IsScaling(PlanStep s) => s.Op is Map { Expr: Binary { Op: BinaryOp.Mul, A: Const, B: Arg } } && _tiles.TryGetValue(s.Args[0], out var of) && of is SharedTile;

    /// <summary>A number of the call.</summary>
    private string Number(string name)
    {
        if (!_numbers.Contains(name)) _numbers.Add(name);
        return _loaded.TryGetValue(name, out var known) ? known : _loaded[name] = _w.Int(name, "ld.param.u32", $"[{name}]");
    }

    private readonly Dictionary<string, string> _loaded = [];

    /// <summary>Whether angles are loaded, a pair of channels each.</summary>
    private static bool IsTable(Load load) => load.Shape.Cols == Dim.P;

    /// <summary>Every tile that is loaded by rows and read by products lies in shared memory: those of the loop twice.</summary>
    private void PlaceShared()
    {
        foreach (var s in _plan.Program.Statements)
        {
            if (s.Op is not Load { Access: Access.Rows } load || load.Pattern is not null || load.Beside is not null || load.Shape.Cols == Dim.One || IsTable(load)) continue;
            var columns = _plan.Sizes.Of(load.Shape.Cols);
            if (columns % 16 != 0) throw new PtxUnsupportedException($"{columns} channels: a multiple of 16 is wanted");
            var rows = _plan.Sizes.Of(load.Shape.Rows);
            var tile = new SharedTile(_sharedBytes, rows, columns, Stage: load.Shape.Rows == _own ? 0 : rows * SharedTile.PitchOf(columns));
            _sharedBytes += tile.Bytes * (tile.Stage == 0 ? 1 : 2);
            _tiles[s.Result!] = tile;
            _halves.Add(load.Tensor);
            if (!_tensors.Contains(load.Tensor)) _tensors.Add(load.Tensor);
        }
    }
}
