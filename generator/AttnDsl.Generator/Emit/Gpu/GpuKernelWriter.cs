using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Gpu;

/// <summary>
/// Prints one planned program as an ILGPU kernel: a thread group takes an item, every step is a loop over elements dealt to its
/// threads, and a barrier ends the step. Primitives print their steps through it.
/// </summary>
internal sealed class GpuKernelWriter
{
    private readonly SourceWriter _out;
    private readonly GpuSignature _kernel;
    private readonly CpuPlan _plan;
    private readonly TileNames _names;

    private GpuKernelWriter(SourceWriter output, GpuSignature kernel) =>
        (_out, _kernel, _plan, _names) = (output, kernel, kernel.Plan, new(kernel.Plan));

    /// <param name="checksOverflow">Whether the project checks integer arithmetic; kernels cannot.</param>
    public static void Write(SourceWriter output, GpuSignature kernel, bool checksOverflow) => new GpuKernelWriter(output, kernel).Write(checksOverflow);

    // What primitives ask.

    public void Line(string line) => _out.Line(line);

    public IDisposable Block(string header) => _out.Block(header);

    /// <summary>Length of a dimension: a constant, or the rows of this turn's block.</summary>
    /// <summary>The greatest length of a dimension, for what a kernel sets aside.</summary>
    public int Greatest(Dim dim) => _plan.Sizes.Of(dim);

    public string Size(Dim dim) => (dim == Dim.C || dim == Dim.R) && _plan.Sizes.Of(dim) > 1 ? dim.Letter : Literals.Integer(_plan.Sizes.Of(dim));

    /// <summary>An element of a tile; of a vector, whichever way it lies.</summary>
    public string At(Tile tile, string row, string col)
    {
        var (rows, cols) = (tile.Shape.Rows, tile.Shape.Cols);
        if (rows == Dim.One) return $"{_names[tile]}[{(cols == Dim.One ? "0" : col)}]";
        return cols == Dim.One ? $"{_names[tile]}[{row}]" : $"{_names[tile]}[{row} * {_names.Stride(tile)} + {col}]";
    }

    public bool SameStorage(Tile a, Tile b) => _plan.Places[a] == _plan.Places[b];

    /// <summary>A row of a tensor whose column is gathered or scattered.</summary>
    public string Column(string tensor, Dim rows, string row)
    {
        var block = _kernel.Rows(tensor, rows);
        return $"{(block.StartsWith("sinks ?", StringComparison.Ordinal) ? $"({block})" : block)}[{row} * {tensor}Step]";
    }

    /// <summary>A row of a tensor by its number.</summary>
    public string Row(string tensor, string row) => _kernel.Row(tensor, row);

    /// <summary>A loop over the elements of a shape, dealt to the threads, and the barrier that ends the step.</summary>
    /// <param name="body">Gets the element's row and column.</param>
    public void Elements(Shape shape, Action<string, string> body)
    {
        if (shape.Rows == Dim.One || shape.Cols == Dim.One)
        {
            Threads(shape.Length, shape.Cols == Dim.One && shape.Rows != Dim.One ? "i" : "j", n => body(shape.Rows == Dim.One ? "0" : n, shape.Cols == Dim.One ? "0" : n));
            return;
        }

        using (_out.Block($"for (int e = lane; e < {Size(shape.Rows)} * {Size(shape.Cols)}; e += lanes)"))
        {
            _out.Line($"int i = e / {Size(shape.Cols)}, j = e % {Size(shape.Cols)};");
            body("i", "j");
        }

        Barrier();
    }

    /// <summary>A loop over one dimension, dealt to the threads, and the barrier that ends the step.</summary>
    public void Threads(Dim dim, string index, Action<string> body)
    {
        using (dim == Dim.One ? _out.Block("if (lane == 0)") : _out.Block($"for (int {index} = lane; {index} < {Size(dim)}; {index} += lanes)"))
            body(dim == Dim.One ? "0" : index);
        Barrier();
    }

    /// <summary>Prints what an expression needs before it, and returns it at an element of its domain.</summary>
    public string Value(Expr expr, IReadOnlyList<Tile> args, Shape domain, string row, string col) =>
        new ScalarPrinter(Line, n => At(args[n], row, col), place => Position(place, domain, row, col), FromBlock).Print(expr);

    public void Barrier() => _out.Line("Group.Barrier();");

    private string Position(Place place, Shape domain, string row, string col)
    {
        if (place == Place.Head) return "(float)h";
        if (place == Place.Origin) return $"(float){(Origin == "t" ? "t" : $"({Origin})")}";
        var (dim, index) = place is Place.Row or Place.RowNumber ? (domain.Rows, row) : (domain.Cols, col);
        return dim == Dim.R && IsTwoSided && place is Place.Row or Place.Col ? $"(float)(ahead + {index})" : $"(float){index}";
    }

    /// <summary>
    /// A position counted from the start of the sequence, as one counted from the block's first key: masks compare positions, and
    /// small numbers are exact in float however long the sequence is.
    /// </summary>
    private string FromBlock(double position) => $"(float)({Literals.Number(position)} - {(Origin == "t" ? "t" : $"({Origin})")})";

    /// <summary>Row of the block's first key, from which positions are counted.</summary>
    private string Origin => _plan.Program.Visits != Visits.Visible ? "t" : _kernel.SinkTokens > 0 ? "partFirst + t" : "keyFirst + t";

    /// <summary>Row of the block's first query among those of the keys.</summary>
    private string FirstQuery => _plan.Program.Visits == Visits.Visible || (_plan.Program.Visits == Visits.Seeing && _kernel.Causal) ? "queryFirst + query" : "query";

