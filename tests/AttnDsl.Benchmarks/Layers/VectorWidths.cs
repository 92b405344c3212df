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
        List<(int Bits, string Name, int Width, double Ms, double OfPeak)> times = [];
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
                        times.Add((bits, fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), double.Parse(fields[2], CultureInfo.InvariantCulture), double.Parse(fields[3], CultureInfo.InvariantCulture)));
                    },
                    ("DOTNET_EnableAVX512", on));
                if (code != 0)
                {
                    return code;
                }
            }
        }

        var table = new Table($"best form, T={options.Time}, 1 thread", "width", "512 bits, ms", "256 bits, ms", "512 / 256", "% of 512's peak", "% of 256's peak", "256 / 512");
        foreach (var group in times.GroupBy(time => (time.Name, time.Width)))
        {
            double wide = Median(512, time => time.Ms), narrow = Median(256, time => time.Ms), wideShare = Median(512, time => time.OfPeak), narrowShare = Median(256, time => time.OfPeak);
            table.Add(
                group.Key.Name, $"{group.Key.Width}", Table.Number(wide), Table.Number(narrow), Table.Number(wide / narrow), Table.Number(100 * wideShare),
                Table.Number(100 * narrowShare), Table.Number(narrowShare / wideShare));

            double Median(int bits, Func<(int Bits, string Name, int Width, double Ms, double OfPeak), double> of) =>
                Stopwatching.Median([.. group.Where(time => time.Bits == bits).Select(of)]);
        }

        table.Print();
        Console.WriteLine($"Medians of {Rounds} processes each, in turn. Peaks are measured beside, each with vectors of its own width.");
        return 0;
    }

    public static void RunChild(LayerOptions options)
    {
        AttnDsl.Runtime.Machine.MaxThreads = 1;
        var meter = Peak.Meter(1);
        foreach (var layer in options.Widths.SelectMany(LayerTable.Of).Where(layer => layer.Name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase)))
        {
            var @case = layer.Over(options.Time);
            var (seconds, peak) = LayerRows.Measure(() => () => @case.Forward(Forms.Fastest), 1, options.Seconds, meter);
            var share = layer.Cost.OfSequence(options.Time).Flops / seconds / 1e9 / peak;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{layer.Name}\t{layer.Width}\t{1e3 * seconds:R}\t{share:R}"));
        }
    }
}
