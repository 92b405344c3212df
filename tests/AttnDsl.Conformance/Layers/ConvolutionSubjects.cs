using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Gate(GateShape.Key, Activation = GateActivation.LogSigmoid, Temperature = 4)]
[Convolution(4, Convolved.Queries | Convolved.Keys | Convolved.Values, Activation = ConvolutionActivation.Silu)]
internal static partial class ConvolvedGla7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Read(Normaliser.Centred)]
[Convolution(3, Convolved.Output)]
internal static partial class LocalInLine7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 5)]
[Gate(GateShape.Full, Activation = GateActivation.Rate)]
[Read(Normaliser.None, Skip = SkipShape.Head)]
[Convolution(2, Convolved.Values)]
internal static partial class ConvolvedCells7x5;

/// <summary>Layers with a short convolution. The oracles know no past of theirs, so they run from the first token.</summary>
internal static class ConvolutionSubjects
{
    private const Forms InOrder = Forms.Chunkwise | Forms.Recurrent;
    private static readonly LayerSpec s_base = new() { KeyDim = 7, ValueDim = 5, Heads = 2 };

    public static readonly IReadOnlyDictionary<string, Subject> All = new Subject[]
    {
        new(nameof(ConvolvedGla7x5), s_base with { ValueHeads = 4, Decay = DecaySource.Key, LogSigmoid = true, Temperature = 4, Taps = 4, ConvolvesQueries = true, ConvolvesKeys = true, ConvolvesValues = true, SiluConvolution = true }, new Layer<ConvolvedGla7x5.Inputs, ConvolvedGla7x5.Gradients, ConvolvedGla7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { QTaps = t["in.q_taps"], KTaps = t["in.k_taps"], VTaps = t["in.v_taps"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { QTaps = t["in.q_taps"], KTaps = t["in.k_taps"], VTaps = t["in.v_taps"] } },
            ConvolvedGla7x5.Forward, ConvolvedGla7x5.Forward, ConvolvedGla7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ConvolvedGla7x5.Backward }),
        new(nameof(LocalInLine7x5), s_base with { Denominator = Denominator.Centred, Taps = 3, AddsConvolution = true }, new Layer<LocalInLine7x5.Inputs, LocalInLine7x5.Gradients, LocalInLine7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { VTaps = t["in.v_taps"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { VTaps = t["in.v_taps"] } },
            LocalInLine7x5.Forward, LocalInLine7x5.Forward, LocalInLine7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LocalInLine7x5.Backward, KeySum = s => s.KeyMean }),
        new(nameof(ConvolvedCells7x5), s_base with { Decay = DecaySource.Full, Rate = RateKind.Rate, SkipWidth = 1, Taps = 2, ConvolvesValues = true }, new Layer<ConvolvedCells7x5.Inputs, ConvolvedCells7x5.Gradients, ConvolvedCells7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.a_log"], D = t["in.d"], VTaps = t["in.v_taps"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.a_log"], D = t["in.d"], VTaps = t["in.v_taps"] } },
            ConvolvedCells7x5.Forward, ConvolvedCells7x5.Forward, ConvolvedCells7x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = ConvolvedCells7x5.Backward }),
    }.ToDictionary(subject => subject.Name);
}
