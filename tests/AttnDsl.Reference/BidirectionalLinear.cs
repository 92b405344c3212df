using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>o_i = Σ_j (s·φ(q_i)·φ(k_j)) v_j over all tokens, divided by max(Σ_j s·φ(q_i)·φ(k_j), ε) when normalised.</summary>
public static class BidirectionalLinear
{
    /// <summary>Sums the state over all tokens first, then reads it for each.</summary>
    public static LayerResult<T> TwoPass<T>(LayerSpec spec, LayerInputs inputs)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var operands = new Operands<T>(spec, inputs, 0);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var s = new T[spec.FeatureDim, spec.ValueDim];
                var z = new T[spec.FeatureDim];
                for (var t = 0; t < inputs.Time; t++)
                {
                    var key = operands.Key(b, t, n);
                    for (var c = 0; c < key.Length; c++)
                    {
                        z[c] += key[c];
                        for (var r = 0; r < spec.ValueDim; r++)
                        {
                            s[c, r] += key[c] * operands.Value(b, t, n, r);
                        }
                    }
                }

                for (var t = 0; t < inputs.Time; t++)
                {
                    var query = operands.Query(b, t, n);
                    var denominator = Floor(spec, operands, n, Rows.Dot(query, z)) * operands.Eta(b, t, n);
                    for (var r = 0; r < spec.ValueDim; r++)
                    {
                        var sum = T.Zero;
                        for (var c = 0; c < query.Length; c++)
                        {
                            sum += query[c] * s[c, r];
                        }

                        output[(((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r] = sum / denominator + operands.Own(b, t, n, r);
                    }
                }
            }
        }

        return new(output, null);
    }

    /// <summary>Every pair of tokens.</summary>
    public static LayerResult<T> Quadratic<T>(LayerSpec spec, LayerInputs inputs)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var operands = new Operands<T>(spec, inputs, 0);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var keys = Rows.Keys(operands, inputs, b, n);
                for (var i = 0; i < inputs.Time; i++)
                {
                    var query = operands.Query(b, i, n);
                    var row = new T[spec.ValueDim];
                    var total = T.Zero;
                    for (var j = 0; j < inputs.Time; j++)
                    {
                        var weight = Rows.Dot(query, keys[j]);
                        total += weight;
                        for (var r = 0; r < row.Length; r++)
                        {
                            row[r] += weight * operands.Value(b, j, n, r);
                        }
                    }

                    for (var r = 0; r < row.Length; r++)
                    {
                        output[(((((b * inputs.Time) + i) * spec.StateHeads) + n) * spec.ValueDim) + r] = row[r] / (Floor(spec, operands, n, total) * operands.Eta(b, i, n)) + operands.Own(b, i, n, r);
                    }
                }
            }
        }

        return new(output, null);
    }

    private static T Floor<T>(LayerSpec spec, Operands<T> operands, int n, T denominator)
        where T : struct, IBinaryFloatingPointIeee754<T>
        => spec.Denominator is Denominator.KeySum or Denominator.AbsoluteKeySum ? Rows.Guarded(spec, operands, n, denominator) : T.One;
}
