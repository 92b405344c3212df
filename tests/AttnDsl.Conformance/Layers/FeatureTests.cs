using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>Feature maps of whole rows, and functions of the user's, against the float64 loops: forms, streams, gradients, gradients through states.</summary>
public sealed class FeatureTests
{
    private static readonly int[] s_lengths = [0, 1, 17, 64, 65, 130];

    private static readonly Dictionary<string, Subject> s_subjects = FeatureSubjects.All.Concat(FunctionSubjects.All).ToDictionary();

    public static TheoryData<string> Subjects => [.. s_subjects.Keys];

    public static TheoryData<string> Causal => [.. s_subjects.Values.Where(subject => subject.Layer.IsCausal).Select(subject => subject.Name)];

    public static TheoryData<string> Matrix => [.. s_subjects.Values.Where(subject => subject.Layer.IsCausal && subject.Spec.Similarity != Similarity.Softmax).Select(subject => subject.Name)];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_EveryForm_EqualsTheOracle(string name)
    {
        var subject = s_subjects[name];
        foreach (var time in s_lengths)
        {
            var run = SubjectRun.Random(subject, seed: time, time);
            foreach (var form in subject.EachForm)
            {
                run.AssertOutput(run.Forward(form), $"{form}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void State_PiecesInEveryForm_EqualOnePass(string name)
    {
        var subject = s_subjects[name];
        var run = SubjectRun.Random(subject, seed: 3, time: 150);
        foreach (var form in subject.EachForm)
        {
            var (output, state) = run.Continue(form, 1, 70, 0, 79);
            run.AssertOutput(output, $"{form} with state");
            run.AssertState(state, $"{form} with state");
        }

        var (streamed, streamedState) = run.Stream(66, -1, -1, -1, 81);
        run.AssertOutput(streamed, "stream");
        run.AssertState(streamedState, "stream");
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_EveryLength_EqualsTheOracle(string name)
    {
        var faults = s_lengths.SelectMany(time =>
        {
            var run = new GradientRun(s_subjects[name], seed: time, time, batch: 1);
            return run.Faults(run.Backward(), run.Slope(), directions: 4).ToList();
        }).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Backward_ThroughAState_EqualsTheOracle(string name)
    {
        const int time = 70;
        var run = new GradientRun(s_subjects[name], seed: 5, time, batch: 1);
        var (initial, final, stateGradient) = (run.WarmState(), run.WarmState(), run.NewStateGradient(seed: 7));
        run.Subject.Layer.Forward(run.Run.Slice(0, time), run.Run.NewOutput().Span, final, Forms.Fastest);
        var slope = run.Slope() with
        {
            Initial = new(run.Subject.Spec, 1) { Position = 9 },
            FinalS = stateGradient.ReadMatrix(),
            FinalZ = stateGradient.ReadKeySum(),
            FinalM = final.ReadMaximum(),
        };
        initial.ReadMatrix().Select(x => (double)x).ToArray().CopyTo(slope.Initial.S, 0);
        initial.ReadKeySum().Select(x => (double)x).ToArray().CopyTo(slope.Initial.Z, 0);
        initial.ReadMaximum().Select(x => (double)x).ToArray().CopyTo(slope.Initial.M, 0);
        var gradients = run.Backward(run.WarmState, stateGradient, 21, 49);
        var faults = run.Faults(gradients, slope, directions: 4).Concat(run.StateFaults(stateGradient, slope, directions: 4)).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
