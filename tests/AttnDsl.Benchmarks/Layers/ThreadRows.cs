using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading;
using AttnDsl.Runtime;

namespace AttnDsl.Benchmarks;

/// <summary>
/// What sharing a call costs: so much work, in sixteen items, by the caller alone and by all threads. The launcher shares a call from
/// 4 µs of estimated work a thread on; here it is told to share always.
/// </summary>
internal static class ThreadRows
{
    private const int Items = 16, Calls = 400;
    private const double Always = 1e6, Never = 0;

    public static void Print()
    {
        var table = new Table("work of a call", "alone", "shared, one call behind the other", "gain", "shared, 200 µs between calls", "gain");
        var perSecond = Machine.Threads > 1 ? StepsPerSecond() : 0;
        foreach (var microseconds in Machine.Threads > 1 ? [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64] : Array.Empty<double>())
        {
            Table.Progress($"{microseconds} µs");
            var steps = Math.Max(1, (int)(microseconds * 1e-6 * perSecond / Items));
            var (alone, shared, woken) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < 15; round++)
            {
                alone.Add(Seconds(steps, Never, pause: 0));
                shared.Add(Seconds(steps, Always, pause: 0));
                woken.Add(Seconds(steps, Always, pause: 200e-6));
            }

            var (a, s, w) = (Stopwatching.Median(alone), Stopwatching.Median(shared), Stopwatching.Median(woken));
            table.Add($"{Table.Number(microseconds)} µs", Time(a), Time(s), Table.Number(a / s), Time(w), Table.Number(a / w));
        }

        table.Print();
        Console.WriteLine($"{Machine.Threads} threads; between calls the caller spins, and the workers go to sleep after 30 µs");
    }

    private static string Time(double seconds) => (seconds * 1e6).ToString("F2", CultureInfo.InvariantCulture) + " µs";

    private static double StepsPerSecond()
    {
        const int steps = 1 << 20;
        Chain(steps);
        var start = Stopwatch.GetTimestamp();
        Chain(steps);
        return steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Mean seconds of a call, pauses not counted.</summary>
    private static double Seconds(int steps, double nanosecondsPerItem, double pause)
    {
        var work = new ChainWork { Steps = steps };
        long spent = 0;
        for (var call = 0; call < Calls; call++)
        {
            for (var rested = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(rested).TotalSeconds < pause;)
            {
                Thread.SpinWait(10);
            }

            var pins = default(Pins);
            var start = Stopwatch.GetTimestamp();
            Launch.Run(ref work, Items, 0, nanosecondsPerItem, in pins);
            spent += Stopwatch.GetTimestamp() - start;
        }

        return (double)spent / Stopwatch.Frequency / Calls;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Chain(int steps)
    {
        var x = 1f;
        for (var i = 0; i < steps; i++)
        {
            x = (x * 0.999f) + 0.001f;
        }

        return x;
    }

    private struct ChainWork : IWork
    {
        public int Steps { get; init; }

        public readonly void Bind(ReadOnlySpan<nint> addresses)
        {
        }

        public readonly void Run(int item, ref float scratch) => Chain(Steps);
    }
}
