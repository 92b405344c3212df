using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;

namespace AttnDsl.Benchmarks;

/// <summary>
/// The first call of a layer against its steady state, each layer in a process of its own: the JIT compiles everything in the first call,
/// and nothing should run in slow code first. One thread.
/// </summary>
internal static class FirstCalls
{
    private const int SteadyCalls = 15;
    private const double SteadyBehindSeconds = 2;

    public static int Print(LayerOptions options)
    {
        var table = new Table($"first calls, T={options.Time}, 1 thread", "width", "first, ms", "second, ms", "steady, ms", "first / steady", "second / steady");
        foreach (var layer in options.Widths.SelectMany(LayerTable.Of).Where(layer => layer.Name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase)))
        {
            Table.Progress($"{layer.Name}, first call");
            var code = Children.Run(
                ["first", "--child", layer.Name, layer.Width.ToString(CultureInfo.InvariantCulture), options.Time.ToString(CultureInfo.InvariantCulture)],
                line =>
                {
                    var ms = Array.ConvertAll(line.Split(' '), number => double.Parse(number, CultureInfo.InvariantCulture));
                    table.Add(layer.Name, $"{layer.Width}", Table.Number(ms[0]), Table.Number(ms[1]), Table.Number(ms[2]), Table.Number(ms[0] / ms[2]), Table.Number(ms[1] / ms[2]));
                });
            if (code != 0)
            {
                return code;
            }
        }

        table.Print();
        return 0;
    }

    public static int RunChild(string name, int width, int time)
    {
        if (LayerTable.Find(name, width) is not { } layer)
        {
            return 2;
        }

        AttnDsl.Runtime.Machine.MaxThreads = 1;
        var @case = layer.Over(time);

        // Inputs are made when they are first read, which is no part of a call.
        @case.FillInputs();
        double first = Time(@case), second = Time(@case);
        var clock = Stopwatch.StartNew();
        List<double> steady = [];
        while (clock.Elapsed.TotalSeconds < SteadyBehindSeconds || steady.Count < SteadyCalls)
        {
            steady.Add(Time(@case));
        }

        steady.RemoveRange(0, steady.Count - SteadyCalls);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{first:R} {second:R} {Stopwatching.Median(steady):R}"));
        return 0;
    }

    private static double Time(LayerCase layer)
    {
        var start = Stopwatch.GetTimestamp();
        layer.Forward(Forms.Fastest);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
