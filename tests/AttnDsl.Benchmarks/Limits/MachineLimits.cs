using System;

namespace AttnDsl.Benchmarks;

/// <summary>What this machine can do at most on so many threads, measured: a kernel's time is compared with what the least it must do takes.</summary>
internal sealed class MachineLimits(int threads)
{
    private readonly Func<double> _peak = Peak.Meter(threads);
    private readonly double _exps = ExpRate.Measure(threads);
    private readonly Func<long, double> _bandwidth = Bandwidth.Meter(threads);

    public int Threads => threads;

    /// <summary>GFLOP/s, measured anew: the clock of a shared machine is not the same all the time.</summary>
    public double MeasurePeak() => _peak();

    /// <summary>10⁹ a second of AttnDsl's own exp.</summary>
    public double Exps => _exps;

    /// <summary>GB/s of reading a working set of this size.</summary>
    public double Read(long bytes) => _bandwidth(bytes);

    /// <summary>Seconds that the work takes at the limits: multiply-adds at the peak or bytes at the bandwidth, whichever is more, and the exponentials.</summary>
    /// <param name="work">What is to be computed.</param>
    /// <param name="bytes">What is to be moved.</param>
    /// <param name="workingSet">Of how many bytes, which says from where.</param>
    /// <param name="peak">GFLOP/s.</param>
    public Bound BoundOf((double Flops, double Exps) work, long bytes, long workingSet, double peak)
    {
        double fma = work.Flops / peak / 1e9, memory = bytes / Read(workingSet) / 1e9, exps = work.Exps / Exps / 1e9;
        return new(Math.Max(fma, memory) + exps, exps > Math.Max(fma, memory) ? "exp" : memory > fma ? "memory" : "FMA");
    }
}

/// <param name="Seconds">The least time.</param>
/// <param name="Of">What most of it is.</param>
internal readonly record struct Bound(double Seconds, string Of);
