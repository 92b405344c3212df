using System;
using System.Numerics.Tensors;
using static AttnDsl.Benchmarks.LayerSlice;

namespace AttnDsl.Benchmarks.Peers.Onnx;

/// <summary>
/// ONNX Runtime's attention operators for the CPU over the inputs of a layer. They take tokens first and heads side by side, [B,T,H·D], as
/// ours do; caches and states have heads first.
/// </summary>
internal static class OrtAttention
{
    /// <summary>LinearAttention: S ← e^g S, S += β k (v − Sᵀk)ᵀ under a delta rule, else k vᵀ; o = Sᵀq/√K.</summary>
    public static OrtOperator Linear(LayerCase layer, int threads, string rule, Func<LayerSlice, TensorSpan<float>>? decay, bool perKey = false)
        => Linear(layer.Inputs, layer, threads, rule, decay, perKey, null);

    /// <summary>One token behind the layer's sequence, over and over: the state goes round.</summary>
    public static OrtOperator LinearStep(LayerCase layer, int threads, string rule, Func<LayerSlice, TensorSpan<float>>? decay, bool perKey = false)
    {
        using var sequence = Linear(layer, threads, rule, decay, perKey);
        sequence.Run();
        return Linear(layer.Token, layer, threads, rule, decay, perKey, sequence["present_state"]);
    }

    /// <summary>MultiHeadAttention, causal.</summary>
    public static OrtOperator MultiHead(LayerCase layer, int threads)
    {
        var x = layer.Inputs;
        return new(
            "MultiHeadAttention", threads, [("num_heads", (long)Heads), ("unidirectional", 1L)],
            [("query", Packed(x.Q, x)), ("key", Packed(x.K, x)), ("value", Packed(x.V, x))],
            [("output", OrtTensor.Zero(Batch, x.Time, Heads * x.Width))]);
    }

    /// <summary>GroupQueryAttention, each head with keys and values of its own.</summary>
    public static OrtOperator Grouped(LayerCase layer, int threads)
    {
        var x = layer.Inputs;
        return Grouped(x, threads, OrtTensor.Zero(Batch, Heads, x.Time, x.Width), OrtTensor.Zero(Batch, Heads, x.Time, x.Width), x.Time, cached: false);
    }

    /// <summary>One token behind the layer's sequence: the cache has a row for it, which each call writes.</summary>
    public static OrtOperator GroupedStep(LayerCase layer, int threads)
    {
        var rows = layer.Time + 1;
        OrtTensor keys = OrtTensor.Zero(Batch, Heads, rows, layer.Width), values = OrtTensor.Zero(Batch, Heads, rows, layer.Width);
        HeadsFirst(Flat(layer.Inputs.K), keys.Floats, layer.Time, rows, layer.Width);
        HeadsFirst(Flat(layer.Inputs.V), values.Floats, layer.Time, rows, layer.Width);
        return Grouped(layer.Token, threads, keys, values, rows, cached: true);
    }

    private static OrtOperator Grouped(LayerSlice x, int threads, OrtTensor keys, OrtTensor values, int total, bool cached) => new(
        "GroupQueryAttention", threads, [("num_heads", (long)Heads), ("kv_num_heads", (long)Heads)],
        [
            ("query", Packed(x.Q, x)), ("key", Packed(x.K, x)), ("value", Packed(x.V, x)), ("past_key", cached ? keys : null), ("past_value", cached ? values : null),
            ("seqlens_k", OrtTensor.Of(total - 1)), ("total_sequence_length", OrtTensor.Of(total)),
        ],
        [("output", OrtTensor.Zero(Batch, x.Time, Heads * x.Width)), ("present_key", keys), ("present_value", values)]);

    private static OrtOperator Linear(LayerSlice x, LayerCase layer, int threads, string rule, Func<LayerSlice, TensorSpan<float>>? decay, bool perKey, OrtTensor? past)
    {
        var delta = rule.EndsWith("delta", StringComparison.Ordinal);
        long[] state = [Batch, Heads, layer.Width, layer.Width];
        return new(
            "LinearAttention", threads, [("update_rule", rule), ("q_num_heads", (long)Heads), ("kv_num_heads", (long)Heads)],
            [
                ("query", Packed(x.Q, x)), ("key", Packed(delta ? x.UnitK : x.K, x)), ("value", Packed(x.V, x)),
                ("past_state", past is null ? OrtTensor.Zero(state) : OrtTensor.Of(past.Floats, state)),
                ("decay", decay is null ? null : OrtTensor.Of(Flat(decay(x)), Batch, x.Time, Heads * (perKey ? x.Width : 1))),
                ("beta", delta ? OrtTensor.Of(Flat(x.Beta), Batch, x.Time, Heads) : null),
            ],
            [("output", OrtTensor.Zero(Batch, x.Time, Heads * x.Width)), ("present_state", OrtTensor.Zero(state))],
            past is null ? null : ("past_state", "present_state"));
    }

    private static OrtTensor Packed(TensorSpan<float> tensor, LayerSlice x) => OrtTensor.Of(Flat(tensor), Batch, x.Time, Heads * x.Width);

    private static void HeadsFirst(ReadOnlySpan<float> tokens, Span<float> heads, int time, int rows, int width)
    {
        for (var t = 0; t < time; t++)
        {
            for (var h = 0; h < Heads; h++)
            {
                tokens.Slice(((t * Heads) + h) * width, width).CopyTo(heads.Slice(((h * rows) + t) * width, width));
            }
        }
    }

    private static float[] Flat(TensorSpan<float> tensor)
    {
        var values = new float[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return values;
    }
}
