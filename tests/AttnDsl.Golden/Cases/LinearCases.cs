using System.Collections.Generic;
using AttnDsl.Golden.Layers;

namespace AttnDsl.Golden.Cases;

/// <summary>Matrix states without a gate input.</summary>
internal static class LinearCases
{
    private const Forms Every = Forms.Parallel | Forms.Chunkwise | Forms.Recurrent;

    public static readonly IReadOnlyList<Declaration> All =
    [
        new("linear_identity", 16, 24, new Layer<LinearIdentity16x24.Inputs, LinearIdentity16x24.Gradients, LinearIdentity16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearIdentity16x24.Forward, LinearIdentity16x24.Forward, LinearIdentity16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearIdentity16x24.Backward })
        {
            Parameters = """{"feature_map": "identity", "normalised": false, "scale": 1.0}""",
        },
        new("linear_identity", 64, 64, new Layer<LinearIdentity64x64.Inputs, LinearIdentity64x64.Gradients, LinearIdentity64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearIdentity64x64.Forward, LinearIdentity64x64.Forward, LinearIdentity64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearIdentity64x64.Backward })
        {
            Parameters = """{"feature_map": "identity", "normalised": false, "scale": 1.0}""",
        },
        new("linear_elu_plus_one", 16, 24, new Layer<LinearEluPlusOne16x24.Inputs, LinearEluPlusOne16x24.Gradients, LinearEluPlusOne16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearEluPlusOne16x24.Forward, LinearEluPlusOne16x24.Forward, LinearEluPlusOne16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearEluPlusOne16x24.Backward })
        {
            Parameters = """{"feature_map": "elu_plus_one", "normalised": true, "scale": 1.0}""",
        },
        new("linear_elu_plus_one", 64, 64, new Layer<LinearEluPlusOne64x64.Inputs, LinearEluPlusOne64x64.Gradients, LinearEluPlusOne64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearEluPlusOne64x64.Forward, LinearEluPlusOne64x64.Forward, LinearEluPlusOne64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearEluPlusOne64x64.Backward })
        {
            Parameters = """{"feature_map": "elu_plus_one", "normalised": true, "scale": 1.0}""",
        },
        new("linear_relu", 16, 24, new Layer<LinearRelu16x24.Inputs, LinearRelu16x24.Gradients, LinearRelu16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearRelu16x24.Forward, LinearRelu16x24.Forward, LinearRelu16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearRelu16x24.Backward })
        {
            Parameters = """{"feature_map": "relu", "normalised": true, "scale": 1.0}""",
        },
        new("linear_relu", 64, 64, new Layer<LinearRelu64x64.Inputs, LinearRelu64x64.Gradients, LinearRelu64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearRelu64x64.Forward, LinearRelu64x64.Forward, LinearRelu64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearRelu64x64.Backward })
        {
            Parameters = """{"feature_map": "relu", "normalised": true, "scale": 1.0}""",
        },
        new("linear_relu_squared", 16, 24, new Layer<LinearReluSquared16x24.Inputs, LinearReluSquared16x24.Gradients, LinearReluSquared16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearReluSquared16x24.Forward, LinearReluSquared16x24.Forward, LinearReluSquared16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearReluSquared16x24.Backward })
        {
            Parameters = """{"feature_map": "relu_squared", "normalised": true, "scale": 1.0}""",
        },
        new("linear_relu_squared", 64, 64, new Layer<LinearReluSquared64x64.Inputs, LinearReluSquared64x64.Gradients, LinearReluSquared64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearReluSquared64x64.Forward, LinearReluSquared64x64.Forward, LinearReluSquared64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearReluSquared64x64.Backward })
        {
            Parameters = """{"feature_map": "relu_squared", "normalised": true, "scale": 1.0}""",
        },
        new("linear_silu", 16, 24, new Layer<LinearSilu16x24.Inputs, LinearSilu16x24.Gradients, LinearSilu16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearSilu16x24.Forward, LinearSilu16x24.Forward, LinearSilu16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearSilu16x24.Backward })
        {
            Parameters = """{"feature_map": "silu", "normalised": false, "scale": 1.0}""",
        },
        new("linear_silu", 64, 64, new Layer<LinearSilu64x64.Inputs, LinearSilu64x64.Gradients, LinearSilu64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearSilu64x64.Forward, LinearSilu64x64.Forward, LinearSilu64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearSilu64x64.Backward })
        {
            Parameters = """{"feature_map": "silu", "normalised": false, "scale": 1.0}""",
        },
        new("linear_exp", 16, 24, new Layer<LinearExp16x24.Inputs, LinearExp16x24.Gradients, LinearExp16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearExp16x24.Forward, LinearExp16x24.Forward, LinearExp16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearExp16x24.Backward })
        {
            Parameters = """{"feature_map": "exp", "normalised": true, "scale": 1.0}""",
        },
        new("linear_exp", 64, 64, new Layer<LinearExp64x64.Inputs, LinearExp64x64.Gradients, LinearExp64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearExp64x64.Forward, LinearExp64x64.Forward, LinearExp64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearExp64x64.Backward })
        {
            Parameters = """{"feature_map": "exp", "normalised": true, "scale": 1.0}""",
        },
        new("linear_elu_bidirectional", 16, 24, new Layer<LinearEluBidirectional16x24.Inputs, LinearEluBidirectional16x24.Gradients>(Forms.Parallel | Forms.Chunkwise, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, LinearEluBidirectional16x24.Forward, LinearEluBidirectional16x24.Backward))
        {
            Parameters = """{"causal": false}""",
        },
        new("linear_elu_bidirectional", 64, 64, new Layer<LinearEluBidirectional64x64.Inputs, LinearEluBidirectional64x64.Gradients>(Forms.Parallel | Forms.Chunkwise, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, LinearEluBidirectional64x64.Forward, LinearEluBidirectional64x64.Backward))
        {
            Parameters = """{"causal": false}""",
        },
        new("inline_bidirectional", 16, 24, new Layer<InLineBidirectional16x24.Inputs, InLineBidirectional16x24.Gradients>(Forms.Parallel | Forms.Chunkwise, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, InLineBidirectional16x24.Forward, InLineBidirectional16x24.Backward))
        {
            Parameters = """{"causal": false}""",
        },
        new("inline_causal", 16, 24, new Layer<InLineCausal16x24.Inputs, InLineCausal16x24.Gradients, InLineCausal16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            InLineCausal16x24.Forward, InLineCausal16x24.Forward, InLineCausal16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = InLineCausal16x24.Backward }),
        new("dsf_normalised_attention", 16, 24, new Layer<NormalisedAttention16x24.Inputs, NormalisedAttention16x24.Gradients, NormalisedAttention16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Eta = t["in.eta"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, Eta = t["in.eta"] },
            NormalisedAttention16x24.Forward, NormalisedAttention16x24.Forward, NormalisedAttention16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = NormalisedAttention16x24.Backward }),
        new("retention", 16, 24, new Layer<Retention16x24.Inputs, Retention16x24.Gradients, Retention16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Retention16x24.Forward, Retention16x24.Forward, Retention16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Retention16x24.Backward }),
        new("retention", 64, 64, new Layer<Retention64x64.Inputs, Retention64x64.Gradients, Retention64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            Retention64x64.Forward, Retention64x64.Forward, Retention64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Retention64x64.Backward }),
    ];
}
