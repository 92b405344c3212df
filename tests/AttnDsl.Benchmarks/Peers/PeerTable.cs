using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace AttnDsl.Benchmarks.Peers;

/// <summary>Measures in processes of their own, and prints the medians of what they found.</summary>
internal static class PeerTable
{
    public static int Print(PeerOptions options)
    {
        HashSet<string> remarks = [];
        List<PeerLine> lines = [];
        if (File.Exists(options.Lines))
        {
            lines.AddRange(File.ReadLines(options.Lines).Select(PeerLine.Parse).OfType<PeerLine>().Where(line => line.Key.Contains(options.Filter, StringComparison.OrdinalIgnoreCase)));
        }

        for (var process = 1; process <= options.Processes; process++)
        {
            Table.Progress($"process {process} of {options.Processes}");
            var code = Children.Run(options.ChildArguments, line =>
            {
                if (PeerLine.Parse(line) is { } measured)
                {
                    lines.Add(measured);
                    if (options.Lines.Length > 0)
                    {
                        File.AppendAllLines(options.Lines, [line]);
                    }
                }
                else
                {
                    remarks.Add(line);
                }
            });
            if (code != 0)
            {
                return code;
            }
        }

        var processes = 1;
        var table = new Table($"B={LayerSlice.Batch} H={LayerSlice.Heads}", "threads", "ours, ms", "% of peak", "% of bound", "peer", "peer, ms", "ratio", "spread", "agrees to");
        foreach (var group in lines.GroupBy(line => (line.Key, line.Peer)))
        {
            var key = group.Key.Key.Split('|');
            if (group.All(line => !line.Agrees))
            {
                table.Add(key[0], key[1], "", "", "", group.Key.Peer, "", "not timed", "", Difference(group));
                continue;
            }

            // Between processes the spread is that of their medians, in one process that of the middle half of its pairs.
            var several = group.Count() > 1;
            processes = Math.Max(processes, group.Count());
            double low = several ? group.Min(line => line.Ratio) : group.First().Low, high = several ? group.Max(line => line.Ratio) : group.First().High;
            table.Add(
                key[0], key[1], Number(line => line.Ours), Number(line => 100 * line.OfPeak), Number(line => 100 * line.OfBound), group.Key.Peer,
                Number(line => line.Theirs), Number(line => line.Ratio), $"{Table.Number(low)}–{Table.Number(high)}", Difference(group));

            string Number(Func<PeerLine, double> of) => Table.Number(Stopwatching.Median([.. group.Select(of)]));
        }

        table.Print();
        var allocating = lines.Where(line => line.Allocated >= 1).Select(line => line.Key.Split('|')[0]).Distinct().ToArray();
        Console.WriteLine($"Ratio: the peer's time by ours, pair by pair in one process; median of {processes} process(es). Spread: {(processes > 1 ? "of the processes" : "the middle half of the pairs")}.");
        Console.WriteLine("Agrees to: largest difference of output (and gradients of q, k, v) by its largest value, before anything was timed.");
        Console.WriteLine(allocating.Length == 0 ? "Ours allocates nothing in any call." : $"Ours allocates in: {string.Join("; ", allocating)}.");
        foreach (var remark in remarks)
        {
            Console.WriteLine(remark);
        }

        return 0;

        static string Difference(IEnumerable<PeerLine> group) => group.Max(line => line.Difference).ToString("0.0e-0", CultureInfo.InvariantCulture);
    }
}
