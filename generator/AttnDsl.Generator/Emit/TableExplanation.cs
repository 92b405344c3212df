using System.Collections.Generic;
using AttnDsl.Generator.Semantics;
using static AttnDsl.Generator.Emit.Explanation;

namespace AttnDsl.Generator.Emit;

/// <summary>What the table of a feature map's functions is, and what it saves.</summary>
internal static class TableExplanation
{
    public static IEnumerable<string> Of(DynamicalSystem s)
    {
        var (map, table) = (s.Map, s.Map.Table!);
        yield return table.Pieces == 1
            ? "they are linear; Tabulate(parameters) multiplies their weights out"
            : $"they are linear between {Count(table.Pieces - 1, "point")}, where a hidden unit turns on or off; Tabulate(parameters) finds these and sums the units on every piece, in double precision";
        yield return $"with Parameters.{PiecewiseTable.Member} set to what it returns, {Literals.Grouped(4 * table.Floats)} bytes{(map.Options.PerHead ? " a head" : "")}, Forward, Prefill and Step look up {Count(table.Functions, "line")} for each of {Count(map.Projections, "projection")} in place of {Literals.Grouped(map.WidestRow)} hidden units";
        yield return "Backward takes no notice of it; parameters that changed need another table; states are the same with and without";
    }
}
