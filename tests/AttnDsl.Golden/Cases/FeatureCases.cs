using System.Collections.Generic;
using AttnDsl.Golden.Layers;

namespace AttnDsl.Golden.Cases;

/// <summary>Matrix states under feature maps that work on whole rows.</summary>
internal static class FeatureCases
{
    private const Forms Every = Forms.Parallel | Forms.Chunkwise | Forms.Recurrent;

    public static readonly IReadOnlyList<Declaration> All =
    [
        new("linear_softmax", 16, 24, new Layer<LinearSoftmax16x24.Inputs, LinearSoftmax16x24.Gradients, LinearSoftmax16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearSoftmax16x24.Forward, LinearSoftmax16x24.Forward, LinearSoftmax16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearSoftmax16x24.Backward })
        {
            Parameters = """{"feature_map": "softmax", "normalised": true, "scale": 1.0}""",
        },
        new("linear_softmax", 64, 64, new Layer<LinearSoftmax64x64.Inputs, LinearSoftmax64x64.Gradients, LinearSoftmax64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            LinearSoftmax64x64.Forward, LinearSoftmax64x64.Forward, LinearSoftmax64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LinearSoftmax64x64.Backward })
        {
            Parameters = """{"feature_map": "softmax", "normalised": true, "scale": 1.0}""",
        },
        new("taylor_based", 16, 24, new Layer<TaylorBased16x24.Inputs, TaylorBased16x24.Gradients, TaylorBased16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            TaylorBased16x24.Forward, TaylorBased16x24.Forward, TaylorBased16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = TaylorBased16x24.Backward }),
        new("rebased_square", 16, 24, new Layer<RebasedSquare16x24.Inputs, RebasedSquare16x24.Gradients, RebasedSquare16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            RebasedSquare16x24.Forward, RebasedSquare16x24.Forward, RebasedSquare16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = RebasedSquare16x24.Backward }),
        new("luna_causal", 16, 24, new Layer<LunaCausal16x24.Inputs, LunaCausal16x24.Gradients, LunaCausal16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = Luna(t) },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.W"], MapB = t["in.b"], MapA1 = t["in.A1"], MapC1 = t["in.c1"], MapA2 = t["in.A2"], MapC2 = t["in.c2"] } },
            LunaCausal16x24.Forward, LunaCausal16x24.Forward, LunaCausal16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LunaCausal16x24.Backward })
        {
            Parameters = """{"m": 6, "L": 3, "hidden": 16}""",
        },
        new("luna_causal", 16, 24, new Layer<LunaCausal16x24.Inputs, LunaCausal16x24.Gradients, LunaCausal16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = Luna(t) with { MapTable = LunaCausal16x24.Tabulate(Luna(t)) } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.W"], MapB = t["in.b"], MapA1 = t["in.A1"], MapC1 = t["in.c1"], MapA2 = t["in.A2"], MapC2 = t["in.c2"] } },
            LunaCausal16x24.Forward, LunaCausal16x24.Forward, LunaCausal16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LunaCausal16x24.Backward, Table = t => LunaCausal16x24.Tabulate(Luna(t)) })
        {
            Parameters = """{"m": 6, "L": 3, "hidden": 16}""",
            Variant = "tabulated",
        },
    ];

    private static LunaCausal16x24.Parameters Luna(TimeSlice t) => new() { MapW = t["in.W"], MapB = t["in.b"], MapA1 = t["in.A1"], MapC1 = t["in.c1"], MapA2 = t["in.A2"], MapC2 = t["in.c2"] };
}
