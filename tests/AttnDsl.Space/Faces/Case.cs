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
    private const int Prime = 19;

    /// <summary>None, one, a prime number of tokens, and several blocks under gates from nothing to everything.</summary>
    public static IEnumerable<Case> Of(Point point)
    {
        yield return New(point, batch: 2, time: 0, strong: false, onGpu: true);
        yield return New(point, batch: 3, time: 1, strong: false, onGpu: true);
        yield return New(point, batch: 2, Prime, strong: false, onGpu: true);
        yield return New(point, batch: 1, time: (2 * point.Chunk) + 3, strong: true, onGpu: false);
    }

    /// <summary>Some other tokens, to begin with a state that is not empty.</summary>
    public static Case Warm(Point point, int batch) => New(point, batch, time: 9, strong: false, onGpu: true);

    private static Case New(Point point, int batch, int time, bool strong, bool onGpu)
    {
        var (spec, seed) = (point.Spec, unchecked(point.Seed + time));
        var inputs = new Draw(seed).Inputs(spec, batch, time);
        if (strong) Strengthen(spec, inputs.G, new(seed));
        if (spec.Write == WriteKind.Delta) Contract(spec, inputs.K);
        return new($"B{batch} T{time}{(strong ? " strong gates" : "")}", inputs, onGpu);
    }

    /// <summary>Of every ten gates one closes, two nearly, and two stay open.</summary>
    private static void Strengthen(LayerSpec spec, float[] gates, Random random)
    {
        var isDecay = spec is { LogSigmoid: false, LowerBound: 0, ReversedSigmoid: false, Rate: RateKind.None } && spec.Decay != DecaySource.Full;
        var isStep = spec.Rate == RateKind.Rate || spec.Decay == DecaySource.Full;
        var closing = (isDecay || spec.LogSigmoid || spec.LowerBound > 0 ? -1 : 1) * (float)Math.Min(1e4, spec.Temperature);

        // A step that is the strength of a write, too, must not drown all others.
        var most = spec.Strength == StrengthKind.Step ? 20 : 1e4f;
        for (var n = 0; n < gates.Length; n++)
        {
            gates[n] = random.Next(10) switch
            {
                0 => closing * most,
                1 or 2 => closing * 20,
                3 or 4 => isDecay || isStep ? 0 : -closing * most,
                _ => gates[n],
            };
        }
    }

    /// <summary>The caller's keys are to be such that ‖φ(k)‖ stays near 1 at most, or the delta rule's state grows without bound.</summary>
    private static void Contract(LayerSpec spec, float[] keys)
    {
        for (var start = 0; start < keys.Length; start += spec.KeyDim)
        {
            var key = keys.AsSpan(start, spec.KeyDim);
            for (var tries = 0; tries < 60; tries++)
            {
                if (Features.Of(spec, Array.ConvertAll(key.ToArray(), x => (double)x), 0, isQuery: false, (_, _) => 0.0).Sum(x => x * x) <= 1.01) break;
                if (spec.Similarity is Similarity.EluPlusOne or Similarity.Exp) TensorPrimitives.Subtract(key, 0.25f, key);
                else TensorPrimitives.Multiply(key, 0.8f, key);
            }
        }
    }
}
