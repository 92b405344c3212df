using System;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>Where a saved state comes from.</summary>
internal interface ISavedStateSource
{
    /// <summary>Fills all of the bytes, or says no.</summary>
    bool TryRead(scoped Span<byte> bytes);
}

/// <summary>Reads little-endian numbers, counts their checksum, and words what is wrong with them.</summary>
internal ref struct SavedStateReader<TSource>(TSource source, string layer)
    where TSource : ISavedStateSource, allows ref struct
{
    private TSource _source = source;
    private Crc32C _checksum = new();

    public void Read(scoped Span<byte> bytes)
    {
        if (!_source.TryRead(bytes)) throw Refuse("is truncated: it ends before all of it was read; save the state again, or fetch it again from where it came");
        _checksum.Add(bytes);
    }

    public long ReadInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Read(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    public void Read(scoped Span<float> values)
    {
        const int atOnce = 1 << 20;
        for (; !values.IsEmpty; values = values[Math.Min(atOnce, values.Length)..])
        {
            var piece = MemoryMarshal.Cast<float, int>(values[..Math.Min(atOnce, values.Length)]);
            Read(MemoryMarshal.AsBytes(piece));
            if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(piece, piece);
        }
    }

    /// <summary>Reads over floats that are not wanted.</summary>
    public void Skip(long floats)
    {
        Span<float> unwanted = stackalloc float[256];
        for (; floats > 0; floats -= unwanted.Length) Read(unwanted[..(int)Math.Min(floats, unwanted.Length)]);
    }

    /// <summary>Compares the checksum of everything so far with the one that stands here.</summary>
    public void ReadChecksum()
    {
        var expected = _checksum.Value;
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Read(bytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != expected) throw Damaged();
    }

    public readonly InvalidDataException Damaged() => Refuse("is damaged: its checksum does not match its contents; save the state again, or fetch it again from where it came");

    /// <summary>An exception that says what is wrong with the saved state, and that nothing has changed.</summary>
    public readonly InvalidDataException Refuse(string why) => new($"the saved state for {layer} {why} (this state is as it was)");
}

/// <summary>From memory.</summary>
internal ref struct SpanSource(ReadOnlySpan<byte> rest) : ISavedStateSource
{
    private ReadOnlySpan<byte> _rest = rest;

    public bool TryRead(scoped Span<byte> bytes)
    {
        if (_rest.Length < bytes.Length) return false;
        _rest[..bytes.Length].CopyTo(bytes);
        _rest = _rest[bytes.Length..];
        return true;
    }
}

/// <summary>From a stream.</summary>
internal readonly struct StreamSource(Stream stream) : ISavedStateSource
{
    public bool TryRead(scoped Span<byte> bytes) => stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
}
