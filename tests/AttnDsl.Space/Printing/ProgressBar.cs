using System;
using System.Diagnostics;
using System.IO;

namespace AttnDsl.Space.Printing;

/// <summary>A line that overwrites itself on a terminal; elsewhere a line at every tenth.</summary>
/// <param name="writer">Where it is written.</param>
/// <param name="isTerminal">Whether that is a terminal.</param>
/// <param name="count">How many there are.</param>
/// <param name="weight">Of all of them.</param>
internal sealed class ProgressBar(TextWriter writer, bool isTerminal, int count, double weight)
{
    private const int Width = 30;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _number;
    private double _done;
    private int _tenth;
    private int _length;

    /// <summary>One more is done.</summary>
    public void Add(double itsWeight, string text)
    {
        _done += itsWeight;
        var number = ++_number;
        var left = _clock.Elapsed * Math.Max(0, (weight / _done) - 1);
        var line = $"{number}/{count}  {text}  {_clock.Elapsed:h\\:mm\\:ss}, about {left:h\\:mm\\:ss} left";
        if (isTerminal)
        {
            var done = (int)((long)Width * number / count);
            line = $"[{new string('#', done)}{new string('.', Width - done)}] {line}";
            writer.Write('\r' + line.PadRight(_length));
            _length = line.Length;
        }
        else if ((int)(10L * number / count) is var tenth && tenth > _tenth)
        {
            _tenth = tenth;
            writer.WriteLine(line);
        }
    }

    public void Clear()
    {
        if (isTerminal) writer.Write('\r' + new string(' ', _length) + '\r');
    }
}
