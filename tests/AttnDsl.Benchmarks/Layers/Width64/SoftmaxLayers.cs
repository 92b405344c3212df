using System.Runtime.CompilerServices;
using static AttnDsl.Benchmarks.LayerCost;

namespace AttnDsl.Benchmarks.Width64;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8, Causal = false)]
internal static partial class SoftmaxFull;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Window(128, SinkTokens = 4)]
internal static partial class SoftmaxSinkTokens;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Window(128, RuntimeSized = true)]
internal static partial class SoftmaxRuntimeWindow;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8, KeyValueHeads = 2)]
internal static partial class SoftmaxGrouped;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Score(SoftCap = 30)]
internal static partial class SoftmaxSoftCap;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Score(Bias = PositionBias.Alibi)]
internal static partial class SoftmaxAlibi;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Score(SinkLogit = true)]
internal static partial class SoftmaxSinkLogit;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Rotation(RotationKind.Rotary)]
internal static partial class SoftmaxRotary;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), Rotation(RotationKind.Selective)]
internal static partial class SoftmaxSelective;

[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8), FeatureMap(Kernel.Softmax), Gate(GateShape.Head)]
internal static partial class SoftmaxForgetting;

/// <summary>Softmax attention in its variants.</summary>
internal static class SoftmaxLayers
{
    private const int D = 64;

    [ModuleInitializer]
    internal static void Add() => LayerTable.Add(
        Layer.Of("softmax, full", D, Softmax(D, D) with { Bidirectional = true },
            x => new SoftmaxFull.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new SoftmaxFull.Gradients { Q = x.Q, K = x.K, V = x.V },
            SoftmaxFull.Forward, SoftmaxFull.Backward),
        Layer.Of("softmax, window 128 and 4 sinks", D, Softmax(D, D, window: 132),
            x => new SoftmaxSinkTokens.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new SoftmaxSinkTokens.Gradients { Q = x.Q, K = x.K, V = x.V },
            SoftmaxSinkTokens.Forward, SoftmaxSinkTokens.Backward, SoftmaxSinkTokens.Forward, (b, t) => new SoftmaxSinkTokens.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, window ≤ 128, set to 96", D, Softmax(D, D, window: 96),
            x => new SoftmaxRuntimeWindow.Inputs { Q = x.Q, K = x.K, V = x.V, Window = 96 },
            x => new SoftmaxRuntimeWindow.Gradients { Q = x.Q, K = x.K, V = x.V },
            SoftmaxRuntimeWindow.Forward, SoftmaxRuntimeWindow.Backward, SoftmaxRuntimeWindow.Forward, (b, t) => new SoftmaxRuntimeWindow.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, 2 key heads", D, Softmax(D, D),
            x => new SoftmaxGrouped.Inputs { Q = x.Q, K = x.GroupK, V = x.GroupV },
            x => new SoftmaxGrouped.Gradients { Q = x.Q, K = x.GroupK, V = x.GroupV },
            SoftmaxGrouped.Forward, SoftmaxGrouped.Backward, SoftmaxGrouped.Forward, (b, t) => new SoftmaxGrouped.State(b, t), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, soft cap", D, Softmax(D, D, pairExps: 2),
            x => new SoftmaxSoftCap.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new SoftmaxSoftCap.Gradients { Q = x.Q, K = x.K, V = x.V },
            SoftmaxSoftCap.Forward, SoftmaxSoftCap.Backward, SoftmaxSoftCap.Forward, (b, t) => new SoftmaxSoftCap.State(b, t), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, ALiBi", D, Softmax(D, D),
            x => new SoftmaxAlibi.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new SoftmaxAlibi.Gradients { Q = x.Q, K = x.K, V = x.V },
            SoftmaxAlibi.Forward, SoftmaxAlibi.Backward, SoftmaxAlibi.Forward, (b, t) => new SoftmaxAlibi.State(b, t), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, sink logit", D, Softmax(D, D),
            x => new SoftmaxSinkLogit.Inputs { Q = x.Q, K = x.K, V = x.V, Parameters = new() { Sink = x.Sink } },
            x => new SoftmaxSinkLogit.Gradients { Q = x.Q, K = x.K, V = x.V, Parameters = new() { Sink = x.Sink } },
            SoftmaxSinkLogit.Forward, SoftmaxSinkLogit.Backward, SoftmaxSinkLogit.Forward, (b, t) => new SoftmaxSinkLogit.State(b, t), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, RoPE", D, Softmax(D, D, tokenExps: D / 8),
            x => new SoftmaxRotary.Inputs { Q = x.Q, K = x.K, V = x.V },
            x => new SoftmaxRotary.Gradients { Q = x.Q, K = x.K, V = x.V },
            SoftmaxRotary.Forward, SoftmaxRotary.Backward, SoftmaxRotary.Forward, (b, t) => new SoftmaxRotary.State(b, t), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, Selective RoPE", D, Softmax(D, D, tokenExps: D),
            x => new SoftmaxSelective.Inputs { Q = x.Q, K = x.K, V = x.V, Phi = x.Phase },
            x => new SoftmaxSelective.Gradients { Q = x.Q, K = x.K, V = x.V, Phi = x.Phase },
            SoftmaxSelective.Forward, SoftmaxSelective.Backward, SoftmaxSelective.Forward, (b, t) => new SoftmaxSelective.State(b, t), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("softmax, forgetting", D, Softmax(D, D),
            x => new SoftmaxForgetting.Inputs { Q = x.Q, K = x.K, V = x.V, G = x.Decay },
            x => new SoftmaxForgetting.Gradients { Q = x.Q, K = x.K, V = x.V, G = x.Decay },
            SoftmaxForgetting.Forward, SoftmaxForgetting.Backward, SoftmaxForgetting.Forward, (b, t) => new SoftmaxForgetting.State(b, t), (s, in i, in o) => s.Step(in i, in o)));
}
