using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>LRU: a constant complex diagonal, |λ| = exp(−exp(ν)) and its angle learned.</summary>
[AttentionLayer(KeyDim = 6, ValueDim = 4, Scale = 1)]
[Gate(GateShape.Pair, Learned = true)]
[Rotation(RotationKind.Learned)]
internal static partial class Lru
{
    [GateFunction]
    private static float LogModulus(float nu) => -MathF.Exp(nu);
}

/// <summary>A declared LRU against its own recurrence over complex numbers, h_t = λ h_{t−1} + B_t x_tᵀ, y_t = Re(C_t h_t), which knows nothing of rotations.</summary>
public sealed class LruTests
{
    private const int H = 2, P = 3, K = 2 * P, V = 4, T = 70;

    private static readonly Dictionary<string, float[]> s_inputs = Inputs();

    [Theory]
    [InlineData(Forms.Recurrent)]
    [InlineData(Forms.Chunkwise)]
    [InlineData(Forms.Parallel)]
    public void Forward_EveryForm_IsTheComplexRecurrence(Forms form)
    {
        var (output, state) = (new float[T * H * V], new Lru.State(1, H));
        Lru.Forward(Bound(0, T), Rows(output, T, V), state, form);
        var (expected, h) = Loop(s_inputs, 0, T);
        Assert.InRange(ErrorRatio.Of(output, expected), 0, Tolerances.Float32);

        // What a state holds is h as it was written, not yet turned: conj(h) e^{iθt}.
        var expectedState = new double[H * K * V];
        for (var n = 0; n < H * P * V; n++)
        {
            var (head, i, c) = (n / (P * V), n / V % P, n % V);
            var held = Complex.Conjugate(h[n]) * Complex.FromPolarCoordinates(1, (double)s_inputs["theta"][(head * P) + i] * T);
            expectedState[(((head * K) + i) * V) + c] = held.Real;
            expectedState[(((head * K) + P + i) * V) + c] = held.Imaginary;
        }

        var actual = new float[H * K * V];
        state.S.FlattenTo(actual);
        Assert.InRange(ErrorRatio.Of(actual, expectedState), 0, Tolerances.Float32);
    }

    [Fact]
    public void Stream_InPieces_IsTheComplexRecurrence()
    {
        var (output, state) = (new float[T * H * V], new Lru.State(1, H));
        var t = 0;
        foreach (var count in new[] { 33, 1, 1, 0, 20, 1, 14 })
        {
            var piece = output.AsSpan(t * H * V, count * H * V);
            if (count == 1) state.Step(Bound(t, 1), Rows(piece, 1, V));
            else state.Prefill(Bound(t, count), Rows(piece, count, V));
            t += count;
        }

        Assert.Equal(T, t);
        Assert.InRange(ErrorRatio.Of(output, Loop(s_inputs, 0, T).Output), 0, Tolerances.Float32);
    }

    [Fact]
    public void Packed_EverySequence_IsTheComplexRecurrence()
    {
        int[] offsets = [0, 5, 5, 6, 48, T];
        var output = new float[T * H * V];
        Lru.Forward(Bound(0, T), Rows(output, T, V), offsets);
        var expected = offsets.Zip(offsets.Skip(1)).SelectMany(s => Loop(s_inputs, s.First, s.Second - s.First).Output).ToArray();
        Assert.InRange(ErrorRatio.Of(output, expected), 0, Tolerances.Float32);
    }

