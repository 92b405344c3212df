using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using AttnDsl.Space.Points;

namespace AttnDsl.Space.Faces;

/// <summary>Inputs that a layer is run on, drawn for its point.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="OnGpu">Whether the twin is run on them too: ILGPU's CPU accelerator is slow.</param>
internal sealed record Case(string Name, LayerInputs Inputs, bool OnGpu)
{
    private const int Prime = 19, FewPrime = 7;

    /// <summary>Numbers of a state beyond which it counts as large.</summary>
    private const int Large = 16_384;

    /// <summary>Powers of 2 by which a state may grow: float32 has room for many more.</summary>
    private const int GrowthOf2 = 40;

    /// <summary>None, one, a prime number of tokens, and several blocks under gates from nothing to everything.</summary>
    /// <param name="point">The layer.</param>
    /// <param name="drawn">How often inputs were drawn for it before.</param>
    public static IEnumerable<Case> Of(Point point, int drawn = 0)
    {
        point = point with { Drawn = drawn };
        // Loops and the twin go through all of a state for every token: thousands of features get fewer of these.
        var isLarge = point.Spec.FeatureDim * point.Spec.ValueDim > Large;
        yield return New(point, batch: 2, time: 0, strong: false, onGpu: true);
        yield return New(point, batch: 3, time: 1, strong: false, onGpu: true);
        yield return New(point, batch: 2, isLarge ? FewPrime : Prime, strong: false, onGpu: true);
        yield return New(point, batch: 1, time: ((isLarge ? 1 : 2) * point.Chunk) + 3, strong: true, onGpu: false);
    }

    /// <summary>Some other tokens, to begin with a state that is not empty.</summary>
    public static Case Warm(Point point, int batch) => New(point, batch, time: 9, strong: false, onGpu: true);

    private static Case New(Point point, int batch, int time, bool strong, bool onGpu)
    {
        var (spec, seed) = (point.Spec, unchecked(point.Seed + time + (1000 * point.Drawn)));
        var inputs = new Draw(seed).Inputs(spec, batch, time);
        if (strong && spec.Own is null)
        {
            Strengthen(spec, inputs.G, new(seed));
            // Those that are learned are every token's.
            var row = spec.StateHeads * spec.GateWidth;
            for (var token = 1; spec.LearnedGate && token < time * batch; token++) inputs.G.AsSpan(0, row).CopyTo(inputs.G.AsSpan(token * row));
        }

        if (spec.Write == WriteKind.Delta)
        {
            Contract(spec, inputs);
            var longest = (int)(GrowthOf2 / Math.Max(1e-3, Math.Log2(Growth(spec, inputs))));
            if (time > Math.Max(1, longest)) return New(point, batch, Math.Max(1, longest), strong, onGpu);
        }

        return new($"B{batch} T{time}{(strong ? " strong gates" : "")}", inputs, onGpu);
    }

    /// <summary>Of every ten gates one closes, two nearly, and two stay open.</summary>
    private static void Strengthen(LayerSpec spec, float[] gates, Random random)
    {
        var isDecay = spec is { LogSigmoid: false, LowerBound: 0, ReversedSigmoid: false, Rate: RateKind.None } && spec.Decay != DecaySource.Full;
        var isStep = spec.Rate == RateKind.Rate || spec.Decay == DecaySource.Full;
        var closing = (isDecay || spec.LogSigmoid || spec.LowerBound > 0 ? -1 : 1) * (float)Math.Min(1e4, spec.Temperature);

        // Beside √(1 − e^{2g}) a decay of nothing has an infinite gradient; nearly nothing has none that float32 minds.
        var open = spec.Strength == StrengthKind.ChannelNorm ? -1e-3f : 0;

        // A step that is the strength of a write, too, must not drown all others.
        var most = spec.Strength == StrengthKind.Step ? 20 : 1e4f;
        for (var n = 0; n < gates.Length; n++)
        {
            gates[n] = random.Next(10) switch
            {
                0 => closing * most,
                1 or 2 => closing * 20,
                3 or 4 => isDecay ? open : isStep ? 0 : -closing * most,
                _ => gates[n],
            };
        }
    }

    /// <summary>
    /// The caller's keys and learned maps are to be such that ‖φ(k)‖ stays near 1 at most, or the delta rule's state grows without bound.
    /// </summary>
    private static void Contract(LayerSpec spec, LayerInputs inputs)
    {
        // Those that are shortened by moving them below zero have to stay there.
        var isShifted = spec.Similarity is Similarity.EluPlusOne or Similarity.Exp;
        if (spec.ConvolvesKeys && isShifted) TensorPrimitives.Abs(inputs.Parameters["kTaps"], inputs.Parameters["kTaps"]);
        for (var tries = 0; tries < 60; tries++)
        {
            var isLong = false;
            for (var row = 0; row < inputs.K.Length / spec.KeyDim; row++)
            {
                if (Length(spec, inputs, row) <= 1.01) continue;
                isLong = true;
                var key = inputs.K.AsSpan(row * spec.KeyDim, spec.KeyDim);
                if (isShifted) TensorPrimitives.Subtract(key, 0.25f, key);
                else TensorPrimitives.Multiply(key, 0.8f, key);
            }

            if (!isLong) return;
            if (spec is { Similarity: Similarity.Learned, Map.Activation: MapActivation.EluPlusOne }) TensorPrimitives.Subtract(inputs.Parameters["b"], 0.25f, inputs.Parameters["b"]);
            foreach (var name in spec.Similarity == Similarity.Luna ? ["A2", "c2"] : Array.Empty<string>()) TensorPrimitives.Multiply(inputs.Parameters[name], 0.8f, inputs.Parameters[name]);
        }
    }

    /// <summary>By how much a token may make the state grow, where keys could not be made short: other maps have features of a length of their own.</summary>
    private static double Growth(LayerSpec spec, LayerInputs inputs)
    {
        var longest = Enumerable.Range(0, inputs.K.Length / spec.KeyDim).Select(row => Length(spec, inputs, row)).DefaultIfEmpty(0).Max();
        return Math.Pow(Math.Max(1, (longest * Math.Max(1, spec.StrengthScale)) - 1), spec.Steps);
    }

    /// <summary>‖φ(k)‖² of a row of keys.</summary>
    private static double Length(LayerSpec spec, LayerInputs inputs, int row)
    {
        var head = row % spec.KeyHeads;
        ArraySegment<double> Parameter(string name)
        {
            var all = Array.ConvertAll(inputs.Parameters[name], x => (double)x);
            return spec.Map.PerHead ? new ArraySegment<double>(all, head * (all.Length / spec.Heads), all.Length / spec.Heads) : all;
        }

        return Features.Of(spec, Key(spec, inputs, row), 0, isQuery: false, Parameter).Sum(x => x * x);
    }

    private static double[] Key(LayerSpec spec, LayerInputs inputs, int row)
    {
        double At(int row, int c) => inputs.K[(row * spec.KeyDim) + c];
        if (!spec.ConvolvesKeys) return [.. Enumerable.Range(0, spec.KeyDim).Select(c => At(row, c))];
        var (taps, head, t) = (inputs.Parameters["kTaps"], row % spec.KeyHeads, row / spec.KeyHeads % inputs.Time);
        var key = Enumerable.Range(0, spec.KeyDim).Select(c => Enumerable.Range(0, Math.Min(spec.Taps, t + 1)).Sum(w => taps[(((head * spec.Taps) + w) * spec.KeyDim) + c] * At(row - (w * spec.KeyHeads), c)));
        return [.. spec.SiluConvolution ? key.Select(y => y / (1 + Math.Exp(-y))) : key];
    }
}
