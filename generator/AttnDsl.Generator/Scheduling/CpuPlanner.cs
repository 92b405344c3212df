using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Scheduling;

/// <summary>Decides, for one program, what is fused, what is computed in place and where every other tile lies.</summary>
internal sealed class CpuPlanner
{
    private readonly TileProgram _program;
    private readonly BlockSizes _sizes;
    private readonly Dictionary<Tile, int> _uses;
    private readonly Triangles _triangles;
    private readonly Dictionary<Tile, Storage> _places = [];

    /// <summary>Tiles that share the storage of another: a transposed vector, a carried tile updated in place.</summary>
    private readonly Dictionary<Tile, Tile> _aliases = [];

    private CpuPlanner(TileProgram program, BlockSizes sizes)
    {
        (_program, _sizes) = (TileNaming.Settle(HoistInvariants.Apply(MapFusion.Fuse(TurnedBack.Apply(program)))), sizes);
        (_uses, _triangles) = (MapFusion.Uses(_program), new(_program));
    }

    public static CpuPlan Plan(TileProgram program, BlockSizes sizes) => new CpuPlanner(program, sizes).Plan();

    private CpuPlan Plan()
    {
        var head = Steps(_program.Head);
        var body = Steps(_program.Body);
        var tail = Steps(_program.Tail);

        foreach (var s in _program.Statements) PlaceMemory(s);
        foreach (var s in _program.Statements.Where(s => s.Op is StopGradient || (s.Op is Transpose && s.Result!.Shape.IsVector))) _aliases[s.Result!] = s.Args[0];
        foreach (var s in _program.Statements.Where(s => s.Op is UnitLowerSolve && _uses[s.Args[1]] == 1 && IsFree(s.Args[1]))) _aliases[s.Args[1]] = s.Result!;
        foreach (var c in _program.Carries) PlaceCarry(c, head, body, tail);
        AdvanceStates(body);
        StoreInPlace(head);
        StoreInPlace(body);
        StoreInPlace(tail);
        foreach (var steps in new[] { head, body, tail }) steps.RemoveAll(IsCopyOntoItself);

        var end = PlaceScratch(head, body, tail);
        var scratch = _program.Statements.Select(s => s.Op.CpuScratch(_sizes.Of, s.Args)).DefaultIfEmpty(0).Max();
        return new(_program, _sizes, head, body, tail, Resolved(), end, end + CpuPlan.Padded(scratch));
    }

    /// <summary>One step a statement; a map that is a sum with products in it becomes the rest of the sum, then products added to it.</summary>
    private List<PlanStep> Steps(IReadOnlyList<Statement> region)
    {
        var steps = new List<PlanStep>();
        var folded = new HashSet<Tile>();
        foreach (var s in region)
        {
            if (s.Op is not Map map) continue;
            foreach (var product in Products(region, s, map)) folded.Add(product.Result!);
        }

        foreach (var s in region)
        {
            if (s.Result is { } r && folded.Contains(r)) continue;
            if (s.Op is Map map && Products(region, s, map).ToList() is { Count: > 0 } products)
            {
                var rest = Terms(map.Expr).Where(t => !(t is Arg a && products.Any(x => x.Result == s.Args[a.Index]))).ToList();
                if (rest.Count > 0) steps.Add(Reindexed(rest.Aggregate((a, b) => a + b), s));
                foreach (var product in products)
                    steps.Add(new(product.Op, product.Args, s.Result!, s.Stage, Accumulate: rest.Count > 0 || product != products[0], _triangles.Of(product)));
                continue;
            }

            steps.Add(new(s.Op, s.Args, s.Result ?? s.Args[0], s.Stage, Triangle: _triangles.Of(s)));
        }

        return steps;
    }

    private IEnumerable<Statement> Products(IReadOnlyList<Statement> region, Statement sum, Map map) =>
        from term in Terms(map.Expr)
        where term is Arg
        let tile = sum.Args[((Arg)term).Index]
        where _uses[tile] == 1 && tile.Shape == map.Shape && Terms(map.Expr).Count(t => t.Uses(((Arg)term).Index)) == 1
        from s in region
        where s.Op is MatMul && s.Result == tile
        select s;

    private static IEnumerable<Expr> Terms(Expr e) => e is Binary { Op: BinaryOp.Add } sum ? Terms(sum.A).Concat(Terms(sum.B)) : [e];

    private static PlanStep Reindexed(Expr expr, Statement s)
    {
        var used = s.Args.Where((_, i) => expr.Uses(i)).ToList();
        var args = s.Args.ToList();
        return new(((Map)s.Op) with { Expr = expr.Substitute(i => new Arg(used.IndexOf(args[i]))) }, used, s.Result!, s.Stage);
    }

