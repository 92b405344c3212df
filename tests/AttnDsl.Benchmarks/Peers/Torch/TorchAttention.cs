using System;
using System.Linq;
using TorchSharp;
using static TorchSharp.torch;

namespace AttnDsl.Benchmarks.Peers.Torch;

/// <summary>Attention of libtorch's own, and the chunkwise forms that one composes of its operations.</summary>
internal static class TorchAttention
{
    private const int Chunk = 64;

    public static TorchCall Softmax(LayerCase layer, int threads, bool training)
    {
        var x = layer.Inputs;
        return new(
            new(TorchCall.HeadsFirst(x.Q), TorchCall.HeadsFirst(x.K), TorchCall.HeadsFirst(x.V)), threads,
            i => nn.functional.scaled_dot_product_attention(i.Q, i.K, i.V, is_casual: true), training ? layer.OutputGradient.V : default);
    }

    /// <summary>One token behind the layer's sequence, its key and value already with the others.</summary>
    public static TorchCall SoftmaxStep(LayerCase layer, int threads)
    {
        LayerSlice x = layer.Inputs, last = layer.Token;
        using Tensor k = TorchCall.HeadsFirst(x.K), v = TorchCall.HeadsFirst(x.V), lastK = TorchCall.HeadsFirst(last.K), lastV = TorchCall.HeadsFirst(last.V);
        return new(
            new(TorchCall.HeadsFirst(last.Q), cat([k, lastK], 2), cat([v, lastV], 2)), threads,
            i => nn.functional.scaled_dot_product_attention(i.Q, i.K, i.V));
    }

    public static TorchCall GatedLinear(LayerCase layer, int threads, bool training)
    {
        var x = layer.Inputs;
        return new(
            new(TorchCall.HeadsFirst(x.Q), TorchCall.HeadsFirst(x.K), TorchCall.HeadsFirst(x.V), TorchCall.HeadsFirst(x.KeyDecay)), threads,
            GatedLinear, training ? layer.OutputGradient.V : default);
    }

    public static TorchCall GatedDelta(LayerCase layer, int threads, bool training)
    {
        var x = layer.Inputs;
        return new(
            new(TorchCall.HeadsFirst(x.Q), TorchCall.HeadsFirst(x.UnitK), TorchCall.HeadsFirst(x.V), TorchCall.HeadsFirst(x.Decay), TorchCall.HeadsFirst(x.Beta)), threads,
            GatedDelta, training ? layer.OutputGradient.V : default);
    }

    /// <summary>Gated linear attention, G [B,H,T,K]: in a chunk the scores of rows divided by their decay so far, between chunks the state.</summary>
    private static Tensor GatedLinear(TorchInputs x)
    {
        Tensor q = Chunks(x.Q) * Math.Pow(x.Q.size(-1), -0.5), k = Chunks(x.K), v = Chunks(x.V), g = Chunks(x.G!).cumsum(-2);
        var last = g.narrow(-2, Chunk - 1, 1);
        var queries = q * g.exp();
        var scores = queries.matmul((k * g.neg().exp()).mT).tril();
        Tensor[] written = (k * (last - g).exp()).mT.matmul(v).unbind(2), kept = last.exp().mT.unbind(2), states = new Tensor[written.Length];
        states[0] = zeros_like(written[0]);
        for (var n = 1; n < states.Length; n++)
        {
            states[n] = (states[n - 1] * kept[n - 1]) + written[n - 1];
        }

        return (scores.matmul(v) + queries.matmul(stack(states, 2))).flatten(2, 3);
    }

    /// <summary>The gated delta rule, G and Beta [B,H,T]: what a chunk writes solves a triangular system.</summary>
    private static Tensor GatedDelta(TorchInputs x)
    {
        long keyWidth = x.K.size(-1), valueWidth = x.V.size(-1);
        Tensor q = Chunks(x.Q) * Math.Pow(keyWidth, -0.5), k = Chunks(x.K), v = Chunks(x.V);
        Tensor g = Chunks(x.G!).cumsum(-1).unsqueeze(-1), beta = Chunks(x.Beta!).unsqueeze(-1);
        var last = g.narrow(-2, Chunk - 1, 1);
        var between = (g - g.mT).tril().exp().tril();
        var weighted = k * beta;
        var system = (weighted.matmul(k.mT) * between).tril(-1);
        var solved = linalg.solve_triangular(system, cat([v * beta, weighted * g.exp()], -1), upper: false, unitriangular: true);
        Tensor[] values = solved.narrow(-1, 0, valueWidth).unbind(2), erased = solved.narrow(-1, valueWidth, keyWidth).unbind(2);
        Tensor[] scores = (q.matmul(k.mT) * between).unbind(2), queries = (q * g.exp()).unbind(2);
        Tensor[] keys = (k * (last - g).exp()).mT.unbind(2), kept = last.exp().unbind(2), outputs = new Tensor[keys.Length];
        Tensor? state = null;
        for (var n = 0; n < outputs.Length; n++)
        {
            var written = state is null ? values[n] : values[n] - erased[n].matmul(state);
            var inside = scores[n].matmul(written);
            outputs[n] = state is null ? inside : queries[n].matmul(state) + inside;
            var added = keys[n].matmul(written);
            state = state is null ? added : (state * kept[n]) + added;
        }

        return stack(outputs, 2).flatten(2, 3);
    }

    private static Tensor Chunks(Tensor x) => x.unflatten(2, new long[] { -1, Chunk });
}
