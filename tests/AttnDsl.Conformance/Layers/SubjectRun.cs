using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>A subject on some inputs: runs pieces of it and compares with the oracle.</summary>
internal sealed class SubjectRun
{
    private readonly Subject _subject;
    private readonly LayerInputs _inputs;
    private readonly Lazy<LayerResult<double>> _truth;
    private readonly Lazy<LayerResult<float>> _naive;

    public SubjectRun(Subject subject, LayerInputs inputs)
    {
        (_subject, _inputs) = (subject, inputs);
        Tensors = Contiguous(subject.Spec, inputs);
        _truth = new(() => Oracle.Run<double>(subject.Spec, inputs));
        _naive = new(() => Oracle.Run<float>(subject.Spec, inputs));
    }

    public static SubjectRun Random(Subject subject, int seed, int time)
        => new(subject, new Draw(seed).Inputs(subject.Spec, batch: 2, time));

    public static SubjectRun Random(string subject, int seed, int time) => Random(Subject.All[subject], seed, time);

    public IReadOnlyDictionary<string, FloatTensor> Tensors { get; init; }

    public Subject Subject => _subject;

    public int Time => _inputs.Time;

    public FloatTensor NewOutput() => FloatTensor.Poisoned(_inputs.Batch, Time, _subject.Spec.StateHeads, _subject.Spec.ValueDim);

    public ILayerState NewState() => _subject.Layer.NewState(_inputs.Batch, _subject.Spec.Heads, Math.Max(1, Time));

    public TimeSlice Slice(int start, int count) => new(Tensors, default, start, count);

    public float[] Forward(Forms form)
    {
        var output = NewOutput();
        _subject.Layer.Forward(Slice(0, Time), output.Span, form);
        return output.Data;
    }

    /// <summary>Forward with a state over pieces of the given lengths.</summary>
    public (float[] Output, ILayerState State) Continue(Forms form, params int[] pieces)
    {
        var (output, state, start) = (NewOutput(), NewState(), 0);
        foreach (var piece in pieces)
        {
            _subject.Layer.Forward(Slice(start, piece), output.Time(start, piece), state, form);
            start += piece;
        }

        Assert.Equal(Time, start);
        return (output.Data, state);
    }

    /// <summary>Prefill of pieces; a piece of length −1 is a Step.</summary>
    public (float[] Output, ILayerState State) Stream(params int[] pieces)
    {
        var (output, state, start) = (NewOutput(), NewState(), 0);
        foreach (var piece in pieces)
        {
            var count = Math.Abs(piece);
            if (piece < 0)
            {
                state.Step(Slice(start, count), output.Time(start, count));
            }
            else
            {
                state.Prefill(Slice(start, count), output.Time(start, count));
            }

            start += count;
        }

        Assert.Equal(Time, start);
        return (output.Data, state);
    }

    public void AssertOutput(float[] actual, string what)
        => AssertWithin(ErrorRatio.Of(actual, _truth.Value.Output), () => ErrorRatio.Of(_naive.Value.Output, _truth.Value.Output), $"output, {what}");

    /// <summary>S and z (mLSTM: C and n, brought to the oracle's maximum) of the final state; nothing to compare for a cache.</summary>
    public void AssertState(ILayerState actual, string what)
    {
        if (_truth.Value.State is not { } truth)
        {
            return;
        }

        AssertPart(actual, actual.ReadMatrix(), state => state.S, _naive, truth, $"S, {what}");
        if (_subject.Spec.Denominator is Denominator.KeySum or Denominator.AbsoluteKeySum or Denominator.Stabilised || _subject.Spec.Slots > 0)
        {
            AssertPart(actual, actual.ReadKeySum(), state => state.Z, _naive, truth, $"key sum, {what}");
        }
    }

