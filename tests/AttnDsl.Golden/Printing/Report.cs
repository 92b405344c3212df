using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Intrinsics;
using AttnDsl.Golden.Runs;

namespace AttnDsl.Golden.Printing;

/// <summary>The table, its notes and the summary.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<Row> rows, TextWriter writer)
    {
        var table = new Table([("case", false), ("form", false), .. Quantity.All.Select(quantity => (quantity.Title, true)), ("verdict", false)]);
        foreach (var row in rows)
        {
            table.Add([row.Case, row.Form, .. Quantity.All.Select(quantity => Number(row, quantity)), Word(row)]);
        }

        table.Print(writer);
        writer.WriteLine();
        foreach (var row in rows.Where(row => row.Note is not null))
        {
            writer.WriteLine($"{row.Case} {row.Form}: {row.Note}".Replace("  ", " ").Replace(" :", ":"));
        }

        writer.WriteLine(Summary(rows));
        writer.WriteLine($"vector width {VectorWidth} bits");
    }

    /// <summary>Of the widest vectors that this process may use; 32 is plain scalar code.</summary>
    private static int VectorWidth
        => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 32;

    private static string Summary(IReadOnlyList<Row> rows)
    {
        var run = rows.Where(row => row.Verdict != Verdict.Missing).ToList();
        var missing = rows.Count - run.Count;
        var required = rows.Count(row => row.Verdict == Verdict.Missing && row.Required);
        var worst = Quantity.All.Select(quantity => run.Where(row => row.Errors.ContainsKey(quantity)).Select(row => row.Errors[quantity])
            .DefaultIfEmpty(0).Max().ToString("0.0e-00", CultureInfo.InvariantCulture) + " " + quantity.Title);
        return $"{run.Count} runs of {run.Select(row => row.Case).Distinct().Count()} layers: "
            + $"{run.Count(row => row.Verdict == Verdict.Ok)} ok, {run.Count(row => row.Verdict == Verdict.Fail)} failed"
            + $" (worst {string.Join(", ", worst)}; bar {Quantity.Output.Bar.ToString("0e-0", CultureInfo.InvariantCulture)}); "
            + $"{missing} cases missing, {required} of them required";
    }

    private static string Number(Row row, Quantity quantity)
        => row.Errors.TryGetValue(quantity, out var error) ? error.ToString("0.00e-00", CultureInfo.InvariantCulture) : "-";

    private static string Word(Row row) => row.Verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Fail => "FAIL",
        _ => row.Required ? "missing (required)" : "missing",
    };
}
