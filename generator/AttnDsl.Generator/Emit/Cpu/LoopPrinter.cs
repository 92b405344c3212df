using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit.Cpu;

/// <summary>Maps and reductions as loops: rows outside, whole vectors of columns inside.</summary>
internal sealed class LoopPrinter(CpuKernelWriter w)
{
    public void Map(Expr expr, Shape shape, IReadOnlyList<Tile> args, Tile target)
    {
        var counted = w.IsCounted(target) || args.Any(a => !IsSingle(a) && Across(a, shape) && w.IsCounted(a));
        if (shape.IsVector)
        {
            // A single element has no loop whose braces would keep its locals to themselves.
            using var scope = IsOne(shape.Length) && VectorPrinter.HasLocals(expr) ? w.Braces() : null;
            Columns(shape.Length, counted, rest =>
                w.Line($"TVec.Store({Print(expr, args, shape, counted ? rest : null)}, {w.Ref(target)}, {(IsOne(shape.Length) ? "0" : "j")}{Count(target, rest, counted)});"), single: IsOne(shape.Length));
            return;
        }

        if (Triangles.IsOwn(shape) && Triangles.IsCausal(expr) && !counted && w.IsGathered(target))
        {
            Triangle(expr, shape, args, target);
            return;
        }

        using (Rows(shape, expr, args))
        {
            var lanes = Repeated(expr, args, shape);
            Columns(shape.Cols, counted, rest =>
                w.Line($"TVec.Store({Print(expr, args, shape, counted ? rest : null, lanes)}, {w.Ref(target)}, {w.At(target, Row(shape), "j")}{Count(target, rest, counted)});"));
        }
    }

    /// <summary>A loop over the rows; of a single one braces, where something is read once for it.</summary>
    private System.IDisposable? Rows(Shape shape, Expr expr, IReadOnlyList<Tile> args) =>
        !IsOne(shape.Rows) ? w.Block($"for (int i = 0; i < {w.Size(shape.Rows)}; i++)") : args.Where((a, n) => expr.Uses(n) && a.Shape.Cols == Dim.One).Any() ? w.Braces() : null;

    private string Row(Shape shape) => IsOne(shape.Rows) ? "0" : "i";

    private bool IsOne(Dim dim) => w.Size(dim) == "1";

    /// <summary>What a row repeats is read once for it: the JIT cannot know that no store of the row changes it.</summary>
    private Dictionary<Tile, string> Repeated(Expr expr, IReadOnlyList<Tile> args, Shape shape)
    {
        var lanes = new Dictionary<Tile, string>();
        for (var n = 0; n < args.Count; n++)
        {
            if (!expr.Uses(n) || lanes.ContainsKey(args[n]) || shape.IsVector || !(IsSingle(args[n]) || args[n].Shape.Cols == Dim.One)) continue;
            var name = w.Ref(args[n]).Substring("ref ".Length) + "Lanes";
            w.Line($"var {name} = {Argument(args[n], shape, null, lanes)};");
            lanes[args[n]] = name;
        }

        return lanes;
    }

    /// <summary>Whole vectors up to the diagonal are computed; behind it there are zeros.</summary>
    private void Triangle(Expr expr, Shape shape, IReadOnlyList<Tile> args, Tile target)
    {
        using var rows = w.Block($"for (int i = 0; i < {w.Size(shape.Rows)}; i++)");
        var lanes = Repeated(expr, args, shape);
        w.Line("int j = 0;");
        using (w.Block("for (; j <= i; j += TVec.Count)")) w.Line($"TVec.Store({Print(expr, args, shape, null, lanes)}, {w.Ref(target)}, {w.At(target, "i", "j")});");
        w.Line($"for (; j < {w.Size(shape.Cols)}; j += TVec.Count) TVec.Store(TVec.Create(0f), {w.Ref(target)}, {w.At(target, "i", "j")});");
    }

