using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>
/// mLSTM: C_t = f_t C_{t−1} + e^{i_t} k vᵀ, n_t = f_t n_{t−1} + e^{i_t} k, o_t = C_tᵀ(s·q) / (max(|s·q·n_t|, 1) + ε e^{m_t}), where
/// m_t = max(log f_t + m_{t−1}, i_t), m before the first token −∞; C and n are stored times e^{−m}. Without a denominator o_t = C_tᵀ(s·q).
/// </summary>
public static class ExponentialGate
{
    /// <summary>Token by token, in the log domain: safe for any gate.</summary>
    public static LayerResult<T> Recurrent<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var state = initial?.Clone() ?? new MatrixState<T>(spec, inputs.Batch);
        var operands = new Operands<T>(spec, inputs, state.Position, state);
        var start = inputs.HoldsMaximum ? new Operands<T>(spec, inputs with { Direction = null }, state.Position) : operands;
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var head = (b * spec.StateHeads) + n;
                var s = state.S.AsSpan(head * spec.FeatureDim * spec.ValueDim, spec.FeatureDim * spec.ValueDim);
                var sum = state.Z.AsSpan(head * spec.FeatureDim, spec.FeatureDim);
                for (var t = 0; t < inputs.Time; t++)
                {
                    var before = state.M[head];
                    var m = state.M[head] = T.Max(start.LogDecay(b, t, n, 0) + before, start.InputGate(b, t, n));
                    T forget = T.Exp(operands.LogDecay(b, t, n, 0) + before - m), admit = T.Exp(operands.InputGate(b, t, n) - m);
                    var key = operands.Key(b, t, n);
                    for (var c = 0; c < key.Length; c++)
                    {
                        sum[c] = (forget * sum[c]) + (admit * key[c]);
                        for (var r = 0; r < spec.ValueDim; r++)
                        {
                            var cell = (c * spec.ValueDim) + r;
                            s[cell] = (forget * s[cell]) + (admit * key[c] * operands.Value(b, t, n, r));
                        }
                    }

                    var query = operands.Query(b, t, n);
                    var denominator = Floor(spec, Rows.Dot(query, sum.ToArray()), m);
                    for (var r = 0; r < spec.ValueDim; r++)
                    {
                        var read = T.Zero;
                        for (var c = 0; c < query.Length; c++)
                        {
                            read += s[(c * spec.ValueDim) + r] * query[c];
                        }

                        output[(((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r] = read / denominator + operands.Own(b, t, n, r);
                    }
                }
            }
        }

        operands.Advance(state);
        return new(output, state);
    }

