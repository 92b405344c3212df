using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>Reads rows of the inputs in the oracle's own precision: s·φ(q) and φ(k), turned, and log-decays.</summary>
internal sealed class Operands<T>(LayerSpec spec, LayerInputs inputs, long position)
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly T _scale = T.CreateChecked(spec.QueryScale);
    private readonly LayerInputs? _direction = inputs.Direction;
    private readonly T _step = T.CreateChecked(inputs.Step);
    private readonly T _temperature = T.CreateChecked(spec.Temperature);

    /// <summary>s·φ(q) of output head n, turned; φ(s·q) of the turned q where the scale goes inside.</summary>
    public T[] Query(int b, int t, int n)
    {
        var row = Row(inputs.Q, _direction?.Q, ((((b * inputs.Time) + t) * spec.Heads) + spec.QueryHead(n)) * spec.KeyDim);
        return Mapped(row, position + t, _scale);
    }

    /// <summary>φ(k) of output head n, turned; φ of the turned k where the scale goes inside.</summary>
    public T[] Key(int b, int t, int n)
    {
        var row = Row(inputs.K, _direction?.K, ((((b * inputs.Time) + t) * spec.KeyHeads) + spec.KeyHead(n)) * spec.KeyDim);
        return Mapped(row, position + t, T.One);
    }

    public T Value(int b, int t, int n, int c)
    {
        var head = spec.IsSoftmax ? spec.KeyHead(n) : n;
        return At(inputs.V, _direction?.V, (((((b * inputs.Time) + t) * spec.ValueInputHeads) + head) * spec.ValueDim) + c);
    }

    /// <summary>g of one channel.</summary>
    public T LogDecay(int b, int t, int n, int c)
    {
        var gate = (((b * inputs.Time) + t) * spec.StateHeads) + n;
        return spec.Decay switch
        {
            DecaySource.Retention => Scalars.RetentionLogDecay<T>(n),
            DecaySource.Head => Activate(gate),
            DecaySource.Key => Activate((gate * spec.FeatureDim) + c),
            _ => T.Zero,
        };
    }

    public T Beta(int b, int t, int n) => At(inputs.Beta, _direction?.Beta, (((b * inputs.Time) + t) * spec.StateHeads) + n);

    public T InputGate(int b, int t, int n) => At(inputs.I, _direction?.I, (((b * inputs.Time) + t) * spec.StateHeads) + n);

    private T Activate(int gate)
    {
        var g = At(inputs.G, _direction?.G, gate);
        return spec.LogSigmoid ? Scalars.LogSigmoid(g) / _temperature : g;
    }

    private T[] Mapped(T[] row, long at, T scale)
    {
        row = spec.ScalesInside ? row : Features.Of(spec.Similarity, row);
        Rotation.Apply(spec, row, at);
        row = Array.ConvertAll(row, x => scale * x);
        return spec.ScalesInside ? Features.Of(spec.Similarity, row) : row;
    }

    private T[] Row(float[] tensor, float[]? direction, int start)
    {
        var row = new T[spec.KeyDim];
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
