using System;
using System.IO;

namespace AttnDsl.Space.Printing;

/// <summary>A line that overwrites itself on a terminal; elsewhere a line at every tenth.</summary>
internal sealed class ProgressBar(TextWriter writer, bool isTerminal, int count)
{
    private const int Width = 30;

    private int _tenth;
    private int _length;

    public void Show(int number, string text)
    {
        var line = $"{number}/{count}  {text}";
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
