using System.Collections.Generic;
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

    /// <summary>The slice's tokens of a tensor, or all of a learned one.</summary>
    public TensorSpan<float> this[string name] => Tensors[name] is { IsLearned: true } learned ? learned.Span : Tensors[name].Time(Start, Count);

    public int Integer(string parameter) => Parameters.GetProperty(parameter).GetInt32();
}
