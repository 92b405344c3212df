using System.Collections.Generic;
using AttnDsl.Golden.Layers;

namespace AttnDsl.Golden.Cases;

/// <summary>Matrix states with gate inputs.</summary>
internal static class GatedCases
{
    private const Forms Every = Forms.Parallel | Forms.Chunkwise | Forms.Recurrent;

    /// <summary>A delta rule's writes depend on one another: there is no parallel form.</summary>
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;

    public static readonly IReadOnlyList<Declaration> All =
    [
        new("simple_gla", 16, 24, new Layer<SimpleGla16x24.Inputs, SimpleGla16x24.Gradients, SimpleGla16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            SimpleGla16x24.Forward, SimpleGla16x24.Forward, SimpleGla16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SimpleGla16x24.Backward }),
        new("simple_gla", 64, 64, new Layer<SimpleGla64x64.Inputs, SimpleGla64x64.Gradients, SimpleGla64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            SimpleGla64x64.Forward, SimpleGla64x64.Forward, SimpleGla64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SimpleGla64x64.Backward }),
        new("simple_gla_initial_state", 16, 24, new Layer<SimpleGla16x24.Inputs, SimpleGla16x24.Gradients, SimpleGla16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            SimpleGla16x24.Forward, SimpleGla16x24.Forward, SimpleGla16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SimpleGla16x24.Backward })
        {
            HasInitialState = true,
        },
        new("simple_gla_initial_state", 64, 64, new Layer<SimpleGla64x64.Inputs, SimpleGla64x64.Gradients, SimpleGla64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            SimpleGla64x64.Forward, SimpleGla64x64.Forward, SimpleGla64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SimpleGla64x64.Backward })
        {
            HasInitialState = true,
        },
        new("gla", 16, 24, new Layer<Gla16x24.Inputs, Gla16x24.Gradients, Gla16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"] },
            Gla16x24.Forward, Gla16x24.Forward, Gla16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Gla16x24.Backward }),
        new("gla", 64, 64, new Layer<Gla64x64.Inputs, Gla64x64.Gradients, Gla64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"] },
            Gla64x64.Forward, Gla64x64.Forward, Gla64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Gla64x64.Backward }),
        new("gla_strong_decay", 16, 24, new Layer<Gla16x24.Inputs, Gla16x24.Gradients, Gla16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"] },
            Gla16x24.Forward, Gla16x24.Forward, Gla16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Gla16x24.Backward }),
        new("gla_strong_decay", 64, 64, new Layer<Gla64x64.Inputs, Gla64x64.Gradients, Gla64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"] },
            Gla64x64.Forward, Gla64x64.Forward, Gla64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Gla64x64.Backward }),
        new("delta_rule", 16, 24, new Layer<DeltaRule16x24.Inputs, DeltaRule16x24.Gradients, DeltaRule16x24.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, Beta = t.Beta },
            DeltaRule16x24.Forward, DeltaRule16x24.Forward, DeltaRule16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = DeltaRule16x24.Backward }),
        new("delta_rule", 64, 64, new Layer<DeltaRule64x64.Inputs, DeltaRule64x64.Gradients, DeltaRule64x64.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, Beta = t.Beta },
            DeltaRule64x64.Forward, DeltaRule64x64.Forward, DeltaRule64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = DeltaRule64x64.Backward }),
        new("gated_delta_rule", 16, 24, new Layer<GatedDeltaRule16x24.Inputs, GatedDeltaRule16x24.Gradients, GatedDeltaRule16x24.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            GatedDeltaRule16x24.Forward, GatedDeltaRule16x24.Forward, GatedDeltaRule16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GatedDeltaRule16x24.Backward }),
        new("gated_delta_rule", 64, 64, new Layer<GatedDeltaRule64x64.Inputs, GatedDeltaRule64x64.Gradients, GatedDeltaRule64x64.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            GatedDeltaRule64x64.Forward, GatedDeltaRule64x64.Forward, GatedDeltaRule64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = GatedDeltaRule64x64.Backward }),
        new("kimi_delta", 16, 24, new Layer<KimiDelta16x24.Inputs, KimiDelta16x24.Gradients, KimiDelta16x24.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            KimiDelta16x24.Forward, KimiDelta16x24.Forward, KimiDelta16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = KimiDelta16x24.Backward }),
        new("kimi_delta", 64, 64, new Layer<KimiDelta64x64.Inputs, KimiDelta64x64.Gradients, KimiDelta64x64.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            KimiDelta64x64.Forward, KimiDelta64x64.Forward, KimiDelta64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = KimiDelta64x64.Backward }),
        new("mlstm", 16, 24, new Layer<Mlstm16x24.Inputs, Mlstm16x24.Gradients, Mlstm16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.f"], I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.f"], I = t["in.i"] },
            Mlstm16x24.Forward, Mlstm16x24.Forward, Mlstm16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mlstm16x24.Backward }),
        new("mlstm", 64, 64, new Layer<Mlstm64x64.Inputs, Mlstm64x64.Gradients, Mlstm64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.f"], I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.f"], I = t["in.i"] },
            Mlstm64x64.Forward, Mlstm64x64.Forward, Mlstm64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mlstm64x64.Backward }),
        new("mlstm_extreme_gates", 16, 24, new Layer<Mlstm16x24.Inputs, Mlstm16x24.Gradients, Mlstm16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.f"], I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.f"], I = t["in.i"] },
            Mlstm16x24.Forward, Mlstm16x24.Forward, Mlstm16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mlstm16x24.Backward }),
        new("mlstm_extreme_gates", 64, 64, new Layer<Mlstm64x64.Inputs, Mlstm64x64.Gradients, Mlstm64x64.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.f"], I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.f"], I = t["in.i"] },
            Mlstm64x64.Forward, Mlstm64x64.Forward, Mlstm64x64.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = Mlstm64x64.Backward }),
        new("log_linear_scalar_decay", 16, 24, new Layer<LogLinear16x24.Inputs, LogLinear16x24.Gradients, LogLinear16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, LevelScales = t["in.level_scales"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, LevelScales = t["in.level_scales"] },
            LogLinear16x24.Forward, LogLinear16x24.Forward, LogLinear16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LogLinear16x24.Backward }),
        new("selective_rope_gla", 16, 24, new Layer<SelectiveGla16x24.Inputs, SelectiveGla16x24.Gradients, SelectiveGla16x24.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"], Phi = t["in.phi"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t["in.gk"], Phi = t["in.phi"] },
            SelectiveGla16x24.Forward, SelectiveGla16x24.Forward, SelectiveGla16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SelectiveGla16x24.Backward })
        {
            Parameters = """{"tau_base": 500000.0}""",
        },
        new("selective_rope_gated_delta", 16, 24, new Layer<SelectiveGatedDelta16x24.Inputs, SelectiveGatedDelta16x24.Gradients, SelectiveGatedDelta16x24.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta, Phi = t["in.phi"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta, Phi = t["in.phi"] },
            SelectiveGatedDelta16x24.Forward, SelectiveGatedDelta16x24.Forward, SelectiveGatedDelta16x24.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SelectiveGatedDelta16x24.Backward })
        {
            Parameters = """{"tau_base": 500000.0}""",
        },
    ];
}