    public void Reduce(Reduce op, IReadOnlyList<Tile> args, Tile target)
    {
        var domain = op.Domain;
        var start = op.Fold == Fold.Sum ? "0f" : "float.NegativeInfinity";
        if (domain.IsVector || op.Along == Along.Cols)
        {
            // Along the direction in which the elements lie: whole vectors, then across the lanes.
            var length = domain.IsVector ? domain.Length : domain.Cols;
            var counted = args.Any(a => !IsSingle(a) && Across(a, domain) && w.IsCounted(a));
            var ragged = w.IsRagged(length);
            using (domain.IsVector || IsOne(domain.Rows) ? w.Braces() : w.Block($"for (int i = 0; i < {w.Size(domain.Rows)}; i++)"))
            {
                w.Line($"var fold = TVec.Create({start});");
                if (op.IsCarried) w.Line("var lost = fold;");
                var lanes = Repeated(op.Expr, args, domain);
                Columns(length, counted || ragged, rest =>
                {
                    var x = Print(op.Expr, args, domain, counted ? rest : null, lanes);
                    if (ragged) x = $"TVec.First({x}, {rest}, {start})";
                    w.Line(op.IsCarried ? $"fold = CarriedSums.Add(fold, {x}, ref lost);" : op.Fold == Fold.Sum ? $"fold += {x};" : $"fold = TVec.Max(fold, {x});");
                });
                w.Line($"{w.Element(target, domain.IsVector ? "0" : Row(domain))} = {(op.IsCarried ? "CarriedSums.Total(fold, lost)" : op.Fold == Fold.Sum ? "TVec.Sum(fold)" : "TVec.MaxLane(fold)")};");
            }

            return;
        }

        if (op is { Fold: Fold.Max, Expr: Arg { Index: 0 } } && !w.IsCounted(args[0]) && !w.IsCounted(target))
        {
            w.Line($"Folds.MaxDown<TVec>({w.Size(domain.Rows)}, {w.Size(domain.Cols)}, {w.Ref(args[0])}, {w.Stride(args[0])}, {w.Ref(target)});");
            return;
        }

        Down(op.Expr, domain, args, op.Fold, target, (x, _) => x);
    }

    /// <summary>A map, and in the same loop what its rows are folded to.</summary>
    public void MapAndFold(Map op, IReadOnlyList<Tile> args, Tile target, Fold fold, Tile folded)
    {
        if (fold == Fold.Sum && Weighed(op, args) is var (scores, most) && !new[] { scores, most, target, folded }.Any(w.IsCounted))
        {
            w.Line($"Folds.WeightsDown<TVec>({w.Size(op.Shape.Rows)}, {w.Size(op.Shape.Cols)}, {w.Ref(scores)}, {w.Stride(scores)}, {w.Ref(most)}, {w.Ref(target)}, {w.Stride(target)}, {w.Ref(folded)});");
            return;
        }

        Down(op.Expr, op.Shape, args, fold, folded, (x, rest) =>
        {
            w.Line($"var x = {x};");
            w.Line($"TVec.Store(x, {w.Ref(target)}, {w.At(target, "i", "j")}{Count(target, rest, true)});");
            return "x";
        });
    }

    /// <summary>The arguments of e^(x − m), each element of x relative to its column's.</summary>
    private static (Tile Scores, Tile Most)? Weighed(Map op, IReadOnlyList<Tile> args) =>
        op.Expr is Unary { Op: UnaryOp.Exp, X: Binary { Op: BinaryOp.Sub, A: Arg x, B: Arg m } }
            && args[x.Index].Shape == op.Shape && args[m.Index].Shape is { IsVector: true } shape && shape.Rows == Dim.One && shape.Cols == op.Shape.Cols
            ? (args[x.Index], args[m.Index])
            : null;

