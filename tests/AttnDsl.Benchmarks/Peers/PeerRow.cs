using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Benchmarks.Peers.Onnx;
using AttnDsl.Benchmarks.Peers.Torch;

namespace AttnDsl.Benchmarks.Peers;

/// <summary>What of a layer is timed.</summary>
internal enum PeerForm
{
    Prefill, Step, Training,
}

internal delegate PeerCall MakePeer(LayerCase layer, int threads);

/// <param name="Name">As printed.</param>
/// <param name="IsTorch">Whether it needs libtorch.</param>
/// <param name="Make">Makes it ready over the layer's inputs.</param>
internal sealed record Peer(string Name, bool IsTorch, MakePeer Make);

/// <summary>A declared layer in one form, and who else computes the same.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Times">Tokens, of each row of the table.</param>
/// <param name="HasUnitKeys">Whether its keys have length 1.</param>
internal sealed record PeerRow(string Layer, PeerForm Form, int[] Times, Peer[] Peers, bool HasUnitKeys = false)
{
    private static readonly int[] s_long = [2048], s_all = [128, 256, 512, 2048];

    public static PeerRow[] All { get; } =
    [
        new("softmax, causal", PeerForm.Prefill, s_all,
            [Torch("torch SDPA", (l, n) => TorchAttention.Softmax(l, n, training: false)), Ort("ORT GroupQuery", OrtAttention.Grouped), Ort("ORT MultiHead", OrtAttention.MultiHead)]),
        new("softmax, causal", PeerForm.Step, s_long, [Torch("torch SDPA", TorchAttention.SoftmaxStep), Ort("ORT GroupQuery", OrtAttention.GroupedStep)]),
        new("softmax, causal", PeerForm.Training, s_long, [Torch("torch SDPA", (l, n) => TorchAttention.Softmax(l, n, training: true))]),
        .. Linear("linear", "linear", null),
        .. Linear("simple GLA", "gated", x => x.Decay),
        .. Linear("GLA, decays given", "gated", x => x.KeyDecay, perKey: true, Torch("torch, composed", (l, n) => TorchAttention.GatedLinear(l, n, training: false))),
        new("GLA, decays given", PeerForm.Training, s_long, [Torch("torch, composed", (l, n) => TorchAttention.GatedLinear(l, n, training: true))]),
        .. Linear("delta rule", "delta", null),
        .. Linear("gated delta rule", "gated_delta", x => x.Decay, perKey: false, Torch("torch, composed", (l, n) => TorchAttention.GatedDelta(l, n, training: false))),
        new("gated delta rule", PeerForm.Training, s_long, [Torch("torch, composed", (l, n) => TorchAttention.GatedDelta(l, n, training: true))], HasUnitKeys: true),
        .. Linear("KDA", "gated_delta", x => x.KeyDecay, perKey: true),
    ];

    /// <summary>Ours, in the order of a peer's results.</summary>
    public float[][] Results(LayerCase layer, LayerStepper? stepper)
    {
        if (Form != PeerForm.Training)
        {
            return [stepper?.Output ?? layer.Output];
        }

        var gradients = layer.Gradients;
        return [layer.Output, Flat(gradients.Q), Flat(HasUnitKeys ? gradients.UnitK : gradients.K), Flat(gradients.V)];
    }

    /// <summary>Prefill and step against ONNX Runtime's LinearAttention, and of prefill other peers.</summary>
    private static IEnumerable<PeerRow> Linear(string layer, string rule, Func<LayerSlice, TensorSpan<float>>? decay, bool perKey = false, params Peer[] others) =>
    [
        new(layer, PeerForm.Prefill, s_long, [Ort("ORT LinearAttention", (l, n) => OrtAttention.Linear(l, n, rule, decay, perKey)), .. others]),
        new(layer, PeerForm.Step, s_long, [Ort("ORT LinearAttention", (l, n) => OrtAttention.LinearStep(l, n, rule, decay, perKey))]),
    ];

    private static Peer Torch(string name, MakePeer make) => new(name, true, make);

    private static Peer Ort(string name, MakePeer make) => new(name, false, make);

    private static float[] Flat(TensorSpan<float> tensor)
    {
        var values = new float[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return values;
    }
}
