using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Cpu;

/// <summary>Prints one planned program as a method. Primitives print their steps through it.</summary>
internal sealed class CpuKernelWriter
{
    /// <summary>Measured: a kernel of 175 was still inlined whole, one of 220 was not and ran at two thirds of its speed.</summary>
    private const int InlineOperations = 128;

    private readonly List<OutlinedLoop> _outlined = [];
    private readonly ISet<string> _methods;
    private int _operations;
    private SourceWriter _out;
    private readonly CpuPlan _plan;

    private readonly string _name;
    private readonly int _sinkTokens;
    private readonly bool _causal;
    private readonly Expr? _blockMask;
    private readonly bool _measuresGap;
    private readonly IReadOnlyList<string> _perToken;
    private readonly string? _window;

    private CpuKernelWriter(SourceWriter output, KernelSignature kernel, ISet<string> methods)
    {
        _methods = methods;
        (_out, _plan, _name, _sinkTokens, _causal, Loops) = (output, kernel.Plan, kernel.Name, kernel.SinkTokens, kernel.Causal, new(this));
        (_blockMask, _measuresGap, _perToken, _window) = (kernel.BlockMask, kernel.MeasuresGap, kernel.PerToken, kernel.Window);
    }

    public LoopPrinter Loops { get; }

    /// <param name="methods">Names of the methods of the class; those that the kernel adds join them.</param>
    public static void Write(SourceWriter output, KernelSignature kernel, string summary, ISet<string> methods) => new CpuKernelWriter(output, kernel, methods).Write(kernel, summary);

    // What primitives ask.

    public void Line(string line) => _out.Line(line);

    public IDisposable Block(string header) => _out.Block(header);

    public IDisposable Braces() => _out.Braces();

    /// <summary>The tile's first element, as an argument: <c>ref name</c>.</summary>
    public string Ref(Tile tile) => "ref " + Name(tile);

    /// <summary>Floats from one row to the next.</summary>
    public string Stride(Tile tile) => _plan.Places[tile] switch
    {
        TensorRows rows => Tensor(rows.Tensor, TimeOf(tile.Shape)) + "Step",
        WholeTensor or TensorSlot => Literals.Integer(_plan.Sizes.Of(tile.Shape.Cols)),
        _ => Literals.Integer(CpuPlan.Padded(_plan.Sizes.Of(tile.Shape.Cols))),
    };

    /// <summary>The same, of a tile that may be a column, whose elements lie one after the other.</summary>
    public string RowStep(Tile tile) => tile.Shape.Cols == Dim.One ? "1" : Stride(tile);

    public string At(Tile tile, string row, string col) => row == "0" ? col : $"{row} * {Stride(tile)} + {col}";

    /// <summary>An element of a vector as a place to assign to.</summary>
    public string Element(Tile tile, string index) => index == "0" ? Name(tile) : $"Unsafe.Add({Ref(tile)}, {index})";

    /// <summary>Length of a dimension: a constant, or the rows of this turn's block.</summary>
    public string Size(Dim dim) => IsBlock(dim) ? dim.Letter : Literals.Integer(_plan.Sizes.Of(dim));

    /// <summary>The length, or the greatest length of a block.</summary>
    public int SizeOf(Dim dim) => _plan.Sizes.Of(dim);

    /// <summary>Whether the length is no multiple of every machine's vector, so that the last vector is a partial one.</summary>
    public bool IsRagged(Dim dim) => IsBlock(dim) || _plan.Sizes.Of(dim) % 16 != 0;

    /// <summary>A block of time, which may be shorter at the end; not a single query.</summary>
    private bool IsBlock(Dim dim) => (dim == Dim.C || dim == Dim.R) && _plan.Sizes.Of(dim) > 1;

    /// <summary>Whether reading or writing whole vectors would pass the end of the caller's memory.</summary>
    public bool IsCounted(Tile tile) =>
        _plan.Places[tile] is not Scratch && (tile.Shape.IsVector ? tile.Shape.Length : tile.Shape.Cols) is var cols && cols != Dim.C && cols != Dim.R && _plan.Sizes.Of(tile.Shape.IsVector ? tile.Shape.Length : tile.Shape.Cols) % 16 != 0;

