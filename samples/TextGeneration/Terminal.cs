using System;
using System.Buffers;
using System.IO;
using System.Text;

namespace TextGeneration;

/// <summary>Passes bytes on as they come, but never half a character: a terminal would show it as two wrong ones.</summary>
internal sealed class ByteOutput(Stream stream)
{
    private readonly byte[] _pending = new byte[4];
    private int _count;

    public void Write(byte value)
    {
        _pending[_count++] = value;
        OperationStatus status = Rune.DecodeFromUtf8(_pending.AsSpan(0, _count), out _, out _);
        if (status != OperationStatus.NeedMoreData)
        {
            Flush();
        }
    }

    /// <summary>Writes what is left, be it a character or not.</summary>
    public void Flush()
    {
        stream.Write(_pending, 0, _count);
        stream.Flush();
        _count = 0;
    }
}

/// <summary>One line on standard error that fills up, and is gone at the end. Silent when nobody watches.</summary>
internal sealed class ProgressBar(string title, int total)
{
    private const int Width = 40;
    private const string EraseLine = "\r\u001b[K";

    private readonly bool _visible = !Console.IsErrorRedirected;

    public void Report(int done)
    {
        if (_visible)
        {
            int filled = (int)((long)Width * done / total);
            Console.Error.Write($"\r{title} [{new string('#', filled)}{new string('.', Width - filled)}] {100L * done / total} %");
        }
    }

    public void Clear()
    {
        if (_visible)
        {
            Console.Error.Write(EraseLine);
        }
    }
}
