using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;

namespace AttnDsl.Golden.Cases;

/// <summary>A declared layer and the cases it is the layer of.</summary>
/// <param name="Case">Name of the case.</param>
/// <param name="KeyDim">K.</param>
/// <param name="ValueDim">V.</param>
/// <param name="Layer">The layer.</param>
internal sealed record Declaration(string Case, int KeyDim, int ValueDim, ILayer Layer)
{
    public const string InitialState = "in.s0";

    /// <summary>The parameters the layer was declared with, as the index writes them.</summary>
    public string Parameters { get; init; } = "{}";

    /// <summary>Parameters that the layer takes at run time: any value will do.</summary>
    public IReadOnlyCollection<string> RuntimeParameters { get; init; } = [];

    /// <summary>What tells it from another declaration for the same case.</summary>
    public string? Variant { get; init; }

    /// <summary>Whether the case starts from a given S.</summary>
    public bool HasInitialState { get; init; }

    /// <summary>What the case calls the tensors that go by other names here.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    /// <summary>The case with its tensors, and their gradients, under the layer's names.</summary>
    public GoldenCase Renamed(GoldenCase @case) => Names.Count == 0 ? @case : @case with
    {
        Tensors = @case.Tensors.ToDictionary(
            pair => pair.Key.Split('.', 2) is [var kind, var name] && Names.TryGetValue(name, out var known) ? $"{kind}.{known}" : pair.Key,
            pair => pair.Value),
    };

    public bool Matches(GoldenCase @case) => MatchesRenamed(Renamed(@case));

    private bool MatchesRenamed(GoldenCase @case)
        => @case.Name == Case
            && @case.Find("in.q")?.Shape is [_, _, _, var keyDim] && keyDim == KeyDim
            && @case.Find("in.v")?.Shape is [_, _, _, var valueDim] && valueDim == ValueDim
            && @case.Find("out.o") is not null
            && ParametersMatch(@case.Entry.Parameters);

    private bool ParametersMatch(JsonElement given)
    {
        using var declared = JsonDocument.Parse(Parameters);
        var expected = declared.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value);
        var count = 0;
        foreach (var property in given.EnumerateObject())
        {
            count++;
            var matches = RuntimeParameters.Contains(property.Name)
                || (expected.TryGetValue(property.Name, out var value) && JsonElement.DeepEquals(value, property.Value));
            if (!matches)
            {
                return false;
            }
        }

        return count == expected.Count + RuntimeParameters.Count;
    }
}
