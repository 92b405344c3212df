using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace AttnDsl.Benchmarks.Peers;

/// <summary>One of those who are timed in turn: a call, repeated until the clock is fine enough, and its times.</summary>
/// <param name="renew">What comes before each sample, untimed.</param>
/// <param name="most">Most calls between two of these.</param>
/// <param name="warmUpSeconds">How long it takes until its best code runs.</param>
internal sealed class Contestant(Action call, double warmUpSeconds, Action? renew = null, int most = int.MaxValue)
{
    private const double SampleSeconds = 0.01;
    private const int FewestCalls = 3;

    private int _calls = 1;

    /// <summary>Seconds a call, of each sample.</summary>
    public List<double> Samples { get; } = [];

    /// <summary>Bytes allocated on this thread in all samples.</summary>
    public long Allocated { get; private set; }

    /// <summary>Until its best code runs and its buffers exist.</summary>
    public void WarmUp()
    {
        var clock = Stopwatch.StartNew();
        var calls = 0;
        double seconds = 0;
        for (; calls < FewestCalls || clock.Elapsed.TotalSeconds < warmUpSeconds; calls += _calls)
        {
            renew?.Invoke();
            seconds = Time();
            _calls = (int)Math.Clamp(SampleSeconds / seconds, 1, most - 1);
        }

        Samples.Clear();
        Allocated = 0;
    }

    public void Sample()
    {
        renew?.Invoke();
        Silence.Await();

        // Whoever was before has filled the caches.
        call();
        Samples.Add(Time());
    }

    private double Time()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < _calls; i++)
        {
            call();
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds / _calls;
        Allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
        return seconds;
    }
}
