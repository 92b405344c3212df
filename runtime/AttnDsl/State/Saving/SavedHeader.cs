using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace AttnDsl.Runtime;

/// <summary>What stands in front of a saved state. All numbers are little-endian.</summary>
/// <remarks>
/// <code>
///   0  magic "AttnDsl", 1A      8  format version, u32       12  reserved, u32        16  bytes in all, u64
///  24  fingerprint, u64        32  sequences, u32            36  heads, u32           40  floats of a row or matrix state, u32
///  44  capacity in rows, u32   48  sink tokens, u32          52  bytes of the name, u32
///  56  the layer's name, UTF-8; then CRC-32C of all this, u32
///      for each sequence: position, i64; position of its first row, i64; rows, i64
///      for each sequence and head: floats in use; last CRC-32C of everything, u32
/// </code>
/// Magic, version, the two checksums and where they are stay the same in all versions.
/// </remarks>
internal readonly record struct SavedHeader(long Length, ulong Fingerprint, int Batch, int Heads, int Width, int Capacity, int Sinks, string Layer)
{
    public const int SlotBytes = 24;

    private const int FixedBytes = 56;
    private const int LongestName = 1024;
    private const uint Version = 1;

    private static ReadOnlySpan<byte> Magic => "AttnDsl\x1A"u8;

    /// <summary>The name with which a layer is saved.</summary>
    public static ReadOnlySpan<byte> NameOf(string layer) => Encoding.UTF8.GetBytes(layer.Length > LongestName / 4 ? layer[..(LongestName / 4)] : layer);

    /// <summary>Bytes of a header, checksum included.</summary>
    public static int Bytes(string layer) => FixedBytes + NameOf(layer).Length + sizeof(uint);

    public void Write<TSink>(ref SavedStateWriter<TSink> writer)
        where TSink : ISavedStateSink, allows ref struct
    {
        var name = NameOf(Layer);
        Span<byte> bytes = stackalloc byte[FixedBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Version);
        bytes.Slice(12, 4).Clear();
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Fingerprint);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[32..], Batch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[36..], Heads);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[40..], Width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[44..], Capacity);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[48..], Sinks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[52..], name.Length);
        writer.Write(bytes);
        writer.Write(name);
        writer.WriteChecksum();
    }

    /// <exception cref="InvalidDataException">This is no saved state, or a damaged one, or one of a newer version.</exception>
    public static SavedHeader Read<TSource>(ref SavedStateReader<TSource> reader)
        where TSource : ISavedStateSource, allows ref struct
    {
        Span<byte> bytes = stackalloc byte[FixedBytes];
        reader.Read(bytes);
        if (!bytes.StartsWith(Magic)) throw reader.Refuse("does not begin as a state saved by AttnDsl does; pass what Save wrote, from its first byte");
        var nameBytes = BinaryPrimitives.ReadUInt32LittleEndian(bytes[52..]);
        if (nameBytes > LongestName) throw reader.Damaged();
        var name = new byte[nameBytes];
        reader.Read(name);
        reader.ReadChecksum();
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version > Version) throw reader.Refuse($"has format version {version}, and this version of AttnDsl reads versions up to {Version}; update the package AttnDsl");
        return new(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[44..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[48..]),
            Encoding.UTF8.GetString(name));
    }
}
