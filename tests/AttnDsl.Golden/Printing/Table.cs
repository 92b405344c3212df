using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace AttnDsl.Golden.Printing;

/// <summary>Prints cells in aligned columns: text to the left, numbers to the right.</summary>
internal sealed class Table(params (string Title, bool IsNumber)[] columns)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells)
    {
        if (cells.Length != columns.Length)
        {
            throw new ArgumentException($"{cells.Length} cells for {columns.Length} columns");
        }

        _rows.Add(cells);
    }

    public void Print(TextWriter writer)
    {
        var widths = columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Title.Length).Max()).ToArray();
        Line(writer, [.. columns.Select(column => column.Title)], widths);
        Line(writer, [.. widths.Select(width => new string('-', width))], widths);
        foreach (var row in _rows)
        {
            Line(writer, row, widths);
        }
    }

    private void Line(TextWriter writer, string[] cells, int[] widths)
        => writer.WriteLine(string.Join(Gap, cells.Select((cell, i) =>
            columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
}
