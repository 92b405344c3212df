using System;
using System.Text;

namespace AttnDsl.Generator.Emit;

/// <summary>Indented text with <c>\n</c> line ends, whatever the machine.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>A line; of several blank ones behind each other there is one.</summary>
    public void Line(string line = "")
    {
        if (line.Length == 0 && _text.Length > 1 && _text[_text.Length - 1] == '\n' && _text[_text.Length - 2] == '\n') return;
        if (line.Length > 0) _text.Append(' ', 4 * _depth).Append(line);
        _text.Append('\n');
    }

    /// <summary>Several lines at the current depth; blank ones stay blank.</summary>
    public void Lines(string text)
    {
        foreach (var line in text.Replace("\r", "").Split('\n')) Line(line);
    }

    /// <summary>A header with braces around what is written until the result is disposed.</summary>
    public Scope Block(string header, string end = "}")
    {
        Line(header);
        return Braces(end);
    }

    public Scope Braces(string end = "}")
    {
        Line("{");
        _depth++;
        return new(this, end);
    }

    public override string ToString() => _text.ToString();

    internal readonly struct Scope(SourceWriter writer, string end) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer.Line(end);
        }
    }
}
