using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using AttnDsl.Benchmarks.Peers.Torch;

namespace AttnDsl.Benchmarks.Peers;

/// <summary>Measures every row in this process: results are compared, then ours and the peers are timed in turn.</summary>
internal static class PeerMeasuring
{
    /// <summary>Samples of each, however long they take.</summary>
    private const int FewestSamples = 5;

    /// <summary>Ours is compiled in tiers while it runs; theirs is there.</summary>
    private const double WarmUpSeconds = 0.7, TheirWarmUpSeconds = 0.2;

    public static void Run(PeerOptions options)
    {
        var noTorch = TorchLibrary.TryLoad();
        if (noTorch is not null)
        {
            Console.WriteLine($"libtorch is left out, it does not load: {noTorch}");
        }

        MachineLimits[] limits = [.. new[] { 1, Machine.Threads }.Distinct().Select(threads => new MachineLimits(threads))];
        foreach (var width in options.Widths)
        {
            foreach (var row in PeerRow.All)
            {
                var peers = row.Peers.Where(peer => noTorch is null || !peer.IsTorch).ToArray();
                foreach (var time in row.Times)
                {
                    var name = $"{row.Layer}, {row.Form.ToString().ToLowerInvariant()}, D={width}, T={time}";
                    if (peers.Length == 0 || !name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase) || LayerTable.Find(row.Layer, width) is not { } layer)
                    {
                        continue;
                    }

                    foreach (var limit in limits)
                    {
                        Table.Progress($"{name}, {limit.Threads} thread(s)");
                        AttnDsl.Runtime.Machine.MaxThreads = limit.Threads;
                        foreach (var line in Measure(row, peers, layer.Over(time), limit, options.Seconds))
                        {
                            Console.WriteLine(line with { Key = $"{name}\t{limit.Threads}".Replace('\t', '|') });
                        }
                    }
                }
            }
        }
    }

    private static List<PeerLine> Measure(PeerRow row, Peer[] peers, LayerCase layer, MachineLimits limits, double budget)
    {
        var stepper = row.Form == PeerForm.Step ? layer.Prefilled(LayerRows.StepBlock) : null;
        Action call = row.Form switch
        {
            PeerForm.Prefill => () => layer.Forward(Forms.Fastest),
            PeerForm.Step => stepper!.Step,
            _ => layer.ForwardBackward,
        };
        call();
        var results = row.Results(layer, stepper);
        List<PeerLine> lines = [];
        List<Contestant> theirs = [];
        var calls = new List<PeerCall>();
        try
        {
            foreach (var peer in peers)
            {
                var ready = peer.Make(layer, limits.Threads);
                calls.Add(ready);
                ready.Run();
                lines.Add(new("", peer.Name, 0, 0, 0, 0, 0, 0, 0, 0, Difference(results, ready.Results())));
                theirs.Add(new(ready.Run, TheirWarmUpSeconds));
            }

            var ours = new Contestant(call, WarmUpSeconds, stepper is null ? null : stepper.Renew, stepper is null ? int.MaxValue : LayerRows.StepBlock);
            Contestant[] agreed = [ours, .. theirs.Where((_, i) => lines[i].Agrees)];
            foreach (var contestant in agreed)
            {
                contestant.WarmUp();
            }

            var peaks = new List<double>();
            for (var clock = Stopwatch.StartNew(); ours.Samples.Count < FewestSamples || clock.Elapsed.TotalSeconds < budget;)
            {
                peaks.Add(limits.MeasurePeak());
                foreach (var contestant in agreed)
                {
                    contestant.Sample();
                }
            }

            var (work, bytes, workingSet) = Work(row, layer, stepper);
            var peak = Stopwatching.Median(peaks);
            var bound = limits.BoundOf(work, bytes, workingSet, peak).Seconds;
            var allocated = (double)ours.Allocated / ours.Samples.Count;
            for (var i = 0; i < lines.Count; i++)
            {
                if (lines[i].Agrees)
                {
                    List<double> ratios = [.. theirs[i].Samples.Zip(ours.Samples, (their, our) => their / our).Order()];
                    double our = Stopwatching.Median([.. ours.Samples]), their = Stopwatching.Median([.. theirs[i].Samples]);
                    lines[i] = lines[i] with
                    {
                        Ours = 1e3 * our, OfBound = bound / our, OfPeak = work.Flops / our / 1e9 / peak, Allocated = allocated, Theirs = 1e3 * their,
                        Ratio = Stopwatching.Median(ratios), Low = ratios[ratios.Count / 4], High = ratios[^(1 + (ratios.Count / 4))],
                    };
                }
            }

            return lines;
        }
        finally
        {
            foreach (var ready in calls)
            {
                ready.Dispose();
            }
        }
    }

    private static ((double Flops, double Exps) Work, long Bytes, long WorkingSet) Work(PeerRow row, LayerCase layer, LayerStepper? stepper)
    {
        var (flops, exps) = layer.Cost.OfSequence(layer.Time);
        return row.Form switch
        {
            PeerForm.Prefill => ((flops, exps), layer.SequenceBytes, layer.SequenceBytes),
            PeerForm.Step => (layer.Cost.OfStep(layer.Time + (LayerRows.StepBlock / 2.0)), stepper!.Bytes, stepper.WorkingSet),
            _ => ((layer.Cost.Training * flops, 2 * exps), 3 * layer.SequenceBytes, 2 * layer.SequenceBytes),
        };
    }

    private static double Difference(float[][] ours, float[][] theirs)
    {
        double worst = ours.Length == theirs.Length ? 0 : double.PositiveInfinity;
        for (var r = 0; r < Math.Min(ours.Length, theirs.Length); r++)
        {
            double difference = ours[r].Length == theirs[r].Length ? 0 : double.PositiveInfinity, largest = 0;
            for (var i = 0; i < Math.Min(ours[r].Length, theirs[r].Length); i++)
            {
                difference = Math.Max(difference, Math.Abs(ours[r][i] - theirs[r][i]));
                largest = Math.Max(largest, Math.Abs(ours[r][i]));
            }

            worst = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(worst, difference / largest);
        }

        return worst;
    }
}
