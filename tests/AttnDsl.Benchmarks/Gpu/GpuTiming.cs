using System;
using System.Diagnostics;
using AttnDsl.Gpu;

namespace AttnDsl.Benchmarks.Gpu;

/// <summary>Times work on a device: batches of launches one behind the other, the wait for the last included.</summary>
internal static class GpuTiming
{
    private const int Batches = 5;

    /// <summary>Seconds of a launch: the median of five batches, behind one that is not counted.</summary>
    public static double Seconds(GpuDevice device, Action launch, int launches)
    {
        var seconds = new double[Batches];
        for (var batch = -1; batch < Batches; batch++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var n = 0; n < launches; n++) launch();
            device.Synchronize();
            if (batch >= 0) seconds[batch] = Stopwatch.GetElapsedTime(start).TotalSeconds / launches;
        }

        Array.Sort(seconds);
        return seconds[Batches / 2];
    }
}
