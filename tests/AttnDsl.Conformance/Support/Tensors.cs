using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Support;

/// <summary>The inputs of an oracle as the tensors that a declared layer binds.</summary>
internal static class Tensors
{
    /// <summary>Every tensor there may be; those that the layer has not are empty.</summary>
    public static Dictionary<string, FloatTensor> Of(LayerSpec spec, LayerInputs inputs)
    {
        int[] Shape(params int[] axes) => [inputs.Batch, inputs.Time, .. axes];
        int[] Writes(params int[] axes) => [inputs.Batch, inputs.Time * spec.Steps, .. axes];
        FloatTensor Learned(float[] data, params int[] axes) => new(data, axes) { IsLearned = true };
        int[] gate = spec.Decay is DecaySource.Head ? [spec.StateHeads] : [spec.StateHeads, spec.GateWidth];
        var tensors = new Dictionary<string, FloatTensor>
        {
            ["in.q"] = new(inputs.Q, Shape(spec.Heads, spec.KeyDim)),
            ["in.k"] = new(inputs.K, Writes(spec.KeyHeads, spec.KeyDim)),
            ["in.v"] = new(inputs.V, Writes(spec.ValueInputHeads, spec.ValueDim)),
            ["in.g"] = spec.LearnedGate ? Learned([.. inputs.G.Concat(new float[spec.StateHeads * spec.GateWidth]).Take(spec.StateHeads * spec.GateWidth)], gate) : new(inputs.G, Shape(gate)),
            ["in.beta"] = new(inputs.Beta, spec.HasBetaPerChannel ? Writes(spec.StateHeads, spec.BetaWidth) : Writes(spec.StateHeads)),
            ["in.phi"] = new(inputs.Phi, Shape(spec.KeyHeads, spec.KeyDim / 2)),
            ["in.phasegate"] = new(inputs.PhaseGate, spec.Phase?.Gate == PhaseGating.Pair ? Shape(spec.KeyHeads, spec.KeyDim / 2) : Shape(spec.KeyHeads)),
            ["in.theta"] = Learned(inputs.Theta, spec.KeyHeads, spec.KeyDim / 2),
            ["in.phasebias"] = Learned(inputs.PhaseBias, spec.KeyHeads, spec.KeyDim / 2),
            ["in.i"] = new(inputs.I, Shape(spec.StateHeads)),
            ["in.a"] = new(inputs.A, Writes(spec.Heads, spec.FeatureDim)),
            ["in.b"] = new(inputs.B, Writes(spec.Heads, spec.FeatureDim)),
            ["in.s"] = new(inputs.S, Shape(spec.StateHeads, spec.Slots)),
            ["in.eta"] = new(inputs.Eta, Shape(spec.StateHeads)),
            ["in.output_gate"] = new(inputs.Y, Shape(spec.StateHeads, spec.ValueDim)),
            [RateOf(spec)] = spec.Decay == DecaySource.Full ? Learned(inputs.ALog, spec.StateHeads, spec.KeyDim, spec.ValueDim) : Learned(inputs.ALog, spec.StateHeads),
            [BiasOf(spec)] = spec.Decay == DecaySource.Head ? Learned(inputs.DtBias, spec.StateHeads) : Learned(inputs.DtBias, spec.StateHeads, spec.BiasWidth),
            ["in.u"] = Learned(inputs.U, spec.Heads, spec.FeatureDim),
            ["in.w"] = Learned(inputs.W, spec.Heads, spec.FeatureDim),
            ["in.level_scales"] = new(inputs.LevelScales, Shape(spec.StateHeads, spec.Levels)),
            ["in.sink"] = Learned(inputs.Sink, spec.Heads),
            ["in.d"] = spec is { SkipWidth: 1, HasSkipPerChannel: false } ? Learned(inputs.D, spec.StateHeads) : Learned(inputs.D, spec.StateHeads, spec.SkipWidth),
        };
        foreach (var (name, axes) in Features.Parameters(spec)) tensors[Slope.MapParameter + name] = Learned(inputs.Parameters[name], spec.Map.PerHead ? [spec.Heads, .. axes] : axes);
        foreach (var (name, axes) in spec.TapAxes) tensors[Slope.Taps(name)] = Learned(inputs.Parameters[name], axes);
        foreach (var (name, number) in spec.PerToken ?? new Dictionary<string, Func<long, long>>())
            tensors["in." + name] = new([.. Enumerable.Range(0, inputs.Batch * inputs.Time).Select(i => (float)number(i % inputs.Time))], Shape(1));
        return tensors;
    }

    /// <summary>Whether the layer has this input.</summary>
    public static bool IsInput(LayerSpec spec, string tensor) => tensor switch
    {
        "in.q" => !spec.NoKeys,
        "in.k" => !spec.KeyOfGate && !spec.NoKeys,
        "in.g" => spec.GateWidth > 0,
        "in.beta" => spec.HasBeta,
        "in.phi" => spec.Phase is { Learned: false },
        "in.theta" => spec.Phase is { Learned: true },
        "in.phasebias" => spec.Phase is { Biased: true },
        "in.phasegate" => spec.Phase is { Gate: not PhaseGating.None },
        "in.i" => spec.Write == WriteKind.ExponentialGate,
        "in.a" or "in.b" => spec.Write == WriteKind.GeneralDelta,
        "in.s" => spec.Write == WriteKind.Slots,
        "in.eta" => spec.HasEta,
        "in.output_gate" => spec.OutputGate != GateOfOutput.None,
        "in.a_log" or "in.power" => spec.RateWidth > 0,
        "in.dt_bias" or "in.lambda" => spec.BiasWidth > 0,
        "in.u" => spec.Bonus,
        "in.w" => spec.OwnValue != OwnValue.None,
        "in.level_scales" => spec.Levels > 0,
        "in.sink" => spec.SinkLogit,
        "in.d" => spec.SkipWidth > 0,
        _ => spec.PerToken?.ContainsKey(tensor["in.".Length..]) != true,
    };

    private static string RateOf(LayerSpec spec) => spec.Rate == RateKind.Power ? "in.power" : "in.a_log";

    private static string BiasOf(LayerSpec spec) => spec.Rate == RateKind.Recurrent ? "in.lambda" : "in.dt_bias";
}
