using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;

namespace AttnDsl.Benchmarks;

/// <summary>What forward and backward need beside the caller's tensors, each layer in a process of its own: the growth of the working set's peak. One thread.</summary>
internal static class TrainingMemory
{
    /// <summary>Tokens of a call in front, which compiles everything.</summary>
    private const int FewTokens = 64;

    private const double Megabyte = 1 << 20;

    public static int Print(LayerOptions options)
    {
        var table = new Table($"forward + backward, T={options.Time}, 1 thread", "width", "tensors, MiB", "beside them, MiB", "all / tensors");
        foreach (var layer in options.Widths.SelectMany(LayerTable.Of).Where(layer => layer.Name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase)))
        {
            Table.Progress($"{layer.Name}, memory");
            var code = Children.Run(
                ["memory", "--child", layer.Name, layer.Width.ToString(CultureInfo.InvariantCulture), options.Time.ToString(CultureInfo.InvariantCulture)],
                line =>
                {
                    var bytes = Array.ConvertAll(line.Split(' '), number => double.Parse(number, CultureInfo.InvariantCulture));
                    table.Add(layer.Name, $"{layer.Width}", Table.Number(bytes[0] / Megabyte), Table.Number(bytes[1] / Megabyte), Table.Number((bytes[0] + bytes[1]) / bytes[0]));
                });
            if (code != 0)
            {
                return code;
            }
        }

        table.Print();
        Console.WriteLine("Tensors: inputs, output and the gradients of both.");
        return 0;
    }

    public static int RunChild(string name, int width, int time)
    {
        if (LayerTable.Find(name, width) is not { } layer)
        {
            return 2;
        }

        AttnDsl.Runtime.Machine.MaxThreads = 1;
        layer.Over(FewTokens).ForwardBackward();
        var @case = layer.Over(time);
        @case.FillInputs();
        @case.FillGradients();

        // A page counts when it is first touched.
        @case.Output.AsSpan().Fill(1);
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        @case.ForwardBackward();
        process.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{2 * @case.SequenceBytes} {Math.Max(0, process.PeakWorkingSet64 - before)}"));
        return 0;
    }
}
