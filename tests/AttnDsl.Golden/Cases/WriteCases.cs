using System.Collections.Generic;
using AttnDsl.Golden.Layers;

namespace AttnDsl.Golden.Cases;

/// <summary>Write rules beyond plain writes, the delta rule and the exponential gate.</summary>
internal static class WriteCases
{
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;
    private const Forms Every = Forms.Parallel | InOrder;

    public static readonly IReadOnlyList<Declaration> All =
    [
        new("dplr_rwkv7", 16, 24, new Layer<GeneralDelta16x24.Inputs, GeneralDelta16x24.Gradients, GeneralDelta16x24.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"], A = t["in.a"], B = t["in.b"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"], A = t["in.a"], B = t["in.b"] },
            GeneralDelta16x24.Forward, GeneralDelta16x24.Forward, GeneralDelta16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GeneralDelta16x24.Backward }),
        new("gated_delta_product", 16, 24, new Layer<GatedDeltaProduct16x24.Inputs, GatedDeltaProduct16x24.Gradients, GatedDeltaProduct16x24.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            GatedDeltaProduct16x24.Forward, GatedDeltaProduct16x24.Forward, GatedDeltaProduct16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GatedDeltaProduct16x24.Backward })
        {
            Parameters = """{"householder": 2, "scale": 1.0}""",
        },
        new("gsa", 16, 24, new Layer<GatedSlots16x24.Inputs, GatedSlots16x24.Gradients, GatedSlots16x24.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, S = t["in.s"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, S = t["in.s"] },
            GatedSlots16x24.Forward, GatedSlots16x24.Forward, GatedSlots16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.SlotKeys, KeySum = s => s.SlotValues, BackwardThrough = GatedSlots16x24.Backward })
        {
            Parameters = """{"slots": 12}""",
        },
        new("rwkv6", 16, 24, new Layer<Bonus16x24.Inputs, Bonus16x24.Gradients, Bonus16x24.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { U = t["in.u"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { U = t["in.u"] } },
            Bonus16x24.Forward, Bonus16x24.Forward, Bonus16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Bonus16x24.Backward })
        {
            Names = new Dictionary<string, string> { ["w"] = "g" },
        },
        new("metala_core", 16, 24, new Layer<MetaLa16x24.Inputs, MetaLa16x24.Gradients, MetaLa16x24.State>(
            Every, t => new() { Q = t.Q, V = t.V, G = t.G, Parameters = new() { W = t["in.w"] } },
            t => new() { Q = t.Q, V = t.V, G = t.G, Parameters = new() { W = t["in.w"] } },
            MetaLa16x24.Forward, MetaLa16x24.Forward, MetaLa16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = MetaLa16x24.Backward })
        {
            Names = new Dictionary<string, string> { ["z"] = "g" },
        },
        new("mamba2_ssd", 16, 24, new Layer<Mamba2Ssd16x24.Inputs, Mamba2Ssd16x24.Gradients, Mamba2Ssd16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.A_log"], D = t["in.D"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.A_log"], D = t["in.D"] } },
            Mamba2Ssd16x24.Forward, Mamba2Ssd16x24.Forward, Mamba2Ssd16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mamba2Ssd16x24.Backward })
        {
            Names = new Dictionary<string, string> { ["C"] = "q", ["Bm"] = "k", ["x"] = "v", ["dt"] = "g" },
        },
    ];
}
