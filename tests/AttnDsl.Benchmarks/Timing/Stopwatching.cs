using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace AttnDsl.Benchmarks;

/// <summary>Work of one thread: its number, and how many rounds to do.</summary>
internal delegate void Work(int thread, long rounds);

internal static class Stopwatching
{
    /// <summary>Seconds from the first start to the last end when every thread does <paramref name="rounds"/> rounds.</summary>
    public static double Seconds(int threads, long rounds, Work work)
    {
        if (threads == 1)
        {
            var start = Stopwatch.GetTimestamp();
            work(0, rounds);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        var starts = new long[threads];
        var ends = new long[threads];
        using var ready = new Barrier(threads);
        var workers = new Thread[threads];
        for (var t = 0; t < threads; t++)
        {
            var thread = t;
            workers[t] = new Thread(() =>
            {
                ready.SignalAndWait();
                starts[thread] = Stopwatch.GetTimestamp();
                work(thread, rounds);
                ends[thread] = Stopwatch.GetTimestamp();
            });
            workers[t].Start();
        }

        long first = long.MaxValue, last = 0;
        for (var t = 0; t < threads; t++)
        {
            workers[t].Join();
            first = Math.Min(first, starts[t]);
            last = Math.Max(last, ends[t]);
        }

        return Stopwatch.GetElapsedTime(first, last).TotalSeconds;
    }

    /// <summary>Rounds that keep one thread busy for about <paramref name="seconds"/>.</summary>
    public static long RoundsFor(double seconds, Work work)
    {
        for (long rounds = 1; ; rounds *= 2)
        {
            var taken = Seconds(1, rounds, work);
            if (taken >= seconds / 4)
            {
                return Math.Max(1, (long)(rounds * seconds / taken));
            }
        }
    }

    public static double Median(List<double> values)
    {
        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
