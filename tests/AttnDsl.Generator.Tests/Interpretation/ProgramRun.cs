using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Tests.Interpretation;

/// <summary>
/// Interprets a tile program as it is defined: head, body over blocks, tail, the whole for every block of its grid. Strict where generated
/// code is not: a tile is read only where it is in scope and assigned once, what is not written is NaN, and blocks that a mask hides wholly
/// are visited all the same, so that the mask has to say so.
/// </summary>
internal sealed class ProgramRun
{
    private readonly TileProgram _program;
    private readonly Setting _setting;
    private readonly Tensors _tensors;

    private ProgramRun(TileProgram program, Setting setting, Tensors tensors) => (_program, _setting, _tensors) = (program, setting, tensors);

    public static void Run(TileProgram program, Setting setting, Tensors tensors)
    {
        var run = new ProgramRun(program, setting, tensors);
        if (program.Grid is not { } grid)
        {
            run.Item(null);
            return;
        }

        for (var first = 0; first < setting.Time; first += setting.Sizes(grid))
            run.Item(new Block(grid, first, Math.Min(setting.Sizes(grid), setting.Time - first)));
    }

    private int LoopSize => _program.Loop == Dim.One ? 1 : _setting.Sizes(_program.Loop);

    private void Item(Block? grid)
    {
        var outer = new Turn(_setting, grid, null, _program.Loop);
        var known = new Dictionary<Tile, Complex[,]>();
        Region(_program.Head, known, outer);
        var carried = _program.Carries.ToDictionary(c => c, c => Carried(c, known[c.Initial]));
        foreach (var first in Starts(grid))
        {
            var local = new Dictionary<Tile, Complex[,]>(known);
            foreach (var c in _program.Carries) local.Add(c.Start, carried[c]);
            Region(_program.Body, local, outer with { Loop = new Block(_program.Loop, first, Math.Min(LoopSize, _setting.Time - first)) });
            foreach (var c in _program.Carries) carried[c] = Carried(c, local[c.Next]);
        }

        foreach (var c in _program.Carries) known.Add(c.Final, carried[c]);
        Region(_program.Tail, known, outer);
    }

    private Complex[,] Carried(Carry c, Complex[,] value) => c.IsReference && _setting.HoldsStabilisers ? Operations.Held(value) : value;

    /// <summary>First tokens of the blocks that the loop visits, in its order.</summary>
    private IEnumerable<int> Starts(Block? grid)
    {
        var (size, time) = (LoopSize, _setting.Time);
        var all = Enumerable.Range(0, (time + size - 1) / size).Select(n => n * size);
        return _program.Visits switch
        {
            Visits.All or Visits.Seeing => all,
            Visits.AllDescending => all.Reverse(),
            Visits.Visible => all.Where(first => first < grid!.Value.First + grid.Value.Count),
            Visits.BeforeDescending when grid!.Value.First % size == 0 => all.Where(first => first < grid.Value.First).Reverse(),
            Visits.BeforeDescending => throw new ArgumentException($"blocks of {size} do not end where the queries' block begins"),
            _ => throw new NotSupportedException(_program.Visits.ToString()),
        };
    }

    private void Region(IEnumerable<Statement> region, Dictionary<Tile, Complex[,]> known, Turn turn)
    {
        foreach (var s in region)
        {
            try
            {
                var args = s.Args.Select(a => known[a]).ToArray();
                if (s.Op is Store store)
                {
                    Write(store, s.Args[0].Shape, args[0], turn);
                    continue;
                }

                var value = s.Op is Load load ? Read(load, turn) : Operations.Apply(s.Op, args, s.Args, turn);
                var (rows, cols) = (turn.Size(s.Result!.Shape.Rows), turn.Size(s.Result.Shape.Cols));
                if (value.GetLength(0) != rows || value.GetLength(1) != cols) throw new InvalidOperationException($"{value.GetLength(0)}×{value.GetLength(1)}, not {rows}×{cols}");
                known.Add(s.Result, value);
            }
            catch (Exception e) when (e is not NotSupportedException)
            {
                throw new InvalidOperationException($"{s}\n{_program}", e);
            }
        }
    }

    // Memory

