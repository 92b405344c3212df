using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace AttnDsl.Golden.Vectors;

/// <summary>One case as index.json lists it.</summary>
/// <param name="Name">Also the name of its file.</param>
/// <param name="Parameters">What the equation leaves open: an object, {} when nothing.</param>
/// <param name="Shapes">Shape of each tensor.</param>
internal sealed record IndexEntry(string Name, JsonElement Parameters, IReadOnlyDictionary<string, int[]> Shapes);

internal static class GoldenIndex
{
    /// <exception cref="InvalidDataException">There is no index, or it is malformed.</exception>
    public static IReadOnlyList<IndexEntry> Read(string folder)
    {
        var path = Path.Combine(folder, "index.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var entries = document.RootElement.EnumerateArray().Select(element => ReadEntry(element.Clone())).ToList();
            return entries.DistinctBy(entry => entry.Name).Count() == entries.Count
                ? entries
                : throw new InvalidDataException($"{path}: a case is listed twice");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"cannot read {path}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"{path} is malformed: {exception.Message}", exception);
        }
    }

    private static IndexEntry ReadEntry(JsonElement element)
    {
        var name = element.GetProperty("name").GetString() ?? "";
        if (name.Length == 0 || Path.GetFileName(name) != name)
        {
            throw new FormatException($"'{name}' is no name of a case");
        }

        return new(name, element.GetProperty("params"), element.GetProperty("tensors").EnumerateObject().ToDictionary(
            tensor => tensor.Name,
            tensor => tensor.Value.EnumerateArray().Select(axis => axis.GetInt32()).ToArray()));
    }
}
