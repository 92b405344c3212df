using System;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.Layers;

[AttentionLayer(KeyDim = 2, ValueDim = 1, Heads = 1)]
[FeatureMap(Kernel.Identity)]
[Gate(GateShape.Head)]
[Rotation(RotationKind.Selective, Gate = PhaseGate.Head)]
internal static partial class LongPhase;

[AttentionLayer(KeyDim = 4, ValueDim = 1, Heads = 1)]
[FeatureMap(Kernel.Identity)]
[Rotation(RotationKind.Selective, Base = 10000, Bias = true)]
internal static partial class LongBias;

/// <summary>What is summed from token to token is as good after many tokens as after few.</summary>
public sealed class LongSequenceTests
{
    /// <summary>After 32 thousand tokens G is −16 thousand, of which a float keeps a thousandth; the last queries are right all the same.</summary>
    [Fact]
    public void Forgetting_ThirtyTwoThousandTokens_IsAsGoodAsOverFew()
    {
        const int time = 32768, asked = 32, k = 7, v = 5;
        var draw = new Draw(1);
        var (q, keys, values, g) = (draw.Normal(time * k, 1), draw.Normal(time * k, 1), draw.Normal(time * v, 1), draw.Uniform(time, -4, 4));
        var state = new Forgetting7x5.State(1, 1, time);
        state.Prefill(time - asked, q.AsSpan(0, (time - asked) * k), keys.AsSpan(0, (time - asked) * k), values.AsSpan(0, (time - asked) * v), g.AsSpan(0, time - asked), new float[(time - asked) * v]);
        var actual = new float[asked * v];
        for (var t = 0; t < asked; t++)
        {
            var at = time - asked + t;
            state.Step(q.AsSpan(at * k, k), keys.AsSpan(at * k, k), values.AsSpan(at * v, v), g.AsSpan(at, 1), actual.AsSpan(t * v, v));
        }

        var expected = new double[asked * v];
        for (var t = 0; t < asked; t++)
        {
            var (at, forgotten, scores) = (time - asked + t, 0.0, new double[time]);
            for (var j = at; j >= 0; j--)
            {
                scores[j] = forgotten + Enumerable.Range(0, k).Sum(c => (double)q[(at * k) + c] * keys[(j * k) + c]) / Math.Sqrt(k);
                forgotten -= Math.Log(1 + Math.Exp(-g[j]));
            }

            var (most, total) = (scores.Take(at + 1).Max(), 0.0);
            for (var j = 0; j <= at; j++)
            {
                var weight = Math.Exp(scores[j] - most);
                total += weight;
                for (var c = 0; c < v; c++) expected[(t * v) + c] += weight * values[(j * v) + c];
            }

            for (var c = 0; c < v; c++) expected[(t * v) + c] /= total;
        }

        Assert.InRange(ErrorRatio.Of(actual, expected), 0, Tolerances.Float32);
    }

    /// <summary>After a million tokens the phase has turned hundreds of thousands of radians; it is where it should be, to a float's bits.</summary>
    [Fact]
    public void SelectiveRotation_MillionTokens_StandsWhereItShould()
    {
        const int piece = 4099, pieces = 244;
        var (state, draw) = (new LongPhase.State(1), new Draw(2));
        var (zeros, open, angle) = (new float[2 * piece], new float[piece], 0.0);
        for (var n = 0; n < pieces; n++)
        {
            var (phi, gate) = (draw.Uniform(piece, -1, 3), draw.Normal(piece, 1));
            state.Prefill(piece, zeros, zeros, open, open, phi, gate, new float[piece]);
            for (var t = 0; t < piece; t++) angle += phi[t] / (1 + Math.Exp(-gate[t]));
        }

        Assert.InRange(angle, 4e5, 6e5);
        Assert.Equal(0, Math.IEEERemainder(state.Phase[0, 0, 0] - angle, 2 * Math.PI), 5e-7);
    }

    /// <summary>Every token adds the same e^b: rounded to a float, it would be a tenth of a radian off after a million.</summary>
    [Fact]
    public void PhaseBias_MillionTokens_StandsWhereItShould()
    {
        const int piece = 4099, pieces = 244;
        var (state, zeros, angle) = (new LongBias.State(1), new float[4 * piece], 0.0);
        float[] bias = [0.1f, 2.3f];
        for (var n = 0; n < pieces; n++)
        {
            var phi = new Draw(n).Normal(2 * piece, 1);
            state.Prefill(piece, zeros, zeros, zeros.AsSpan(0, piece), phi, bias, new float[piece]);
            for (var t = 0; t < piece; t++) angle += phi[2 * t];
        }

        // Added at once: one by one, float64 would round it the same way a million times.
        angle += piece * pieces * Math.Exp(bias[0]);
        Assert.InRange(angle, 1.1e6, 1.2e6);
        Assert.Equal(0, Math.IEEERemainder(state.Phase[0, 0, 0] - angle, 2 * Math.PI), 5e-7);
    }
}