    private Complex[,] Read(Load load, Turn turn)
    {
        var (rows, cols) = (turn.Size(load.Shape.Rows), turn.Size(load.Shape.Cols));
        var place = Place(load.Tensor, load.Access, load.Shape, turn);
        if (load.Beside is { } beside) return Operations.Fill(rows, cols, (i, j) => Beside(beside, place.Row(i, j)) is { } token ? place.Values[token, place.Col(j)] : 0);
        return Operations.Fill(rows, cols, (i, j) => !Has(load.Pattern, place.Row(i, j), out var row) ? load.Pattern!.Fill : place.Values[row, place.Col(j)]);
    }

    private void Write(Store store, Shape shape, Complex[,] value, Turn turn)
    {
        // Every block of a grid is an item: what it contributes to a parameter is added to what the others do.
        var adds = store.Accumulate || (store.Access == Access.Parameter && turn.Grid is not null);
        var place = Place(store.Tensor, store.Access, shape, turn, fresh: adds ? 0 : double.NaN, every: store.Pattern?.Every ?? 1);
        for (var i = 0; i < value.GetLength(0); i++)
        for (var j = 0; j < value.GetLength(1); j++)
        {
            if (!Has(store.Pattern, place.Row(i, j), out var row)) continue;
            if (store.Beside is not null)
            {
                if (Beside(store.Beside, row) is not { } token) continue;
                row = token;
            }

            ref var target = ref place.Values[row, place.Col(j)];
            target = adds ? target + value[i, j] : value[i, j];
        }
    }

    /// <summary>The token beside another on a grid; null beside the grid.</summary>
    private int? Beside(Neighbour beside, int token)
    {
        var (row, column) = (token / beside.Columns + beside.Down, token % beside.Columns + beside.Right);
        return row >= 0 && row * beside.Columns < _setting.Time && column >= 0 && column < beside.Columns ? row * beside.Columns + column : null;
    }

    /// <summary>Whether a tensor with a row for some rows of time has one for this, and which.</summary>
    private static bool Has(RowPattern? pattern, int time, out int row)
    {
        row = time / (pattern?.Every ?? 1);
        return pattern is null || time % pattern.Every == pattern.Phase;
    }

    /// <summary>Where a tile lies in a tensor. One that lies along time lies in the rows of its block; a row of R tokens is a column there.</summary>
    private (Complex[,] Values, Func<int, int, int> Row, Func<int, int> Col) Place(string name, Access access, Shape shape, Turn turn, double? fresh = null, int every = 1)
    {
        var tensor = _tensors[name];
        switch (access)
        {
            case Access.Whole or Access.Parameter:
                var whole = tensor.Values ??= New(turn.Size(shape.Rows), turn.Size(shape.Cols));
                // A program may see the cells of a matrix as one row.
                return whole.GetLength(0) != turn.Size(shape.Rows) && shape.Rows == Dim.One
                    ? (whole, (_, j) => j / whole.GetLength(1), j => j % whole.GetLength(1))
                    : (whole, (i, _) => i, j => j);
            case Access.Slot:
                var turnIndex = (turn.Loop ?? throw new InvalidOperationException("outside of the loop there is no turn")).First / LoopSize;
                if (!tensor.Slots.TryGetValue(turnIndex, out var slot)) tensor.Slots[turnIndex] = slot = New(turn.Size(shape.Rows), turn.Size(shape.Cols));
                return (slot, (i, _) => i, j => j);
            case Access.Rows when turn.BlockOf(shape.Rows) is { } down:
                return (tensor.Values ??= New(_setting.Time / every, Width(shape.Cols)), (i, _) => down.First + i, j => j);
            case Access.Rows when turn.BlockOf(shape.Cols) is { } across && shape.Rows == Dim.One:
                return (tensor.Values ??= New(_setting.Time, 1), (_, j) => across.First + j, _ => 0);
            default:
                throw new NotSupportedException($"{access} of {shape}");
        }

        int Width(Dim dim) => dim == Dim.One ? 1 : _setting.Sizes(dim);

        Complex[,] New(int rows, int cols) => fresh is { } value
            ? Operations.Fill(rows, cols, (_, _) => value)
            : throw new InvalidOperationException($"nobody has written {name}");
    }
}
