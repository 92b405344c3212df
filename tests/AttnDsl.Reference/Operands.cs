using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>Reads rows of the inputs in the oracle's own precision: s·φ(q) and φ(k), turned, and log-decays.</summary>
/// <param name="spec">The layer.</param>
/// <param name="inputs">Its inputs.</param>
/// <param name="position">Position of the first token.</param>
/// <param name="start">Where a selective rotation stands before it.</param>
internal sealed class Operands<T>(LayerSpec spec, LayerInputs inputs, long position, MatrixState<T>? start = null)
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly T _scale = T.CreateChecked(spec.QueryScale);
    private readonly LayerInputs? _direction = inputs.Direction;
    private readonly T _step = Dual.Step<T>(inputs.Step);
    private readonly int _writes = inputs.Time * spec.Steps;
    private readonly T _temperature = T.CreateChecked(spec.Temperature);
    private readonly Turns<T> _turns = new(spec, inputs, position, start);

    // What loops ask for again and again: one of a token and head, or of a channel of its gate.
    private readonly Dictionary<string, T[]> _parameters = [];
    private readonly T?[] _fits = new T?[2 * inputs.Batch * inputs.Time * spec.StateHeads];
    private readonly T?[] _logDecays = new T?[inputs.Batch * inputs.Time * spec.StateHeads * Math.Max(1, spec.GateWidth)];
    private readonly T?[] _decays = new T?[inputs.Batch * inputs.Time * spec.StateHeads * Math.Max(1, spec.GateWidth)];
    private readonly T[]?[] _convolvedValues = new T[]?[inputs.Batch * inputs.Time * spec.Steps * spec.StateHeads];

    /// <summary>s·φ(q) of output head n, turned; φ of the turned and scaled q where the scale goes inside.</summary>
    public T[] Query(int b, int t, int n)
    {
        var head = spec.QueryHead(n);
        T[] At(int at) => Row(inputs.Q, _direction?.Q, ((((b * inputs.Time) + at) * spec.Heads) + head) * spec.KeyDim);
        return Mapped(spec.ConvolvesQueries ? Convolved("qTaps", head, t, At) : At(t), b, t, n, head, isQuery: true);
    }

    /// <summary>φ(k) of output head n, turned (φ of the turned and scaled k where the scale goes inside), times the strength of the write where that is no part of the rule.</summary>
    /// <param name="t">Counts writes where a token has several.</param>
    public T[] Key(int b, int t, int n)
    {
        var row = spec.KeyOfGate
            ? TiedKey(b, t, n)
            : PlainKey(b, t, n);
        if (spec.Write is not (WriteKind.Delta or WriteKind.Oja) && (spec.HasBeta || spec.Strength == StrengthKind.Step))
        {
            var strength = Beta(b, t, n);
            for (var c = 0; c < row.Length; c++)
            {
                row[c] *= strength;
            }
        }

        return row;
    }

    /// <summary>φ(k) of output head n, turned, without a strength.</summary>
    public T[] PlainKey(int b, int t, int n)
    {
        var head = spec.KeyHead(n);
        T[] At(int at) => Row(inputs.K, _direction?.K, ((((b * _writes) + at) * spec.KeyHeads) + head) * spec.KeyDim);
        return Mapped(spec.ConvolvesKeys ? Convolved("kTaps", head, t, At) : At(t), b, t, n, head, isQuery: false);
    }

    /// <summary>a, with which output head n retrieves.</summary>
    public T[] Retrieve(int b, int t, int n) => Plain(inputs.A, _direction?.A, b, t, n);

    /// <summary>b, to which it writes what it retrieved.</summary>
    public T[] Back(int b, int t, int n) => Plain(inputs.B, _direction?.B, b, t, n);

    public T Slot(int b, int t, int n, int slot) => At(inputs.S, _direction?.S, (((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.Slots) + slot);

    public T LevelScale(int b, int t, int n, int level) => At(inputs.LevelScales, _direction?.LevelScales, (((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.Levels) + level);

    /// <summary>The logit beside every key of a head: −∞ without one.</summary>
    public T Sink(int h) => spec.SinkLogit ? At(inputs.Sink, _direction?.Sink, h) : T.NegativeInfinity;

    /// <summary>Σ_c q_c k_c x_c with u of the bonus or w of the augmentation, q scaled.</summary>
    public T Fit(int b, int t, int n, bool bonus)
    {
        ref var known = ref _fits[(2 * Token(b, t, n)) + (bonus ? 1 : 0)];
        if (known is { } fit) return fit;
        var (query, key, sum) = (Query(b, t, n), Key(b, t, n), T.Zero);
        for (var c = 0; c < key.Length; c++)
        {
            var at = (spec.QueryHead(n) * key.Length) + c;
            sum += query[c] * key[c] * (bonus ? At(inputs.U, _direction?.U, at) : At(inputs.W, _direction?.W, at));
        }

        known = sum;
        return sum;
    }

    /// <summary>What is added to channel r of the output: the augmentation and the skip.</summary>
    public T Own(int b, int t, int n, int r)
    {
        var (sum, value) = (T.Zero, Value(b, t, n, r));
        if (spec.OwnValue != OwnValue.None)
        {
            var fit = Fit(b, t, n, bonus: false) / (spec.ScalesInside ? T.One : _scale);
            sum += spec.OwnValue switch
            {
                OwnValue.SigmoidVector => T.Exp(Scalars.LogSigmoid(fit * value)),
                OwnValue.ScalarGate => T.Exp(Scalars.LogSigmoid(fit)) * value,
                _ => fit * value,
            };
        }

        if (spec.AddsConvolution)
        {
            sum += ConvolvedValue(b, t, n, r);
        }

        return spec.SkipWidth == 0 ? sum : sum + (At(inputs.D, _direction?.D, spec.SkipWidth == 1 ? n : (n * spec.SkipWidth) + r) * value);
    }

    private T Bias(int n, int c) => At(inputs.DtBias, _direction?.DtBias, (n * spec.GateWidth) + c);

    private T[] TiedKey(int b, int t, int n)
    {
        var row = new T[spec.FeatureDim];
        for (var c = 0; c < row.Length; c++)
        {
            row[c] = -T.ExpM1(LogDecay(b, t, n, c));
        }

        _turns.Apply(row, b, t, n);
        return row;
    }

    private T[] Plain(float[] tensor, float[]? direction, int b, int t, int n)
    {
        var row = new T[spec.FeatureDim];
        var start = ((((b * _writes) + t) * spec.Heads) + spec.QueryHead(n)) * spec.FeatureDim;
        for (var c = 0; c < row.Length; c++)
        {
            row[c] = At(tensor, direction, start + c);
        }

        return row;
    }

    public T Value(int b, int t, int n, int c) => spec.ConvolvesValues ? ConvolvedValue(b, t, n, c) : PlainValue(b, t, n, c);

    private T ConvolvedValue(int b, int t, int n, int c) => (_convolvedValues[(((b * _writes) + t) * spec.StateHeads) + n] ??= Convolved("vTaps", n, t, at => Enumerable.Range(0, spec.ValueDim).Select(r => PlainValue(b, at, n, r)).ToArray()))[c];

    /// <summary>Σ_w taps_w ⊙ x_{t−w}, or the same over the tokens around; nothing was before the first token, or lies beside the grid.</summary>
    private T[] Convolved(string taps, int head, int t, Func<int, T[]> row)
    {
        var (values, direction, sum) = (inputs.Parameters[taps], _direction?.Parameters.GetValueOrDefault(taps), new T[row(t).Length]);
        for (var n = 0; spec.Columns > 0 && n < spec.Taps * spec.Taps; n++)
        {
            var (line, column) = ((t / spec.Columns) + (n / spec.Taps) - (spec.Taps / 2), (t % spec.Columns) + (n % spec.Taps) - (spec.Taps / 2));
            if (line < 0 || line >= inputs.Time / spec.Columns || column < 0 || column >= spec.Columns) continue;
            var x = row((line * spec.Columns) + column);
            for (var c = 0; c < sum.Length; c++)
            {
                sum[c] += At(values, direction, (((head * spec.Taps * spec.Taps) + n) * sum.Length) + c) * x[c];
            }
        }

        for (var w = 0; spec.Columns == 0 && w < spec.Taps && w <= t; w++)
        {
            var x = row(t - w);
            for (var c = 0; c < sum.Length; c++)
            {
                sum[c] += At(values, direction, (((head * spec.Taps) + w) * sum.Length) + c) * x[c];
            }
        }

        return spec.SiluConvolution ? Array.ConvertAll(sum, y => y * T.Exp(Scalars.LogSigmoid(y))) : sum;
    }

    private T PlainValue(int b, int t, int n, int c)
    {
        var head = spec.IsSoftmax ? spec.KeyHead(n) : n;
        return At(inputs.V, _direction?.V, (((((b * _writes) + t) * spec.ValueInputHeads) + head) * spec.ValueDim) + c);
    }

    /// <summary>g of one channel: of the keys, of the values or of the slots.</summary>
    public T LogDecay(int b, int t, int n, int c)
    {
        switch (spec.Decay)
        {
            case DecaySource.None or DecaySource.Full: return T.Zero;
            case DecaySource.Retention: return Scalars.RetentionLogDecay<T>(n);
            case DecaySource.Constants: return T.CreateChecked((float)spec.LogDecays[n]);
        }

        var channel = GateChannel(c);
        var gate = (Token(b, t, n) * spec.GateWidth) + channel;
        return _logDecays[gate] ??= Activate(gate, n, channel);
    }

    /// <summary>e^g of one channel.</summary>
    public T Decay(int b, int t, int n, int c) => spec.Decay is DecaySource.None or DecaySource.Full
        ? T.One
        : _decays[(Token(b, t, n) * Math.Max(1, spec.GateWidth)) + GateChannel(c)] ??= T.Exp(LogDecay(b, t, n, c));

    /// <summary>Where a channel's gate lies among those of its token.</summary>
    private int GateChannel(int c) => spec.Decay switch
    {
        DecaySource.Pair => spec.PairOf(c),
        DecaySource.Key or DecaySource.Value or DecaySource.Slot => c,
        _ => 0,
    };

    private int Token(int b, int t, int n) => (((b * inputs.Time) + t) * spec.StateHeads) + n;

    /// <summary>β; 1 without one.</summary>
    public T Beta(int b, int t, int n)
    {
        if (spec.Strength == StrengthKind.Step)
        {
            var step = At(inputs.G, _direction?.G, (((b * inputs.Time) + t) * spec.StateHeads) + n);
            return T.CreateChecked(spec.StrengthScale) * (spec.Rate == RateKind.Rate ? step : -Scalars.LogSigmoid(-(step + Bias(n, 0))));
        }

        if (!spec.HasBeta)
        {
            return T.One;
        }

        if (spec.BetaWidth > 1 || spec.Strength is StrengthKind.ChannelSigmoid or StrengthKind.ChannelNorm)
        {
            throw new NotSupportedException("A strength for each channel is its value's.");
        }

        var beta = At(inputs.Beta, _direction?.Beta, (((b * _writes) + t) * spec.StateHeads) + n);
        return T.CreateChecked(spec.StrengthScale) * (spec.Strength == StrengthKind.Sigmoid ? T.Exp(Scalars.LogSigmoid(beta)) : beta);
    }

    /// <summary>Leaves in a state where rotations stand behind the last token.</summary>
    public void Advance(MatrixState<T> state) => _turns.Advance(state);

    public T InputGate(int b, int t, int n) => At(inputs.I, _direction?.I, (((b * inputs.Time) + t) * spec.StateHeads) + n);

    /// <summary>The divisor η that the caller gives; 1 without one.</summary>
    public T Eta(int b, int t, int n)
    {
        if (!spec.HasEta)
        {
            return T.One;
        }

        var x = At(inputs.Eta, _direction?.Eta, (((b * inputs.Time) + t) * spec.StateHeads) + n);
        return spec.Denominator switch
        {
            Denominator.Softplus => T.Max(-Scalars.LogSigmoid(-x), T.CreateChecked(spec.Epsilon)),
            Denominator.Sigmoid => T.Max(T.Exp(Scalars.LogSigmoid(x)), T.CreateChecked(spec.Epsilon)),
            _ => T.Exp(x),
        };
    }

    /// <summary>g of a cell of S: −e^a·Δ.</summary>
    public T CellLogDecay(int b, int t, int n, int c, int r)
        => -T.Exp(At(inputs.ALog, _direction?.ALog, (((n * spec.KeyDim) + c) * spec.ValueDim) + r)) * Step(b, t, n, r);

    /// <summary>v of a layer of scans, times the strength of its channel.</summary>
    public T Written(int b, int t, int n, int r)
    {
        var (value, scale) = (Value(b, t, n, r), T.CreateChecked(spec.StrengthScale));
        if (spec.Strength == StrengthKind.Step)
        {
            return value * scale * Step(b, t, n, r);
        }

        if (spec.Strength is not (StrengthKind.ChannelSigmoid or StrengthKind.ChannelNorm))
        {
            return value * Beta(b, t, n);
        }

        var strength = scale * T.Exp(Scalars.LogSigmoid(At(inputs.Beta, _direction?.Beta, (((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r)));
        return value * (spec.Strength == StrengthKind.ChannelNorm ? strength * T.Sqrt(-T.ExpM1(LogDecay(b, t, n, r) + LogDecay(b, t, n, r))) : strength);
    }

    /// <summary>What the output of channel r is multiplied by.</summary>
    public T OutputGate(int b, int t, int n, int r)
    {
        var y = At(inputs.Y, _direction?.Y, (((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r);
        var sigmoid = T.Exp(Scalars.LogSigmoid(y));
        return spec.OutputGate == GateOfOutput.Silu ? y * sigmoid : sigmoid;
    }

    private T Step(int b, int t, int n, int r) => At(inputs.G, _direction?.G, (((((b * inputs.Time) + t) * spec.StateHeads) + n) * spec.ValueDim) + r);

    private T Activate(int gate, int n, int c)
    {
        var g = At(inputs.G, _direction?.G, gate);
        if (spec.Own?.Of<T>().Gate is { } own)
        {
            return own(g, LearnedBy(spec.QueryHead(n)));
        }

        if (spec.Rate == RateKind.Recurrent)
        {
            return T.CreateChecked(8) * Scalars.LogSigmoid(-Bias(n, c)) * T.Exp(Scalars.LogSigmoid(g));
        }

        if (spec.Rate == RateKind.Power)
        {
            return T.Max(At(inputs.ALog, _direction?.ALog, n), T.Zero) * Scalars.LogSigmoid(-g);
        }

        if (spec.Rate != RateKind.None)
        {
            var rate = T.Exp(At(inputs.ALog, _direction?.ALog, n));
            return spec.Rate switch
            {
                RateKind.Rate => -rate * g,
                RateKind.Softplus => rate * Scalars.LogSigmoid(-(g + Bias(n, c))),
                _ => T.CreateChecked(-5) * T.Exp(Scalars.LogSigmoid(rate * (g + Bias(n, c)))),
            };
        }

        if (spec.ReversedSigmoid)
        {
            return Scalars.LogSigmoid(-g) / _temperature;
        }

        if (spec.LowerBound > 0)
        {
            // Products of probabilities as sums of logarithms: log(ℓ + (1 − ℓ)σ) = log(e^{log ℓ} + e^{log(1 − ℓ) + log σ}).
            var (floor, rest) = (T.CreateChecked(Math.Log(spec.LowerBound)), T.CreateChecked(Math.Log(1 - spec.LowerBound)) + Scalars.LogSigmoid(g));
            return T.Max(floor, rest) + T.LogP1(T.Exp(-T.Abs(floor - rest)));
        }

        return spec.LogSigmoid ? Scalars.LogSigmoid(g) / _temperature : g;
    }

    private T[] Mapped(T[] row, int b, int t, int n, int head, bool isQuery)
    {
        // A random map approximates a kernel of √s q and √s k.
        var scale = spec.Similarity is Similarity.RandomFourier or Similarity.Favor ? T.Sqrt(_scale) : isQuery ? _scale : T.One;
        T[] Scaled(T[] x) => Array.ConvertAll(x, value => scale * value);
        T[] Features(T[] x) => Reference.Features.Of(spec, x, position + t, isQuery, LearnedBy(head));
        row = spec.ScalesInside ? row : Features(row);
        _turns.Apply(row, b, t, n);
        return spec.ScalesInside ? Features(Scaled(row)) : Scaled(row);
    }

    /// <summary>What a query head has learned, by its names.</summary>
    public Func<string, ArraySegment<T>> LearnedBy(int head) => name => Parameter(name, head);

    private ArraySegment<T> Parameter(string name, int head)
    {
        if (!_parameters.TryGetValue(name, out var all))
        {
            var (values, direction) = (inputs.Parameters[name], _direction?.Parameters.GetValueOrDefault(name));
            _parameters[name] = all = [.. Enumerable.Range(0, values.Length).Select(i => At(values, direction, i))];
        }

        return spec.Map.PerHead ? new ArraySegment<T>(all, head * (all.Length / spec.Heads), all.Length / spec.Heads) : all;
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
