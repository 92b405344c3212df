using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Layers;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.States;

/// <summary>Mamba-2: a rate a head, steps of the inputs, a skip.</summary>
[AttentionLayer(KeyDim = 7, ValueDim = 5, Scale = 1)]
[Gate(GateShape.Head, Activation = GateActivation.Rate)]
[Write(WriteRule.Plain, Strength = WriteStrength.Step)]
[Read(Normaliser.None, Skip = SkipShape.Head)]
internal static partial class Ssd7x5;

/// <summary>qLSTM: an input gate and an output gate a channel.</summary>
[AttentionLayer(KeyDim = 1, ValueDim = 5)]
[Gate(GateShape.Value, Activation = GateActivation.ReversedSigmoidPower)]
[Write(WriteRule.Plain, Key = KeySource.None, Strength = WriteStrength.ChannelSigmoid)]
[Read(Normaliser.None, OutputGate = OutputGate.Sigmoid)]
internal static partial class QLstm5;

/// <summary>Goes on with a stream, token by token or at once.</summary>
internal delegate void GoOn(TimeSlice inputs, in TensorSpan<float> output, bool isStep);

/// <summary>A layer with a state, as new for each stream.</summary>
/// <param name="Begin">A stream of at most so many tokens.</param>
internal sealed record StreamSubject(string Name, LayerSpec Spec, Func<int, GoOn> Begin);

/// <summary>Every small layer of this suite that has a state.</summary>
internal static class StreamSubjects
{
    private static readonly LayerSpec s_cells = new() { KeyDim = 1, ValueDim = 5, Heads = 2, Decay = DecaySource.Value, NoKeys = true };

    public static readonly IReadOnlyDictionary<string, StreamSubject> All = Layers().Concat(States()).Where(s => s.Spec.KeyDim is > 1 and < 10 || s.Spec.NoKeys)
        .DistinctBy(s => s.Name).ToDictionary(s => s.Name);

    private static IEnumerable<StreamSubject> Layers() =>
        from subject in GradientSubjects.All.Values.Concat(FeatureSubjects.All.Values).Concat(ConvolutionSubjects.All.Values).Concat(FunctionSubjects.All.Values)
        where subject.Layer.IsCausal
        select new StreamSubject(subject.Name, subject.Spec, tokens =>
        {
            var state = subject.Layer.NewState(1, subject.Spec.Heads, tokens);
            return (TimeSlice inputs, in TensorSpan<float> output, bool isStep) =>
            {
                if (isStep) state.Step(inputs, output);
                else state.Prefill(inputs, output);
            };
        });

    private static IEnumerable<StreamSubject> States()
    {
        // The oracle has no word about this layer's skip: its tests compare it with the layer without.
        foreach (var (name, (spec, layer)) in StateSubjects.All.Where(s => s.Key != nameof(SkippedGla7x5))) yield return Of(name, spec, layer);

        yield return Of(nameof(Ssd7x5), new() { KeyDim = 7, ValueDim = 5, Heads = 2, Scale = 1, Decay = DecaySource.Head, Rate = RateKind.Rate, Strength = StrengthKind.Step, SkipWidth = 1 },
            new StateSubject<Ssd7x5.Inputs, Ssd7x5.Gradients, Ssd7x5.State>(
                t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.a_log"], D = t["in.d"] } }, t => new() { Q = t.Q, K = t.K, V = t.V, G = t.G, Parameters = new() { ALog = t["in.a_log"], D = t["in.d"] } }));
        yield return Of(nameof(QLstm5), s_cells with { Rate = RateKind.Power, Strength = StrengthKind.ChannelSigmoid, OutputGate = GateOfOutput.Sigmoid },
            new StateSubject<QLstm5.Inputs, QLstm5.Gradients, QLstm5.State>(
                t => new() { V = t.V, G = t.G, Beta = t.Beta, OutputGate = t["in.output_gate"], Parameters = new() { Power = t["in.power"] } }, t => new() { V = t.V, G = t.G, Beta = t.Beta, OutputGate = t["in.output_gate"], Parameters = new() { Power = t["in.power"] } }));
        yield return Of(nameof(RgLru5), s_cells with { Scale = 1, Rate = RateKind.Recurrent, Strength = StrengthKind.ChannelNorm },
            new StateSubject<RgLru5.Inputs, RgLru5.Gradients, RgLru5.State>(
                t => new() { V = t.V, G = t.G, Beta = t.Beta, Parameters = new() { Lambda = t["in.lambda"] } }, t => new() { V = t.V, G = t.G, Beta = t.Beta, Parameters = new() { Lambda = t["in.lambda"] } }));
    }

    private static StreamSubject Of(string name, LayerSpec spec, IStateSubject layer) => new(name, spec, tokens =>
    {
        var state = layer.NewState(1, spec.Heads, tokens);
        return (TimeSlice inputs, in TensorSpan<float> output, bool isStep) => layer.Forward(inputs, output, state, isStep ? Forms.Recurrent : Forms.Fastest);
    });
}
