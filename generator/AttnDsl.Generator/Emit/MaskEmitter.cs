using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Emit;

/// <summary>The test by which blocks of keys that a mask hides are passed over, beside a layer's kernels.</summary>
internal static class MaskEmitter
{
    /// <param name="isUnchecked">Whether overflow checks have to be switched off, because a GPU has none.</param>
    public static void Write(SourceWriter w, LayerPlan plan, bool isUnchecked)
    {
        if (plan.BlockMask is not { } mask) return;
        var condition = new WholePrinter(["query", "lastQuery", "key", "lastKey"]).Condition(mask);
        w.Line();
        w.Line($"/// <summary>Whether a query from <paramref name=\"query\"/> on may see a key from <paramref name=\"key\"/> on, by the bounds of {plan.System.MaskFunction!.Name}.</summary>");
        w.Line($"public static bool MaySee(long query, long lastQuery, long key, long lastKey{(UsesHead(mask) ? ", int head" : "")}) =>");
        w.Line($"    {(isUnchecked ? $"unchecked({condition})" : condition)};");
    }

    /// <summary>Passes a block over.</summary>
    /// <param name="query">Position of the first query as C#.</param>
    /// <param name="queries">How many.</param>
    /// <param name="key">Position of the first key as C#.</param>
    /// <param name="keys">How many.</param>
    /// <param name="head">The head as C#.</param>
    /// <param name="sinks">Rows in front of the gap of which <c>sinkGap</c> says how long it is; null where rows are where they belong.</param>
    public static string Skip(Expr mask, string query, string queries, string key, string keys, string head, int? sinks)
    {
        var first = key;
        if (sinks is { } n)
        {
            query += " + sinkGap";
            first = n == 0 ? key + " + sinkGap" : $"{key} + ({key} < {Literals.Integer(n)} ? 0 : sinkGap)";
            key += " + sinkGap";
        }

        return $"if (!MaySee({query}, {Last(query, queries)}, {first}, {Last(key, keys)}{(UsesHead(mask) ? $", {head}" : "")})) continue; // no query of the block sees a key of it";
    }

    public static bool UsesHead(Expr mask) => mask.Any(e => e is Position);

    private static string Last(string first, string count) => count == "1" ? first : $"{first} + {count} - 1";
}