    /// <summary>Down the rows: every column has its own lane, and what a column repeats is read once for it.</summary>
    /// <param name="each">What else is done with each vector, from its text and that of how many columns are left; it gives the text of what is folded.</param>
    private void Down(Expr expr, Shape domain, IReadOnlyList<Tile> args, Fold fold, Tile target, System.Func<string, string, string> each)
    {
        var counted = w.IsCounted(target) || args.Any(a => Across(a, domain) && w.IsCounted(a));
        Columns(domain.Cols, counted, rest =>
        {
            w.Line($"var fold = TVec.Create({(fold == Fold.Sum ? "0f" : "float.NegativeInfinity")});");
            var lanes = new Dictionary<Tile, string>();
            for (var n = 0; n < args.Count; n++)
            {
                if (!expr.Uses(n) || lanes.ContainsKey(args[n]) || !(IsSingle(args[n]) || (args[n].Shape.Rows == Dim.One && args[n].Shape.Cols != Dim.One))) continue;
                var name = w.Ref(args[n]).Substring("ref ".Length) + "Lanes";
                w.Line($"var {name} = {Argument(args[n], domain, counted ? rest : null, lanes)};");
                lanes[args[n]] = name;
            }

            var columns = expr.Any(e => e is Position { Place: Place.Col });
            if (columns) w.Line($"var columns = {Position(Place.Col, domain)};");
            using (w.Block($"for (int i = 0; i < {w.Size(domain.Rows)}; i++)"))
            {
                var x = each(Print(expr, args, domain, counted ? rest : null, lanes, columns), rest);
                w.Line(fold == Fold.Sum ? $"fold += {x};" : $"fold = TVec.Max(fold, {x});");
            }

            w.Line($"TVec.Store(fold, {w.Ref(target)}, j{Count(target, rest, counted)});");
        });
    }

    /// <summary>A loop over vectors of columns; the callback gets the text of how many columns are left.</summary>
    private void Columns(Dim cols, bool counted, System.Action<string> body, bool single = false)
    {
        if (single)
        {
            body("1");
            return;
        }

        var size = w.Size(cols);
        using (w.Block($"for (int j = 0; j < {size}; j += TVec.Count)")) body($"{size} - j");
        _ = counted;
    }

    private string Print(Expr expr, IReadOnlyList<Tile> args, Shape shape, string? rest, IReadOnlyDictionary<Tile, string>? lanes = null, bool columns = false) =>
        new VectorPrinter(w.Line, n => Argument(args[n], shape, rest, lanes ?? new Dictionary<Tile, string>()), place => columns && place == Place.Col ? "columns" : Position(place, shape), w.FromBlock).Print(expr);

    private string Argument(Tile a, Shape shape, string? rest, IReadOnlyDictionary<Tile, string> lanes)
    {
        if (lanes.TryGetValue(a, out var known)) return known;
        if (IsSingle(a)) return $"TVec.Splat({w.Ref(a)}, 0)";
        if (shape.IsVector) return IsOne(shape.Length) ? $"TVec.Splat({w.Ref(a)}, 0)" : $"TVec.Load({w.Ref(a)}, j{CountOf(a, rest)})";
        // Repeated along the columns: one value a row.
        if (a.Shape.Cols == Dim.One) return $"TVec.Splat({w.Ref(a)}, {Row(shape)})";
        return a.Shape.Rows == Dim.One ? $"TVec.Load({w.Ref(a)}, j{CountOf(a, rest)})" : $"TVec.Load({w.Ref(a)}, {w.At(a, Row(shape), "j")}{CountOf(a, rest)})";
    }

    private string Position(Place place, Shape shape)
    {
        if (place == Place.Head) return "TVec.Create((float)head)";
        if (place == Place.Origin) return $"TVec.Create((float)({w.Origin}))";
        var down = place is Place.Row or Place.RowNumber;
        var dim = down ? shape.Rows : shape.Cols;
        var (index, lies) = down
            ? (shape.Cols == Dim.One && shape.Rows != Dim.One ? ("j", true) : ("i", false))
            : ("j", shape.Cols != Dim.One);
        if (w.Size(dim) == "1") index = "0";
        var first = place is Place.RowNumber or Place.ColNumber ? "" : w.PositionOf(dim);
        var text = index == "0" && first.Length > 0 ? first.Replace(" + ", "") : first + index;
        if (text.Contains(" ")) text = $"({text})";
        return lies ? $"TVec.Iota({text})" : $"TVec.Create({text})";
    }

    private string CountOf(Tile a, string? rest) => rest is not null && w.IsCounted(a) ? $", {rest}" : "";

    private string Count(Tile target, string rest, bool counted) => counted && w.IsCounted(target) ? $", {rest}" : "";

    private static bool IsSingle(Tile a) => a.Shape.Rows == Dim.One && a.Shape.Cols == Dim.One;

    /// <summary>Whether an argument is read vector by vector, not one repeated value a row.</summary>
    private static bool Across(Tile a, Shape shape) => shape.IsVector || a.Shape.Cols != Dim.One;
}
