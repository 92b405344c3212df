using System;
using System.Buffers.Binary;
using System.Numerics;

namespace AttnDsl.Runtime;

/// <summary>The checksum of saved states, CRC-32C: it notices every change of a single bit, and any burst of up to 32.</summary>
internal struct Crc32C()
{
    private uint _remainder = uint.MaxValue;

    public readonly uint Value => ~_remainder;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var crc = _remainder;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        _remainder = crc;
    }
}
