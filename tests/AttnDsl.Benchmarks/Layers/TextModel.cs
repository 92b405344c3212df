using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using TextGeneration;

namespace AttnDsl.Benchmarks;

/// <summary>The trained model of the sample, token by token: each token reads every weight once, so its limit is the bandwidth of the memory they lie in.</summary>
internal static class TextModel
{
    private const int Block = 100, Blocks = 30;

    public static void Print()
    {
        AttnDsl.Runtime.Machine.MaxThreads = 1;
        var model = SwaxModel.Load(Path.Combine(AppContext.BaseDirectory, "model"));
        var read = Bandwidth.OfThirdCache(1);
        model.Prefill("The "u8);
        List<double> seconds = [];
        for (var block = -Blocks; block < Blocks; block++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Block; i++)
            {
                model.Step((byte)' ');
            }

            if (block >= 0)
            {
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / Block);
            }
        }

        var each = Stopwatching.Median(seconds);
        var rate = model.WeightBytes / each / 1e9;
        var table = new Table("model of the sample, 1 thread", "weights, bytes", "µs/token", "weights read, GB/s", "L3 read, GB/s", "% of it");
        table.Add("decode", $"{model.WeightBytes}", Table.Number(1e6 * each), Table.Number(rate), Table.Number(read), Table.Number(100 * rate / read));
        table.Print();
    }
}
