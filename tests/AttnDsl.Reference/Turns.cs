using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>How far each token turns queries and keys: by its position, or by the phases summed up to it.</summary>
internal sealed class Turns<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerSpec _spec;
    private readonly LayerInputs _inputs;
    private readonly long _position;

    /// <summary>Θ and φ of every token: [B,T,H,K/2] from the token before the first on.</summary>
    private readonly T[] _angles = [];
    private readonly T[] _phases = [];

    public Turns(LayerSpec spec, LayerInputs inputs, long position, MatrixState<T>? start)
    {
        (_spec, _inputs, _position) = (spec, inputs, position);
        if (spec.Phase is { } phase)
        {
            (_angles, _phases) = Sums(phase, start ?? new MatrixState<T>(spec, inputs.Batch));
        }
    }

    /// <summary>Turns a row of head n.</summary>
    public void Apply(T[] row, int b, int t, int n)
    {
        if (_spec.Phase is null)
        {
            Rotation.Apply(_spec, row, _position + t);
            return;
        }

        var pairs = _spec.KeyDim / 2;
        Rotation.Turn(_spec, row, _angles.AsSpan(((((b * (_inputs.Time + 1)) + t + 1) * _spec.KeyHeads) + _spec.KeyHead(n)) * pairs, pairs));
    }

    /// <summary>Leaves in a state where rotations stand behind the last token.</summary>
    public void Advance(MatrixState<T> state)
    {
        state.Position += _inputs.Time;
        var width = _spec.KeyHeads * (_spec.KeyDim / 2);
        for (var b = 0; b < _inputs.Batch && _spec.Phase is not null; b++)
        {
            var last = ((b * (_inputs.Time + 1)) + _inputs.Time) * width;
            _angles.AsSpan(last, width).CopyTo(state.Phase.AsSpan(b * width));
            _phases.AsSpan(last, width).CopyTo(state.LastPhi.AsSpan(b * width));
        }
    }

    private (T[] Angles, T[] Phases) Sums(PhaseSpec phase, MatrixState<T> start)
    {
        var (pairs, heads) = (_spec.KeyDim / 2, _spec.KeyHeads);
        var width = heads * pairs;
        var angles = new T[_inputs.Batch * (_inputs.Time + 1) * width];
        var phases = new T[angles.Length];
        for (var b = 0; b < _inputs.Batch; b++)
        {
            start.Phase.AsSpan(b * width, width).CopyTo(angles.AsSpan(b * (_inputs.Time + 1) * width));
            start.LastPhi.AsSpan(b * width, width).CopyTo(phases.AsSpan(b * (_inputs.Time + 1) * width));
            for (var t = 0; t < _inputs.Time; t++)
            {
                for (var c = 0; c < width; c++)
                {
                    var (before, now) = ((((b * (_inputs.Time + 1)) + t) * width) + c, (((b * (_inputs.Time + 1)) + t + 1) * width) + c);
                    var row = (b * _inputs.Time) + t;
                    phases[now] = phase.Learned ? At(_inputs.Theta, _inputs.Direction?.Theta, c) : At(_inputs.Phi, _inputs.Direction?.Phi, (row * width) + c);
                    var turn = phase.Differenced ? phases[now] - phases[before] : phases[now];
                    if (phase.Biased) turn += T.Exp(At(_inputs.PhaseBias, _inputs.Direction?.PhaseBias, c));
                    if (phase.Gate != PhaseGating.None)
                    {
                        var logit = At(_inputs.PhaseGate, _inputs.Direction?.PhaseGate, phase.Gate == PhaseGating.Pair ? (row * width) + c : (row * heads) + (c / pairs));
                        turn /= T.One + T.Exp(-logit);
                    }

                    angles[now] = angles[before] + (T.CreateChecked(phase.Temperature(c % pairs, pairs)) * turn);
                }
            }
        }

        return (angles, phases);
    }

    /// <summary>A tensor that the direction leaves out stays where it is.</summary>
    private T At(float[] tensor, float[]? direction, int i)
        => direction is null or [] ? T.CreateChecked(tensor[i]) : T.CreateChecked(tensor[i]) + (Dual.Step<T>(_inputs.Step) * T.CreateChecked(direction[i]));
}
