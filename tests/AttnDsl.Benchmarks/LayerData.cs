using System;
using System.Linq;
using System.Numerics.Tensors;

namespace AttnDsl.Benchmarks;

/// <summary>One set of inputs for all layers, of realistic sizes: normal q, k, v; keys of the delta rule of length 1; decays of a few per cent a token.</summary>
internal sealed class LayerData
{
    public const int B = 1, T = 2048, H = 8, K = 64, V = 64;

    private readonly float[] _q, _k, _v, _unitK, _logDecay, _keyLogDecay, _logits, _keyLogits, _beta, _inputGate, _output, _outputGradient;
    private readonly float[][] _gradients = [.. Enumerable.Range(0, 5).Select(_ => new float[T * H * Math.Max(K, V)])];

    public LayerData()
    {
        var random = new Random(42);
        _q = Normal(random, T * H * K);
        _k = Normal(random, T * H * K);
        _v = Normal(random, T * H * V);
        _unitK = UnitRows(_k);
        _logits = Normal(random, T * H, 3);
        _keyLogits = Normal(random, T * H * K);
        _logDecay = Array.ConvertAll(_logits, x => -0.1f * Sigmoid(x));
        _keyLogDecay = Array.ConvertAll(_keyLogits, x => -0.1f * Sigmoid(x));
        _beta = Array.ConvertAll(Normal(random, T * H), Sigmoid);
        _inputGate = Normal(random, T * H);
        _output = new float[T * H * V];
        _outputGradient = Normal(random, T * H * V);
    }

    // Each for the first `time` tokens: T for a sequence, 1 for a step.
    public ReadOnlyTensorSpan<float> Q(int time) => new(_q, [B, time, H, K]);

    public ReadOnlyTensorSpan<float> Keys(int time) => new(_k, [B, time, H, K]);

    public ReadOnlyTensorSpan<float> UnitKeys(int time) => new(_unitK, [B, time, H, K]);

    public ReadOnlyTensorSpan<float> Values(int time) => new(_v, [B, time, H, V]);

    /// <summary>[B,T,H], natural logarithm.</summary>
    public ReadOnlyTensorSpan<float> LogDecay(int time) => new(_logDecay, [B, time, H]);

    /// <summary>[B,T,H], before log σ.</summary>
    public ReadOnlyTensorSpan<float> Logits(int time) => new(_logits, [B, time, H]);

    /// <summary>[B,T,H,K], natural logarithm.</summary>
    public ReadOnlyTensorSpan<float> KeyLogDecay(int time) => new(_keyLogDecay, [B, time, H, K]);

    /// <summary>[B,T,H,K], before log σ.</summary>
    public ReadOnlyTensorSpan<float> KeyLogits(int time) => new(_keyLogits, [B, time, H, K]);

    public ReadOnlyTensorSpan<float> Beta(int time) => new(_beta, [B, time, H]);

    public ReadOnlyTensorSpan<float> InputGate(int time) => new(_inputGate, [B, time, H]);

    public TensorSpan<float> Output(int time) => new(_output, [B, time, H, V]);

    public ReadOnlyTensorSpan<float> OutputGradient => new(_outputGradient, [B, T, H, V]);

    /// <summary>Place for the gradient of the input of this number, as wide as it is: K, V, or 1 a head.</summary>
    public TensorSpan<float> Gradient(int input, int width) => new(_gradients[input], [B, T, H, width]);

    /// <summary>The same of a scalar a head.</summary>
    public TensorSpan<float> HeadGradient(int input) => new(_gradients[input], [B, T, H]);

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    private static float[] Normal(Random random, int count, double mean = 0)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            // Box-Muller; 1 − u is never zero.
            values[i] = (float)(mean + (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        }

        return values;
    }

    private static float[] UnitRows(float[] rows)
    {
        var unit = new float[rows.Length];
        for (var i = 0; i < rows.Length; i += K)
        {
            TensorPrimitives.Divide(rows.AsSpan(i, K), TensorPrimitives.Norm(rows.AsSpan(i, K)), unit.AsSpan(i, K));
        }

        return unit;
    }
}
