using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace TextGeneration;

internal enum ElementType
{
    F32,
    BF16,
    F16,
    U8,
}

/// <summary>Where one tensor lies in the file: <paramref name="Start"/> counts from the first byte after the header.</summary>
internal sealed record TensorEntry(string Name, ElementType Type, int[] Shape, int Start, int Length);

/// <summary>
/// Reads the safetensors format: eight bytes of header length, a JSON header, then the raw tensors. Nothing in the file is
/// trusted: whatever does not add up is an <see cref="InvalidDataException"/> that names the tensor and what is wrong with it.
/// </summary>
internal sealed class Safetensors
{
    private const int LengthPrefix = 8;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private readonly byte[] _file;
    private readonly int _dataStart;
    private readonly string _source;
    private readonly Dictionary<string, TensorEntry> _tensors = new(StringComparer.Ordinal);

    private Safetensors(byte[] file, string source)
    {
        _file = file;
        _source = source;
        _dataStart = LengthPrefix + ReadHeaderLength();
        ReadHeader();
        CheckLayout();
    }

    public IReadOnlyDictionary<string, TensorEntry> Tensors => _tensors;

    public static Safetensors Open(string path) => new(File.ReadAllBytes(path), Path.GetFileName(path));

    public static Safetensors Parse(byte[] file, string source) => new(file, source);

    public TensorEntry Find(string name) =>
        _tensors.TryGetValue(name, out TensorEntry? entry) ? entry : throw Refuse($"there is no tensor '{name}'");

    /// <summary>The bytes of a tensor as they stand in the file.</summary>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        TensorEntry entry = Find(name);
        return _file.AsSpan(_dataStart + entry.Start, entry.Length);
    }

    /// <summary>The tensor as floats, after checking that it has the shape the caller's equations need.</summary>
    public float[] Floats(string name, params ReadOnlySpan<int> shape)
    {
        TensorEntry entry = Expect(name, shape);
        ReadOnlySpan<byte> bytes = Bytes(name);
        float[] values = new float[entry.Length / SizeOf(entry.Type)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = entry.Type switch
            {
                ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
                ElementType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
                ElementType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16),
                _ => throw Refuse($"tensor '{name}' holds {entry.Type}, where floating point is needed"),
            };
        }

        return values;
    }

    /// <summary>The entry of a tensor that must have this shape.</summary>
    public TensorEntry Expect(string name, params ReadOnlySpan<int> shape)
    {
        TensorEntry entry = Find(name);
        return shape.SequenceEqual(entry.Shape)
            ? entry
            : throw Refuse($"tensor '{name}' has shape {Text(entry.Shape)}, where {Text(shape)} is needed");
    }

    private int ReadHeaderLength()
    {
        if (_file.Length < LengthPrefix)
        {
            throw Refuse($"the file has {_file.Length} bytes, too few for the 8 bytes of header length");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(_file);
        return length <= (ulong)(_file.Length - LengthPrefix)
            ? (int)length
            : throw Refuse($"the header claims {length} bytes, the file has only {_file.Length - LengthPrefix} after the header length");
    }

    private void ReadHeader()
    {
        try
        {
            using JsonDocument header = JsonDocument.Parse(_file.AsMemory(LengthPrefix, _dataStart - LengthPrefix), s_strict);
            if (header.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Refuse("the header is not a JSON object");
            }

            foreach (JsonProperty property in header.RootElement.EnumerateObject())
            {
                if (property.Name != "__metadata__")
                {
                    _tensors.Add(property.Name, ReadEntry(property.Name, property.Value));
                }
            }
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what JsonDocument throws at a string that is not Unicode.
            throw Refuse($"the header is not valid JSON: {problem.Message}");
        }
    }

    private TensorEntry ReadEntry(string name, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || !json.TryGetProperty("shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array
            || !json.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.ValueKind != JsonValueKind.Array)
        {
            throw Refuse($"tensor '{name}' is not described by dtype, shape and data_offsets");
        }

        // Not Enum.TryParse: it would take "1" and "f32" for types too.
        ElementType element = type.GetString() switch
        {
            "F32" => ElementType.F32,
            "BF16" => ElementType.BF16,
            "F16" => ElementType.F16,
            "U8" => ElementType.U8,
            string other => throw Refuse($"tensor '{name}' has dtype '{other}'; this reader knows F32, BF16, F16 and U8"),
            null => throw Refuse($"tensor '{name}' has no dtype"),
        };
        int[] dimensions = [.. shape.EnumerateArray().Select(item => Whole(name, "shape", item))];
        int[] range = [.. offsets.EnumerateArray().Select(item => Whole(name, "data_offsets", item))];
        int room = _file.Length - _dataStart;
        if (range.Length != 2 || range[0] > range[1])
        {
            throw Refuse($"tensor '{name}' has data_offsets {Text(range)}, where [begin, end] with begin ≤ end is needed");
        }

        if (range[1] > room)
        {
            throw Refuse($"tensor '{name}' ends at byte {range[1]} of the data, but the file holds only {room}: it is truncated or its header is wrong");
        }

        Int128 size = SizeOf(element);
        foreach (int dimension in dimensions)
        {
            // Stop before a long list of huge dimensions overflows; no file is that large.
            size = size > int.MaxValue && dimension != 0 ? size : size * dimension;
        }

        return size == range[1] - range[0]
            ? new TensorEntry(name, element, dimensions, range[0], range[1] - range[0])
            : throw Refuse($"tensor '{name}' of shape {Text(dimensions)} and dtype {element} does not fit the {range[1] - range[0]} bytes of its data_offsets");
    }

    /// <summary>Tensors must tile the data exactly: an overlap or a gap means a wrong header.</summary>
    private void CheckLayout()
    {
        int end = 0;
        string before = "the header";
        foreach (TensorEntry entry in _tensors.Values.OrderBy(entry => entry.Start).ThenBy(entry => entry.Length))
        {
            if (entry.Start != end)
            {
                string problem = entry.Start < end ? "overlaps" : "leaves a gap after";
                throw Refuse($"tensor '{entry.Name}' starts at byte {entry.Start} of the data and {problem} '{before}', which ends at {end}");
            }

            end += entry.Length;
            before = entry.Name;
        }

        if (end != _file.Length - _dataStart)
        {
            throw Refuse($"{_file.Length - _dataStart - end} bytes follow the last tensor, '{before}'");
        }
    }

    private int Whole(string name, string field, JsonElement json) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int value) && value >= 0
            ? value
            : throw Refuse($"tensor '{name}' has {json.GetRawText()} in {field}, where a whole number from 0 to {int.MaxValue} is needed");

    private InvalidDataException Refuse(string problem) => new($"{_source}: {problem}.");

    private static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private static int SizeOf(ElementType type) => type switch
    {
        ElementType.F32 => sizeof(float),
        ElementType.U8 => sizeof(byte),
        _ => sizeof(ushort),
    };
}
