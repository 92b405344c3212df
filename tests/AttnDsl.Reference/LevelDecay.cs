using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>
/// Log-linear attention: o_t = Σ_s λ_{t,ℓ(t,s)} (s·q_t·k_s) e^{g_{s+1} + … + g_t} v_s with ℓ(t,s) = bitLength(t xor s), at most the last level; t counts from the
/// start of the sequence.
/// </summary>
public static class LevelDecay
{
    /// <summary>Token by token: lower levels move up to j + 1, 2^j the largest power of two that divides t; then all decay, then the token is written to level 0.</summary>
    public static LayerResult<T> Recurrent<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var state = initial?.Clone() ?? new MatrixState<T>(spec, inputs.Batch);
        var operands = new Operands<T>(spec, inputs, state.Position, state);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        var level = spec.FeatureDim * spec.ValueDim;
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var s = state.S.AsSpan(((b * spec.StateHeads) + n) * spec.Levels * level, spec.Levels * level);
                for (var t = 0; t < inputs.Time; t++)
                {
                    MoveUp(spec, s, state.Position + t, level);
                    for (var i = 0; i < s.Length; i++)
                    {
                        var channel = spec.Decay == DecaySource.Value ? i % spec.ValueDim : i / spec.ValueDim % spec.FeatureDim;
                        s[i] *= operands.Decay(b, t, n, channel);
                    }

                    var (query, key) = (operands.Query(b, t, n), operands.Key(b, t, n));
                    for (var i = 0; i < level; i++)
                    {
                        s[i] = key[i / spec.ValueDim] * operands.Value(b, t, n, i % spec.ValueDim);
                    }

                    var read = output.AsSpan((((b * inputs.Time) + t) * spec.StateHeads + n) * spec.ValueDim, spec.ValueDim);
                    for (var i = 0; i < s.Length; i++)
                    {
                        read[i % spec.ValueDim] += operands.LevelScale(b, t, n, i / level) * query[i / spec.ValueDim % spec.FeatureDim] * s[i];
                    }

                    for (var r = 0; r < read.Length; r++)
                    {
                        read[r] = (read[r] / operands.Eta(b, t, n)) + operands.Own(b, t, n, r);
                    }
                }
            }
        }

        operands.Advance(state);
        return new(output, state);
    }

    /// <summary>Every pair of tokens, from no state; the final one from the level on which each token lies seen from the last.</summary>
    public static LayerResult<T> Quadratic<T>(LayerSpec spec, LayerInputs inputs)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var end = new MatrixState<T>(spec, inputs.Batch);
        var operands = new Operands<T>(spec, inputs, 0);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var keys = Rows.Keys(operands, inputs, b, n);
                for (var t = 0; t < inputs.Time; t++)
                {
                    var query = operands.Query(b, t, n);
                    for (var r = 0; r < spec.ValueDim; r++)
                    {
                        T sum = T.Zero, between = T.Zero;
                        var rest = new T[spec.FeatureDim];
                        for (var s = t; s >= 0; s--)
                        {
                            var fit = T.Zero;
                            for (var c = 0; c < query.Length; c++)
                            {
                                fit += query[c] * keys[s][c] * T.Exp(spec.Decay == DecaySource.Value ? between : rest[c]);
                                if (t == inputs.Time - 1)
                                {
                                    var row = (((b * spec.StateHeads) + n) * spec.Levels) + Level(spec, t, s);
                                    end.S[(((row * spec.FeatureDim) + c) * spec.ValueDim) + r] += keys[s][c] * T.Exp(spec.Decay == DecaySource.Value ? between : rest[c]) * operands.Value(b, s, n, r);
                                }

                                if (spec.Decay != DecaySource.Value) rest[c] += operands.LogDecay(b, s, n, c);
                            }

                            if (spec.Decay == DecaySource.Value) between += operands.LogDecay(b, s, n, r);
                            sum += operands.LevelScale(b, t, n, Level(spec, t, s)) * fit * operands.Value(b, s, n, r);
                        }

                        output[((((b * inputs.Time) + t) * spec.StateHeads + n) * spec.ValueDim) + r] = (sum / operands.Eta(b, t, n)) + operands.Own(b, t, n, r);
                    }
                }
            }
        }

        operands.Advance(end);
        return new(output, end);
    }

    private static int Level(LayerSpec spec, long t, long s) => Math.Min(spec.Levels - 1, 64 - BitOperations.LeadingZeroCount((ulong)(t ^ s)));

    private static void MoveUp<T>(LayerSpec spec, Span<T> s, long t, int level)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        if (t == 0)
        {
            return;
        }

        var to = Math.Min(spec.Levels - 1, BitOperations.TrailingZeroCount(t) + 1);
        for (var i = 0; i < to * level; i++)
        {
            s[(to * level) + (i % level)] += s[i];
            s[i] = T.Zero;
        }
    }
}
