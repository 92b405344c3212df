using System;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>Gradients against the slopes of the float64 loops along random directions, tensor by tensor.</summary>
public sealed class GradientTests
{
    private static readonly int[] s_lengths = [0, 1, 2, 17, 63, 64, 65, 130];

    public static TheoryData<string> Subjects => [.. GradientSubjects.All.Keys];

    public static TheoryData<string> Matrix => [.. GradientSubjects.All.Values.Where(subject => subject.Layer.IsCausal && subject.Spec.Similarity != Similarity.Softmax).Select(subject => subject.Name)];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_EveryLength_EqualsTheOracle(string name)
    {
        var faults = s_lengths.SelectMany(time =>
        {
            var run = New(name, seed: time, time);
            return run.Faults(run.Backward(), run.Slope(), Directions(run)).ToList();
        }).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Backward_GivenStateAndStateGradient_EqualsTheOracle(string name)
    {
        var faults = new[] { 0, 1, 17, 65, 130 }.SelectMany(time =>
        {
            var run = New(name, seed: time, time);
            var initial = run.WarmState();
            var stateGradient = run.NewStateGradient(seed: 7);
            var final = run.WarmState();
            run.Subject.Layer.Forward(run.Run.Slice(0, time), run.Run.NewOutput().Span, final, Forms.Fastest);
            var slope = run.Slope() with
            {
                Initial = run.WarmOracle(),
                FinalS = stateGradient.ReadMatrix(),
                FinalZ = stateGradient.ReadKeySum(),
                FinalM = final.ReadMaximum(),
            };
            ToDouble(initial.ReadMatrix()).CopyTo(slope.Initial.S, 0);
            ToDouble(initial.ReadKeySum()).CopyTo(slope.Initial.Z, 0);
            ToDouble(initial.ReadMaximum()).CopyTo(slope.Initial.M, 0);
            ToDouble(initial.ReadValueMean()).CopyTo(slope.Initial.ValueMean, 0);
            ToDouble(initial.ReadCount()).CopyTo(slope.Initial.Count, 0);
            var gradients = run.Backward(run.WarmState, stateGradient, time);
            return run.Faults(gradients, slope, Directions(run)).Concat(run.StateFaults(stateGradient, slope, Directions(run))).ToList();
        }).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Backward_Pieces_EqualOnePass(string name)
    {
        foreach (var pieces in new int[][] { [130, 0], [0, 130], [1, 129], [64, 66], [17, 0, 1, 47, 65], [.. Enumerable.Repeat(13, 10)] })
        {
            var run = New(name, seed: 3, 130);
            var (whole, split) = (run.NewStateGradient(seed: 5), run.NewStateGradient(seed: 5));
            var expected = run.Backward(run.WarmState, whole, 130);
            foreach (var (tensor, actual) in run.Backward(run.WarmState, split, pieces))
            {
                AssertNear(run, tensor, actual.Data, expected[tensor].Data);
            }

            AssertNear(run, Slope.InitialS, split.ReadMatrix(), whole.ReadMatrix());
            AssertNear(run, Slope.InitialKeySum, split.ReadKeySum(), whole.ReadKeySum());
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Backward_EmptyStateAndNoStateGradient_IsBackwardWithout(string name)
    {
        var run = New(name, seed: 4, 65);
        var plain = run.Backward();
        foreach (var (tensor, actual) in run.Backward(run.Run.NewState, run.Run.NewState(), 65))
        {
            Assert.Equal(plain[tensor].Data, actual.Data);
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Backward_GivenState_LeavesItAsItWas(string name)
    {
        var run = New(name, seed: 5, 65);
        var (state, before) = (run.WarmState(), run.WarmState());
        run.Backward(() => state, run.NewStateGradient(seed: 6), 65);
        Assert.Equal(before.ReadMatrix(), state.ReadMatrix());
        Assert.Equal(before.ReadKeySum(), state.ReadKeySum());
        Assert.Equal(before.ReadMaximum(), state.ReadMaximum());
    }

    private static void AssertNear(GradientRun run, string tensor, float[] actual, float[] expected)
    {
        var error = ErrorRatio.Of(ToDouble(actual), ToDouble(expected), Tolerances.LeastGradient);
        var bar = Tolerances.Gradient(run.Subject.Spec, tensor);
        Assert.True(error <= bar, $"{run.Subject.Name} {tensor}: {error:e2} over {bar:e2}");
    }

    private static double[] ToDouble(float[] values) => Array.ConvertAll(values, value => (double)value);

    /// <summary>Wide layers are run on one sequence, along few directions: the oracle is slow there.</summary>
    private static GradientRun New(string name, int seed, int time) => new(name, seed, time, batch: IsWide(GradientSubjects.All[name].Spec) ? 1 : 2);

    private static int Directions(GradientRun run) => IsWide(run.Subject.Spec) ? 3 : 6;

    private static bool IsWide(LayerSpec spec) => spec.KeyDim > 16;
}
