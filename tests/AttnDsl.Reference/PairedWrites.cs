using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>
/// The writes of <see cref="DiagonalDecay"/> that depend on what stands already, or come several to a token, over every pair of them: each write is
/// left ⊗ right, and S_m = Σ_{j≤m} D_{j→m} ∘ (left_j ⊗ right_j) with the decay between two summed up pair by pair. What stands for a vector is
/// found by forward substitution, as blocks of tokens find it.
/// </summary>
public static class PairedWrites
{
    /// <summary>Whether the state is S alone.</summary>
    public static bool Covers(LayerSpec spec) =>
        spec.Levels == 0 && spec.Write != WriteKind.ExponentialGate && spec.Denominator is not (Denominator.KeySum or Denominator.AbsoluteKeySum or Denominator.Stabilised or Denominator.Centred);

    public static LayerResult<T> Quadratic<T>(LayerSpec spec, LayerInputs inputs, MatrixState<T>? initial)
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
                var head = (b * spec.StateHeads) + n;
                var cells = spec.FeatureDim * spec.ValueDim;
                new Head<T>(spec, inputs, operands, b, n, start.S.AsMemory(head * cells, cells)).Run(output, end.S.AsSpan(head * cells, cells), end.Z.AsSpan(head * spec.FeatureDim, spec.FeatureDim));
            }
        }

        operands.Advance(end);
        return new(output, end);
    }

    private sealed class Head<T>(LayerSpec spec, LayerInputs inputs, Operands<T> operands, int b, int n, ReadOnlyMemory<T> initial)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        private readonly bool _isGeneral = spec.Write == WriteKind.GeneralDelta;

        /// <summary>By row: what was written, and by a general delta what was put back.</summary>
        private readonly T[][] _left = new T[inputs.Time * spec.Steps][], _right = new T[inputs.Time * spec.Steps][];
        private readonly T[][] _back = new T[inputs.Time * spec.Steps][], _retrieved = new T[inputs.Time * spec.Steps][];

        private bool OfValues => spec.Decay == DecaySource.Value;

        public void Run(T[] output, Span<T> final, Span<T> keySum)
        {
            for (var t = 0; t < inputs.Time; t++)
            {
                for (var c = 0; !OfValues && c < keySum.Length; c++) keySum[c] *= operands.Decay(b, t, n, c);
                for (var step = 0; step < spec.Steps; step++) Write(t, step, keySum);
                var read = Before((t + 1) * spec.Steps, t + 1, operands.Query(b, t, n), isKey: true);
                for (var r = 0; r < spec.ValueDim; r++)
                    output[(((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r] = (read[r] / operands.Eta(b, t, n)) + operands.Own(b, t, n, r);
            }

            for (var c = 0; c < spec.FeatureDim; c++)
            {
                var unit = new T[spec.FeatureDim];
                unit[c] = T.One;
                Before(inputs.Time * spec.Steps, inputs.Time, unit, isKey: true).CopyTo(final[(c * spec.ValueDim)..]);
            }
        }

        private void Write(int t, int step, Span<T> keySum)
        {
            var row = (t * spec.Steps) + step;
            var key = operands.Key(b, row, n);
            var value = new T[spec.ValueDim];
            for (var r = 0; r < value.Length; r++) value[r] = operands.Value(b, row, n, r);
            for (var c = 0; c < key.Length; c++) keySum[c] += key[c];

            // The state decays with the token's first row; a general delta looks at it before that.
            if (_isGeneral) (_back[row], _retrieved[row]) = (operands.Back(b, row, n), Before(row, step == 0 ? t : t + 1, operands.Retrieve(b, row, n), isKey: true));
            if (spec.Write == WriteKind.Delta) value = Rest(value, Before(row, t + 1, key, isKey: true), operands.Beta(b, row, n));
            if (spec.Write == WriteKind.Oja) key = Rest(key, Before(row, t + 1, value, isKey: false), operands.Beta(b, row, n));
            (_left[row], _right[row]) = (key, value);
        }

        private static T[] Rest(T[] wanted, T[] stood, T strength)
        {
            var rest = new T[wanted.Length];
            for (var c = 0; c < rest.Length; c++) rest[c] = strength * (wanted[c] - stood[c]);
            return rest;
        }

        /// <summary>Sᵀ·vector or S·vector, of the state behind <paramref name="rows"/> writes that decayed up to the token before <paramref name="tokens"/>.</summary>
        private T[] Before(int rows, int tokens, T[] vector, bool isKey)
        {
            var sum = new T[isKey ? spec.ValueDim : spec.FeatureDim];
            var decay = new T[spec.Decay == DecaySource.None ? 0 : OfValues ? spec.ValueDim : spec.FeatureDim];
            var kept = new T[OfValues ? spec.ValueDim : spec.FeatureDim];
            Array.Fill(kept, T.One);
            var token = tokens - 1;
            for (var row = rows - 1; row >= 0; row--)
            {
                for (; token > row / spec.Steps; token--) Decay(decay, kept, token);
                Add(_left[row], _right[row]);
                if (_isGeneral) Add(_back[row], _retrieved[row]);
            }

            for (; token >= 0; token--) Decay(decay, kept, token);
            var cells = initial.Span;
            for (var c = 0; c < spec.FeatureDim; c++)
            {
                for (var r = 0; r < spec.ValueDim; r++)
                    sum[isKey ? r : c] += vector[isKey ? c : r] * cells[(c * spec.ValueDim) + r] * kept[OfValues ? r : c];
            }

            return sum;

            void Add(T[] left, T[] right)
            {
                var (mine, others, decaysMine) = isKey ? (left, right, !OfValues) : (right, left, OfValues);
                var weight = T.Zero;
                for (var c = 0; c < mine.Length; c++) weight += vector[c] * (decaysMine ? mine[c] * kept[c] : mine[c]);
                for (var r = 0; r < others.Length; r++) sum[r] += weight * (decaysMine ? others[r] : others[r] * kept[r]);
            }
        }

        /// <summary>One more token between; of a head's gate every channel is the first.</summary>
        private void Decay(T[] decay, T[] kept, int token)
        {
            var isHead = spec.Decay is DecaySource.Head or DecaySource.Retention or DecaySource.Constants;
            for (var c = 0; c < decay.Length; c++)
            {
                decay[c] += operands.LogDecay(b, token, n, c);
                kept[c] = isHead && c > 0 ? kept[0] : T.Exp(decay[c]);
            }
        }
    }
}
