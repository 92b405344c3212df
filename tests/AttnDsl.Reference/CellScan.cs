using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>Every cell of S decays on its own: S_t = e^{g_t} ⊙ S_{t−1} + k vᵀ, o = S_tᵀ(s·q); without keys and queries k = q = 1.</summary>
public static class CellScan
{
    /// <summary>Token by token.</summary>
    public static LayerResult<T> Recurrent<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var state = initial?.Clone() ?? new MatrixState<T>(spec, inputs.Batch);
        var operands = new Operands<T>(spec, inputs, state.Position, state);
        var (keyDim, valueDim, heads) = (spec.KeyDim, spec.ValueDim, spec.StateHeads);
        var output = new T[inputs.Batch * inputs.Time * heads * valueDim];
        T[] one = [T.One], scale = [T.CreateChecked(spec.QueryScale)];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < heads; n++)
            {
                for (var t = 0; t < inputs.Time; t++)
                {
                    var (key, query) = spec.NoKeys ? (one, scale) : (operands.PlainKey(b, t, n), operands.Query(b, t, n));
                    for (var r = 0; r < valueDim; r++)
                    {
                        var (written, sum) = (operands.Written(b, t, n, r), T.Zero);
                        for (var c = 0; c < keyDim; c++)
                        {
                            ref var cell = ref state.S[(((((b * heads) + n) * keyDim) + c) * valueDim) + r];
                            var decay = spec.Decay == DecaySource.Full ? T.Exp(operands.CellLogDecay(b, t, n, c, r)) : operands.Decay(b, t, n, r);
                            cell = (decay * cell) + (key[c] * written);
                            sum += cell * query[c];
                        }

                        output[(((((b * inputs.Time) + t) * heads) + n) * valueDim) + r] = (sum / operands.Eta(b, t, n)) + operands.Own(b, t, n, r);
                    }
                }
            }
        }

        operands.Advance(state);
        return new(output, state);
    }
}
