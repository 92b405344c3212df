using System.Collections.Generic;
using AttnDsl.Golden.Layers;

namespace AttnDsl.Golden.Cases;

/// <summary>Softmax attention: the state is a cache.</summary>
internal static class SoftmaxCases
{
    private const Forms Cache = Forms.Parallel | Forms.Recurrent;

    public static readonly IReadOnlyList<Declaration> All =
    [
        new("softmax_causal", 16, 24, new Layer<SoftmaxCausal16x24.Inputs, SoftmaxCausal16x24.Gradients, SoftmaxCausal16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxCausal16x24.Forward, SoftmaxCausal16x24.Forward, SoftmaxCausal16x24.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxCausal16x24.Backward })
        {
            Parameters = """{"causal": true}""",
        },
        new("softmax_causal", 64, 64, new Layer<SoftmaxCausal64x64.Inputs, SoftmaxCausal64x64.Gradients, SoftmaxCausal64x64.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxCausal64x64.Forward, SoftmaxCausal64x64.Forward, SoftmaxCausal64x64.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxCausal64x64.Backward })
        {
            Parameters = """{"causal": true}""",
        },
        new("softmax_full", 16, 24, new Layer<SoftmaxFull16x24.Inputs, SoftmaxFull16x24.Gradients>(Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, SoftmaxFull16x24.Forward, SoftmaxFull16x24.Backward))
        {
            Parameters = """{"causal": false}""",
        },
        new("softmax_full", 64, 64, new Layer<SoftmaxFull64x64.Inputs, SoftmaxFull64x64.Gradients>(Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, SoftmaxFull64x64.Forward, SoftmaxFull64x64.Backward))
        {
            Parameters = """{"causal": false}""",
        },
        new("softmax_window", 16, 24, new Layer<SoftmaxWindow16x24.Inputs, SoftmaxWindow16x24.Gradients, SoftmaxWindow16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxWindow16x24.Forward, SoftmaxWindow16x24.Forward, SoftmaxWindow16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxWindow16x24.Backward })
        {
            Parameters = """{"window": 9}""",
        },
        new("softmax_window", 64, 64, new Layer<SoftmaxWindow64x64.Inputs, SoftmaxWindow64x64.Gradients, SoftmaxWindow64x64.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxWindow64x64.Forward, SoftmaxWindow64x64.Forward, SoftmaxWindow64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxWindow64x64.Backward })
        {
            Parameters = """{"window": 9}""",
        },
        new("softmax_window", 16, 24, new Layer<SoftmaxRuntimeWindow16x24.Inputs, SoftmaxRuntimeWindow16x24.Gradients, SoftmaxRuntimeWindow16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, Window = t.Integer("window") },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxRuntimeWindow16x24.Forward, SoftmaxRuntimeWindow16x24.Forward, SoftmaxRuntimeWindow16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxRuntimeWindow16x24.Backward })
        {
            RuntimeParameters = ["window"],
            Variant = "run-time window",
        },
        new("softmax_window", 64, 64, new Layer<SoftmaxRuntimeWindow64x64.Inputs, SoftmaxRuntimeWindow64x64.Gradients, SoftmaxRuntimeWindow64x64.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, Window = t.Integer("window") },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxRuntimeWindow64x64.Forward, SoftmaxRuntimeWindow64x64.Forward, SoftmaxRuntimeWindow64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxRuntimeWindow64x64.Backward })
        {
            RuntimeParameters = ["window"],
            Variant = "run-time window",
        },
        new("softmax_window_sinktokens", 16, 24, new Layer<SoftmaxWindowSinkTokens16x24.Inputs, SoftmaxWindowSinkTokens16x24.Gradients, SoftmaxWindowSinkTokens16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxWindowSinkTokens16x24.Forward, SoftmaxWindowSinkTokens16x24.Forward, SoftmaxWindowSinkTokens16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxWindowSinkTokens16x24.Backward })
        {
            Parameters = """{"window": 9, "sink_tokens": 3}""",
        },
        new("softmax_window_sinktokens", 64, 64, new Layer<SoftmaxWindowSinkTokens64x64.Inputs, SoftmaxWindowSinkTokens64x64.Gradients, SoftmaxWindowSinkTokens64x64.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxWindowSinkTokens64x64.Forward, SoftmaxWindowSinkTokens64x64.Forward, SoftmaxWindowSinkTokens64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxWindowSinkTokens64x64.Backward })
        {
            Parameters = """{"window": 9, "sink_tokens": 3}""",
        },
        new("softmax_gqa", 16, 24, new Layer<SoftmaxGrouped16x24.Inputs, SoftmaxGrouped16x24.Gradients, SoftmaxGrouped16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxGrouped16x24.Forward, SoftmaxGrouped16x24.Forward, SoftmaxGrouped16x24.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxGrouped16x24.Backward })
        {
            Parameters = """{"kv_heads": 1}""",
        },
        new("softmax_gqa", 64, 64, new Layer<SoftmaxGrouped64x64.Inputs, SoftmaxGrouped64x64.Gradients, SoftmaxGrouped64x64.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxGrouped64x64.Forward, SoftmaxGrouped64x64.Forward, SoftmaxGrouped64x64.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxGrouped64x64.Backward })
        {
            Parameters = """{"kv_heads": 1}""",
        },
        new("softmax_softcap", 16, 24, new Layer<SoftmaxSoftCap16x24.Inputs, SoftmaxSoftCap16x24.Gradients, SoftmaxSoftCap16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxSoftCap16x24.Forward, SoftmaxSoftCap16x24.Forward, SoftmaxSoftCap16x24.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxSoftCap16x24.Backward })
        {
            Parameters = """{"softcap": 2.0}""",
        },
        new("softmax_alibi", 16, 24, new Layer<SoftmaxAlibi16x24.Inputs, SoftmaxAlibi16x24.Gradients, SoftmaxAlibi16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SoftmaxAlibi16x24.Forward, SoftmaxAlibi16x24.Forward, SoftmaxAlibi16x24.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxAlibi16x24.Backward })
        {
            Parameters = """{"slopes": [0.0625, 0.00390625]}""",
        },
        new("softmax_sink_logit", 16, 24, new Layer<SoftmaxSink16x24.Inputs, SoftmaxSink16x24.Gradients, SoftmaxSink16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Sink = t["in.sink"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { Sink = t["in.sink"] } },
            SoftmaxSink16x24.Forward, SoftmaxSink16x24.Forward, SoftmaxSink16x24.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SoftmaxSink16x24.Backward }),
        new("rope_softmax", 16, 24, new Layer<RotarySoftmax16x24.Inputs, RotarySoftmax16x24.Gradients, RotarySoftmax16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RotarySoftmax16x24.Forward, RotarySoftmax16x24.Forward, RotarySoftmax16x24.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = RotarySoftmax16x24.Backward })
        {
            Parameters = """{"base": 10000.0, "layout": "half-split"}""",
        },
        new("rope_softmax", 64, 64, new Layer<RotarySoftmax64x64.Inputs, RotarySoftmax64x64.Gradients, RotarySoftmax64x64.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RotarySoftmax64x64.Forward, RotarySoftmax64x64.Forward, RotarySoftmax64x64.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = RotarySoftmax64x64.Backward })
        {
            Parameters = """{"base": 10000.0, "layout": "half-split"}""",
        },
        new("forgetting_attention", 16, 24, new Layer<Forgetting16x24.Inputs, Forgetting16x24.Gradients, Forgetting16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            Forgetting16x24.Forward, Forgetting16x24.Forward, Forgetting16x24.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = Forgetting16x24.Backward }),
        new("selective_rope_softmax", 16, 24, new Layer<SelectiveSoftmax16x24.Inputs, SelectiveSoftmax16x24.Gradients, SelectiveSoftmax16x24.State>(
            Cache, t => new() { Q = t.Q, K = t.K, V = t.V, Phi = t["in.phi"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, Phi = t["in.phi"] },
            SelectiveSoftmax16x24.Forward, SelectiveSoftmax16x24.Forward, SelectiveSoftmax16x24.Backward, (b, h, c) => new(b, h, c),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { BackwardThrough = SelectiveSoftmax16x24.Backward })
        {
            Parameters = """{"tau_base": 500000.0}""",
        },
    ];
}
