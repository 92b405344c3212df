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
        Tensors = Support.Tensors.Of(subject.Spec, inputs);
        _truth = new(() => Oracle.Run<double>(subject.Spec, inputs));
        _naive = new(() => Oracle.Run<float>(subject.Spec, inputs));
    }

    public static SubjectRun Random(Subject subject, int seed, int time)
        => new(subject, new Draw(seed).Inputs(subject.Spec, batch: 2, time));

    public static SubjectRun Random(string subject, int seed, int time) => Random(Subject.All[subject], seed, time);

    public IReadOnlyDictionary<string, FloatTensor> Tensors { get; init; }

    public Subject Subject => _subject;

    public LayerInputs Inputs => _inputs;

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
        if (_subject.Spec.Denominator is Denominator.KeySum or Denominator.AbsoluteKeySum or Denominator.Stabilised or Denominator.Centred || _subject.Spec.Slots > 0)
        {
            AssertPart(actual, actual.ReadKeySum(), state => state.Z, _naive, truth, $"key sum, {what}");
        }
    }

    private void AssertPart(
        ILayerState actual, float[] values, Func<MatrixState<double>, double[]> part, Lazy<LayerResult<float>> naive, MatrixState<double> truth, string what)
    {
        var expected = part(truth);
        var scaled = ErrorRatio.ToMaximum(Array.ConvertAll(values, value => (double)value), actual.ReadMaximum(), truth.M);
        AssertWithin(ErrorRatio.Of(scaled, expected), () => NaiveError(naive.Value.State!, values.Length == truth.S.Length, truth, expected), what);
    }

    private static double NaiveError(MatrixState<float> naive, bool isMatrix, MatrixState<double> truth, double[] expected)
    {
        var values = Array.ConvertAll(isMatrix ? naive.S : naive.Z, value => (double)value);
        return ErrorRatio.Of(ErrorRatio.ToMaximum(values, naive.M, truth.M), expected);
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
