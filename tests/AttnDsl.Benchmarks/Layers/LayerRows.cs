using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace AttnDsl.Benchmarks;

/// <summary>One row a layer and form. Before every timing the FMA rate is measured, so that both numbers of a percentage saw the same machine.</summary>
internal static class LayerRows
{
    /// <summary>Steps timed together: one alone is too short for the clock.</summary>
    public const int StepBlock = 64;

    /// <summary>Compiled in tiers, a method needs some calls and some time before its best code runs.</summary>
    private const int WarmUpCalls = 40;
    private const double WarmUpSeconds = 1.5;

    private static readonly Forms[] s_forms = [Forms.Recurrent, Forms.Parallel, Forms.Chunkwise];

    public static void Print(LayerOptions options)
    {
        Table.Progress("limits");
        MachineLimits[] limits = [.. new[] { 1, Machine.Threads }.Distinct().Select(threads => new MachineLimits(threads))];
        foreach (var width in options.Widths)
        {
            Print(options, width, limits);
        }

        Console.WriteLine("GFLOP/s and the bound count the recurrence (or exact attention), whatever the form computes: forms compare by time.");
        Console.WriteLine("The bound: multiply-adds at the measured peak or bytes at the measured bandwidth, whichever is more, and exponentials at the rate of our own exp.");
    }

    private static void Print(LayerOptions options, int width, MachineLimits[] limits)
    {
        string[] heads = [$"B={LayerSlice.Batch} T={options.Time} H={LayerSlice.Heads} K=V={width}", "form"];
        var table = new Table([.. heads, .. limits.SelectMany(l => new[] { $"{l.Threads} thread{(l.Threads > 1 ? "s" : "")}: ms", "GFLOP/s", "% of peak", "% of bound" }), "bound by"]);
        foreach (var layer in LayerTable.Of(width))
        {
            if (!Forms().Any(form => Wanted(layer, form)))
            {
                continue;
            }

            var @case = layer.Over(options.Time);
            var forms = s_forms.Where(form => Wanted(layer, form.ToString()) && @case.Has(form)).ToArray();
            foreach (var form in options.BestOnly && forms.Length > 0 ? [Fastest(@case, forms)] : forms)
            {
                Row(form.ToString(), layer.Cost.OfSequence(options.Time), @case.SequenceBytes, @case.SequenceBytes, 1, () => () => @case.Forward(form));
            }

            if (!options.BestOnly && Wanted(layer, "+ Backward"))
            {
                var (flops, exps) = layer.Cost.OfSequence(options.Time);
                Row("+ Backward", (layer.Cost.Training * flops, 2 * exps), 3 * @case.SequenceBytes, @case.SequenceBytes, 1, () => @case.ForwardBackward);
            }

            if (!options.BestOnly && Wanted(layer, "Step") && @case.Prefilled(StepBlock) is { } stepper)
            {
                Row("Step", layer.Cost.OfStep(options.Time + (StepBlock / 2.0)), stepper.Bytes, stepper.WorkingSet, StepBlock, () =>
                {
                    stepper.Renew();
                    return stepper.Step;
                });
            }

            void Row(string form, (double Flops, double Exps) work, long bytes, long workingSet, int block, Func<Action> start)
            {
                Table.Progress($"{layer.Name}, {form}");
                List<string> cells = [layer.Name, form];
                var boundOf = "";
                foreach (var limit in limits)
                {
                    AttnDsl.Runtime.Machine.MaxThreads = limit.Threads;
                    var (seconds, peak) = Measure(start, block, options.Seconds / limits.Length, limit.MeasurePeak);
                    var bound = limit.BoundOf(work, bytes, workingSet, peak);
                    var rate = work.Flops / seconds / 1e9;
                    cells.AddRange([Table.Number(seconds * 1e3), Table.Number(rate), Table.Number(100 * rate / peak), Table.Number(100 * bound.Seconds / seconds)]);
                    boundOf = boundOf.Length > 0 ? boundOf : bound.Of;
                }

                table.Add([.. cells, boundOf]);
            }
        }

        table.Print();

        IEnumerable<string> Forms() => s_forms.Select(form => form.ToString()).Append("+ Backward").Append("Step");

        bool Wanted(ILayer layer, string form) => $"{layer.Name} {form}".Contains(options.Filter, StringComparison.OrdinalIgnoreCase);
    }

    private static Forms Fastest(LayerCase layer, Forms[] forms)
    {
        AttnDsl.Runtime.Machine.MaxThreads = 1;
        return forms.MinBy(form => Enumerable.Range(0, 3).Min(_ => Time(() => layer.Forward(form), 1)));
    }

    /// <summary>Medians of the seconds of one call and of the peak measured beside it.</summary>
    /// <param name="start">Makes ready and gives the call to time.</param>
    /// <param name="block">Calls in one timing.</param>
    public static (double Seconds, double Peak) Measure(Func<Action> start, int block, double budget, Func<double> meter)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < WarmUpCalls && clock.Elapsed.TotalSeconds < WarmUpSeconds; i++)
        {
            Time(start(), block);
        }

        List<double> seconds = [], peak = [];
        clock.Restart();
        while (seconds.Count < 5 || clock.Elapsed.TotalSeconds < budget)
        {
            var call = start();
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
