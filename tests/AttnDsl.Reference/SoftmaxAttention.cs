using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>o_i = Σ_j softmax_j(score(s·q_i·k_j) + g_{j+1} + … + g_i) v_j over the tokens j that i sees, and over a sink logit without a value.</summary>
public static class SoftmaxAttention
{
    /// <summary>Two passes a query. <paramref name="offset"/> is the position of the first token.</summary>
    public static LayerResult<T> Quadratic<T>(LayerSpec spec, LayerInputs inputs, long offset = 0)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var operands = new Operands<T>(spec, inputs, offset);
        var output = new T[inputs.Batch * inputs.Time * spec.Heads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var h = 0; h < spec.Heads; h++)
            {
                var keys = Rows.Keys(operands, inputs, b, h);
                var forgotten = Forgotten(spec, inputs, operands, b, h);
                for (var i = 0; i < inputs.Time; i++)
                {
                    Attend(spec, inputs, operands, keys, forgotten, output, b, i, h, offset);
                }
            }
        }

        return new(output, null);
    }

    /// <summary>One pass a query with a running maximum: m, l and o are corrected whenever the maximum grows.</summary>
    public static LayerResult<T> Online<T>(LayerSpec spec, LayerInputs inputs, long offset = 0)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var operands = new Operands<T>(spec, inputs, offset);
        var output = new T[inputs.Batch * inputs.Time * spec.Heads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var h = 0; h < spec.Heads; h++)
            {
                var forgotten = Forgotten(spec, inputs, operands, b, h);
                for (var i = 0; i < inputs.Time; i++)
                {
                    var query = operands.Query(b, i, h);
                    T maximum = operands.Sink(h), sum = spec.SinkLogit ? T.One : T.Zero;
                    var row = new T[spec.ValueDim];
                    for (var j = 0; j < inputs.Time; j++)
                    {
                        if (!Sees(spec, offset + i, offset + j, h))
                        {
                            continue;
                        }

                        var score = Scored(spec, operands, Rows.Dot(query, operands.Key(b, j, h)), offset + i, offset + j, h) + (forgotten[i] - forgotten[j]);
                        var grown = score > maximum ? score : maximum;
                        var correction = T.Exp(maximum - grown);
                        var weight = T.Exp(score - grown);
                        sum = (sum * correction) + weight;
                        for (var c = 0; c < row.Length; c++)
                        {
                            row[c] = (row[c] * correction) + (weight * operands.Value(b, j, h, c));
                        }

                        maximum = grown;
                    }

                    for (var c = 0; c < row.Length; c++)
                    {
                        output[(((((b * inputs.Time) + i) * spec.Heads) + h) * spec.ValueDim) + c] = sum == T.Zero ? T.Zero : row[c] / sum;
                    }
                }
            }
        }

        return new(output, null);
    }

    private static bool Sees(LayerSpec spec, long i, long j, int h)
        => (!spec.Causal || j <= i) && (spec.Window == 0 || i - j < spec.Window || j < spec.SinkTokens) && spec.Mask?.Invoke(i, j) != false && spec.Own?.Mask?.Invoke(i, j, h) != false;

    private static T Scored<T>(LayerSpec spec, Operands<T> operands, T product, long i, long j, int h)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var shaped = Shaped(spec, product, i - j, h);
        if (spec.Own?.Of<T>().Score is { } own) return own(shaped, i, j, h, operands.LearnedBy(h));
        return spec.Score is { } score ? T.CreateChecked(score(double.CreateChecked(shaped), i, j, h)) : shaped;
    }

    /// <summary>Capped, then biased by distance; both before a function of the score.</summary>
    private static T Shaped<T>(LayerSpec spec, T product, long distance, int h)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var cap = T.CreateChecked(spec.SoftCap);
        var score = spec.SoftCap > 0 ? cap * T.Tanh(product / cap) : product;
        return spec.Alibi ? score - T.CreateChecked(Math.Pow(2, -8.0 * (h + 1) / spec.Heads) * Math.Abs(distance)) : score;
    }

    /// <summary>Prefix sums of the log-forget gates: zeros without them.</summary>
    private static T[] Forgotten<T>(LayerSpec spec, LayerInputs inputs, Operands<T> operands, int b, int h)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var sums = new T[inputs.Time];
        var sum = T.Zero;
        for (var t = 0; t < sums.Length && spec.Decay != DecaySource.None; t++)
        {
            sums[t] = sum += operands.LogDecay(b, t, h, 0);
        }

        return sums;
    }

    private static void Attend<T>(
        LayerSpec spec, LayerInputs inputs, Operands<T> operands, T[][] keys, T[] forgotten, T[] output, int b, int i, int h, long offset)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var query = operands.Query(b, i, h);
        var scores = new T[inputs.Time];
        var maximum = operands.Sink(h);
        for (var j = 0; j < inputs.Time; j++)
        {
            scores[j] = Sees(spec, offset + i, offset + j, h) ? Scored(spec, operands, Rows.Dot(query, keys[j]), offset + i, offset + j, h) + (forgotten[i] - forgotten[j]) : T.NegativeInfinity;
            maximum = scores[j] > maximum ? scores[j] : maximum;
        }

        // What sees nothing is 0.
        if (maximum == T.NegativeInfinity)
        {
            return;
        }

        if (spec.HoldsDenominator) maximum = Dual.Held(maximum);

        var sum = T.Exp(operands.Sink(h) - maximum);
        for (var j = 0; j < inputs.Time; j++)
        {
            scores[j] = T.Exp(scores[j] - maximum);
            sum += scores[j];
        }

        if (spec.HoldsDenominator) sum = Dual.Held(sum);
        for (var c = 0; c < spec.ValueDim; c++)
        {
            var total = T.Zero;
            for (var j = 0; j < inputs.Time; j++)
            {
                total += scores[j] == T.Zero ? T.Zero : scores[j] * operands.Value(b, j, h, c);
            }

            output[(((((b * inputs.Time) + i) * spec.Heads) + h) * spec.ValueDim) + c] = total / sum;
        }
    }
}