    private static Dictionary<string, FloatTensor> Contiguous(LayerSpec spec, LayerInputs inputs)
    {
        int[] Shape(params int[] axes) => [inputs.Batch, inputs.Time, .. axes];
        int[] Writes(params int[] axes) => [inputs.Batch, inputs.Time * spec.Steps, .. axes];
        int[] gate = spec.GateWidth > 1 || spec.Decay is DecaySource.Key or DecaySource.Value or DecaySource.Slot or DecaySource.Pair ? [spec.StateHeads, spec.GateWidth] : [spec.StateHeads];
        return new()
        {
            ["in.q"] = new(inputs.Q, Shape(spec.Heads, spec.KeyDim)),
            ["in.k"] = new(inputs.K, Writes(spec.KeyHeads, spec.KeyDim)),
            ["in.v"] = new(inputs.V, Writes(spec.ValueInputHeads, spec.ValueDim)),
            ["in.g"] = new(inputs.G, Shape(gate)),
            ["in.beta"] = new(inputs.Beta, Writes(spec.StateHeads)),
            ["in.i"] = new(inputs.I, Shape(spec.StateHeads)),
            ["in.phi"] = new(inputs.Phi, Shape(spec.KeyHeads, spec.KeyDim / 2)),
            ["in.phasegate"] = new(inputs.PhaseGate, spec.Phase?.Gate == PhaseGating.Pair ? Shape(spec.KeyHeads, spec.KeyDim / 2) : Shape(spec.KeyHeads)),
            ["in.a"] = new(inputs.A, Writes(spec.Heads, spec.FeatureDim)),
            ["in.b"] = new(inputs.B, Writes(spec.Heads, spec.FeatureDim)),
            ["in.s"] = new(inputs.S, Shape(spec.StateHeads, spec.Slots)),
            ["in.a_log"] = new(inputs.ALog, [spec.StateHeads]),
            ["in.dt_bias"] = new(inputs.DtBias, spec.Decay == DecaySource.Head ? [spec.StateHeads] : [spec.StateHeads, spec.BiasWidth]),
            ["in.u"] = new(inputs.U, [spec.Heads, spec.FeatureDim]),
            ["in.w"] = new(inputs.W, [spec.Heads, spec.FeatureDim]),
            ["in.d"] = new(inputs.D, spec.SkipWidth == 1 ? [spec.StateHeads] : [spec.StateHeads, spec.SkipWidth]),
            ["in.eta"] = new(inputs.Eta, Shape(spec.StateHeads)),
        };
    }

    private void AssertPart(
        ILayerState actual, float[] values, Func<MatrixState<double>, double[]> part, Lazy<LayerResult<float>> naive, MatrixState<double> truth, string what)
    {
        var expected = part(truth);
        var scaled = Unscale(Array.ConvertAll(values, value => (double)value), actual.ReadMaximum(), truth.M);
        AssertWithin(ErrorRatio.Of(scaled, expected), () => NaiveError(naive.Value.State!, values.Length == truth.S.Length, truth, expected), what);
    }

    private static double NaiveError(MatrixState<float> naive, bool isMatrix, MatrixState<double> truth, double[] expected)
    {
        var values = Array.ConvertAll(isMatrix ? naive.S : naive.Z, value => (double)value);
        return ErrorRatio.Of(Unscale(values, naive.M, truth.M), expected);
    }

    /// <summary>The stored values times e^{m} are what counts: m itself may differ by where it starts from.</summary>
    private static double[] Unscale(double[] values, float[] maximum, double[] expected)
    {
        if (maximum.Length == 0 || values.Length == 0)
        {
            return values;
        }

        var each = values.Length / maximum.Length;
        return [.. values.Select((value, i) => value == 0 ? 0 : value * Math.Exp(maximum[i / each] - expected[i / each]))];
    }

    private void AssertWithin(double error, Func<double> naive, string what)
    {
        if (error <= Tolerances.Float32)
        {
            return;
        }

        var bar = _subject.IsIllConditioned ? Math.Max(Tolerances.Float32, Tolerances.NaiveFloat32Factor * naive()) : Tolerances.Float32;
        Assert.True(error <= bar, $"{_subject.Name} T{Time}: {what}: {error:e2} over {bar:e2} (naive float32 {naive():e2})");
    }
}
