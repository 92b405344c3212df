extern alias runtime;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using System.Text.Json;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;
using AttnDsl.Space.Compiling;
using AttnDsl.Space.Points;

namespace AttnDsl.Space.Faces;

using Forms = runtime::AttnDsl.Forms;

/// <summary>One layer on one case: every way to run it, each beside the reference loops. The layer is that of the CPU, or its twin.</summary>
internal sealed class FaceRun
{
    /// <summary>Along which a gradient is compared: what is wrong is wrong along all of them, and what is over its bar gets more.</summary>
    private const int Directions = 2;

    private readonly Point _point;
    private readonly LayerSpec _spec;
    private readonly Case _case;
    private readonly Truth _truth;
    private readonly Slopes _slopes;
    private readonly Dictionary<string, FloatTensor> _tensors;
    private readonly FloatTensor _upstream;
    private readonly JsonElement _parameters;

    public FaceRun(Point point, Case @case)
    {
        (_point, _spec, _case) = (point, point.Spec, @case);
        _truth = new(_spec, @case.Inputs, @case.Name);
        _tensors = Tensors.Of(_spec, @case.Inputs);
        _upstream = NewOutput();
        new Draw(point.Seed).Normal(_upstream.Data.Length, 1).CopyTo(_upstream.Data, 0);
        _slopes = new(new(_spec, @case.Inputs, _upstream.Data) { HoldsMaximum = true }, point.Seed, Directions, @case.Name);
        _parameters = JsonSerializer.SerializeToElement(new { window = point.RuntimeWindow });
    }

    private int Time => _case.Inputs.Time;

    private int Batch => _case.Inputs.Batch;

    public IEnumerable<Measure> Run(ILayer layer, string target) =>
    [
        .. Outputs(layer, target),
        .. layer.IsCausal ? Streams(layer, target) : [],
        .. Gradients(layer, target),
        .. layer.IsCausal && !_spec.IsSoftmax ? StateGradients(layer, target) : [],
    ];

    /// <summary>The members that take contiguous spans.</summary>
    public IEnumerable<Measure> RunSpans(Access access)
    {
        var output = NewOutput().Data;
        access.Spans(Slice(0, Time), Batch, Time, _spec.Heads, _point.RuntimeWindow, output);
        yield return _truth.Output("spans", output);
        if (access.StreamSpans is null || Batch > 1) yield break;
        output = NewOutput().Data;
        access.StreamSpans(Slice(0, Time), Time, Time / 3, _spec.Heads, _point.RuntimeWindow, output);
        yield return _truth.Output("spans, streamed", output);
    }

    /// <summary>The sequences of the batch one behind the other.</summary>
    public IEnumerable<Measure> RunPacked(Access access)
    {
        if (access.Packed is null || access.PackedBackward is null) yield break;
        int[] cuSeqLens = [.. Enumerable.Range(0, Batch + 1).Select(sequence => sequence * Time)];
        var inputs = Packed(_tensors);
        var output = NewOutput();
        access.Packed(inputs, Packed(output).Span, cuSeqLens);
        yield return _truth.Output("CPU packed", output.Data);
        var gradients = NewGradients();
        access.PackedBackward(inputs, Packed(_upstream).Span, Packed(gradients), cuSeqLens);
        foreach (var gradient in _slopes.Gradients("CPU Backward packed", gradients.ToDictionary(g => g.Key, g => g.Value.Data))) yield return gradient;
    }

    private TimeSlice Packed(Dictionary<string, FloatTensor> tensors) => new(tensors.ToDictionary(t => t.Key, t => Packed(t.Value)), _parameters, 0, Batch * Time);

    private static FloatTensor Packed(FloatTensor tensor) => tensor.IsLearned ? tensor : tensor.As([1, tensor.Shape[0] * tensor.Shape[1], .. tensor.Shape.Skip(2)]);

    private IEnumerable<Measure> Outputs(ILayer layer, string target)
    {
        foreach (var form in FormsOf().Prepend(Forms.Fastest))
        {
            var output = NewOutput();
            layer.Forward(Slice(0, Time), output.Span, form);
            yield return _truth.Output($"{target} {form}", output.Data);
        }
    }

    /// <summary>Forward from state to state, and Prefill between Steps.</summary>
    private IEnumerable<Measure> Streams(ILayer layer, string target)
    {
        foreach (var form in FormsOf())
        {
            var (output, state) = (NewOutput(), NewState(layer));
            foreach (var (start, count) in new[] { (0, Time / 2), (Time / 2, Time - (Time / 2)) })
                layer.Forward(Slice(start, count), output.Time(start, count), state, form);
            yield return _truth.Output($"{target} {form} in pieces", output.Data);
            foreach (var part in _truth.State($"{target} {form} in pieces", state)) yield return part;
        }

        var (streamed, end) = (NewOutput(), NewState(layer));
        var time = 0;
        foreach (var piece in Time < 4 ? Enumerable.Repeat(-1, Time) : [Time / 3, -1, -1, 0, Time - (Time / 3) - 3, -1])
        {
            var count = Math.Abs(piece);
            if (piece < 0) end.Step(Slice(time, count), streamed.Time(time, count));
            else end.Prefill(Slice(time, count), streamed.Time(time, count));
            time += count;
        }

        yield return _truth.Output($"{target} streamed", streamed.Data);
        foreach (var part in _truth.State($"{target} streamed", end)) yield return part;
    }

