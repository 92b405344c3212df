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
        new(nameof(CosFormer5x3), s_base with { Similarity = Similarity.CosFormer, Map = new() { Horizon = 200 }, Denominator = Denominator.KeySum }, new Layer<CosFormer5x3.Inputs, CosFormer5x3.Gradients, CosFormer5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            CosFormer5x3.Forward, CosFormer5x3.Forward, CosFormer5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = CosFormer5x3.Backward }),
        new(nameof(CosFormerBidirectional5x3), s_base with { Similarity = Similarity.CosFormer, Map = new() { Horizon = 200 }, Causal = false, Denominator = Denominator.KeySum }, new Layer<CosFormerBidirectional5x3.Inputs, CosFormerBidirectional5x3.Gradients>(
            Both, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            CosFormerBidirectional5x3.Forward, CosFormerBidirectional5x3.Backward)),
        new(nameof(RandomFourier5x3), s_base with { Similarity = Similarity.RandomFourier, Map = new() { Projections = 9, PerHead = true }, Decay = DecaySource.Head }, new Layer<RandomFourier5x3.Inputs, RandomFourier5x3.Gradients, RandomFourier5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            RandomFourier5x3.Forward, RandomFourier5x3.Forward, RandomFourier5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = RandomFourier5x3.Backward }),
        new(nameof(Favor5x3), s_base with { Similarity = Similarity.Favor, Map = new() { Projections = 9 }, Denominator = Denominator.KeySum }, new Layer<Favor5x3.Inputs, Favor5x3.Gradients, Favor5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"] } },
            Favor5x3.Forward, Favor5x3.Forward, Favor5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = Favor5x3.Backward }),
        new(nameof(FavorDelta5x3), s_base with { Similarity = Similarity.Favor, Map = new() { Projections = 9 }, Write = WriteKind.Delta }, new Layer<FavorDelta5x3.Inputs, FavorDelta5x3.Gradients, FavorDelta5x3.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, Beta = t.Beta, Parameters = new() { MapW = t["in.map.W"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Beta = t.Beta, Parameters = new() { MapW = t["in.map.W"] } },
            FavorDelta5x3.Forward, FavorDelta5x3.Forward, FavorDelta5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = FavorDelta5x3.Backward }),
        new(nameof(LearnedGelu5x3), s_base with { Similarity = Similarity.Learned, Map = new() { Projections = 9, Activation = MapActivation.Gelu, Envelope = Envelope.Gaussian, PerHead = true }, ValueHeads = 4, Decay = DecaySource.Key, LogSigmoid = true, Temperature = 16 }, new Layer<LearnedGelu5x3.Inputs, LearnedGelu5x3.Gradients, LearnedGelu5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            LearnedGelu5x3.Forward, LearnedGelu5x3.Forward, LearnedGelu5x3.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LearnedGelu5x3.Backward }),
        new(nameof(Hedgehog5x3), s_base with { Similarity = Similarity.Hedgehog, Denominator = Denominator.KeySum }, new Layer<Hedgehog5x3.Inputs, Hedgehog5x3.Gradients, Hedgehog5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            Hedgehog5x3.Forward, Hedgehog5x3.Forward, Hedgehog5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = Hedgehog5x3.Backward }),
        new(nameof(HedgehogSeparate5x3), s_base with { Similarity = Similarity.Hedgehog, Map = new() { Form = HedgehogKind.Separate }, Causal = false, Denominator = Denominator.KeySum }, new Layer<HedgehogSeparate5x3.Inputs, HedgehogSeparate5x3.Gradients>(
            Both, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            HedgehogSeparate5x3.Forward, HedgehogSeparate5x3.Backward)),
        new(nameof(HedgehogExponential5x3), s_base with { Similarity = Similarity.Hedgehog, Map = new() { Form = HedgehogKind.Exponential }, Denominator = Denominator.KeySum }, new Layer<HedgehogExponential5x3.Inputs, HedgehogExponential5x3.Gradients, HedgehogExponential5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"] } },
            HedgehogExponential5x3.Forward, HedgehogExponential5x3.Forward, HedgehogExponential5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = HedgehogExponential5x3.Backward }),
        new(nameof(LunaPerChannel5x3), s_base with { Similarity = Similarity.Luna, Map = new() { Projections = 3, Functions = 2, Hidden = 7, Activation = MapActivation.Silu, PerChannel = true, Envelope = Envelope.Learned }, Denominator = Denominator.KeySum }, new Layer<LunaPerChannel5x3.Inputs, LunaPerChannel5x3.Gradients, LunaPerChannel5x3.State>(
            Every, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"], MapU = t["in.map.u"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"], MapU = t["in.map.u"] } },
            LunaPerChannel5x3.Forward, LunaPerChannel5x3.Forward, LunaPerChannel5x3.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, KeySum = s => s.Z, BackwardThrough = LunaPerChannel5x3.Backward }),
        new(nameof(LunaSigned5x3), s_base with { Similarity = Similarity.Luna, Map = new() { Projections = 3, Functions = 2, Hidden = 7, Activation = MapActivation.Gelu, Signed = true }, Causal = false }, new Layer<LunaSigned5x3.Inputs, LunaSigned5x3.Gradients>(
            Both, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] } },
            LunaSigned5x3.Forward, LunaSigned5x3.Backward)),
    }.ToDictionary(subject => subject.Name);
}
