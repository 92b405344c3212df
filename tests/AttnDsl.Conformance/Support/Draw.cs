using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Support;

/// <summary>Random inputs of a layer, the same for the same seed.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Standard normal q, k, v; decays from weak to strong; keys of unit length for the delta rule, values for Oja's.</summary>
    public LayerInputs Inputs(LayerSpec spec, int batch, int time)
    {
        var tokens = batch * time;
        var writes = tokens * spec.Steps;
        var keys = Normal(writes * spec.KeyHeads * spec.KeyDim, 1);
        if (spec.Write is WriteKind.Delta or WriteKind.GeneralDelta)
        {
            Normalise(keys, spec.KeyDim);
        }

        var queries = Normal(tokens * spec.Heads * spec.KeyDim, 1);
        var values = Normal(writes * spec.ValueInputHeads * spec.ValueDim, 1);
        if (spec.Write == WriteKind.Oja) Normalise(values, spec.ValueDim);
        return new(batch, time, queries, keys, values)
        {
            G = Gates(spec, tokens),
            Beta = spec.HasBeta ? Uniform(writes * spec.StateHeads * spec.BetaWidth, 0.05, 0.95) : [],
            A = spec.Write == WriteKind.GeneralDelta ? Erasing(spec, writes, -0.7) : [],
            B = spec.Write == WriteKind.GeneralDelta ? Erasing(spec, writes, 1) : [],
            S = spec.Write == WriteKind.Slots ? Uniform(tokens * spec.StateHeads * spec.Slots, 0, 1) : [],
            I = spec.Write == WriteKind.ExponentialGate ? Normal(tokens * spec.StateHeads, 1) : [],
            Phi = spec.Phase is not { Learned: false } ? [] : Normal(tokens * spec.KeyHeads * (spec.KeyDim / 2), 1),
            PhaseGate = spec.Phase is not { Gate: not PhaseGating.None } phase ? [] : Normal(tokens * spec.KeyHeads * (phase.Gate == PhaseGating.Pair ? spec.KeyDim / 2 : 1), 1),
            Theta = spec.Phase is { Learned: true } ? Normal(spec.KeyHeads * (spec.KeyDim / 2), 1) : [],
            PhaseBias = spec.Phase is { Biased: true } ? Normal(spec.KeyHeads * (spec.KeyDim / 2), 0.5) : [],
            ALog = Uniform(spec.StateHeads * spec.RateWidth, -1, 0.5),
            DtBias = Normal(spec.StateHeads * spec.BiasWidth, 1),
            U = spec.Bonus ? Normal(spec.Heads * spec.FeatureDim, 1) : [],
            W = spec.OwnValue == OwnValue.None ? [] : Normal(spec.Heads * spec.FeatureDim, 1),
            LevelScales = Uniform(tokens * spec.StateHeads * spec.Levels, 0.2, 1.2),
            Sink = spec.SinkLogit ? Normal(spec.Heads, 1) : [],
            D = Normal(spec.StateHeads * spec.SkipWidth, 1),
            Eta = spec.HasEta ? Normal(tokens * spec.StateHeads, 1) : [],
            Y = spec.OutputGate == GateOfOutput.None ? [] : Normal(tokens * spec.StateHeads * spec.ValueDim, 1),
            Parameters = Parameters(spec),
        };
    }

    /// <summary>Of the size that learned layers begin with: projections of size 1, sums of hidden units too, biases that keep key sums from 0.</summary>
    private Dictionary<string, float[]> Parameters(LayerSpec spec)
    {
        var result = new Dictionary<string, float[]>();
        foreach (var (name, axes) in Features.Parameters(spec))
        {
            var values = Normal(axes.Aggregate(spec.Map.PerHead ? spec.Heads : 1, (count, axis) => count * axis), axes.Length == 2 ? 1 / Math.Sqrt(axes[1]) : 0.5);
            result[name] = name == "c2" ? [.. values.Select(value => Math.Abs(value) + 0.5f)] : values;
        }

        foreach (var (name, axes) in spec.TapAxes) result[name] = Normal(axes.Aggregate(1, (count, axis) => count * axis), 0.5);

        return result;
    }

    /// <summary>Every number to one of its two neighbours in float32.</summary>
    public LayerInputs Nudged(LayerInputs inputs) => inputs with
    {
        Q = Nudged(inputs.Q),
        K = Nudged(inputs.K),
        V = Nudged(inputs.V),
        G = Nudged(inputs.G),
        Beta = Nudged(inputs.Beta),
        I = Nudged(inputs.I),
        Phi = Nudged(inputs.Phi),
        PhaseGate = Nudged(inputs.PhaseGate),
        Theta = Nudged(inputs.Theta),
        PhaseBias = Nudged(inputs.PhaseBias),
        Eta = Nudged(inputs.Eta),
        ALog = Nudged(inputs.ALog),
        DtBias = Nudged(inputs.DtBias),
        U = Nudged(inputs.U),
        W = Nudged(inputs.W),
        D = Nudged(inputs.D),
        Sink = Nudged(inputs.Sink),
        LevelScales = Nudged(inputs.LevelScales),
        A = Nudged(inputs.A),
        B = Nudged(inputs.B),
        S = Nudged(inputs.S),
        Y = Nudged(inputs.Y),
        Parameters = inputs.Parameters.ToDictionary(pair => pair.Key, pair => Nudged(pair.Value)),
    };

    public float[] Normal(int count, double deviation)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            values[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * _random.NextDouble()));
        }

        return values;
    }

    public float[] Uniform(int count, double low, double high)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(low + ((high - low) * _random.NextDouble()));
        }

        return values;
    }

    /// <summary>Rows of a length less than 1, so that what is retrieved and written back does not grow.</summary>
    private float[] Erasing(LayerSpec spec, int rows, double length)
    {
        var values = Normal(rows * spec.Heads * spec.FeatureDim, 1);
        Normalise(values, spec.FeatureDim);
        return Array.ConvertAll(values, x => (float)(length * x));
    }

    private float[] Gates(LayerSpec spec, int tokens)
    {
        if (spec.LearnedGate)
        {
            var row = Gates(spec with { LearnedGate = false }, 1);
            return [.. Enumerable.Repeat(row, tokens).SelectMany(x => x)];
        }

        var count = tokens * spec.StateHeads * spec.GateWidth;
        if (spec.Decay == DecaySource.Full) return Uniform(count, 0, 1);
        if (spec.Rate != RateKind.None) return spec.Rate == RateKind.Rate ? Uniform(count, 0, 1) : Normal(count, 1);
        return spec.LogSigmoid || spec.ReversedSigmoid || spec.LowerBound > 0 ? Array.ConvertAll(Normal(count, 2), z => z + 3) : Uniform(count, -1, 0);
    }

    private float[] Nudged(float[] values)
        => Array.ConvertAll(values, value => _random.Next(2) == 0 ? MathF.BitIncrement(value) : MathF.BitDecrement(value));

    private static void Normalise(float[] rows, int width)
    {
        for (var start = 0; start < rows.Length; start += width)
        {
            double squares = 0;
            for (var c = 0; c < width; c++)
            {
                squares += rows[start + c] * (double)rows[start + c];
            }

            for (var c = 0; c < width; c++)
            {
                rows[start + c] = (float)(rows[start + c] / Math.Sqrt(squares));
            }
        }
    }
}
