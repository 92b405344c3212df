using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>RG-LRU: a recurrent gate and an input gate of each channel.</summary>
[AttentionLayer(KeyDim = 1, ValueDim = 5, Scale = 1)]
[Gate(GateShape.Value, Activation = GateActivation.RecurrentGate)]
[Write(WriteRule.Plain, Key = KeySource.None, Strength = WriteStrength.ChannelNorm)]
internal static partial class RgLru5;

/// <summary>A declared RG-LRU against its own recurrence in float64, <c>h = a h + √(1 − a²) σ(x) u</c>, <c>a = exp(−8 softplus(λ) σ(r))</c>.</summary>
public sealed class RgLruTests
{
    private const int H = 2, D = 5, T = 70;

    private static readonly Dictionary<string, float[]> s_inputs = Inputs();

    [Theory]
    [InlineData(Forms.Recurrent)]
    [InlineData(Forms.Chunkwise)]
    public void Forward_EveryForm_IsTheRecurrence(Forms form)
    {
        var (output, state, last) = (new float[T * H * D], new RgLru5.State(1, H), new float[H * D]);
        RgLru5.Forward(Bound(), Rows(output), state, form);
        state.S.FlattenTo(last);
        var expected = Loop();
        Assert.InRange(ErrorRatio.Of(output, expected), 0, Tolerances.Float32);
        Assert.InRange(ErrorRatio.Of(last, expected[^(H * D)..]), 0, Tolerances.Float32);
    }

    [Theory]
    [InlineData("u")]
    [InlineData("r")]
    [InlineData("x")]
    [InlineData("lambda")]
    public void Backward_IsTheSlopeOfTheRecurrence(string tensor)
    {
        var draw = new Draw(8);
        var (upstream, gradients) = (draw.Normal(T * H * D, 1), s_inputs.ToDictionary(p => p.Key, p => new float[p.Value.Length]));
        RgLru5.Backward(Bound(), Rows(upstream), new() { V = Rows(gradients["u"]), G = Rows(gradients["r"]), Beta = Rows(gradients["x"]), Parameters = new() { Lambda = Learned(gradients["lambda"]) } });
        const double step = 1e-6;
        for (var n = 0; n < 4; n++)
        {
            var direction = draw.Normal(s_inputs[tensor].Length, 1);
            double Loss(double by) => Loop((tensor, direction, by)).Select((y, i) => y * upstream[i]).Sum();
            var slope = (Loss(step) - Loss(-step)) / (2 * step);
            var actual = direction.Select((d, i) => (double)d * gradients[tensor][i]).Sum();
            var size = Math.Sqrt(gradients[tensor].Sum(g => (double)g * g));
            Assert.InRange(Math.Abs(actual - slope) / size, 0, Tolerances.Float32Gradient);
        }
    }

    private static Dictionary<string, float[]> Inputs()
    {
        var draw = new Draw(6);
        return new() { ["u"] = draw.Normal(T * H * D, 1), ["r"] = draw.Normal(T * H * D, 1), ["x"] = draw.Normal(T * H * D, 1), ["lambda"] = draw.Uniform(H * D, -4, 0) };
    }

    /// <param name="moved">A tensor that stands elsewhere, in float64: along a direction, how far.</param>
    private static double[] Loop((string? Tensor, float[]? Along, double By) moved = default)
    {
        double At(string tensor, int i) => s_inputs[tensor][i] + (tensor == moved.Tensor ? moved.By * moved.Along![i] : 0);
        double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
        var (output, h) = (new double[T * H * D], new double[H * D]);
        for (var n = 0; n < output.Length; n++)
        {
            var c = n % (H * D);
            var a = Math.Exp(-8 * Math.Log(1 + Math.Exp(At("lambda", c))) * Sigmoid(At("r", n)));
            output[n] = h[c] = (a * h[c]) + (Math.Sqrt(1 - (a * a)) * Sigmoid(At("x", n)) * At("u", n));
        }

        return output;
    }

    private static RgLru5.Inputs Bound() => new() { V = Rows(s_inputs["u"]), G = Rows(s_inputs["r"]), Beta = Rows(s_inputs["x"]), Parameters = new() { Lambda = Learned(s_inputs["lambda"]) } };

    private static TensorSpan<float> Rows(float[] rows) => new(rows, [1, T, H, D]);

    private static TensorSpan<float> Learned(float[] values) => new(values, [H, D]);
}
