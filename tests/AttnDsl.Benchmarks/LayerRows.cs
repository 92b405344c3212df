using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace AttnDsl.Benchmarks;

/// <summary>One row a layer and form. Before every timing the FMA rate is measured, so that both numbers of a percentage saw the same machine.</summary>
internal static class LayerRows
{
    /// <summary>Steps timed together: one alone is too short for the clock.</summary>
    public const int StepBlock = 64;

    /// <summary>Compiled in tiers, a method needs some calls and some time before its best code runs.</summary>
    private const int WarmUpCalls = 40;
    private const double WarmUpSeconds = 1.5;

    public static void Print(LayerOptions options)
    {
        Table.Progress("peak");
        var one = Peak.Meter(1);
        var all = Peak.Meter(Machine.Threads);
        var table = new Table($"B={LayerData.B} T={LayerData.T} H={LayerData.H} K={LayerData.K} V={LayerData.V}", "form", "1 thread: ms", "GFLOP/s", "% of peak", $"{Machine.Threads} threads: ms", "GFLOP/s", "% of peak");
        foreach (var layer in LayerCases.All(new LayerData()))
        {
            foreach (var form in new[] { Forms.Recurrent, Forms.Parallel, Forms.Chunkwise })
            {
                if (Wanted(layer, form.ToString()) && Has(layer, form))
                {
                    Row(form.ToString(), layer.ForwardFlops, 1, () => () => layer.Forward(form), renew: false);
                }
            }

            if (Wanted(layer, "Backward"))
            {
                // Twice as much as forward, beside it: each product has two derivatives.
                Row("+ Backward", 3 * layer.ForwardFlops, 1, () => layer.ForwardBackward, renew: false);
            }

            if (Wanted(layer, "Step"))
            {
                Row("Step", layer.StepFlops, StepBlock, layer.Prefilled, renew: true);
            }

            void Row(string form, double flops, int block, Func<Action> start, bool renew)
            {
                Table.Progress($"{layer.Name}, {form}");
                List<string> cells = [layer.Name, form];
                foreach (var (threads, meter) in new[] { (1, one), (Machine.Threads, all) })
                {
                    global::AttnDsl.Runtime.Machine.MaxThreads = threads;
                    var (seconds, peak) = Measure(start, block, renew, options.Seconds / 2, meter);
                    var rate = flops / seconds / 1e9;
                    cells.AddRange([Table.Number(seconds * 1e3), Table.Number(rate), Table.Number(100 * rate / peak)]);
                }

                table.Add([.. cells]);
            }
        }

        table.Print();
        Console.WriteLine("GFLOP/s counts the recurrence (or exact attention), whatever the form computes: forms compare by time");

        bool Wanted(LayerCase layer, string form) => $"{layer.Name} {form}".Contains(options.Filter, StringComparison.OrdinalIgnoreCase);
    }

    private static bool Has(LayerCase layer, Forms form)
    {
        try
        {
            layer.Forward(form);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Medians of the seconds of one call and of the peak measured beside it.</summary>
    /// <param name="start">Makes ready and gives the call to time.</param>
    /// <param name="block">Calls in one timing.</param>
    /// <param name="renew">Whether each timing needs a start of its own.</param>
    private static (double Seconds, double Peak) Measure(Func<Action> start, int block, bool renew, double budget, Func<double> meter)
    {
        var call = start();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < WarmUpCalls && clock.Elapsed.TotalSeconds < WarmUpSeconds; i++)
        {
            call = renew ? start() : call;
            Time(call, block);
        }

        List<double> seconds = [], peak = [];
        clock.Restart();
        while (seconds.Count < 5 || clock.Elapsed.TotalSeconds < budget)
        {
            call = renew ? start() : call;
            peak.Add(meter());
            seconds.Add(Time(call, block));
        }

        return (Stopwatching.Median(seconds), Stopwatching.Median(peak));
    }

    private static double Time(Action call, int block)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < block; i++)
        {
            call();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / block;
    }
}
