using System.Runtime.CompilerServices;
using static AttnDsl.Benchmarks.LayerCost;

namespace AttnDsl.Benchmarks.Width64;

[AttentionLayer(KeyDim = 1, ValueDim = 64, Heads = 8), Gate(GateShape.Value), Write(WriteRule.Plain, Key = KeySource.None)]
internal static partial class Hgrn;

[AttentionLayer(KeyDim = 1, ValueDim = 64, Heads = 8), Gate(GateShape.Value, Activation = GateActivation.ReversedSigmoidPower)]
[Write(WriteRule.Plain, Key = KeySource.None, Strength = WriteStrength.ChannelSigmoid), Read(Normaliser.None, OutputGate = OutputGate.Sigmoid)]
internal static partial class QLstm;

[AttentionLayer(KeyDim = 16, ValueDim = 64, Heads = 1, ValueHeads = 8, Scale = 1), Gate(GateShape.Full, Activation = GateActivation.Rate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step), Read(Normaliser.None, Skip = SkipShape.Channel)]
internal static partial class S6;

/// <summary>Elementwise states.</summary>
internal static class ScanLayers
{
    private const int D = 64;

    [ModuleInitializer]
    internal static void Add() => LayerTable.Add(
        Layer.Of("HGRN", D, new(3 * D, D),
            x => new Hgrn.Inputs { V = x.V, G = x.ValueDecay },
            x => new Hgrn.Gradients { V = x.V, G = x.ValueDecay },
            Hgrn.Forward, Hgrn.Backward, Hgrn.Forward, (b, t) => new Hgrn.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("qLSTM", D, new(6 * D, 5 * D),
            x => new QLstm.Inputs { V = x.V, G = x.ValueLogits, Beta = x.ValueBeta, OutputGate = x.OutputGate, Parameters = new() { Power = x.Power } },
            x => new QLstm.Gradients { V = x.V, G = x.ValueLogits, Beta = x.ValueBeta, OutputGate = x.OutputGate, Parameters = new() { Power = x.Power } },
            QLstm.Forward, QLstm.Backward, QLstm.Forward, (b, t) => new QLstm.State(b), (s, in i, in o) => s.Step(in i, in o)),
        Layer.Of("S6 (16 states a channel)", D, State(16, D, exps: 16 * D, gated: true),
            x => new S6.Inputs { Q = x.SharedQ, K = x.SharedK, V = x.V, G = x.ValueStep, Parameters = new() { ALog = x.ChannelRate, D = x.ChannelSkip } },
            x => new S6.Gradients { Q = x.SharedQ, K = x.SharedK, V = x.V, G = x.ValueStep, Parameters = new() { ALog = x.ChannelRate, D = x.ChannelSkip } },
            S6.Forward, S6.Backward, S6.Forward, (b, t) => new S6.State(b), (s, in i, in o) => s.Step(in i, in o)));
}
