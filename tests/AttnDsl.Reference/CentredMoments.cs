using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>
/// o_t = mean v + s·Cov(k, v)ᵀ φ(q_t) over the tokens that t sees, the covariance being a sum over n + n₀: InLine, moment attention.
/// Tokens count as much as a decay has left of them.
/// </summary>
public static class CentredMoments
{
    /// <summary>Token by token, by Welford's update; a bidirectional layer reads when all are in.</summary>
    public static LayerResult<T> Recurrent<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var state = initial?.Clone() ?? new MatrixState<T>(spec, inputs.Batch);
        var operands = new Operands<T>(spec, inputs, state.Position, state);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                for (var t = 0; t < inputs.Time; t++)
                {
                    Write(spec, operands, state, b, t, n);
                    if (spec.Causal)
                    {
                        Read(spec, inputs, operands, state, output, b, t, n);
                    }
                }

                for (var t = 0; t < inputs.Time && !spec.Causal; t++)
                {
                    Read(spec, inputs, operands, state, output, b, t, n);
                }
            }
        }

        operands.Advance(state);
        return new(output, spec.Causal ? state : null);
    }

    /// <summary>By the definition: for each query the means over all tokens that it sees, then the covariance about them.</summary>
    public static LayerResult<T> Quadratic<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var start = initial ?? new MatrixState<T>(spec, inputs.Batch);
        var operands = new Operands<T>(spec, inputs, start.Position, start);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        var end = start.Clone();
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var keys = Rows.Keys(operands, inputs, b, n);
                for (var t = 0; t < inputs.Time; t++)
                {
                    Weigh(spec, inputs, operands, keys, start, output, b, t, n);
                }

                var at = new MatrixState<T>(spec, inputs.Batch);
                if (inputs.Time > 0)
                {
                    About(spec, operands, keys, start, at, b, inputs.Time - 1, n);
                    CopyHead(spec, at, end, (b * spec.StateHeads) + n);
                }
            }
        }

        operands.Advance(end);
        return new(output, spec.Causal ? end : null);
    }

    private static void Write<T>(LayerSpec spec, Operands<T> operands, MatrixState<T> state, int b, int t, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (f, v, head) = (spec.FeatureDim, spec.ValueDim, (b * spec.StateHeads) + n);
        var (s, keyMean, valueMean) = Parts(spec, state, head);
        var (key, decay) = (operands.Key(b, t, n), T.Exp(operands.LogDecay(b, t, n, 0)));
        var count = (decay * state.Count[head]) + T.One;
        state.Count[head] = count;
        var deviation = new T[f];
        for (var c = 0; c < f; c++)
        {
            deviation[c] = key[c] - keyMean[c];
            keyMean[c] += deviation[c] / count;
        }

        for (var r = 0; r < v; r++)
        {
            var value = operands.Value(b, t, n, r);
            valueMean[r] += (value - valueMean[r]) / count;
            for (var c = 0; c < f; c++)
            {
                s[(c * v) + r] = (decay * s[(c * v) + r]) + (deviation[c] * (value - valueMean[r]));
            }
        }
    }

    private static void Read<T>(LayerSpec spec, LayerInputs inputs, Operands<T> operands, MatrixState<T> state, T[] output, int b, int t, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var head = (b * spec.StateHeads) + n;
        var (s, _, valueMean) = Parts(spec, state, head);
        var (query, share) = (operands.Query(b, t, n), state.Count[head] + T.CreateChecked(spec.Prior));
        for (var r = 0; r < spec.ValueDim; r++)
        {
            var sum = T.Zero;
            for (var c = 0; c < query.Length; c++)
            {
                sum += query[c] * s[(c * spec.ValueDim) + r];
            }

            output[(((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r] = valueMean[r] + (sum / share) + operands.Own(b, t, n, r);
        }
    }

    /// <summary>o_t = Σ_j w_tj v_j, w_tj = e^{L_t − L_j} ((q_t·k_j − mean_j q_t·k_j) / (n + n₀) + 1 / n): the weights as the papers write them.</summary>
    private static void Weigh<T>(LayerSpec spec, LayerInputs inputs, Operands<T> operands, T[][] keys, MatrixState<T> start, T[] output, int b, int t, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (last, head) = (spec.Causal ? t : inputs.Time - 1, (b * spec.StateHeads) + n);
        var (s0, keyMean0, valueMean0) = Parts(spec, start, head);
        var (query, rows, decay) = (operands.Query(b, t, n), new T[last + 1], T.Zero);
        var (scores, sum, count) = (new T[last + 1], T.Zero, T.Zero);
        for (var j = last; j >= 0; j--)
        {
            (rows[j], scores[j]) = (T.Exp(decay), Rows.Dot(query, keys[j]));
            decay += operands.LogDecay(b, j, n, 0);
            (sum, count) = (sum + (rows[j] * scores[j]), count + rows[j]);
        }

        // What came before is one more "token", with a covariance of its own.
        var before = T.Exp(decay) * start.Count[head];
        var score0 = Rows.Dot(query, keyMean0.ToArray());
        (sum, count) = (sum + (before * score0), count + before);
        var (mean, share) = (sum / count, count + T.CreateChecked(spec.Prior));
        for (var r = 0; r < spec.ValueDim; r++)
        {
            var read = before * (((score0 - mean) / share) + (T.One / count)) * valueMean0[r];
            for (var c = 0; c < query.Length; c++) read += query[c] * T.Exp(decay) * s0[(c * spec.ValueDim) + r] / share;
            for (var j = 0; j <= last; j++) read += rows[j] * (((scores[j] - mean) / share) + (T.One / count)) * operands.Value(b, j, n, r);
            output[(((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r] = read + operands.Own(b, t, n, r);
        }
    }

    /// <summary>The state behind token <paramref name="last"/>, by its definition.</summary>
    private static void About<T>(LayerSpec spec, Operands<T> operands, T[][] keys, MatrixState<T> start, MatrixState<T> at, int b, int last, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (f, v, head) = (spec.FeatureDim, spec.ValueDim, (b * spec.StateHeads) + n);
        var (s, keyMean, valueMean) = Parts(spec, at, head);
        var (s0, keyMean0, valueMean0) = Parts(spec, start, head);
        var (weights, decay) = (new T[last + 1], T.Zero);
        for (var j = last; j >= 0; j--)
        {
            weights[j] = T.Exp(decay);
            decay += operands.LogDecay(b, j, n, 0);
        }

        // What came before is one more "token", with a covariance of its own.
        var before = T.Exp(decay) * start.Count[head];
        var count = before;
        foreach (var weight in weights)
        {
            count += weight;
        }

        at.Count[head] = count;
        for (var c = 0; c < f; c++)
        {
            keyMean[c] = before * keyMean0[c];
            for (var j = 0; j <= last; j++)
            {
                keyMean[c] += weights[j] * keys[j][c];
            }

            keyMean[c] /= count;
        }

        for (var r = 0; r < v; r++)
        {
            valueMean[r] = before * valueMean0[r];
            for (var j = 0; j <= last; j++)
            {
                valueMean[r] += weights[j] * operands.Value(b, j, n, r);
            }

            valueMean[r] /= count;
            for (var c = 0; c < f; c++)
            {
                var sum = (T.Exp(decay) * s0[(c * v) + r]) + (before * (keyMean0[c] - keyMean[c]) * (valueMean0[r] - valueMean[r]));
                for (var j = 0; j <= last; j++)
                {
                    sum += weights[j] * (keys[j][c] - keyMean[c]) * (operands.Value(b, j, n, r) - valueMean[r]);
                }

                s[(c * v) + r] = sum;
            }
        }
    }

    private static void CopyHead<T>(LayerSpec spec, MatrixState<T> from, MatrixState<T> to, int head)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (a, b) = (Parts(spec, from, head), Parts(spec, to, head));
        a.S.CopyTo(b.S);
        a.KeyMean.CopyTo(b.KeyMean);
        a.ValueMean.CopyTo(b.ValueMean);
        to.Count[head] = from.Count[head];
    }

    /// <summary>One head's state.</summary>
    private static (ArraySegment<T> S, ArraySegment<T> KeyMean, ArraySegment<T> ValueMean) Parts<T>(LayerSpec spec, MatrixState<T> state, int head)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (f, v) = (spec.FeatureDim, spec.ValueDim);
        return (new(state.S, head * f * v, f * v), new(state.Z, head * f, f), new(state.ValueMean, head * v, v));
    }
}
