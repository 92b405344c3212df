using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>Reads rows of the inputs in the oracle's own precision: s·φ(q) and φ(k), turned, and log-decays.</summary>
internal sealed class Operands<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerSpec _spec;
    private readonly LayerInputs _inputs;
    private readonly long _position;
    private readonly T _scale;
    private readonly LayerInputs? _direction;
    private readonly T _step;
    private readonly T _temperature;

    /// <summary>Θ and φ of every token: [B,T,H,K/2] from the token before the first on.</summary>
    private readonly T[] _angles = [];
    private readonly T[] _phases = [];

    /// <param name="spec">The layer.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="position">Position of the first token.</param>
    /// <param name="start">Where a selective rotation stands before it.</param>
    public Operands(LayerSpec spec, LayerInputs inputs, long position, MatrixState<T>? start = null)
    {
        (_spec, _inputs, _position, _direction) = (spec, inputs, position, inputs.Direction);
        (_scale, _step, _temperature) = (T.CreateChecked(spec.QueryScale), T.CreateChecked(inputs.Step), T.CreateChecked(spec.Temperature));
        if (spec.Phase is { } phase)
        {
            (_angles, _phases) = Turns(phase, start ?? new MatrixState<T>(spec, inputs.Batch));
        }
    }

    /// <summary>s·φ(q) of output head n, turned; φ(s·q) of the turned q where the scale goes inside.</summary>
    public T[] Query(int b, int t, int n)
    {
        var row = Row(_inputs.Q, _direction?.Q, ((((b * _inputs.Time) + t) * _spec.Heads) + _spec.QueryHead(n)) * _spec.KeyDim);
        return Mapped(row, b, t, n, _scale);
    }

    /// <summary>φ(k) of output head n, turned; φ of the turned k where the scale goes inside.</summary>
    public T[] Key(int b, int t, int n)
    {
        var row = Row(_inputs.K, _direction?.K, ((((b * _inputs.Time) + t) * _spec.KeyHeads) + _spec.KeyHead(n)) * _spec.KeyDim);
        return Mapped(row, b, t, n, T.One);
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

    public T Value(int b, int t, int n, int c)
    {
        var head = _spec.IsSoftmax ? _spec.KeyHead(n) : n;
        return At(_inputs.V, _direction?.V, (((((b * _inputs.Time) + t) * _spec.ValueInputHeads) + head) * _spec.ValueDim) + c);
    }

    /// <summary>g of one channel.</summary>
    public T LogDecay(int b, int t, int n, int c)
    {
        var gate = (((b * _inputs.Time) + t) * _spec.StateHeads) + n;
        return _spec.Decay switch
        {
            DecaySource.Retention => Scalars.RetentionLogDecay<T>(n),
            DecaySource.Head => Activate(gate),
            DecaySource.Key => Activate((gate * _spec.FeatureDim) + c),
            DecaySource.Pair => Activate((gate * (_spec.KeyDim / 2)) + _spec.PairOf(c)),
            _ => T.Zero,
        };
    }

    public T Beta(int b, int t, int n) => At(_inputs.Beta, _direction?.Beta, (((b * _inputs.Time) + t) * _spec.StateHeads) + n);

    public T InputGate(int b, int t, int n) => At(_inputs.I, _direction?.I, (((b * _inputs.Time) + t) * _spec.StateHeads) + n);

    private void Turn(T[] row, int b, int t, int n)
    {
        if (_spec.Phase is null)
        {
            Rotation.Apply(_spec, row, _position + t);
            return;
        }

        var pairs = _spec.KeyDim / 2;
        Rotation.Turn(_spec, row, _angles.AsSpan(((((b * (_inputs.Time + 1)) + t + 1) * _spec.KeyHeads) + _spec.KeyHead(n)) * pairs, pairs));
    }

    private (T[] Angles, T[] Phases) Turns(PhaseSpec phase, MatrixState<T> start)
    {
        var (pairs, heads) = (_spec.KeyDim / 2, _spec.KeyHeads);
        var angles = new T[_inputs.Batch * (_inputs.Time + 1) * heads * pairs];
        var phases = new T[angles.Length];
        for (var b = 0; b < _inputs.Batch; b++)
        {
            var width = heads * pairs;
            start.Phase.AsSpan(b * width, width).CopyTo(angles.AsSpan(b * (_inputs.Time + 1) * width));
            start.LastPhi.AsSpan(b * width, width).CopyTo(phases.AsSpan(b * (_inputs.Time + 1) * width));
            for (var t = 0; t < _inputs.Time; t++)
            {
                for (var c = 0; c < width; c++)
                {
                    var (before, now) = ((((b * (_inputs.Time + 1)) + t) * width) + c, (((b * (_inputs.Time + 1)) + t + 1) * width) + c);
                    var row = (b * _inputs.Time) + t;
                    phases[now] = At(_inputs.Phi, _direction?.Phi, (row * width) + c);
                    var turn = phase.Differenced ? phases[now] - phases[before] : phases[now];
                    if (phase.Gate != PhaseGating.None)
                    {
                        var logit = At(_inputs.PhaseGate, _direction?.PhaseGate, phase.Gate == PhaseGating.Pair ? (row * width) + c : (row * heads) + (c / pairs));
                        turn /= T.One + T.Exp(-logit);
                    }

                    angles[now] = angles[before] + (T.CreateChecked(phase.Temperature(c % pairs, pairs)) * turn);
                }
            }
        }

        return (angles, phases);
    }

    private T Activate(int gate)
    {
        var g = At(_inputs.G, _direction?.G, gate);
        return _spec.LogSigmoid ? Scalars.LogSigmoid(g) / _temperature : g;
    }

    private T[] Mapped(T[] row, int b, int t, int n, T scale)
    {
        row = _spec.ScalesInside ? row : Features.Of(_spec.Similarity, row);
        Turn(row, b, t, n);
        row = Array.ConvertAll(row, x => scale * x);
        return _spec.ScalesInside ? Features.Of(_spec.Similarity, row) : row;
    }

    private T[] Row(float[] tensor, float[]? direction, int start)
    {
        var row = new T[_spec.KeyDim];
        for (var c = 0; c < row.Length; c++)
        {
            row[c] = At(tensor, direction, start + c);
        }

        return row;
    }

    /// <summary>A tensor that the direction leaves out stays where it is.</summary>
    private T At(float[] tensor, float[]? direction, int i)
        => direction is null or [] ? T.CreateChecked(tensor[i]) : T.CreateChecked(tensor[i]) + (_step * T.CreateChecked(direction[i]));
}
