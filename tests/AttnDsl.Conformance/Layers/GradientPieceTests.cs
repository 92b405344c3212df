using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>Gradients of caches across pieces: of the keys and values that a piece found there.</summary>
public sealed class GradientPieceTests
{
    private const int Time = 130;

    /// <summary>Of two float32 sums of the same numbers in another order: what outputs are held to.</summary>
    private const double OtherOrder = Tolerances.Float32;

    // Shorter and longer than the windows of 9 and 16, ending among the sinks, empty, single tokens, off every block.
    private static readonly int[][] s_pieces =
    [
        [130, 0],
        [0, 130],
        [1, 129],
        [129, 1],
        [1, 1, 7, 121],
        [64, 66],
        [17, 0, 1, 47, 65],
        [.. Enumerable.Repeat(13, 10)],
    ];

    private static readonly Dictionary<string, Subject> s_subjects = GradientSubjects.All.Concat(FunctionSubjects.All).ToDictionary();

    public static TheoryData<string> Caches => [.. s_subjects.Values
        .Where(subject => subject.Layer.IsCausal && subject.Spec.Similarity == Similarity.Softmax)
        .Select(subject => subject.Name)];

    [Theory]
    [MemberData(nameof(Caches))]
    public void Backward_Pieces_EqualOnePass(string name)
    {
        var run = new GradientRun(s_subjects[name], seed: 3, Time, batch: IsWide(name) ? 1 : 2);
        var expected = run.Backward();
        foreach (var pieces in s_pieces)
        {
            AssertNear(expected, run.Backward(run.Run.NewState, run.Run.NewState(), pieces), $"{name} in {string.Join(", ", pieces)}");
        }
    }

    [Theory]
    [MemberData(nameof(Caches))]
    public void Backward_Pieces_EqualTheOracle(string name)
    {
        var run = new GradientRun(s_subjects[name], seed: 4, 70, batch: IsWide(name) ? 1 : 2);
        var faults = run.Faults(run.Backward(run.Run.NewState, run.Run.NewState(), 3, 20, 47), run.Slope(), directions: IsWide(name) ? 3 : 6).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [MemberData(nameof(Caches))]
    public void Backward_EmptyCache_IsBackwardWithout(string name)
    {
        var run = new GradientRun(s_subjects[name], seed: 5, 65);
        var plain = run.Backward();
        foreach (var (tensor, actual) in run.Backward(run.Run.NewState, run.Run.NewState(), 65))
        {
            Assert.Equal(plain[tensor].Data, actual.Data);
        }
    }

    [Theory]
    [MemberData(nameof(Caches))]
    public void Backward_GivenCache_LeavesItAsItWas(string name)
    {
        var run = new GradientRun(s_subjects[name], seed: 6, 65);
        var (state, untouched) = (After(run, 40), After(run, 40));
        run.Subject.Layer.Backward(run.Run.Slice(40, 20), run.Upstream.Time(40, 20), new(run.NewGradients(), default, 40, 20), state, run.Run.NewState());
        var (output, expected) = (run.Run.NewOutput(), run.Run.NewOutput());
        run.Subject.Layer.Forward(run.Run.Slice(40, 25), output.Time(40, 25), state, Forms.Fastest);
        run.Subject.Layer.Forward(run.Run.Slice(40, 25), expected.Time(40, 25), untouched, Forms.Fastest);
        Assert.Equal(expected.Data, output.Data);
    }

    [Theory]
    [InlineData(24, 24)]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(7, 24)]
    public void Backward_RuntimeWindow_EqualsTheOracle(int first, int second)
    {
        // Each piece has a window of its own: the oracle's slope of each output is taken under the window of its piece.
        const int batch = 2, heads = 2, split = 33, time = 60;
        var spec = new LayerSpec { KeyDim = 7, ValueDim = 5, Heads = heads, Similarity = Similarity.Softmax };
        var inputs = new Draw(first + second).Inputs(spec, batch, time);
        var upstream = new Draw(99).Normal(batch * time * heads * 5, 1);
        var (q, k, v) = (new float[inputs.Q.Length], new float[inputs.K.Length], new float[inputs.V.Length]);
        var (state, gradient) = (new RuntimeWindow7x5.State(batch, heads), new RuntimeWindow7x5.State(batch, heads));
        state.Prefill(Bind(0, split, first), new TensorSpan<float>(new float[batch * split * heads * 5], [batch, split, heads, 5]));
        RuntimeWindow7x5.Backward(Bind(split, time, second), Part(upstream, split, time, 5), Gradients(split, time), state, gradient);
        Assert.Equal(split, gradient.Position);
        RuntimeWindow7x5.Backward(Bind(0, split, first), Part(upstream, 0, split, 5), Gradients(0, split), new(batch, heads), gradient);
        Assert.Equal(0, gradient.Position);

        Slope[] slopes =
        [
            new(spec with { Window = first }, inputs, Only(upstream, t => t < split)),
            new(spec with { Window = second }, inputs, Only(upstream, t => t >= split)),
        ];
        foreach (var (tensor, actual) in new[] { ("in.q", q), ("in.k", k), ("in.v", v) })
        {
            var draw = new Draw(actual.Length);
            var along = Enumerable.Range(0, 6).Select(_ => draw.Normal(actual.Length, 1)).ToList();
            var error = ErrorRatio.Of(
                along.Select(d => actual.Select((x, i) => (double)x * d[i]).Sum()).ToList(),
                along.Select(d => slopes.Sum(slope => slope.Along(tensor, d))).ToList());
            Assert.InRange(error, 0, Tolerances.Gradient(spec, tensor));
        }

        RuntimeWindow7x5.Inputs Bind(int from, int to, int window) => new()
        {
            Q = Part(inputs.Q, from, to, 7),
            K = Part(inputs.K, from, to, 7),
            V = Part(inputs.V, from, to, 5),
            Window = window,
        };

        RuntimeWindow7x5.Gradients Gradients(int from, int to) => new() { Q = Part(q, from, to, 7), K = Part(k, from, to, 7), V = Part(v, from, to, 5) };

        TensorSpan<float> Part(float[] data, int from, int to, int width)
            => new FloatTensor(data, [batch, time, heads, width]).Time(from, to - from);

        float[] Only(float[] values, Func<int, bool> token) => [.. values.Select((x, i) => token(i / (heads * 5) % time) ? x : 0)];
    }

