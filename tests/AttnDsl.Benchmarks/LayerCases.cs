using System;
using static AttnDsl.Benchmarks.LayerData;

namespace AttnDsl.Benchmarks;

/// <summary>
/// The declared layers as cases. Their Inputs are types of their own with nothing in common, by design, so each layer is
/// written out.
/// </summary>
internal static class LayerCases
{
    public static LayerCase[] All(LayerData d) =>
    [
        SoftmaxCase(d), WindowCase(d), LinearCase(d), SimpleGlaCase(d), GlaCase(d), GlaOfDecaysCase(d), DeltaCase(d), MLstmCase(d),
    ];

    private static LayerCase SoftmaxCase(LayerData d)
    {
        SoftmaxCausal.Inputs In(int time) => new() { Q = d.Q(time), K = d.Keys(time), V = d.Values(time) };
        return new("softmax, causal", LayerCase.SoftmaxFlops(T), LayerCase.SoftmaxStepFlops(T + (LayerRows.StepBlock / 2.0)),
            form => SoftmaxCausal.Forward(In(T), d.Output(T), form),
            () =>
            {
                SoftmaxCausal.Forward(In(T), d.Output(T));
                SoftmaxCausal.Backward(In(T), d.OutputGradient, new() { Q = d.Gradient(0, K), K = d.Gradient(1, K), V = d.Gradient(2, V) });
            },
            () =>
            {
                var state = new SoftmaxCausal.State(B, T + LayerRows.StepBlock);
                state.Prefill(In(T), d.Output(T));
                return () => state.Step(In(1), d.Output(1));
            });
    }

    private static LayerCase WindowCase(LayerData d)
    {
        SoftmaxWindow128.Inputs In(int time) => new() { Q = d.Q(time), K = d.Keys(time), V = d.Values(time) };
        return new("softmax, window 128", LayerCase.SoftmaxFlops(128), LayerCase.SoftmaxStepFlops(128),
            form => SoftmaxWindow128.Forward(In(T), d.Output(T), form),
            () =>
            {
                SoftmaxWindow128.Forward(In(T), d.Output(T));
                SoftmaxWindow128.Backward(In(T), d.OutputGradient, new() { Q = d.Gradient(0, K), K = d.Gradient(1, K), V = d.Gradient(2, V) });
            },
            () =>
            {
                var state = new SoftmaxWindow128.State(B);
                state.Prefill(In(T), d.Output(T));
                return () => state.Step(In(1), d.Output(1));
            });
    }

    private static LayerCase LinearCase(LayerData d)
    {
        LinearEluPlusOne.Inputs In(int time) => new() { Q = d.Q(time), K = d.Keys(time), V = d.Values(time) };
        var flops = LayerCase.MatrixFlops();
        return new("linear, elu+1", T * flops, flops,
            form => LinearEluPlusOne.Forward(In(T), d.Output(T), form),
            () =>
            {
                LinearEluPlusOne.Forward(In(T), d.Output(T));
                LinearEluPlusOne.Backward(In(T), d.OutputGradient, new() { Q = d.Gradient(0, K), K = d.Gradient(1, K), V = d.Gradient(2, V) });
            },
            () =>
            {
                var state = new LinearEluPlusOne.State(B);
                state.Prefill(In(T), d.Output(T));
                return () => state.Step(In(1), d.Output(1));
            });
    }

    private static LayerCase SimpleGlaCase(LayerData d)
    {
        SimpleGla.Inputs In(int time) => new() { Q = d.Q(time), K = d.Keys(time), V = d.Values(time), G = d.LogDecay(time) };
        var flops = LayerCase.MatrixFlops(gated: true);
        return new("simple GLA", T * flops, flops,
            form => SimpleGla.Forward(In(T), d.Output(T), form),
            () =>
            {
                SimpleGla.Forward(In(T), d.Output(T));
                SimpleGla.Backward(In(T), d.OutputGradient, new() { Q = d.Gradient(0, K), K = d.Gradient(1, K), V = d.Gradient(2, V), G = d.HeadGradient(3) });
            },
            () =>
            {
                var state = new SimpleGla.State(B);
                state.Prefill(In(T), d.Output(T));
                return () => state.Step(In(1), d.Output(1));
            });
    }

