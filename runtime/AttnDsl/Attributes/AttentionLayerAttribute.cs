using System;

namespace AttnDsl;

/// <summary>
/// Makes a partial type an attention layer: the generator adds <c>Inputs</c>, <c>Forward</c>, the streaming <c>State</c> and
/// <c>Explanation</c>. Without other attributes the layer is causal softmax attention.
/// </summary>
/// <remarks>
/// Letters used throughout: B batch, T time, H heads, K key width, V value width, C tokens of a chunk.
/// Every layer is <c>state_t = A_t·state_{t−1} + write_t</c>, <c>o_t = read(state_t, q_t)</c>; the other attributes choose the parts.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class AttentionLayerAttribute : Attribute
{
    /// <summary>K, the width of a query and of a key. Required.</summary>
    public int KeyDim { get; set; }

    /// <summary>V, the width of a value and of an output row. Required.</summary>
    public int ValueDim { get; set; }

    /// <summary>H, the number of query heads. Left out, it is taken from the tensors at run time.</summary>
    public int Heads { get; set; }

    /// <summary>Heads of keys and values when fewer than query heads (grouped-query attention); divides <see cref="Heads"/>. Softmax only.</summary>
    public int KeyValueHeads { get; set; }

    /// <summary>Heads of values, gates, states and outputs when more than query and key heads (grouped values); a multiple of <see cref="Heads"/>. Matrix states only.</summary>
    public int ValueHeads { get; set; }

    /// <summary>Whether token t sees only tokens up to t. A bidirectional layer has no <c>State</c>.</summary>
    public bool Causal { get; set; } = true;

    /// <summary>Factor on the queries; left out, <c>K^(−1/2)</c>.</summary>
    public double Scale { get; set; }
}
