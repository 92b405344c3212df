using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace AttnDsl.Benchmarks;

/// <summary>Every layer's best form with 512-bit vectors and, in a process where those are switched off, with 256-bit ones. One thread.</summary>
internal static class VectorWidths
{
    private const int Rounds = 3;

    public static int Print(LayerOptions options)
    {
        List<(int Bits, string Name, int Width, double Ms)> times = [];
        string[] arguments =
        [
            "vectors", "--child", "--filter", options.Filter, "--time", options.Seconds.ToString(CultureInfo.InvariantCulture),
            "--width", string.Join(',', options.Widths), "--tokens", options.Time.ToString(CultureInfo.InvariantCulture),
        ];
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (bits, on) in new[] { (512, "1"), (256, "0") })
            {
                Table.Progress($"{bits} bits, round {round + 1} of {Rounds}");
                var code = Children.Run(
                    arguments,
                    line =>
                    {
                        var fields = line.Split('\t');
                        times.Add((bits, fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), double.Parse(fields[2], CultureInfo.InvariantCulture)));
                    },
                    ("DOTNET_EnableAVX512", on));
                if (code != 0)
                {
                    return code;
                }
            }
        }

        var table = new Table($"best form, T={options.Time}, 1 thread", "width", "512 bits, ms", "256 bits, ms", "512 / 256");
        foreach (var group in times.GroupBy(time => (time.Name, time.Width)))
        {
            double wide = Median(512), narrow = Median(256);
            table.Add(group.Key.Name, $"{group.Key.Width}", Table.Number(wide), Table.Number(narrow), Table.Number(wide / narrow));

            double Median(int bits) => Stopwatching.Median([.. group.Where(time => time.Bits == bits).Select(time => time.Ms)]);
        }

        table.Print();
        Console.WriteLine($"Medians of {Rounds} processes each, in turn.");
        return 0;
    }

    public static void RunChild(LayerOptions options)
    {
        AttnDsl.Runtime.Machine.MaxThreads = 1;
        foreach (var layer in options.Widths.SelectMany(LayerTable.Of).Where(layer => layer.Name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase)))
        {
            var @case = layer.Over(options.Time);
            var seconds = LayerRows.Measure(() => () => @case.Forward(Forms.Fastest), 1, options.Seconds, () => 0).Seconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{layer.Name}\t{layer.Width}\t{1e3 * seconds:R}"));
        }
    }
}
