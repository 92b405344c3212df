using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace AttnDsl.Benchmarks.Peers.Onnx;

/// <summary>A protobuf message under construction, with the wire types that an ONNX model needs.</summary>
internal sealed class Protobuf
{
    private const int VarintWire = 0, BlockWire = 2, FixedWire = 5;

    private readonly MemoryStream _bytes = new();

    public Protobuf Integer(int field, long value)
    {
        Key(field, VarintWire);
        Varint((ulong)value);
        return this;
    }

    public Protobuf Number(int field, float value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        Key(field, FixedWire);
        _bytes.Write(bytes);
        return this;
    }

    public Protobuf Text(int field, string text) => Block(field, Encoding.UTF8.GetBytes(text));

    public Protobuf Message(int field, Protobuf message) => Block(field, message.ToArray());

    public byte[] ToArray() => _bytes.ToArray();

    private Protobuf Block(int field, byte[] content)
    {
        Key(field, BlockWire);
        Varint((ulong)content.Length);
        _bytes.Write(content);
        return this;
    }

    private void Key(int field, int wire) => Varint((ulong)((field << 3) | wire));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.WriteByte((byte)(value | 0x80));
        }

        _bytes.WriteByte((byte)value);
    }
}