    public bool IsGathered(Tile tile) => _plan.Places[tile] is Scratch;

    public bool SameStorage(Tile a, Tile b) => _plan.Places[a] == _plan.Places[b];

    /// <summary>First row of this turn's block of a tensor whose column is gathered.</summary>
    public string RowsOf(Tile tile) => RowsOf(((Load)_plan.Steps.First(s => s.Target == tile && s.Op is Load).Op).Tensor, tile.Shape.Rows);

    /// <summary>
    /// Position of the first row of a dimension's block, counted from the first key of the block of keys: masks compare positions,
    /// and small numbers are exact in float however long the sequence is.
    /// </summary>
    public string PositionOf(Dim dim) => dim == Dim.R && IsTwoSided ? "ahead + " : "";

    /// <summary>A position counted from the start of the sequence, as one counted from the block's first key.</summary>
    public string FromBlock(double position) => $"{Literals.Number(position)} - {(Origin == "t" ? "t" : $"({Origin})")}";

    /// <summary>Row of the block's first key, from which positions are counted.</summary>
    public string Origin => _plan.Program.Visits != Visits.Visible ? "t" : _sinkTokens > 0 ? "partFirst + t" : "keyFirst + t";

    /// <summary>Row of the block's first query among those of the keys.</summary>
    private string FirstQuery => _plan.Program.Visits == Visits.Visible || (_plan.Program.Visits == Visits.Seeing && _causal) ? "queryFirst + query" : "query";

    /// <summary>Whether queries and keys are blocks of their own.</summary>
    private bool IsTwoSided => _plan.Program is { Visits: Visits.Visible or Visits.Seeing } or { Visits: Visits.All, Grid: not null };

    public void Copy(Tile from, Tile to) => Loops.Map(new Arg(0), to.Shape, [from], to);

    /// <summary>First row of this turn's block of a tensor.</summary>
    public string RowsOf(string tensor, Dim rows) => $"Unsafe.Add(ref {Tensor(tensor, rows)}, {(rows == Dim.R ? "query" : "t")} * {Tensor(tensor, rows)}Step)";

    /// <summary>The keys' tensors are read in two parts where there are sinks.</summary>
    private string Tensor(string tensor, Dim rows) => _sinkTokens > 0 && rows == Dim.C && _plan.Program.Visits == Visits.Visible ? tensor + "Part" : tensor;

    /// <summary>The dimension of a tile that runs along time.</summary>
    private static Dim TimeOf(Shape shape) => shape.Rows == Dim.One && (shape.Cols == Dim.C || shape.Cols == Dim.R) ? shape.Cols : shape.Rows;

    private string Name(Tile tile) => _plan.Places[tile] switch
    {
        WholeTensor whole => whole.Tensor,
        TensorRows rows => LocalName(rows.Tensor, TimeOf(tile.Shape)),
        TensorSlot slot => slot.Tensor + "Block",
        Scratch => ScratchName((Scratch)_plan.Places[tile], tile),
        _ => throw new InvalidOperationException(),
    };

    private string LocalName(string tensor, Dim rows) => tensor + (rows == Dim.R ? "Queries" : "Block");

    /// <summary>Aliases share one name: that of the tile which is written first.</summary>
    private string ScratchName(Scratch place, Tile tile)
    {
        while (_plan.Steps.FirstOrDefault(s => s.Target == tile && (s.Op is StopGradient || (s.Op is Transpose && tile.Shape.IsVector))) is { } same) tile = same.Args[0];
        var first = _plan.Head.Concat(_plan.Body).Concat(_plan.Tail).FirstOrDefault(s => s.Target == tile)?.Target ?? tile;
        var name = Carried(first)?.Start.Name ?? first.Name;
        return first.Name == name && _gathered.Contains(first) ? name + "Block" : name;
    }

    private readonly HashSet<Tile> _gathered = [];