    [Theory]
    [InlineData("q")]
    [InlineData("k")]
    [InlineData("v")]
    [InlineData("nu")]
    [InlineData("theta")]
    public void Backward_IsTheSlopeOfTheComplexRecurrence(string tensor)
    {
        var draw = new Draw(7);
        var (upstream, gradients) = (draw.Normal(T * H * V, 1), s_inputs.ToDictionary(p => p.Key, p => new float[p.Value.Length]));
        Lru.Backward(Bound(0, T), Rows(upstream, T, V), new()
        {
            Q = Rows(gradients["q"], T, K), K = Rows(gradients["k"], T, K), V = Rows(gradients["v"], T, V),
            Parameters = new() { G = Learned(gradients["nu"]), Theta = Learned(gradients["theta"]) },
        });
        const double step = 1e-6;
        for (var n = 0; n < 4; n++)
        {
            var direction = draw.Normal(s_inputs[tensor].Length, 1);
            double Loss(double by)
            {
                var output = Loop(s_inputs, 0, T, (tensor, direction, by)).Output;
                return output.Select((y, i) => y * upstream[i]).Sum();
            }

            var slope = (Loss(step) - Loss(-step)) / (2 * step);
            var actual = direction.Select((x, i) => (double)x * gradients[tensor][i]).Sum();
            var size = Math.Sqrt(gradients[tensor].Sum(g => (double)g * g));
            Assert.InRange(Math.Abs(actual - slope) / size, 0, Tolerances.Float32Gradient);
        }
    }

    /// <summary>A constant step rounds the same way at every token; after a million of them the angle is where it should be.</summary>
    [Fact]
    public void Phase_MillionTokens_StandsWhereItShould()
    {
        const int piece = 4099, pieces = 244;
        var (state, zeros, output) = (new Lru.State(1, 1), new float[piece * K], new float[piece * V]);
        float[] nu = [0, 0, 0], theta = [0.1f, 3.1f, -1.2345678f];
        for (var n = 0; n < pieces; n++) state.Prefill(piece, zeros, zeros, output, nu, theta, new float[piece * V]);
        for (var i = 0; i < P; i++) Assert.Equal(0, Math.IEEERemainder(state.Phase[0, 0, i] - ((double)theta[i] * piece * pieces), 2 * Math.PI), 5e-7);
    }

    private static Dictionary<string, float[]> Inputs()
    {
        var draw = new Draw(5);
        return new()
        {
            ["q"] = draw.Normal(T * H * K, 1), ["k"] = draw.Normal(T * H * K, 1), ["v"] = draw.Normal(T * H * V, 1),
            ["nu"] = draw.Uniform(H * P, -4, 0), ["theta"] = draw.Uniform(H * P, -3, 3),
        };
    }

    /// <summary>Token by token: λ = e^{−e^ν + iθ}, B = k_i − i k_{i+P}, C = q_i + i q_{i+P}.</summary>
    /// <param name="moved">A tensor that stands elsewhere, in float64: along a direction, how far.</param>
    private static (double[] Output, Complex[] State) Loop(Dictionary<string, float[]> inputs, int first, int count, (string? Tensor, float[]? Along, double By) moved = default)
    {
        double At(string tensor, int i) => inputs[tensor][i] + (tensor == moved.Tensor ? moved.By * moved.Along![i] : 0);
        var (output, h) = (new double[count * H * V], new Complex[H * P * V]);
        for (var t = 0; t < count; t++)
        {
            for (var n = 0; n < H * P * V; n++)
            {
                var (head, i, c) = (n / (P * V), n / V % P, n % V);
                var row = ((first + t) * H) + head;
                Complex Pair(string tensor) => new(At(tensor, (row * K) + i), At(tensor, (row * K) + P + i));
                var lambda = Complex.Exp(new(-Math.Exp(At("nu", (head * P) + i)), At("theta", (head * P) + i)));
                h[n] = (lambda * h[n]) + (Complex.Conjugate(Pair("k")) * At("v", (row * V) + c));
                output[(((t * H) + head) * V) + c] += (Pair("q") * h[n]).Real;
            }
        }

        return (output, h);
    }

    private static Lru.Inputs Bound(int start, int count)
    {
        TensorSpan<float> Cut(string tensor, int width) => Rows(s_inputs[tensor].AsSpan(start * H * width, count * H * width), count, width);
        return new() { Q = Cut("q", K), K = Cut("k", K), V = Cut("v", V), Parameters = new() { G = Learned(s_inputs["nu"]), Theta = Learned(s_inputs["theta"]) } };
    }

    private static TensorSpan<float> Rows(Span<float> rows, int count, int width) => new(rows, [1, count, H, width]);

    private static TensorSpan<float> Learned(float[] values) => new(values, [H, P]);
}
