using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AttnDsl.Golden.Cases;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Printing;
using AttnDsl.Golden.Runs;
using AttnDsl.Golden.Vectors;
using AttnDsl.Gpu;

namespace AttnDsl.Golden;

/// <summary>Runs every declared layer on every golden case it matches, through every form it has.</summary>
internal static class GoldenTool
{
    public const int Passed = 0, Failed = 1, Misused = 2;

    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, Progress progress)
    {
        ToolOptions options;
        IReadOnlyList<IndexEntry> index;
        try
        {
            options = ToolOptions.Parse(arguments);
            index = GoldenIndex.Read(options.Folder);
        }
        catch (FormatException exception)
        {
            error.WriteLine($"error: {exception.Message}");
            error.WriteLine(ToolOptions.Usage);
            return Misused;
        }
        catch (InvalidDataException exception)
        {
            error.WriteLine($"error: {exception.Message}");
            return Misused;
        }

        var required = options.RequireAll ? index.Select(entry => entry.Name).ToHashSet() : [];
        required.UnionWith(options.Required);
        var rows = new List<Row>();
        using var device = !options.Gpu ? null : GpuDevice.HasCuda ? GpuDevice.OpenCuda() : GpuDevice.OpenCpu(threads: 4);
        if (device is not null) output.WriteLine($"GPU twins on {device.Name}");
        for (var i = 0; i < index.Count; i++)
        {
            rows.AddRange(RunCase(options.Folder, device, index[i], required.Contains(index[i].Name), form => progress.Show(i + 1, index.Count, index[i].Name, form)));
        }

        progress.Clear();
        foreach (var name in required.Except(index.Select(entry => entry.Name)).Order(StringComparer.Ordinal))
        {
            rows.Add(Row.Missing(name, required: true) with { Note = "not in index.json" });
        }

        Report.Print(rows, output);
        return rows.Any(row => row.Breaks) ? Failed : Passed;
    }

    private static List<Row> RunCase(string folder, GpuDevice? device, IndexEntry entry, bool required, Action<string> started)
    {
        GoldenCase @case;
        try
        {
            @case = GoldenCase.Read(folder, entry);
        }
        catch (InvalidDataException exception)
        {
            return [Row.Unreadable(entry.Name, exception.Message)];
        }

        var declarations = Catalogue.All.Where(declaration => declaration.Matches(@case))
            .Select(declaration => device is null ? declaration : declaration with { Layer = new GpuLayer(declaration.Layer, device) }).ToList();
        return declarations.Count == 0
            ? [Row.Missing(entry.Name, required)]
            : [.. declarations.SelectMany(declaration => CaseRunner.Run(declaration.Renamed(@case), declaration, started))];
    }
}
