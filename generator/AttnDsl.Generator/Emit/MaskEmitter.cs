using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit;

/// <summary>The test by which blocks of keys that a mask hides are passed over, beside a layer's kernels.</summary>
internal static class MaskEmitter
{
    /// <param name="isUnchecked">Whether overflow checks have to be switched off, because a GPU has none.</param>
    public static void Write(SourceWriter w, LayerPlan plan, bool isUnchecked)
    {
        if (plan.BlockMask is not { } mask) return;
        var perToken = PerToken(plan.System).SelectMany(m => new[] { Least(m), Most(m) }).ToList();
        var condition = new WholePrinter(["query", "lastQuery", "key", "lastKey", .. perToken]).Condition(mask);
        w.Line();
        w.Line($"/// <summary>Whether a query from <paramref name=\"query\"/> on may see a key from <paramref name=\"key\"/> on, by the bounds of {plan.System.MaskFunction!.Name}.</summary>");
        w.Line($"public static bool MaySee(long query, long lastQuery, long key, long lastKey{string.Concat(perToken.Select(p => $", long {p}"))}{(UsesHead(mask) ? ", int head" : "")}) =>");
        w.Line($"    {(isUnchecked ? $"unchecked({condition})" : condition)};");
        if (plan.System.Window is not { SinkTokens: > 0 and var sinks }) return;
        w.Line();
        w.Line($"/// <summary>Position of a row of keys: sinks lie at theirs, what is behind them may lie <paramref name=\"sinkGap\"/> before.</summary>");
        w.Line($"public static int PositionOf(int row, int sinkGap) => row < {Literals.Integer(sinks)} ? row : row + sinkGap;");
    }

    /// <summary>Members of <c>Inputs</c> that come with each query, of which kernels find the least and the greatest of a block.</summary>
    public static IReadOnlyList<string> PerToken(DynamicalSystem system) => system.MaskFunction is { } mask ? [.. mask.PerToken] : [];

    public static string Least(string member) => "least" + member;

    public static string Most(string member) => "most" + member;

    /// <summary>Passes a block over.</summary>
    /// <param name="query">Row of the first query as C#.</param>
    /// <param name="queries">How many.</param>
    /// <param name="key">Row of the first key as C#.</param>
    /// <param name="keys">How many.</param>
    /// <param name="head">The head as C#.</param>
    /// <param name="sinks">Rows that lie at their positions, where those behind them may lie <c>sinkGap</c> before theirs; null where all lie there.</param>
    /// <param name="perToken">What comes with each query.</param>
    public static string Skip(Expr mask, string query, string queries, string key, string keys, string head, int? sinks, IReadOnlyList<string> perToken)
    {
        string Query(string row) => sinks is null ? row : row + " + sinkGap";
        string Key(string row) => sinks is null ? row : sinks == 0 ? row + " + sinkGap" : $"PositionOf({row}, sinkGap)";
        return $"if (!MaySee({Query(query)}, {Query(Last(query, queries))}, {Key(key)}, {Key(Last(key, keys))}{string.Concat(perToken.Select(m => $", {Least(m)}, {Most(m)}"))}{(UsesHead(mask) ? $", {head}" : "")})) continue; // no query of the block sees a key of it";
    }

    public static bool UsesHead(Expr mask) => mask.Any(e => e is Position);

    private static string Last(string first, string count) => count == "1" ? first : $"{first} + {count} - 1";
}