    private IEnumerable<Measure> Gradients(ILayer layer, string target)
    {
        var gradients = NewGradients();
        layer.Backward(Slice(0, Time), _upstream.Span, new(gradients, _parameters, 0, Time));
        return _slopes.Gradients($"{target} Backward", gradients.ToDictionary(g => g.Key, g => g.Value.Data));
    }

    /// <summary>Through a given initial state and a given gradient of the final one, in two pieces.</summary>
    private IEnumerable<Measure> StateGradients(ILayer layer, string target)
    {
        var stateGradient = NewState(layer);
        var draw = new Draw(unchecked(_point.Seed + 2));
        stateGradient.WriteMatrix(draw.Normal(stateGradient.ReadMatrix().Length, 1));
        if (stateGradient.ReadKeySum() is { Length: > 0 } keySum) stateGradient.WriteKeySum(draw.Normal(keySum.Length, 1));

        // The states before the first piece and before the second; the maximum of that behind both.
        var states = new[] { 0, Time / 2 }.Select(end => StateAfter(layer, end)).ToArray();
        var slopes = new Slopes(
            new Slope(_spec, _case.Inputs, _upstream.Data)
            {
                HoldsMaximum = true,
                Initial = _spec.KeepsRows ? null : Initial(states[0]),
                FinalS = stateGradient.ReadMatrix(),
                FinalZ = stateGradient.ReadKeySum(),
                FinalM = states[0].ReadMaximum().Length == 0 ? [] : StateAfter(layer, Time).ReadMaximum(),
            },
            _point.Seed,
            Directions,
            _case.Name);
        var gradients = NewGradients();
        var sums = gradients.Where(g => g.Value.IsLearned).ToDictionary(g => g.Key, g => new float[g.Value.Data.Length]);
        foreach (var (start, count, initial) in new[] { (Time / 2, Time - (Time / 2), states[1]), (0, Time / 2, states[0]) })
        {
            layer.Backward(Slice(start, count), _upstream.Time(start, count), new(gradients, _parameters, start, count), initial, stateGradient);

            // Each call writes its own part of what all tokens share.
            foreach (var (tensor, sum) in sums) TensorPrimitives.Add(sum, gradients[tensor].Data, sum);
        }

        foreach (var (tensor, sum) in sums) sum.CopyTo(gradients[tensor].Data, 0);
        var all = gradients.ToDictionary(g => g.Key, g => g.Value.Data);
        if (_spec.KeepsRows) return slopes.Gradients($"{target} Backward through states", all);
        all[Slope.InitialS] = stateGradient.ReadMatrix();
        if (stateGradient.ReadKeySum() is { Length: > 0 } initialSum) all[Slope.InitialKeySum] = initialSum;
        return slopes.Gradients($"{target} Backward through states", all);
    }

    /// <summary>After some other tokens, where the oracle can start behind them, and then the first ones of the case.</summary>
    private ILayerState StateAfter(ILayer layer, int count)
    {
        var state = NewState(layer);
        if (!_spec.KeepsRows)
        {
            var warm = Warm;
            var output = FloatTensor.Poisoned(Batch, warm.Inputs.Time, _spec.StateHeads, _spec.ValueDim);
            state.Prefill(new(Tensors.Of(_spec, warm.Inputs), _parameters, 0, warm.Inputs.Time), output.Span);
        }

        layer.Forward(Slice(0, count), NewOutput().Time(0, count), state, Forms.Fastest);
        return state;
    }

    private Case Warm => Case.Warm(_point, Batch);

    private MatrixState<double> Initial(ILayerState state)
    {
        var initial = new MatrixState<double>(_spec, Batch) { Position = Warm.Inputs.Time };
        Copy(state.ReadMatrix(), initial.S);
        Copy(state.ReadKeySum(), initial.Z);
        Copy(state.ReadMaximum(), initial.M);
        Copy(state.ReadValueMean(), initial.ValueMean);
        Copy(state.ReadCount(), initial.Count);
        if (_spec.Phase is null || Oracle.Run<double>(_spec, Warm.Inputs).State is not { } turned) return initial;
        turned.Phase.CopyTo(initial.Phase, 0);
        turned.LastPhi.CopyTo(initial.LastPhi, 0);
        return initial;
    }

    private static void Copy(float[] from, double[] to) => Array.ConvertAll(from, x => (double)x).CopyTo(to, 0);

    private IEnumerable<Forms> FormsOf() => _point.Forms.Select(f => (Forms)(int)f);

    private TimeSlice Slice(int start, int count) => new(_tensors, _parameters, start, count);

    private FloatTensor NewOutput() => FloatTensor.Poisoned(Batch, Time, _spec.StateHeads, _spec.ValueDim);

    private ILayerState NewState(ILayer layer) => layer.NewState(Batch, _spec.Heads, Math.Max(1, Time));

    private Dictionary<string, FloatTensor> NewGradients() => _tensors
        .Where(pair => Tensors.IsInput(_spec, pair.Key))
        .ToDictionary(pair => pair.Key, pair => FloatTensor.Poisoned(pair.Value.Shape) with { IsLearned = pair.Value.IsLearned });
}