    /// <summary>Whether queries and keys are blocks of their own.</summary>
    private bool IsTwoSided => _plan.Program is { Visits: Visits.Visible or Visits.Seeing } or { Visits: Visits.All, Grid: not null };

    private void Write(bool checksOverflow)
    {
        _out.Line("/// <summary>");
        foreach (var line in _kernel.Summary.Split('\n')) _out.Line("/// " + line);
        _out.Line("/// </summary>");
        _out.Line($"public static void {_kernel.Name}(");
        for (var n = 0; n < _kernel.Parameters.Count; n++)
            _out.Line($"    {_kernel.Parameters[n]}{(n == _kernel.Parameters.Count - 1 ? ")" : ",")}");
        using (_out.Braces())
        {
            var wrapped = checksOverflow ? _out.Block("unchecked") : (IDisposable?)null;
            _out.Line("int lane = Group.IdxX, lanes = Group.DimX;");
            foreach (var line in _kernel.Locals) _out.Line(line);
            ScratchTiles();
            _out.Line();
            _out.Line($"// {_kernel.ItemSentence}");
            using (_out.Block("for (int item = Grid.IdxX; item < call.Items; item += Grid.DimX)"))
            {
                foreach (var line in _kernel.ItemLocals) _out.Line(line);
                var heads = _kernel.HeadLoop is { } loop ? _out.Block(loop) : (IDisposable?)null;
                foreach (var line in _kernel.UnitLocals) _out.Line(line);
                if (_plan.Program.Grid is { } grid) RowTiles(_plan.Head.Concat(_plan.Tail).Concat(_plan.Body), grid);
                Steps(_plan.Head);
                if (_plan.Body.Count > 0) GpuLoops.Write(_out, _kernel, Body);
                Steps(_plan.Tail);
                heads?.Dispose();
            }

            wrapped?.Dispose();
        }
    }

    /// <summary>One view a scratch tile, with its shape.</summary>
    private void ScratchTiles()
    {
        if (_kernel.ScratchFloats == 0) return;
        _out.Line();
        _out.Line("// Tiles in this group's scratch memory; those that do not live at the same time share it.");
        _out.Line($"var work = scratch.SubView((long)Grid.IdxX * {_kernel.ScratchFloats});");
        var seen = new HashSet<string>();
        foreach (var tile in _plan.Steps.SelectMany(s => s.Args.Append(s.Target)))
        {
            if (_plan.Places[tile] is Scratch place && seen.Add(_names[tile]))
                _out.Line($"var {_names[tile]} = work.SubView({place.Offset}); // [{tile.Shape.Rows},{tile.Shape.Cols}]");
        }
    }

    private void Body()
    {
        if (_kernel.BlockMask is { } mask)
        {
            foreach (var member in _kernel.PerToken)
            {
                var (rows, step) = (_kernel.Rows(Functions.PerToken(member), Dim.R), Functions.PerToken(member) + "Step");
                _out.Line($"long {MaskEmitter.Least(member)} = GpuMasks.Least({rows}, {Size(Dim.R)}, {step}), {MaskEmitter.Most(member)} = GpuMasks.Most({rows}, {Size(Dim.R)}, {step});");
            }

            _out.Line(MaskEmitter.Skip(mask, FirstQuery, Size(Dim.R), Origin, Size(Dim.C), "h", _kernel.MeasuresGap ? _kernel.SinkTokens : null, _kernel.PerToken));
        }

        if (IsTwoSided && _plan.Body.Any(s => UsesPosition(s.Op)))
            _out.Line($"int ahead = {FirstQuery} - {(Origin == "t" ? Origin : $"({Origin})")}; // of the block's first key is the first query");
        RowTiles(_plan.Body, _plan.Program.Loop);
        Steps(_plan.Body);
    }

    /// <summary>This block's rows of each tensor.</summary>
    private void RowTiles(IEnumerable<PlanStep> steps, Dim rows)
    {
        var seen = new HashSet<string>();
        foreach (var tile in steps.SelectMany(s => s.Args.Append(s.Target)))
        {
            if (!_plan.Places.TryGetValue(tile, out var place)) continue;
            if (place is TensorRows tensor && TileNames.TimeOf(tile.Shape) == rows && seen.Add(tensor.Tensor))
                _out.Line($"var {_names[tile]} = {_kernel.Rows(tensor.Tensor, rows)}; // [{tile.Shape.Rows},{tile.Shape.Cols}]");
            if (place is TensorSlot slot && rows == _plan.Program.Loop && seen.Add(slot.Tensor))
                _out.Line($"var {_names[tile]} = {slot.Tensor}.SubView((long)(t / {_plan.Sizes.C}) * {_plan.Sizes.Of(tile.Shape.Rows) * _plan.Sizes.Of(tile.Shape.Cols)}); // [{tile.Shape.Rows},{tile.Shape.Cols}]");
        }
    }

    private static bool UsesPosition(Primitive op) =>
        (op is Map m ? m.Expr : op is Reduce r ? r.Expr : null)?.Any(e => e is Position { Place: Place.Row or Place.Col }) == true;

    private void Steps(IReadOnlyList<PlanStep> steps)
    {
        var stage = "";
        foreach (var s in steps)
        {
            if (s.Op is Load && !_names.IsScratch(s.Target)) continue;
            if (s.Op is StopGradient || (s.Op is Transpose && s.Args[0].Shape.IsVector)) continue;
            if (s.Stage != stage && s.Stage.Length > 0)
            {
                _out.Line();
                _out.Line("// " + s.Stage);
                stage = s.Stage;
            }

            s.Op.Gpu(this, s);
        }
    }
}
