using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;

namespace AttnDsl.Conformance.Layers;

/// <summary>Gradients of a subject on random inputs, and how far they are from the slopes of the oracle.</summary>
internal sealed class GradientRun
{
    private readonly LayerInputs _inputs;
    private readonly int _seed;

    /// <param name="subject">Name of the layer.</param>
    /// <param name="seed">Same seed, same numbers.</param>
    /// <param name="time">T.</param>
    /// <param name="batch">B.</param>
    /// <param name="change">Changes the random inputs.</param>
    public GradientRun(string subject, int seed, int time, int batch = 2, Action<LayerInputs>? change = null)
        : this(GradientSubjects.All[subject], seed, time, batch, change)
    {
    }

    public GradientRun(Subject subject, int seed, int time, int batch = 2, Action<LayerInputs>? change = null)
    {
        Subject = subject;
        (_inputs, _seed) = (new Draw(seed).Inputs(Subject.Spec, batch, time), seed);
        change?.Invoke(_inputs);
        Run = new(Subject, _inputs);
        Upstream = Run.NewOutput();
        new Draw(seed + 1).Normal(Upstream.Data.Length, 1).CopyTo(Upstream.Data, 0);
    }

    public Subject Subject { get; }

    public SubjectRun Run { get; }

    /// <summary>∂L/∂o.</summary>
    public FloatTensor Upstream { get; init; }

    public int Time => _inputs.Time;

    /// <summary>One tensor for each input, holding NaN.</summary>
    public Dictionary<string, FloatTensor> NewGradients() => Run.Tensors
        .Where(pair => IsInput(pair.Key))
        .ToDictionary(pair => pair.Key, pair => FloatTensor.Poisoned(pair.Value.Shape) with { IsLearned = pair.Value.IsLearned });

    public Dictionary<string, FloatTensor> Backward()
    {
        var gradients = NewGradients();
        Backward(gradients);
        return gradients;
    }

    public void Backward(IReadOnlyDictionary<string, FloatTensor> gradients)
        => Subject.Layer.Backward(Run.Slice(0, Time), Upstream.Span, new(gradients, default, 0, Time));

    /// <summary>From the last piece to the first, <paramref name="stateGradient"/> through all of them.</summary>
    public Dictionary<string, FloatTensor> Backward(Func<ILayerState> initial, ILayerState stateGradient, params int[] pieces)
    {
        var gradients = NewGradients();
        for (var (i, end) = (pieces.Length - 1, Time); i >= 0; end -= pieces[i--])
        {
            var (start, count) = (end - pieces[i], pieces[i]);
            var state = initial();
            Subject.Layer.Forward(Run.Slice(0, start), Run.NewOutput().Time(0, start), state, Forms.Fastest);
            var learned = gradients.Where(pair => pair.Value.IsLearned).ToDictionary(pair => pair.Key, pair => FloatTensor.Poisoned(pair.Value.Shape) with { IsLearned = true });
            var targets = gradients.ToDictionary(pair => pair.Key, pair => learned.GetValueOrDefault(pair.Key) ?? pair.Value);
            Subject.Layer.Backward(Run.Slice(start, count), Upstream.Time(start, count), new(targets, default, start, count), state, stateGradient);

            // A learned tensor's gradient is the sum over the pieces.
            foreach (var (tensor, part) in learned)
            {
                for (var n = 0; n < part.Data.Length; n++) gradients[tensor].Data[n] = i == pieces.Length - 1 ? part.Data[n] : gradients[tensor].Data[n] + part.Data[n];
            }
        }

        return gradients;
    }

    /// <summary>A state after some other tokens.</summary>
    public ILayerState WarmState() => new SubjectRun(Subject, WarmInputs).Stream(9).State;

    /// <summary>What that state has from the oracle: where rotations stand.</summary>
    public MatrixState<double> WarmOracle() => Oracle.Run<double>(Subject.Spec, WarmInputs).State!;

    private LayerInputs WarmInputs => new Draw(_seed + 2).Inputs(Subject.Spec, _inputs.Batch, 9);

    /// <summary>A state gradient of random numbers.</summary>
    public ILayerState NewStateGradient(int seed)
    {
        var (gradient, draw) = (Run.NewState(), new Draw(seed));
        gradient.WriteMatrix(draw.Normal(gradient.ReadMatrix().Length, 1));
        if (gradient.ReadKeySum() is { Length: > 0 } sum)
        {
            gradient.WriteKeySum(draw.Normal(sum.Length, 1));
        }

        return gradient;
    }

    public Slope Slope() => new(Subject.Spec, _inputs, Upstream.Data);

    /// <summary>What is over its bar, in words.</summary>
    public IEnumerable<string> Faults(IReadOnlyDictionary<string, FloatTensor> gradients, Slope slope, int directions)
        => gradients.SelectMany(pair => Fault(pair.Key, pair.Value.Data, slope, directions));

    /// <summary>The same for the gradient of the initial state.</summary>
    public IEnumerable<string> StateFaults(ILayerState gradient, Slope slope, int directions)
    {
        var faults = Fault(Support.Slope.InitialS, gradient.ReadMatrix(), slope, directions);
        if (gradient.ReadKeySum() is { Length: > 0 } sum) faults = faults.Concat(Fault(Support.Slope.InitialKeySum, sum, slope, directions));
        // Without a token the gradient behind is the one in front, which has none for m.
        return Time > 0 && gradient.ReadMaximum() is { Length: > 0 } maximum ? faults.Concat(Fault(Support.Slope.InitialMaximum, maximum, slope, directions)) : faults;
    }

    public bool IsInput(string tensor) => Tensors.IsInput(Subject.Spec, tensor);

    private IEnumerable<string> Fault(string tensor, float[] gradient, Slope slope, int directions)
    {
        var draw = new Draw(gradient.Length);
        var along = Enumerable.Range(0, directions).Select(_ => draw.Normal(gradient.Length, 1)).ToList();
        var actual = along.Select(direction => gradient.Select((value, i) => (double)value * direction[i]).Sum()).ToList();
        var expected = along.Select(direction => slope.Along(tensor, direction)).ToList();
        var error = Error(actual);
        var bar = Tolerances.Gradient(Subject.Spec, tensor);
        if (error <= bar)
        {
            return [];
        }

        var nudged = slope with { Inputs = draw.Nudged(slope.Inputs) };
        var condition = Error([.. along.Select(direction => nudged.Along(tensor, direction))]);
        bar = Math.Max(bar, Tolerances.NudgedInputsFactor * condition);
        // What cancels by itself, such as the parameters of a map whose feature sums divide each other, is as far off in the naive loop.
        var naive = Subject.Spec.HoldsDenominator ? 0 : Error([.. along.Select(direction => slope.AlongIn<float>(tensor, direction))]);
        bar = Math.Max(bar, Tolerances.NaiveGradientFactor * naive);
        return error <= bar ? [] : [$"{Subject.Name} T{Time} {tensor}: {error:e2} over {bar:e2} (inputs nudged by an ulp: {condition:e2}, float32 derivative of the loop: {naive:e2})"];

        double Error(IReadOnlyList<double> values) => ErrorRatio.Of(values, expected, Tolerances.LeastGradient * Math.Sqrt(gradient.Length));
    }
}