    [Fact]
    public void Backward_GradientOfAnotherPlace_SaysBoth()
    {
        var run = new GradientRun("Sinks7x5", seed: 7, 60);
        var gradient = run.Run.NewState();
        Backward(run, 40, 20, gradient);
        Rejected.With(() => Backward(run, 10, 20, gradient), "stateGradient", "token 40", "token 30");
        Backward(run, 10, 30, gradient);
    }

    [Fact]
    public void Backward_GradientTooSmallForTheCache_SaysBoth()
    {
        var run = new GradientRun("Softmax7x5", seed: 8, 60);
        var small = run.Subject.Layer.NewState(2, run.Subject.Spec.Heads, 39);
        Rejected.With(() => Backward(run, 40, 20, small), "stateGradient", "39", "40");
        Backward(run, 39, 21, small);
    }

    [Fact]
    public void Backward_CacheOfAnotherBatchOrItsOwnGradient_IsRefused()
    {
        var run = new GradientRun("Softmax7x5", seed: 9, 20);
        var (state, other) = (run.Run.NewState(), run.Subject.Layer.NewState(3, 2, 20));
        var gradients = run.NewGradients();
        Rejected.With(() => Call(other, state), "2", "3");
        Rejected.With(() => Call(state, other), "2", "3");
        Rejected.With(() => Call(state, state), "stateGradient", "initial");
        Assert.All(gradients.Values.SelectMany(gradient => gradient.Data), value => Assert.True(float.IsNaN(value)));

        void Call(Golden.Layers.ILayerState initial, Golden.Layers.ILayerState gradient)
            => run.Subject.Layer.Backward(run.Run.Slice(0, 20), run.Upstream.Span, new(gradients, default, 0, 20), initial, gradient);
    }

    [Fact]
    public void Backward_DefaultState_NamesTheState()
    {
        var written = Enumerable.Repeat(42f, 3).ToArray();
        Rejected.ByState(() => Call(default, new(1, 1, 1)), "State");
        Rejected.ByState(() => Call(new(1, 1, 1), default), "State");
        Assert.All(written, value => Assert.Equal(42, value));

        void Call(Softmax1x1.State initial, Softmax1x1.State gradient) => Softmax1x1.Backward(
            new() { Q = One(new float[1], 0), K = One(new float[1], 0), V = One(new float[1], 0) },
            One(new float[1], 0),
            new() { Q = One(written, 0), K = One(written, 1), V = One(written, 2) },
            initial,
            gradient);

        static TensorSpan<float> One(float[] data, int at) => new(data.AsSpan(at, 1), [1, 1, 1, 1]);
    }

    private static void Backward(GradientRun run, int start, int count, Golden.Layers.ILayerState gradient)
        => run.Subject.Layer.Backward(run.Run.Slice(start, count), run.Upstream.Time(start, count), new(run.NewGradients(), default, start, count), After(run, start), gradient);

    private static Golden.Layers.ILayerState After(GradientRun run, int tokens)
    {
        var state = run.Run.NewState();
        run.Subject.Layer.Forward(run.Run.Slice(0, tokens), run.Run.NewOutput().Time(0, tokens), state, Forms.Fastest);
        return state;
    }

    private static void AssertNear(Dictionary<string, FloatTensor> expected, Dictionary<string, FloatTensor> actual, string what)
    {
        foreach (var (tensor, values) in expected)
        {
            var error = ErrorRatio.Of(Array.ConvertAll(actual[tensor].Data, x => (double)x), Array.ConvertAll(values.Data, x => (double)x), Tolerances.LeastGradient);
            // What a learned frequency or gate receives is summed over tokens of sums over all later ones, most of which cancels: each order is as far off as gradients may be.
            var bar = tensor is "in.theta" or "in.phasebias" || (tensor == "in.g" && values.IsLearned) ? Tolerances.Float32Gradient : OtherOrder;
            Assert.True(error <= bar, $"{what} {tensor}: {error:e2} over {bar:e2}");
        }
    }

    private static bool IsWide(string name) => s_subjects[name].Spec.KeyDim > 16;
}