    /// <summary>Every pair of tokens: D_ts = log f_{s+1} + … + log f_t + i_s, m_t = max_s D_ts. The initial state counts as one more writer.</summary>
    public static LayerResult<T> Quadratic<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var start = initial ?? new MatrixState<T>(spec, inputs.Batch);
        var end = start.Clone();
        var operands = new Operands<T>(spec, inputs, start.Position, start);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                QuadraticHead(spec, inputs, operands, start, end, output, b, n);
            }
        }

        operands.Advance(end);
        return new(output, end);
    }

    /// <summary>The unscaled recurrence as written in the summary, without a maximum: for gates that stay in range, and ε = 0.</summary>
    public static LayerResult<T> Textbook<T>(LayerSpec spec, LayerInputs inputs)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var operands = new Operands<T>(spec, inputs, 0);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var memory = new T[spec.FeatureDim, spec.ValueDim];
                var sum = new T[spec.FeatureDim];
                for (var t = 0; t < inputs.Time; t++)
                {
                    T f = T.Exp(operands.LogDecay(b, t, n, 0)), i = T.Exp(operands.InputGate(b, t, n));
                    T[] key = operands.Key(b, t, n), query = operands.Query(b, t, n);
                    for (var c = 0; c < key.Length; c++)
                    {
                        sum[c] = (f * sum[c]) + (i * key[c]);
                    }

                    var denominator = T.Max(T.Abs(Rows.Dot(query, sum)), T.One);
                    for (var r = 0; r < spec.ValueDim; r++)
                    {
                        var read = T.Zero;
                        for (var c = 0; c < key.Length; c++)
                        {
                            memory[c, r] = (f * memory[c, r]) + (i * key[c] * operands.Value(b, t, n, r));
                            read += memory[c, r] * query[c];
                        }

                        output[(((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r] = read / denominator + operands.Own(b, t, n, r);
                    }
                }
            }
        }

        return new(output, null);
    }

    private static T Floor<T>(LayerSpec spec, T denominator, T m)
        where T : struct, IBinaryFloatingPointIeee754<T>
        => spec.Denominator == Denominator.None ? T.Exp(-m) : T.Max(T.Abs(spec.HoldsDenominator ? Dual.Held(denominator) : denominator), T.Exp(-m)) + T.CreateChecked(spec.Epsilon);

    private static void QuadraticHead<T>(
        LayerSpec spec, LayerInputs inputs, Operands<T> operands, MatrixState<T> start, MatrixState<T> end, T[] output, int b, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (keyDim, valueDim) = (spec.FeatureDim, spec.ValueDim);
        var head = (b * spec.StateHeads) + n;
        var keys = Rows.Keys(operands, inputs, b, n);
        var startZ = start.Z.AsSpan(head * keyDim, keyDim).ToArray();
        for (var t = 0; t < inputs.Time; t++)
        {
            var (logs, initialLog, m) = Logarithms(operands, start, inputs, b, t, n);
            var query = operands.Query(b, t, n);
            var carried = T.Exp(initialLog - m);
            var total = carried * Rows.Dot(query, startZ);
            var row = new T[valueDim];
            for (var r = 0; r < valueDim; r++)
            {
                for (var c = 0; c < keyDim; c++)
                {
                    row[r] += carried * query[c] * start.S[(((head * keyDim) + c) * valueDim) + r];
                }
            }

            for (var j = 0; j <= t; j++)
            {
                var weight = Rows.Dot(query, keys[j]) * T.Exp(logs[j] - m);
                total += weight;
                for (var r = 0; r < valueDim; r++)
                {
                    row[r] += weight * operands.Value(b, j, n, r);
                }
            }

            for (var r = 0; r < valueDim; r++)
            {
                output[(((((b * inputs.Time) + t) * spec.StateHeads) + n) * valueDim) + r] = row[r] / Floor(spec, total, m) + operands.Own(b, t, n, r);
            }

            if (t == inputs.Time - 1)
            {
                Finish(spec, operands, keys, logs, T.Exp(initialLog - m), m, end, b, n);
            }
        }
    }

    private static (T[] Logs, T Initial, T Maximum) Logarithms<T>(
        Operands<T> operands, MatrixState<T> start, LayerInputs inputs, int b, int t, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var logs = new T[inputs.Time];
        var (decay, maximum) = (T.Zero, T.NegativeInfinity);
        for (var j = t; j >= 0; j--)
        {
            logs[j] = decay + operands.InputGate(b, j, n);
            maximum = logs[j] > maximum ? logs[j] : maximum;
            decay += operands.LogDecay(b, j, n, 0);
        }

        var initial = decay + start.M[start.M.Length / inputs.Batch * b + n];
        return (logs, initial, initial > maximum ? initial : maximum);
    }

    private static void Finish<T>(
        LayerSpec spec, Operands<T> operands, T[][] keys, T[] logs, T carried, T m, MatrixState<T> end, int b, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var head = (b * spec.StateHeads) + n;
        end.M[head] = m;
        for (var c = 0; c < spec.FeatureDim; c++)
        {
            var channel = (head * spec.FeatureDim) + c;
            end.Z[channel] *= carried;
            for (var r = 0; r < spec.ValueDim; r++)
            {
                end.S[(channel * spec.ValueDim) + r] *= carried;
            }

            for (var j = 0; j < keys.Length; j++)
            {
                var key = T.Exp(logs[j] - m) * keys[j][c];
                end.Z[channel] += key;
                for (var r = 0; r < spec.ValueDim; r++)
                {
                    end.S[(channel * spec.ValueDim) + r] += key * operands.Value(b, j, n, r);
                }
            }
        }
    }
}
