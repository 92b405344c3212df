using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>
/// Gated slot attention: K_t = K_{t−1}·diag(e^{g_t}) + k s_tᵀ, V_t = diag(e^{g_t})·V_{t−1} + s_t vᵀ, o_t = V_tᵀ softmax(K_tᵀ(s·q_t)).
/// </summary>
public static class SlotAttention
{
    /// <summary>Token by token.</summary>
    public static LayerResult<T> Recurrent<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var state = initial?.Clone() ?? new MatrixState<T>(spec, inputs.Batch);
        var operands = new Operands<T>(spec, inputs, state.Position, state);
        var (slots, valueDim) = (spec.Slots, spec.ValueDim);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * valueDim];
        for (var head = 0; head < inputs.Batch * spec.StateHeads; head++)
        {
            var (b, n) = (head / spec.StateHeads, head % spec.StateHeads);
            var keys = state.S.AsSpan(head * spec.FeatureDim * slots, spec.FeatureDim * slots);
            var values = state.Z.AsSpan(head * slots * valueDim, slots * valueDim);
            for (var t = 0; t < inputs.Time; t++)
            {
                var (query, key, fit) = (operands.Query(b, t, n), operands.Key(b, t, n), new T[slots]);
                for (var m = 0; m < slots; m++)
                {
                    var (decay, weight) = (T.Exp(operands.LogDecay(b, t, n, m)), operands.Slot(b, t, n, m));
                    for (var c = 0; c < key.Length; c++)
                    {
                        keys[(c * slots) + m] = (keys[(c * slots) + m] * decay) + (key[c] * weight);
                        fit[m] += query[c] * keys[(c * slots) + m];
                    }

                    for (var r = 0; r < valueDim; r++)
                    {
                        values[(m * valueDim) + r] = (values[(m * valueDim) + r] * decay) + (weight * operands.Value(b, t, n, r));
                    }
                }

                var read = output.AsSpan((((b * inputs.Time) + t) * spec.StateHeads + n) * valueDim, valueDim);
                Read(fit, values, read, operands.Eta(b, t, n));
                for (var r = 0; r < valueDim; r++)
                {
                    read[r] += operands.Own(b, t, n, r);
                }
            }
        }

        operands.Advance(state);
        return new(output, state);
    }

    private static void Read<T>(T[] fit, Span<T> values, Span<T> output, T divisor)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (most, sum) = (fit[0], T.Zero);
        foreach (var x in fit)
        {
            most = T.Max(most, x);
        }

        foreach (var x in fit)
        {
            sum += T.Exp(x - most);
        }

        for (var m = 0; m < fit.Length; m++)
        {
            for (var r = 0; r < output.Length; r++)
            {
                output[r] += T.Exp(fit[m] - most) / sum * values[(m * output.Length) + r] / divisor;
            }
        }
    }
}