    private void PlaceMemory(Statement s)
    {
        if (s.Op is not Load load) return;
        // A column of rows has a stride of its own: it is gathered, unless it is a single element; so are rows with gaps between them.
        var gathered = load.Pattern is not null || load.Beside is not null || (load.Access == Access.Rows && load.Shape.Cols == Dim.One && load.Shape.Rows != Dim.One);
        if (gathered) return;
        _places[s.Result!] = load.Access switch
        {
            Access.Rows => new TensorRows(load.Tensor),
            Access.Slot => new TensorSlot(load.Tensor),
            _ => new WholeTensor(load.Tensor),
        };
    }

    private void PlaceCarry(Carry c, List<PlanStep> head, List<PlanStep> body, List<PlanStep> tail)
    {
        var initial = _program.Head.FirstOrDefault(s => s.Result == c.Initial);
        var stored = tail.FirstOrDefault(s => s.Op is Store { Access: Access.Whole } && s.Args[0] == c.Final);
        if (initial?.Op is Load { Access: Access.Whole } load && stored?.Op is Store store && store.Tensor == load.Tensor)
        {
            // The state lies in the caller's memory before, during and after.
            _aliases[c.Start] = c.Initial;
            tail.Remove(stored);
        }
        else if (initial?.Op is Map map)
        {
            var at = head.FindIndex(s => s.Target == c.Initial && !s.Accumulate);
            // Carries that begin alike begin in places of their own, the first in that of what they begin with.
            if (_program.Carries.Count(other => other.Initial == c.Initial) == _uses[c.Initial] && at >= 0 && IsFree(c.Initial)) _aliases[c.Initial] = c.Start;
            else head.Add(new(map, initial.Args, c.Start, initial.Stage));
        }
        else if (_uses[c.Initial] == 1 && initial is not null && IsFree(c.Initial))
        {
            _aliases[c.Initial] = c.Start;
        }
        else
        {
            head.Add(new(new Map(new Arg(0), c.Start.Shape), [c.Initial], c.Start, ""));
        }

        _aliases[c.Final] = c.Start;
        if (c.Next == c.Start) return;
        var written = body.FindIndex(s => s.Target == c.Next);
        var elementwise = written >= 0 && body[written].Op is Map or MatMul or StateAfter or Queue && !body[written].Args.Where(a => a == c.Start).Any(a => a.Shape != c.Next.Shape);
        var firstIsMap = written >= 0 && (body[written].Op is Map or StateAfter || (body[written].Op is Queue { Stays: true } && body[written].Args[1] != c.Start) || !body[written].Args.Contains(c.Start));
        var readLater = body.Skip(written + 1).Any(s => s.Args.Contains(c.Start) || s.Args.Any(a => AliasOf(a) == AliasOf(c.Start) && a != c.Next));
        if (written >= 0 && elementwise && firstIsMap && !readLater && IsFree(c.Next)) _aliases[c.Next] = c.Start;
        else body.Add(new(new Map(new Arg(0), c.Start.Shape), [c.Next], c.Start, ""));
    }

    /// <summary>Reads along a state leave it as its last token does where that is wanted, in the same place.</summary>
    private void AdvanceStates(List<PlanStep> body)
    {
        foreach (var after in body.Where(s => s.Op is StateAfter && AliasOf(s.Target) == AliasOf(s.Args[2])).ToList())
        {
            var reads = body.FindIndex(s => s.Op is StateReads reading && reading.Corrects == ((StateAfter)after.Op).Corrects && s.Args.Skip(1).SequenceEqual(after.Args));
            if (reads < 0) continue;
            body[reads] = body[reads] with { Advances = true };
            body.Remove(after);
        }
    }

