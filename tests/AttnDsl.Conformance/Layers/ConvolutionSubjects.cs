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

[AttentionLayer(KeyDim = 7, ValueDim = 5, Heads = 2, ValueHeads = 4)]
[Read(Normaliser.Centred, Prior = 2)]
[Window(20)]
internal static partial class BlendedMoments7x5;

/// <summary>More exact tokens than a chunk has.</summary>
[AttentionLayer(KeyDim = 6, ValueDim = 5)]
[Read(Normaliser.Centred, Skip = SkipShape.Head)]
[Rotation(RotationKind.Rotary)]
[Window(70)]
internal static partial class LongBlend6x5;

/// <summary>InLine over an image: a local term around each token.</summary>
[AttentionLayer(KeyDim = 7, ValueDim = 5, Causal = false)]
[Read(Normaliser.Centred)]
[Convolution(3, Convolved.Output, Columns = 6)]
internal static partial class InLineGrid7x5;

[AttentionLayer(KeyDim = 7, ValueDim = 20, Heads = 2, ValueHeads = 4, Causal = false)]
[FeatureMap(Kernel.EluPlusOne)]
[Read(Normaliser.KeySum, Skip = SkipShape.Channel, OutputGate = OutputGate.Silu)]
[Convolution(5, Convolved.Output, Columns = 3, Activation = ConvolutionActivation.Silu)]
internal static partial class GatedGrid7x20;

/// <summary>Layers whose states keep rows of the past: short convolutions, exact windows. The oracles know no past of theirs, so they run from the first token.</summary>
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
        new(nameof(BlendedMoments7x5), s_base with { ValueHeads = 4, Denominator = Denominator.Centred, Prior = 2, Window = 20 }, new Layer<BlendedMoments7x5.Inputs, BlendedMoments7x5.Gradients, BlendedMoments7x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V },
            t => new() { Q = t.Q, K = t.K, V = t.V },
            BlendedMoments7x5.Forward, BlendedMoments7x5.Forward, BlendedMoments7x5.Backward, (b, h, c) => new(b),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = BlendedMoments7x5.Backward, KeySum = s => s.KeyMean }),
        new(nameof(LongBlend6x5), s_base with { KeyDim = 6, Pairs = Pairs.HalfSplit, Denominator = Denominator.Centred, SkipWidth = 1, Window = 70 }, new Layer<LongBlend6x5.Inputs, LongBlend6x5.Gradients, LongBlend6x5.State>(
            InOrder, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { D = t["in.d"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { D = t["in.d"] } },
            LongBlend6x5.Forward, LongBlend6x5.Forward, LongBlend6x5.Backward, (b, h, c) => new(b, h),
            (s, in i, in o) => s.Prefill(in i, in o), (s, in i, in o) => s.Step(in i, in o)) { Matrix = s => s.S, BackwardThrough = LongBlend6x5.Backward, KeySum = s => s.KeyMean }),
    }.ToDictionary(subject => subject.Name);

    /// <summary>Bidirectional, on grids of 6 and 3 columns.</summary>
    public static readonly IReadOnlyDictionary<string, Subject> OnGrids = new Subject[]
    {
        new(nameof(InLineGrid7x5), s_base with { Causal = false, Denominator = Denominator.Centred, Taps = 3, Columns = 6, AddsConvolution = true }, new Layer<InLineGrid7x5.Inputs, InLineGrid7x5.Gradients>(
            Forms.Chunkwise | Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { VTaps = t["in.v_taps"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, Parameters = new() { VTaps = t["in.v_taps"] } }, InLineGrid7x5.Forward, InLineGrid7x5.Backward)),
        new(nameof(GatedGrid7x20), s_base with { ValueDim = 20, ValueHeads = 4, Causal = false, Similarity = Similarity.EluPlusOne, Denominator = Denominator.KeySum, SkipWidth = 20, OutputGate = GateOfOutput.Silu, Taps = 5, Columns = 3, AddsConvolution = true, SiluConvolution = true }, new Layer<GatedGrid7x20.Inputs, GatedGrid7x20.Gradients>(
            Forms.Chunkwise | Forms.Parallel, t => new() { Q = t.Q, K = t.K, V = t.V, OutputGate = t["in.output_gate"], Parameters = new() { D = t["in.d"], VTaps = t["in.v_taps"] } },
            t => new() { Q = t.Q, K = t.K, V = t.V, OutputGate = t["in.output_gate"], Parameters = new() { D = t["in.d"], VTaps = t["in.v_taps"] } }, GatedGrid7x20.Forward, GatedGrid7x20.Backward)),
    }.ToDictionary(subject => subject.Name);
}
