using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>
/// S̄_t = diag(e^{g_t})·S_{t−1} (or S_{t−1}·diag(e^{g_t})); plain S_t = S̄_t + k vᵀ, delta S_t = S̄_t + β k (v − S̄_tᵀk)ᵀ, general delta
/// S_t = S̄_t + b (aᵀS_{t−1}) + k vᵀ; o_t = S_tᵀ(s·q_t), divided by max(s·q·z, ε) when the layer has a key sum z.
/// </summary>
public static class DiagonalDecay
{
    /// <summary>Token by token.</summary>
    public static LayerResult<T> Recurrent<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        Check(spec);
        var state = initial?.Clone() ?? new MatrixState<T>(spec, inputs.Batch);
        var operands = new Operands<T>(spec, inputs, state.Position, state);
        var output = new T[inputs.Batch * inputs.Time * spec.StateHeads * spec.ValueDim];
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var n = 0; n < spec.StateHeads; n++)
            {
                var head = (b * spec.StateHeads) + n;
                var s = state.S.AsSpan(head * spec.FeatureDim * spec.ValueDim, spec.FeatureDim * spec.ValueDim);
                var z = state.Z.AsSpan(head * spec.FeatureDim, spec.FeatureDim);
                for (var t = 0; t < inputs.Time; t++)
                {
                    var read = output.AsSpan((((b * inputs.Time) + t) * spec.StateHeads + n) * spec.ValueDim, spec.ValueDim);
                    if (spec.Bonus)
                    {
                        Read(spec, operands, n, operands.Query(b, t, n), T.One, s, z, read);
                        for (var r = 0; r < read.Length; r++)
                        {
                            read[r] = (read[r] + (operands.Fit(b, t, n, bonus: true) * operands.Value(b, t, n, r))) / operands.Eta(b, t, n);
                        }
                    }

                    for (var step = 0; step < spec.Steps; step++)
                    {
                        var row = (t * spec.Steps) + step;
                        var key = operands.Key(b, row, n);
                        var retrieved = spec.Write == WriteKind.GeneralDelta ? Retrieve(spec, operands.Retrieve(b, row, n), s) : null;
                        if (step == 0)
                        {
                            Decay(spec, operands, s, z, b, t, n);
                        }

                        Write(spec, operands, s, key, b, row, n);
                        if (retrieved is not null)
                        {
                            Add(spec, operands.Back(b, row, n), retrieved, s);
                        }

                        for (var c = 0; c < key.Length; c++)
                        {
                            z[c] += key[c];
                        }
                    }

                    if (!spec.Bonus)
                    {
                        Read(spec, operands, n, operands.Query(b, t, n), operands.Eta(b, t, n), s, z, read);
                    }

                    for (var r = 0; r < read.Length; r++)
                    {
                        read[r] += operands.Own(b, t, n, r);
                    }
                }
            }
        }

        operands.Advance(state);
        return new(output, state);
    }

    /// <summary>
    /// Every pair of tokens, with the decay between them summed up pair by pair; the delta rule's writes u by forward substitution.
    /// </summary>
    public static LayerResult<T> Quadratic<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial = null)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        Check(spec);
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

    private static void Check(LayerSpec spec)
    {
        if (spec.Denominator is Denominator.KeySum or Denominator.AbsoluteKeySum && spec.Write != WriteKind.Plain)
        {
            throw new NotSupportedException("A key sum goes with plain writes.");
        }
    }

    private static void Decay<T>(LayerSpec spec, Operands<T> operands, Span<T> s, Span<T> z, int b, int t, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        if (spec.Decay == DecaySource.None)
        {
            return;
        }

        for (var c = 0; c < spec.FeatureDim; c++)
        {
            var ofValues = spec.Decay == DecaySource.Value;
            var decay = ofValues ? T.One : operands.Decay(b, t, n, c);
            z[c] *= decay;
            for (var r = 0; r < spec.ValueDim; r++)
            {
                s[(c * spec.ValueDim) + r] *= ofValues ? operands.Decay(b, t, n, r) : decay;
            }
        }
    }

    /// <summary>aᵀS.</summary>
    private static T[] Retrieve<T>(LayerSpec spec, T[] a, Span<T> s)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var row = new T[spec.ValueDim];
        for (var c = 0; c < a.Length; c++)
        {
            for (var r = 0; r < row.Length; r++)
            {
                row[r] += a[c] * s[(c * row.Length) + r];
            }
        }

        return row;
    }

    /// <summary>S += key valueᵀ.</summary>
    private static void Add<T>(LayerSpec spec, T[] key, T[] value, Span<T> s)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        for (var c = 0; c < key.Length; c++)
        {
            for (var r = 0; r < value.Length; r++)
            {
                s[(c * spec.ValueDim) + r] += key[c] * value[r];
            }
        }
    }

    /// <summary>Channel c of S v: the key for which a value stands already.</summary>
    private static T StoodFor<T>(LayerSpec spec, Operands<T> operands, Span<T> s, int c, int b, int t, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        for (var r = 0; r < spec.ValueDim; r++) sum += s[(c * spec.ValueDim) + r] * operands.Value(b, t, n, r);
        return sum;
    }

    private static void Write<T>(LayerSpec spec, Operands<T> operands, Span<T> s, T[] key, int b, int t, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        if (spec.Write == WriteKind.Oja)
        {
            var rest = new T[key.Length];
            for (var c = 0; c < key.Length; c++) rest[c] = operands.Beta(b, t, n) * (key[c] - StoodFor(spec, operands, s, c, b, t, n));
            key = rest;
        }

        for (var r = 0; r < spec.ValueDim; r++)
        {
            var written = operands.Value(b, t, n, r);
            if (spec.Write == WriteKind.Delta)
            {
                var retrieved = T.Zero;
                for (var c = 0; c < key.Length; c++)
                {
                    retrieved += s[(c * spec.ValueDim) + r] * key[c];
                }

                written = operands.Beta(b, t, n) * (written - retrieved);
            }

            for (var c = 0; c < key.Length; c++)
            {
                s[(c * spec.ValueDim) + r] += key[c] * written;
            }
        }
    }

    private static void Read<T>(LayerSpec spec, Operands<T> operands, int n, T[] query, T denominator, Span<T> s, Span<T> z, Span<T> output)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        if (spec.Denominator is Denominator.KeySum or Denominator.AbsoluteKeySum)
        {
            denominator = Rows.Dot(query, z.ToArray());
            denominator = Rows.Guarded(spec, operands, n, denominator);
        }

        for (var r = 0; r < output.Length; r++)
        {
            var sum = T.Zero;
            for (var c = 0; c < query.Length; c++)
            {
                sum += s[(c * spec.ValueDim) + r] * query[c];
            }

            output[r] = sum / denominator;
        }
    }

    private static void QuadraticHead<T>(
        LayerSpec spec, LayerInputs inputs, Operands<T> operands, MatrixState<T> start, MatrixState<T> end, T[] output, int b, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (keyDim, valueDim) = (spec.FeatureDim, spec.ValueDim);
        var head = (b * spec.StateHeads) + n;
        var keys = Rows.Keys(operands, inputs, b, n);
        var writes = new T[inputs.Time][];
        for (var i = 0; i < inputs.Time; i++)
        {
            var weights = new T[inputs.Time];
            var arriving = PairWeights(spec, operands, keys, keys[i], weights, b, i, n);
            writes[i] = new T[valueDim];
            for (var r = 0; r < valueDim; r++)
            {
                writes[i][r] = operands.Value(b, i, n, r);
                if (spec.Write == WriteKind.Delta)
                {
                    var retrieved = FromInitial(spec, start, head, arriving, r);
                    for (var j = 0; j < i; j++)
                    {
                        retrieved += weights[j] * writes[j][r];
                    }

                    writes[i][r] = operands.Beta(b, i, n) * (writes[i][r] - retrieved);
                }
            }

            arriving = PairWeights(spec, operands, keys, operands.Query(b, i, n), weights, b, i, n);
            var denominator = operands.Eta(b, i, n);
            if (spec.Denominator is Denominator.KeySum or Denominator.AbsoluteKeySum)
            {
                denominator = Rows.Dot(arriving, start.Z.AsSpan(head * keyDim, keyDim).ToArray());
                for (var j = 0; j <= i; j++)
                {
                    denominator += weights[j];
                }

                denominator = Rows.Guarded(spec, operands, n, denominator);
            }

            for (var r = 0; r < valueDim; r++)
            {
                var sum = FromInitial(spec, start, head, arriving, r);
                for (var j = 0; j <= i; j++)
                {
                    sum += weights[j] * writes[j][r];
                }

                output[(((((b * inputs.Time) + i) * spec.StateHeads) + n) * valueDim) + r] = sum / denominator + operands.Own(b, i, n, r);
            }
        }

        for (var c = 0; c < keyDim; c++)
        {
            FinalChannel(spec, inputs, operands, keys, writes, end, b, n, c);
        }
    }

    /// <summary>weights[j] = Σ_c row_c k_jc e^{g_{j+1,c} + … + g_{i,c}}; returns row ⊙ e^{g_0 + … + g_i}, for the initial state.</summary>
    private static T[] PairWeights<T>(
        LayerSpec spec, Operands<T> operands, T[][] keys, T[] row, T[] weights, int b, int i, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var decay = new T[row.Length];
        for (var j = i; j >= 0; j--)
        {
            weights[j] = T.Zero;
            for (var c = 0; c < row.Length; c++)
            {
                weights[j] += row[c] * keys[j][c] * T.Exp(decay[c]);
                decay[c] += operands.LogDecay(b, j, n, c);
            }
        }

        for (var c = 0; c < row.Length; c++)
        {
            decay[c] = row[c] * T.Exp(decay[c]);
        }

        return decay;
    }

    private static T FromInitial<T>(LayerSpec spec, MatrixState<T> start, int head, T[] row, int r)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        for (var c = 0; c < row.Length; c++)
        {
            sum += row[c] * start.S[(((head * spec.FeatureDim) + c) * spec.ValueDim) + r];
        }

        return sum;
    }

    private static void FinalChannel<T>(
        LayerSpec spec, LayerInputs inputs, Operands<T> operands, T[][] keys, T[][] writes, MatrixState<T> end, int b, int n, int c)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var channel = (((b * spec.StateHeads) + n) * spec.FeatureDim) + c;
        var row = new T[spec.ValueDim];
        T decay = T.Zero, sum = T.Zero;
        for (var j = inputs.Time - 1; j >= 0; j--)
        {
            var key = keys[j][c] * T.Exp(decay);
            sum += key;
            for (var r = 0; r < row.Length; r++)
            {
                row[r] += key * writes[j][r];
            }

            decay += operands.LogDecay(b, j, n, c);
        }

        end.Z[channel] = (end.Z[channel] * T.Exp(decay)) + sum;
        for (var r = 0; r < row.Length; r++)
        {
            var cell = (channel * spec.ValueDim) + r;
            end.S[cell] = (end.S[cell] * T.Exp(decay)) + row[r];
        }
    }
}