    /// <summary>What is only stored is computed where it is stored.</summary>
    private void StoreInPlace(List<PlanStep> steps)
    {
        foreach (var store in steps.Where(s => s.Op is Store).ToList())
        {
            var (tile, op) = (store.Args[0], (Store)store.Op);
            var maker = steps.FirstOrDefault(s => s.Target == tile && s.Op is not Store);
            // A column is scattered, unless it is a single element; so are rows with gaps between them.
            if (op.Pattern is not null || op.Beside is not null) continue;
            if (op.Access == Access.Rows && tile.Shape.Cols == Dim.One && tile.Shape.Rows != Dim.One) continue;
            Storage place = op.Access switch
            {
                Access.Rows => new TensorRows(op.Tensor),
                Access.Slot => new TensorSlot(op.Tensor),
                _ => new WholeTensor(op.Tensor),
            };
            if (!op.Accumulate && maker?.Op is Map or MatMul or Transpose or Rotate or PhaseSum or Temper or StateReads && _uses[tile] == 1 && IsFree(tile))
            {
                _places[tile] = place;
                steps.Remove(store);
                continue;
            }

            var there = new Tile(op.Tensor, tile.Shape);
            _places[there] = place;
            steps[steps.IndexOf(store)] = op.Accumulate
                ? new(new Map(new Arg(0) + new Arg(1), tile.Shape), [there, tile], there, store.Stage)
                : new(new Map(new Arg(0), tile.Shape), [tile], there, store.Stage);
        }
    }

    /// <summary>What is left of a sum in place when its products are taken out.</summary>
    private bool IsCopyOntoItself(PlanStep s) => s is { Op: Map { Expr: Arg }, Accumulate: false } && s.Args[0].Shape == s.Target.Shape && AliasOf(s.Args[0]) == AliasOf(s.Target);

    private bool IsFree(Tile tile) => !_places.ContainsKey(tile) && !_aliases.ContainsKey(tile);

    private Tile AliasOf(Tile tile)
    {
        while (_aliases.TryGetValue(tile, out var next)) tile = next;
        return tile;
    }

    /// <summary>Tiles of the body share memory when they do not live at the same time; those of head and tail keep theirs.</summary>
    private int PlaceScratch(List<PlanStep> head, List<PlanStep> body, List<PlanStep> tail)
    {
        var end = 0;
        var local = new HashSet<Tile>(body.SelectMany(s => s.Args.Append(s.Target)).Select(AliasOf));
        local.ExceptWith(head.Concat(tail).SelectMany(s => s.Args.Append(s.Target)).Select(AliasOf));
        local.ExceptWith(_program.Carries.Select(c => AliasOf(c.Start)));

        foreach (var tile in head.Concat(tail).Concat(body).SelectMany(s => s.Args.Append(s.Target)).Select(AliasOf))
        {
            if (local.Contains(tile) || _places.ContainsKey(tile)) continue;
            _places[tile] = new Scratch(end);
            end += Floats(tile);
        }

        var live = new List<Lifetime>();
        var start = end;
        for (var n = 0; n < body.Count; n++)
        {
            var together = n > 0 && body[n].Folds(body[n - 1]);
            live.RemoveAll(l => l.LastUse < (together ? n - 1 : n));
            var tile = AliasOf(body[n].Target);
            if (!local.Contains(tile) || _places.ContainsKey(tile)) continue;
            var last = body.FindLastIndex(s => AliasOf(s.Target) == tile || s.Args.Any(a => AliasOf(a) == tile));
            if (live.FindIndex(l => l.LastUse == n && IsReplacedBy(body[n], l.Offset)) is >= 0 and var spent)
            {
                _places[tile] = new Scratch(live[spent].Offset);
                live[spent] = live[spent] with { LastUse = last };
                continue;
            }

            var offset = start;
            foreach (var (from, to, _) in live.OrderBy(l => l.Offset))
            {
                if (offset + Floats(tile) <= from) break;
                offset = Math.Max(offset, to);
            }

            _places[tile] = new Scratch(offset);
            live.Add(new(offset, offset + Floats(tile), last));
            end = Math.Max(end, offset + Floats(tile));
        }

        return end;
    }

    /// <summary>Whether a map reads a tile of its own shape there, element by element, so that its result may take the place.</summary>
    private bool IsReplacedBy(PlanStep s, int offset) =>
        s is { Op: Map, Accumulate: false } && s.Args.Select(AliasOf).Any(a => a.Shape == s.Target.Shape && _places.TryGetValue(a, out var place) && place == new Scratch(offset));

    private int Floats(Tile tile) => tile.Shape.IsVector
        ? CpuPlan.Padded(_sizes.Of(tile.Shape.Length))
        : _sizes.Of(tile.Shape.Rows) * CpuPlan.Padded(_sizes.Of(tile.Shape.Cols));

    private Dictionary<Tile, Storage> Resolved()
    {
        var all = new Dictionary<Tile, Storage>(_places);
        foreach (var alias in _aliases.Keys)
            if (_places.TryGetValue(AliasOf(alias), out var place)) all[alias] = place;
        return all;
    }

    /// <param name="LastUse">The step behind which the floats are free.</param>
    private readonly record struct Lifetime(int Offset, int End, int LastUse);
}