    private Carry? Carried(Tile tile) => _plan.Program.Carries.FirstOrDefault(c =>
        _plan.Places.TryGetValue(c.Start, out var start) && start is Scratch && start == _plan.Places[tile] && (tile == c.Start || tile == c.Next || tile == c.Final || tile == c.Initial));

    private void Write(KernelSignature kernel, string summary)
    {
        foreach (var s in _plan.Steps.Where(s => s.Op is Load && IsGathered(s.Target))) _gathered.Add(s.Target);
        _out.Line("/// <summary>");
        foreach (var line in summary.Split('\n')) _out.Line("/// " + line);
        _out.Line("/// </summary>");
        _out.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]");
        _out.Line($"public static void {kernel.Name}<TVec>(");
        var parameters = kernel.Parameters;
        for (var n = 0; n < parameters.Count; n++)
            _out.Line($"    {string.Join(", ", parameters[n].Select(p => p.Declaration))}{(n == parameters.Count - 1 ? ")" : ",")}");
        _out.Line("    where TVec : struct, ISimd<TVec>");
        using (_out.Braces())
        {
            ScratchTiles();
            if (_plan.Program.Grid is { } grid) RowTiles(_plan.Head.Concat(_plan.Tail).Concat(_plan.Body), grid);
            Steps(_plan.Head);
            Loop(kernel);
            Steps(_plan.Tail);
        }

        foreach (var loop in _outlined) loop.Write(_out);
    }

    /// <summary>One reference a scratch tile, with its shape.</summary>
    private void ScratchTiles()
    {
        var seen = new HashSet<string>();
        var none = true;
        foreach (var tile in _plan.Steps.SelectMany(s => s.Args.Append(s.Target)))
        {
            if (_plan.Places[tile] is not Scratch place || !seen.Add(Name(tile))) continue;
            if (none) _out.Line("// Tiles in this worker's scratch memory; those that do not live at the same time share it.");
            none = false;
            _out.Line($"ref float {Name(tile)} = ref Unsafe.Add(ref work, {place.Offset}); // [{tile.Shape.Rows},{tile.Shape.Cols}]");
        }

        if (_plan.ScratchFloats > _plan.ScratchOffset) _out.Line($"ref float scratch = ref Unsafe.Add(ref work, {_plan.ScratchOffset});");
        if (!HasNext && _plan.Steps.Any(s => s.Op.FetchesAhead)) _out.Line("Ahead ahead = default; // nothing: a row at a time, or rows that lie together");
        if (!none) _out.Line();
    }

    private void Loop(KernelSignature kernel)
    {
        if (_plan.Body.Count == 0) return;
        var block = Literals.Integer(_plan.Sizes.C);
        if (_plan.Program.Loop == Dim.One)
        {
            using (_out.Block("for (int t = 0; t < time; t++)")) Body();
            return;
        }

        switch (_plan.Program.Visits)
        {
            case Visits.AllDescending:
                using (_out.Block($"for (int t = (time - 1) / {block} * {block}; t >= 0; t -= {block})"))
                {
                    _out.Line($"int C = Math.Min({block}, time - t);");
                    Body();
                }

                break;
            case Visits.Seeing:
                VisibleBlocks.WriteSeeing(_out, Literals.Integer(_plan.Sizes.R), Body, kernel.Window, _sinkTokens, kernel.Causal);
                break;
            case Visits.BeforeDescending:
                using (_out.Block($"for (int t = query - {block}; t >= 0; t -= {block})"))
                {
                    _out.Line($"const int C = {block};");
                    Body();
                }

                break;
            case Visits.Visible:
                VisibleBlocks.Write(_out, _plan, block, Body, kernel.Window, _sinkTokens, Size(Dim.R));
                break;
            default:
                using (_out.Block($"for (int t = 0; t < time; t += {block})"))
                {
                    _out.Line($"int C = Math.Min({block}, time - t);");
                    Body();
                }

                break;
        }
    }

    private void Body()
    {
        if (_blockMask is { } mask)
        {
            foreach (var member in _perToken) _out.Line($"Whole.Range({Size(Dim.R)}, ref {RowsOf(Functions.PerToken(member), Dim.R)}, {Functions.PerToken(member)}Step, out long {MaskEmitter.Least(member)}, out long {MaskEmitter.Most(member)});");
            _out.Line(MaskEmitter.Skip(mask, FirstQuery, Size(Dim.R), Origin, Size(Dim.C), "head", _measuresGap ? _sinkTokens : null, _perToken));
        }

        if (IsTwoSided && _plan.Body.Any(s => Expression(s.Op) is { } e && UsesPosition(IsSingle ? Unmasked(e, s.Op) : e)))
        {
            _out.Line($"int ahead = {FirstQuery} - {(Origin == "t" ? Origin : $"({Origin})")}; // of the block's first key is the first query");
            if (!IsSingle && _plan.Body.Any(HasWholeForm)) _out.Line($"bool whole = {WholeBlocks.Condition(_window)}; // every query sees every key");
        }

        RowTiles(_plan.Body, _plan.Program.Loop);
        FetchNext();
        Steps(_plan.Body);
    }

    /// <summary>Whether there is a next block of rows to ask for while this one is worked on.</summary>
    private bool HasNext => _plan.Program is { Visits: Visits.All or Visits.AllDescending, Grid: null } && _plan.Program.Loop == Dim.C;

    /// <summary>The rows of one head lie apart, which no hardware foresees: those of the next turn are asked for while this one computes.</summary>
    private void FetchNext()
    {
        if (!HasNext) return;
        // Towards the front every chunk is whole.
        var (rows, ahead) = _plan.Program.Visits == Visits.All ? ("Math.Min(C, time - t - C)", "C") : ($"Math.Min({_plan.Sizes.C}, t)", $"-{_plan.Sizes.C}");
        var isShared = _plan.Body.Any(s => s.Op.FetchesAhead);
        var seen = new HashSet<string>();
        foreach (var s in _plan.Body)
        {
            // Rows that are written too: a store waits for its line as a load does.
            if (!_plan.Places.TryGetValue(s.Target, out var place) || place is not TensorRows tensor || !seen.Add(tensor.Tensor)) continue;
            if (seen.Count == 1) _out.Line("// On their way while this chunk is worked on: the rows of the next.");
            if (seen.Count == 1 && isShared) _out.Line($"Ahead ahead = new({rows});");
            _out.Line($"{(isShared ? "ahead.Add(" : $"Ahead.Fetch({rows}, ")}{Size(s.Target.Shape.Cols)}, ref Unsafe.Add({Ref(s.Target)}, {ahead} * {Stride(s.Target)}), {Stride(s.Target)});");
        }

        if (isShared && seen.Count == 0) _out.Line("Ahead ahead = default;");
    }

    /// <summary>Where this block's rows of each tensor begin.</summary>
    private void RowTiles(IEnumerable<PlanStep> steps, Dim rows)
    {
        var seen = new HashSet<string>();
        foreach (var tile in steps.SelectMany(s => s.Args.Append(s.Target)))
        {
            if (!_plan.Places.TryGetValue(tile, out var place)) continue;
            if (place is TensorRows tensor && TimeOf(tile.Shape) == rows && seen.Add(tensor.Tensor))
                _out.Line($"ref float {Name(tile)} = ref {RowsOf(tensor.Tensor, rows)}; // [{tile.Shape.Rows},{tile.Shape.Cols}]");
            if (place is TensorSlot slot && rows == _plan.Program.Loop && seen.Add(slot.Tensor))
                _out.Line($"ref float {Name(tile)} = ref Unsafe.Add(ref {slot.Tensor}, t / {_plan.Sizes.C} * {_plan.Sizes.Of(tile.Shape.Rows) * _plan.Sizes.Of(tile.Shape.Cols)}); // [{tile.Shape.Rows},{tile.Shape.Cols}]");
        }
    }

    private void Steps(IReadOnlyList<PlanStep> steps)
    {
        var stage = "";
        for (var n = 0; n < steps.Count; n++)
        {
            var s = steps[n];
            if (s.Op is Load && !IsGathered(s.Target)) continue;
            if (s.Op is StopGradient || (s.Op is Transpose && s.Args[0].Shape.IsVector)) continue;
            if (n > 0 && s.Folds(steps[n - 1])) continue;
            if (s.Stage != stage && s.Stage.Length > 0)
            {
                _out.Line();
                _out.Line("// " + s.Stage);
                stage = s.Stage;
            }

            Step(s, n + 1 < steps.Count && steps[n + 1].Folds(s) ? steps[n + 1] : null);
        }
    }

    /// <summary>Whether a step over a block of scores is less work where every query sees every key.</summary>
    private bool HasWholeForm(PlanStep s) => Expression(s.Op) is { } e && Unmasked(e, s.Op) != e;

    private Expr Unmasked(Expr e, Primitive op) => IsTwoSided && op is Map or Reduce ? WholeBlocks.Unmasked(e, op is Map m ? m.Shape : ((Reduce)op).Domain, _window) : e;

    /// <summary>A single query is dealt with the keys that it sees, and no others.</summary>
    private bool IsSingle => _plan.Sizes.R == 1;

    private void Step(PlanStep s, PlanStep? fold)
    {
        if (!HasWholeForm(s))
        {
            Loop(s, fold);
            return;
        }

        var expression = Unmasked(Expression(s.Op)!, s.Op);
        var unmasked = s with { Op = s.Op is Map m ? m with { Expr = expression } : ((Reduce)s.Op) with { Expr = expression } };
        if (IsSingle)
        {
            Loop(unmasked, fold);
            return;
        }

        using (Block("if (whole)")) Loop(unmasked, fold);
        using (Block("else")) Loop(s, fold, "Masked");
    }

    /// <summary>
    /// A loop with exp, log and their like becomes a method of its own: the JIT stops inlining vector operations in a method with
    /// more than about 512 locals, and each of these functions has dozens. So do the loops behind those that fill the kernel
    /// (<see cref="InlineOperations"/>).
    /// </summary>
    private void Loop(PlanStep s, PlanStep? fold, string suffix = "")
    {
        if (Expression(s.Op) is not { } expression)
        {
            s.Op.Cpu(this, s);
            return;
        }

        var kernel = _out;
        _out = new();
        if (fold is { Op: Reduce reduce } && s.Op is Map map) Loops.MapAndFold(map, [.. s.Args], s.Target, reduce.Fold, fold.Target);
        else s.Op.Cpu(this, s);
        var text = _out.ToString();
        _out = kernel;
        var operations = VectorOperations(text);
        var isCostly = expression.Any(e => e is Unary { Op: not (UnaryOp.Neg or UnaryOp.Abs or UnaryOp.Sqrt or UnaryOp.Floor) });
        if (operations == 0 || (!isCostly && _operations + operations <= InlineOperations))
        {
            _operations += operations;
            _out.Lines(text.TrimEnd('\n'));
            return;
        }

        var formula = $"{Name(s.Target)} = {s.Op.Describe([.. s.Args.Select(Name)])}{(fold is null ? "" : $", {Name(fold.Target)} = {fold.Op.Describe([.. fold.Args.Select(Name)])}")}";
        var loop = new OutlinedLoop(_name, Name(s.Target) + suffix, formula, text, [.. s.Args.Append(s.Target).Concat(fold is null ? [] : [fold.Target]).Select(Name).Distinct()], _methods);
        _outlined.Add(loop);
        _out.Line(loop.Call);
    }

    /// <summary>Calls that the JIT has to inline.</summary>
    private static int VectorOperations(string text)
    {
        var count = 0;
        for (var at = text.IndexOf("TVec.", System.StringComparison.Ordinal); at >= 0; at = text.IndexOf("TVec.", at + 1, System.StringComparison.Ordinal)) count++;
        return count;
    }

    private static Expr? Expression(Primitive op) => op switch
    {
        Map m => m.Expr,
        Reduce r => r.Expr,
        _ => null,
    };

    private static bool UsesPosition(Expr expression) => expression.Any(e => e is Position { Place: Place.Row or Place.Col });
}
