using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace AttnDsl.Benchmarks;

/// <summary>A text table: first column flush left, the others flush right; rows are printed at the end, when the widths are known.</summary>
internal sealed class Table(params string[] heads)
{
    private readonly List<string[]> _rows = [heads];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        var widths = Enumerable.Range(0, heads.Length).Select(c => _rows.Max(r => r[c].Length)).ToArray();
        Console.WriteLine();
        for (var r = 0; r < _rows.Count; r++)
        {
            Console.WriteLine(string.Join("  ", _rows[r].Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))));
            if (r == 0)
            {
                Console.WriteLine(string.Join("  ", widths.Select(w => new string('-', w))));
            }
        }
    }

    /// <summary>Three or four significant digits, never an exponent.</summary>
    public static string Number(double value)
    {
        var size = Math.Abs(value);
        return value.ToString(size >= 100 ? "F0" : size >= 10 ? "F1" : size >= 1 ? "F2" : size >= 0.1 ? "F3" : "F5", CultureInfo.InvariantCulture);
    }

    /// <summary>Progress goes to stderr, so that stdout is the tables alone.</summary>
    public static void Progress(string what) => Console.Error.WriteLine($"  … {what}");
}
