using System;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Support;

/// <summary>Random inputs of a layer, the same for the same seed.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Standard normal q, k, v; decays from weak to strong; keys of unit length for the delta rule.</summary>
    public LayerInputs Inputs(LayerSpec spec, int batch, int time)
    {
        var tokens = batch * time;
        var keys = Normal(tokens * spec.KeyHeads * spec.KeyDim, 1);
        if (spec.Write == WriteKind.Delta)
        {
            Normalise(keys, spec.KeyDim);
        }

        return new(batch, time, Normal(tokens * spec.Heads * spec.KeyDim, 1), keys, Normal(tokens * spec.ValueInputHeads * spec.ValueDim, 1))
        {
            G = Gates(spec, tokens),
            Beta = spec.Write == WriteKind.Delta ? Uniform(tokens * spec.StateHeads, 0.05, 0.95) : [],
            I = spec.Write == WriteKind.ExponentialGate ? Normal(tokens * spec.StateHeads, 1) : [],
            Phi = spec.Phase is null ? [] : Normal(tokens * spec.KeyHeads * (spec.KeyDim / 2), 1),
            PhaseGate = spec.Phase is not { Gate: not PhaseGating.None } phase ? [] : Normal(tokens * spec.KeyHeads * (phase.Gate == PhaseGating.Pair ? spec.KeyDim / 2 : 1), 1),
        };
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

    private float[] Gates(LayerSpec spec, int tokens)
    {
        var count = spec.Decay switch
        {
            DecaySource.Head => tokens * spec.StateHeads,
            DecaySource.Key => tokens * spec.StateHeads * spec.FeatureDim,
            DecaySource.Pair => tokens * spec.StateHeads * (spec.KeyDim / 2),
            _ => 0,
        };
        return spec.LogSigmoid ? Array.ConvertAll(Normal(count, 2), z => z + 3) : Uniform(count, -1, 0);
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
