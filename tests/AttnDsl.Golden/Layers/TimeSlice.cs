using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using System.Text.Json;
using AttnDsl.Golden.Vectors;

namespace AttnDsl.Golden.Layers;

/// <summary>Some tokens of a set of named inputs: what a declaration binds its <c>Inputs</c> and <c>Gradients</c> from.</summary>
internal sealed record TimeSlice(IReadOnlyDictionary<string, FloatTensor> Tensors, JsonElement Parameters, int Start, int Count)
{
    public TensorSpan<float> Q => this["in.q"];

    public TensorSpan<float> K => this["in.k"];

    public TensorSpan<float> V => this["in.v"];

    public TensorSpan<float> G => this["in.g"];

    public TensorSpan<float> Beta => this["in.beta"];

    /// <summary>A tensor's rows of these tokens, of which it may have several each; all of a learned one.</summary>
    public TensorSpan<float> this[string name]
    {
        get
        {
            var tensor = Tensors[name];
            if (tensor.IsLearned) return tensor.Span;
            var rows = Tensors.TryGetValue("in.q", out var query) && query.Shape[1] > 0 ? tensor.Shape[1] / query.Shape[1] : 1;
            return tensor.Time(Start * rows, Count * rows);
        }
    }

    /// <summary>Which of the tensors a member of <c>Inputs</c> is.</summary>
    public string NameOf(string member) => member is "G" or "g"
        ? new[] { "in.gk", "in.f", "in.g" }.First(Tensors.ContainsKey)
        : member.StartsWith("Map", StringComparison.OrdinalIgnoreCase) && member.Length > 3
        ? Tensors.Keys.FirstOrDefault(name => name.Replace("_", "", StringComparison.Ordinal).Equals("in.map." + member[3..], StringComparison.OrdinalIgnoreCase)) ?? NameOf(member[3..])
        : Tensors.Keys.First(name => name.StartsWith("in.", StringComparison.Ordinal) && name[3..].Replace("_", "", StringComparison.Ordinal).Equals(member, StringComparison.OrdinalIgnoreCase));

    public int Integer(string parameter) => Parameters.GetProperty(parameter).GetInt32();
}
