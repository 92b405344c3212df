using System;
using System.Diagnostics;

namespace TextGeneration;

/// <summary>What the time is spent on, in the order in which a token meets it.</summary>
internal enum Part
{
    Embedding,
    Norms,
    Projections,
    SlidingWindow,
    MatrixLstm,
    Mlp,
    Head,
    Sampling,
    Output,
}

/// <summary>A lap clock: the time since the last lap goes to the part that just ended.</summary>
internal sealed class Timings
{
    private readonly long[] _ticks = new long[Enum.GetValues<Part>().Length];
    private long _last;

    public bool Enabled { get; set; }

    public void Start() => _last = Stopwatch.GetTimestamp();

    public void Lap(Part part)
    {
        if (Enabled)
        {
            long now = Stopwatch.GetTimestamp();
            _ticks[(int)part] += now - _last;
            _last = now;
        }
    }

    /// <summary>Milliseconds of a part so far.</summary>
    public double Milliseconds(Part part) => _ticks[(int)part] * 1000.0 / Stopwatch.Frequency;
}
