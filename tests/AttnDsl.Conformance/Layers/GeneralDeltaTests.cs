using System;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>The table of generator/docs/surface.md: published layers as the general delta rule, against their own recurrences in float64.</summary>
public sealed class GeneralDeltaTests
{
    private const int T = 70, K = 7, V = 5;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Comba_ThroughAAndB_IsItsRecurrence(bool behindDecay)
    {
        var d = new Draw(1);
        var (q, k, v, p) = (d.Normal(T * K, 1), Unit(d.Normal(T * K, 1)), d.Normal(T * V, 1), Unit(d.Normal(T * K, 1)));
        var (beta, g) = (d.Uniform(T, 0.1, 0.9), d.Uniform(T, -0.5, 0));
        var expected = Run(q, (t, s) =>
        {
            var u = new double[V];
            var decay = Math.Exp(g[t]);
            for (var r = 0; r < V; r++)
            {
                var seen = 0.0;
                for (var c = 0; c < K; c++) seen += s[c, r] * (behindDecay ? decay : 1) * p[(t * K) + c];
                u[r] = beta[t] * (v[(t * V) + r] - seen);
            }

            for (var c = 0; c < K; c++)
            {
                for (var r = 0; r < V; r++) s[c, r] = (s[c, r] * decay) + (k[(t * K) + c] * u[r]);
            }
        });
        var a = Each(K, (t, c) => -beta[t] * (behindDecay ? MathF.Exp(g[t]) : 1) * p[(t * K) + c]);
        var output = new float[T * V];
        CombaAsGeneral7x5.Forward(1, T, 1, q, k, Each(V, (t, r) => beta[t] * v[(t * V) + r]), g, a, k, output);
        Assert.InRange(ErrorRatio.Of(output, expected), 0, Tolerances.Float32);
    }

    [Fact]
    public void Iplr_ThroughAAndB_IsItsRecurrence()
    {
        var d = new Draw(3);
        var (q, k, v) = (d.Normal(T * K, 1), Unit(d.Normal(T * K, 1)), d.Normal(T * V, 1));
        var (a, b) = (Array.ConvertAll(Unit(d.Normal(T * K, 1)), x => -0.8f * x), Unit(d.Normal(T * K, 1)));
        var expected = Run(q, (t, s) =>
        {
            // (I + b aᵀ) S + k vᵀ
            var seen = new double[V];
            for (var c = 0; c < K; c++)
            {
                for (var r = 0; r < V; r++) seen[r] += a[(t * K) + c] * s[c, r];
            }

            for (var c = 0; c < K; c++)
            {
                for (var r = 0; r < V; r++) s[c, r] += (b[(t * K) + c] * seen[r]) + ((double)k[(t * K) + c] * v[(t * V) + r]);
            }
        });
        var output = new float[T * V];
        UndecayedGeneralDelta7x5.Forward(1, T, 1, q, k, v, a, b, output);
        Assert.InRange(ErrorRatio.Of(output, expected), 0, Tolerances.Float32);
    }

    [Fact]
    public void GatedDeltaNet2_ThroughAAndB_IsItsRecurrence()
    {
        var d = new Draw(2);
        var (q, k, v) = (d.Normal(T * K, 1), Unit(d.Normal(T * K, 1)), d.Normal(T * V, 1));
        var (erase, write, g) = (d.Uniform(T * K, 0, 1), d.Uniform(T * V, 0, 1), d.Uniform(T * K, -0.5, 0));
        var expected = Run(q, (t, s) =>
        {
            var erased = new double[V];
            for (var c = 0; c < K; c++)
            {
                for (var r = 0; r < V; r++)
                {
                    s[c, r] *= Math.Exp(g[(t * K) + c]);
                    erased[r] += (double)erase[(t * K) + c] * k[(t * K) + c] * s[c, r];
                }
            }

            for (var c = 0; c < K; c++)
            {
                for (var r = 0; r < V; r++) s[c, r] += k[(t * K) + c] * (((double)write[(t * V) + r] * v[(t * V) + r]) - erased[r]);
            }
        });
        var a = Each(K, (t, c) => -MathF.Exp(g[(t * K) + c]) * erase[(t * K) + c] * k[(t * K) + c]);
        var output = new float[T * V];
        GeneralDelta7x5.Forward(1, T, 1, q, k, Each(V, (t, r) => write[(t * V) + r] * v[(t * V) + r]), g, a, k, output);
        Assert.InRange(ErrorRatio.Of(output, expected), 0, Tolerances.Float32);
    }

    /// <summary>o_t = K^(−1/2) S_tᵀq_t, token by token.</summary>
    private static double[] Run(float[] q, Action<int, double[,]> step)
    {
        var (s, output) = (new double[K, V], new double[T * V]);
        for (var t = 0; t < T; t++)
        {
            step(t, s);
            for (var c = 0; c < K; c++)
            {
                for (var r = 0; r < V; r++) output[(t * V) + r] += q[(t * K) + c] * s[c, r] / Math.Sqrt(K);
            }
        }

        return output;
    }

    private static float[] Each(int width, Func<int, int, float> value)
    {
        var values = new float[T * width];
        for (var i = 0; i < values.Length; i++) values[i] = value(i / width, i % width);
        return values;
    }

    private static float[] Unit(float[] rows)
    {
        for (var t = 0; t < T; t++)
        {
            var row = rows.AsSpan(t * K, K);
            TensorPrimitives.Divide(row, TensorPrimitives.Norm(row), row);
        }

        return rows;
    }
}
