using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>
/// Softmax over the last W tokens and, in the same denominator, all older ones as if they were Gaussian: n tokens of mean k̄ and covariance C
/// weigh n·exp(q·k̄ + qᵀCq / 2) together and read v̄ + Cov(k, v)ᵀq (SYSTEMS 5.1, 5.2). Covariances are sums over n + n₀.
/// </summary>
public static class MomentBlend
{
    /// <summary>Token by token: what leaves the window moves the moments by Welford's update.</summary>
    public static LayerResult<T> Recurrent<T>(LayerSpec spec, LayerInputs inputs)
        where T : struct, IBinaryFloatingPointIeee754<T> => Run<T>(spec, inputs, (moments, operands, keys, b, t, n) => moments.Add(keys[t], operands, b, t, n));

    /// <summary>By the definition: for each query the moments of all older tokens anew.</summary>
    public static LayerResult<T> Quadratic<T>(LayerSpec spec, LayerInputs inputs)
        where T : struct, IBinaryFloatingPointIeee754<T> => Run<T>(spec, inputs, (moments, operands, keys, b, t, n) => moments.Take(keys, operands, b, t, n));

    private static LayerResult<T> Run<T>(LayerSpec spec, LayerInputs inputs, Action<Moments<T>, Operands<T>, T[][], int, int, int> leave)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (operands, state) = (new Operands<T>(spec, inputs, 0), new MatrixState<T>(spec, inputs.Batch) { Position = inputs.Time });
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var (keys, moments, head) = (Rows.Keys(operands, inputs, b, n), new Moments<T>(spec), (b * spec.StateHeads) + n);
                for (var t = 0; t < inputs.Time; t++)
                {
                    if (t >= spec.Window) leave(moments, operands, keys, b, t - spec.Window, n);
                    var read = Read(spec, operands, keys, moments, b, t, n);
                    for (var r = 0; r < read.Length; r++)
                    {
                        output[(((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r] = read[r] + operands.Own(b, t, n, r);
                    }
                }

                moments.Products.CopyTo(state.S, head * moments.Products.Length);
                moments.KeyMean.CopyTo(state.Z, head * moments.KeyMean.Length);
                moments.ValueMean.CopyTo(state.ValueMean, head * moments.ValueMean.Length);
                state.Count[head] = moments.Count;
            }
        }

        return new(output, state);
    }

    private static T[] Read<T>(LayerSpec spec, Operands<T> operands, T[][] keys, Moments<T> moments, int b, int t, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (query, first) = (operands.Query(b, t, n), Math.Max(0, t - spec.Window + 1));
        var (logWeight, older) = moments.Read(query);
        var max = logWeight;
        for (var j = first; j <= t; j++) max = T.Max(max, Rows.Dot(query, keys[j]));
        if (spec.HoldsDenominator) max = Dual.Held(max);
        var denominator = moments.Count == T.Zero ? T.Zero : T.Exp(logWeight - max);
        var sum = Array.ConvertAll(older, x => x * denominator);
        for (var j = first; j <= t; j++)
        {
            var weight = T.Exp(Rows.Dot(query, keys[j]) - max);
            denominator += weight;
            for (var r = 0; r < sum.Length; r++) sum[r] += weight * operands.Value(b, j, n, r);
        }

        if (spec.HoldsDenominator) denominator = Dual.Held(denominator);
        return Array.ConvertAll(sum, x => x / denominator);
    }

    /// <summary>Count, means, and sums of products of deviations.</summary>
    private sealed class Moments<T>(LayerSpec spec)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        private readonly T[] _keyProducts = new T[spec.FeatureDim * spec.FeatureDim];

        public T Count { get; private set; }

        public T[] KeyMean { get; } = new T[spec.FeatureDim];

        public T[] ValueMean { get; } = new T[spec.ValueDim];

        public T[] Products { get; } = new T[spec.FeatureDim * spec.ValueDim];

        public void Add(T[] key, Operands<T> operands, int b, int t, int n)
        {
            Count += T.One;
            var deviation = new T[key.Length];
            for (var c = 0; c < key.Length; c++)
            {
                deviation[c] = key[c] - KeyMean[c];
                KeyMean[c] += deviation[c] / Count;
            }

            for (var r = 0; r < ValueMean.Length; r++)
            {
                var value = operands.Value(b, t, n, r);
                ValueMean[r] += (value - ValueMean[r]) / Count;
                for (var c = 0; c < key.Length; c++) Products[(c * ValueMean.Length) + r] += deviation[c] * (value - ValueMean[r]);
            }

            for (var c = 0; c < key.Length; c++)
            {
                for (var d = 0; d < key.Length; d++) _keyProducts[(c * key.Length) + d] += deviation[c] * (key[d] - KeyMean[d]);
            }
        }

        /// <summary>Of the tokens up to one.</summary>
        public void Take(T[][] keys, Operands<T> operands, int b, int last, int n)
        {
            Count = T.CreateChecked(last + 1);
            T Mean(Func<int, T> of) => Sum(of) / Count;
            T Sum(Func<int, T> of)
            {
                var sum = T.Zero;
                for (var j = 0; j <= last; j++) sum += of(j);
                return sum;
            }

            var width = ValueMean.Length;
            for (var r = 0; r < width; r++) ValueMean[r] = Mean(j => operands.Value(b, j, n, r));
            for (var c = 0; c < KeyMean.Length; c++) KeyMean[c] = Mean(j => keys[j][c]);
            for (var c = 0; c < KeyMean.Length; c++)
            {
                for (var r = 0; r < width; r++) Products[(c * width) + r] = Sum(j => (keys[j][c] - KeyMean[c]) * (operands.Value(b, j, n, r) - ValueMean[r]));
                for (var d = 0; d < KeyMean.Length; d++) _keyProducts[(c * KeyMean.Length) + d] = Sum(j => (keys[j][c] - KeyMean[c]) * (keys[j][d] - KeyMean[d]));
            }
        }

        /// <summary>The logarithm of what they weigh together, and what they read.</summary>
        public (T LogWeight, T[] Values) Read(T[] query)
        {
            if (Count == T.Zero) return (T.NegativeInfinity, new T[ValueMean.Length]);
            var (share, spread, values) = (Count + T.CreateChecked(spec.Prior), T.Zero, (T[])ValueMean.Clone());
            for (var c = 0; c < query.Length; c++)
            {
                for (var d = 0; d < query.Length; d++) spread += query[c] * _keyProducts[(c * query.Length) + d] * query[d];
                for (var r = 0; r < values.Length; r++) values[r] += query[c] * Products[(c * values.Length) + r] / share;
            }

            return (T.Log(Count) + Rows.Dot(query, KeyMean) + (spread / share / T.CreateChecked(2)), values);
        }
    }
}
