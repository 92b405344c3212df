using System;
using System.Diagnostics;
using System.Threading;

namespace AttnDsl.Benchmarks.Peers;

/// <summary>Waits until no thread of this process works any more: a pool that still spins behind its last call would slow down whoever is next.</summary>
internal static class Silence
{
    private const double Idle = 0.2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(0.5);

    public static void Await()
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < s_patience;)
        {
            var (used, from) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            Thread.Sleep(1);
            if (Environment.CpuUsage.TotalTime - used < Idle * Stopwatch.GetElapsedTime(from))
            {
                return;
            }
        }
    }
}
