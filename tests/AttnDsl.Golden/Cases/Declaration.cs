using System;
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

    /// <summary>What becomes of the case's tensors, by the layer's names: other axes, another order of elements.</summary>
    public Func<string, FloatTensor, FloatTensor> Arranged { get; init; } = (_, tensor) => tensor;

    /// <summary>The case with its tensors, and their gradients, under the layer's names and in its shapes.</summary>
    public GoldenCase Renamed(GoldenCase @case) => @case with
    {
        Tensors = @case.Tensors.ToDictionary(
            pair => NameOf(pair.Key),
            pair => Arranged(NameOf(pair.Key), pair.Value)),
    };

    private string NameOf(string tensor)
        => tensor.Split('.', 2) is [var kind and not "out", var name] && Names.TryGetValue(name, out var known) ? $"{kind}.{known}" : tensor;


    public bool Matches(GoldenCase @case) => @case.Name == Case && MatchesRenamed(Renamed(@case));

    private bool MatchesRenamed(GoldenCase @case)
        => @case.Name == Case
            && (@case.Find("in.q")?.Shape is [_, _, _, var keyDim] ? keyDim : 1) == KeyDim
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
