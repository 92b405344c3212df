using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>Where a saved state goes.</summary>
internal interface ISavedStateSink
{
    void Write(scoped ReadOnlySpan<byte> bytes);
}

/// <summary>Writes little-endian numbers and counts their checksum.</summary>
internal ref struct SavedStateWriter<TSink>(TSink sink)
    where TSink : ISavedStateSink, allows ref struct
{
    private TSink _sink = sink;
    private Crc32C _checksum = new();

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        _checksum.Add(bytes);
        _sink.Write(bytes);
    }

    public void Write(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Write(bytes);
    }

    public void Write(scoped ReadOnlySpan<float> values)
    {
        // A part may have more bytes than a span can.
        const int atOnce = 1 << 20;
        for (; !values.IsEmpty; values = values[Math.Min(atOnce, values.Length)..])
        {
            var piece = MemoryMarshal.Cast<float, int>(values[..Math.Min(atOnce, values.Length)]);
            if (!BitConverter.IsLittleEndian)
            {
                var reversed = new int[piece.Length];
                BinaryPrimitives.ReverseEndianness(piece, reversed);
                piece = reversed;
            }

            Write(MemoryMarshal.AsBytes(piece));
        }
    }

    /// <summary>Writes the checksum of everything so far.</summary>
    public void WriteChecksum()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, _checksum.Value);
        Write(bytes);
    }
}

/// <summary>Into memory that is long enough.</summary>
internal ref struct SpanSink(Span<byte> rest) : ISavedStateSink
{
    private Span<byte> _rest = rest;

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_rest);
        _rest = _rest[bytes.Length..];
    }
}

/// <summary>Into a buffer writer.</summary>
internal readonly struct BufferSink(IBufferWriter<byte> buffer) : ISavedStateSink
{
    public void Write(scoped ReadOnlySpan<byte> bytes) => buffer.Write(bytes);
}

/// <summary>Into a stream.</summary>
internal readonly struct StreamSink(Stream stream) : ISavedStateSink
{
    public void Write(scoped ReadOnlySpan<byte> bytes) => stream.Write(bytes);
}