    private static LayerCase GlaCase(LayerData d)
    {
        Gla.Inputs In(int time) => new() { Q = d.Q(time), K = d.Keys(time), V = d.Values(time), G = d.KeyLogits(time) };
        var flops = LayerCase.MatrixFlops(gated: true);
        return new("GLA, log σ gates", T * flops, flops,
            form => Gla.Forward(In(T), d.Output(T), form),
            () =>
            {
                Gla.Forward(In(T), d.Output(T));
                Gla.Backward(In(T), d.OutputGradient, new() { Q = d.Gradient(0, K), K = d.Gradient(1, K), V = d.Gradient(2, V), G = d.Gradient(3, K) });
            },
            () =>
            {
                var state = new Gla.State(B);
                state.Prefill(In(T), d.Output(T));
                return () => state.Step(In(1), d.Output(1));
            });
    }

    private static LayerCase GlaOfDecaysCase(LayerData d)
    {
        GlaOfDecays.Inputs In(int time) => new() { Q = d.Q(time), K = d.Keys(time), V = d.Values(time), G = d.KeyLogDecay(time) };
        var flops = LayerCase.MatrixFlops(gated: true);
        return new("GLA, decays given", T * flops, flops,
            form => GlaOfDecays.Forward(In(T), d.Output(T), form),
            () =>
            {
                GlaOfDecays.Forward(In(T), d.Output(T));
                GlaOfDecays.Backward(In(T), d.OutputGradient, new() { Q = d.Gradient(0, K), K = d.Gradient(1, K), V = d.Gradient(2, V), G = d.Gradient(3, K) });
            },
            () =>
            {
                var state = new GlaOfDecays.State(B);
                state.Prefill(In(T), d.Output(T));
                return () => state.Step(In(1), d.Output(1));
            });
    }

    private static LayerCase DeltaCase(LayerData d)
    {
        GatedDeltaRule.Inputs In(int time) => new() { Q = d.Q(time), K = d.UnitKeys(time), V = d.Values(time), G = d.LogDecay(time), Beta = d.Beta(time) };
        var flops = LayerCase.MatrixFlops(gated: true, delta: true);
        return new("gated delta rule", T * flops, flops,
            form => GatedDeltaRule.Forward(In(T), d.Output(T), form),
            () =>
            {
                GatedDeltaRule.Forward(In(T), d.Output(T));
                GatedDeltaRule.Backward(In(T), d.OutputGradient, new() { Q = d.Gradient(0, K), K = d.Gradient(1, K), V = d.Gradient(2, V), G = d.HeadGradient(3), Beta = d.HeadGradient(4) });
            },
            () =>
            {
                var state = new GatedDeltaRule.State(B);
                state.Prefill(In(T), d.Output(T));
                return () => state.Step(In(1), d.Output(1));
            });
    }

    private static LayerCase MLstmCase(LayerData d)
    {
        MLstm.Inputs In(int time) => new() { Q = d.Q(time), K = d.Keys(time), V = d.Values(time), G = d.Logits(time), I = d.InputGate(time) };
        var flops = LayerCase.MatrixFlops(gated: true);
        return new("mLSTM", T * flops, flops,
            form => MLstm.Forward(In(T), d.Output(T), form),
            () =>
            {
                MLstm.Forward(In(T), d.Output(T));
                MLstm.Backward(In(T), d.OutputGradient, new() { Q = d.Gradient(0, K), K = d.Gradient(1, K), V = d.Gradient(2, V), G = d.HeadGradient(3), I = d.HeadGradient(4) });
            },
            () =>
            {
                var state = new MLstm.State(B);
                state.Prefill(In(T), d.Output(T));
                return () => state.Step(In(1), d.Output(1));
            });
    }
}
