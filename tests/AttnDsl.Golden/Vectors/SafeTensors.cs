using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace AttnDsl.Golden.Vectors;

/// <summary>Reads F32 tensors: 8 bytes header length, a JSON header, then the data. Believes nothing that the header says.</summary>
internal static class SafeTensors
{
    /// <exception cref="InvalidDataException">The file is not there, cut off, or its header contradicts it.</exception>
    public static Dictionary<string, FloatTensor> Read(string path)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)}: {exception.Message}", exception);
        }

        return Parse(file, Path.GetFileName(path));
    }

    public static Dictionary<string, FloatTensor> Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < 8)
        {
            throw new InvalidDataException($"{name}: {file.Length} bytes, too short for the length of a header");
        }

        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (headerLength > (ulong)file.Length - 8)
        {
            throw new InvalidDataException($"{name}: the header claims {headerLength} bytes, the file has {file.Length - 8} after its length");
        }

        var data = file[(8 + (int)headerLength)..];
        var tensors = new Dictionary<string, FloatTensor>(StringComparer.Ordinal);
        var ranges = new List<(long Begin, long End, string Name)>();
        using var header = ParseHeader(file.Slice(8, (int)headerLength), name);
        foreach (var property in header.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                continue;
            }

            var (shape, begin, end) = ReadEntry(property, data.Length, name);
            ranges.Add((begin, end, property.Name));
            if (!tensors.TryAdd(property.Name, new(Floats(data[(int)begin..(int)end]), shape)))
            {
                throw new InvalidDataException($"{name}: tensor '{property.Name}' stands twice in the header");
            }
        }

        CheckRanges(ranges, data.Length, name);
        return tensors;
    }

    private static JsonDocument ParseHeader(ReadOnlySpan<byte> header, string name)
    {
        try
        {
            var document = JsonDocument.Parse(header.ToArray());
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new InvalidDataException($"{name}: the header is not a JSON object");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{name}: the header is not JSON: {exception.Message}", exception);
        }
    }

    private static (int[] Shape, long Begin, long End) ReadEntry(JsonProperty entry, int dataLength, string name)
    {
        var where = $"{name}: tensor '{entry.Name}'";
        if (entry.Value.ValueKind != JsonValueKind.Object
            || !entry.Value.TryGetProperty("dtype", out var type)
            || !entry.Value.TryGetProperty("shape", out var shapeElement)
            || !entry.Value.TryGetProperty("data_offsets", out var offsetsElement))
        {
            throw new InvalidDataException($"{where} lacks dtype, shape or data_offsets");
        }

        if (type.ValueKind != JsonValueKind.String || type.GetString() != "F32")
        {
            throw new InvalidDataException($"{where} is of type {type}, only F32 is read");
        }

        var shape = Integers(shapeElement, $"{where}: shape");
        var offsets = Integers(offsetsElement, $"{where}: data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > dataLength)
        {
            throw new InvalidDataException($"{where}: data_offsets [{string.Join(',', offsets)}] do not lie within the {dataLength} bytes of data");
        }

        long bytes = 4;
        foreach (var axis in shape)
        {
            // Bounded by 2^31 · 2^31 before it is refused, so the product cannot wrap.
            bytes *= axis;
            if (bytes > int.MaxValue)
            {
                throw new InvalidDataException($"{where}: shape [{string.Join(',', shape)}] is too large");
            }
        }

        return bytes == offsets[1] - offsets[0]
            ? (Array.ConvertAll(shape, axis => (int)axis), offsets[0], offsets[1])
            : throw new InvalidDataException($"{where}: shape [{string.Join(',', shape)}] needs {bytes} bytes, data_offsets give {offsets[1] - offsets[0]}");
    }

    private static long[] Integers(JsonElement element, string where)
        => element.ValueKind == JsonValueKind.Array
            ? [.. element.EnumerateArray().Select(item =>
                item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var value) && value is >= 0 and <= int.MaxValue
                    ? value
                    : throw new InvalidDataException($"{where} holds {item}, not an integer from 0 to {int.MaxValue}"))]
            : throw new InvalidDataException($"{where} is not an array");

    private static void CheckRanges(List<(long Begin, long End, string Name)> ranges, int dataLength, string name)
    {
        long expected = 0;
        foreach (var (begin, end, tensor) in ranges.OrderBy(range => range.Begin).ThenBy(range => range.End))
        {
            if (begin != expected)
            {
                throw new InvalidDataException($"{name}: tensor '{tensor}' starts at byte {begin}, the one before ends at {expected}");
            }

            expected = end;
        }

        if (expected != dataLength)
        {
            throw new InvalidDataException($"{name}: the tensors end at byte {expected} of {dataLength} bytes of data");
        }
    }

    private static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        var floats = new float[bytes.Length / 4];
        for (var i = 0; i < floats.Length; i++)
        {
            floats[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
        }

        return floats;
    }
}
