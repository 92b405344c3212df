using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>The layers of FeatureDeclarations.cs.</summary>
internal static class FeatureSubjects
{
    private const Forms Both = Forms.Parallel | Forms.Chunkwise;
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;
    private const Forms Every = Forms.Parallel | InOrder;

    private static readonly LayerSpec s_base = new() { KeyDim = 5, ValueDim = 3, Heads = 2 };

    public static readonly IReadOnlyDictionary<string, Subject> All = new Subject[]
    {
        new(nameof(TaylorGated5x3), s_base with { Similarity = Similarity.Taylor, Decay = DecaySource.Head, LogSigmoid = true, Denominator = Denominator.KeySum, AddsEpsilon = true }, new Layer<TaylorGated5x3.Inputs, TaylorGated5x3.Gradients, TaylorGated5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            TaylorGated5x3.Forward, TaylorGated5x3.Forward, TaylorGated5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = TaylorGated5x3.Backward }),
        new(nameof(TaylorEachDecay5x3), s_base with { Similarity = Similarity.Taylor, Decay = DecaySource.Key, LogSigmoid = true, Temperature = 16 }, new Layer<TaylorEachDecay5x3.Inputs, TaylorEachDecay5x3.Gradients, TaylorEachDecay5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            TaylorEachDecay5x3.Forward, TaylorEachDecay5x3.Forward, TaylorEachDecay5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = TaylorEachDecay5x3.Backward }),
        new(nameof(TaylorBidirectional5x3), s_base with { Similarity = Similarity.Taylor, Causal = false, Denominator = Denominator.KeySum, AddsEpsilon = true }, new Layer<TaylorBidirectional5x3.Inputs, TaylorBidirectional5x3.Gradients>(
            Both, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, TaylorBidirectional5x3.Forward, TaylorBidirectional5x3.Backward)),
        new(nameof(SquareDelta5x3), s_base with { Similarity = Similarity.Square, Decay = DecaySource.Head, Write = WriteKind.Delta }, new Layer<SquareDelta5x3.Inputs, SquareDelta5x3.Gradients, SquareDelta5x3.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Beta = t.Beta },
            SquareDelta5x3.Forward, SquareDelta5x3.Forward, SquareDelta5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = SquareDelta5x3.Backward }),
        new(nameof(SquareMlstm5x3), s_base with { Similarity = Similarity.Square, Decay = DecaySource.Head, LogSigmoid = true, Write = WriteKind.ExponentialGate, Denominator = Denominator.Stabilised }, new Layer<SquareMlstm5x3.Inputs, SquareMlstm5x3.Gradients, SquareMlstm5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, I = t["in.i"] },
            SquareMlstm5x3.Forward, SquareMlstm5x3.Forward, SquareMlstm5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.N, Maximum = s => s.M, BackwardThrough = SquareMlstm5x3.Backward }),
        new(nameof(SquareRotary6x3), s_base with { KeyDim = 6, ValueDim = 3, Similarity = Similarity.Square, Pairs = Pairs.HalfSplit, Denominator = Denominator.KeySum }, new Layer<SquareRotary6x3.Inputs, SquareRotary6x3.Gradients, SquareRotary6x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            SquareRotary6x3.Forward, SquareRotary6x3.Forward, SquareRotary6x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = SquareRotary6x3.Backward }),
        new(nameof(ChannelSoftmaxGrouped7x5), s_base with { KeyDim = 7, ValueDim = 5, Similarity = Similarity.ChannelSoftmax, ValueHeads = 4, Decay = DecaySource.Key, Denominator = Denominator.KeySum }, new Layer<ChannelSoftmaxGrouped7x5.Inputs, ChannelSoftmaxGrouped7x5.Gradients, ChannelSoftmaxGrouped7x5.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G },
            ChannelSoftmaxGrouped7x5.Forward, ChannelSoftmaxGrouped7x5.Forward, ChannelSoftmaxGrouped7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = ChannelSoftmaxGrouped7x5.Backward }),
        new(nameof(ChannelSoftmaxBidirectional7x5), s_base with { KeyDim = 7, ValueDim = 5, Similarity = Similarity.ChannelSoftmax, Causal = false, Denominator = Denominator.KeySum }, new Layer<ChannelSoftmaxBidirectional7x5.Inputs, ChannelSoftmaxBidirectional7x5.Gradients>(
            Both, t => new() { Q = t.Q, K = t.K, V = t.V }, t => new() { Q = t.Q, K = t.K, V = t.V }, ChannelSoftmaxBidirectional7x5.Forward, ChannelSoftmaxBidirectional7x5.Backward)),
    }.ToDictionary(subject => subject.Name);
}
