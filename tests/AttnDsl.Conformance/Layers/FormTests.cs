using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class FormTests
{
    private static readonly int[] s_lengths = [.. Enumerable.Range(0, 71), 127, 257, 521];

    public static TheoryData<string> Subjects => [.. Subject.All.Keys];

    public static TheoryData<string> Causal => [.. Subject.All.Values.Where(subject => subject.Layer.IsCausal).Select(subject => subject.Name)];

    public static TheoryData<string> Matrix => [.. Subject.All.Values.Where(subject => subject.Layer.IsCausal && !subject.Spec.IsSoftmax).Select(subject => subject.Name)];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_EveryFormAndLength_EqualsTheOracle(string name)
    {
        foreach (var time in s_lengths)
        {
            var run = SubjectRun.Random(name, seed: time, time);
            foreach (var form in run.Subject.EachForm)
            {
                run.AssertOutput(run.Forward(form), $"{form}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_OneSequence_EqualsTheOracle(string name)
    {
        var subject = Subject.All[name];
        foreach (var time in new[] { 0, 1, 33 })
        {
            var run = new SubjectRun(subject, new Draw(time).Inputs(subject.Spec, batch: 1, time));
            foreach (var form in subject.EachForm)
            {
                run.AssertOutput(run.Forward(form), $"{form}, B1");
            }

            if (subject.Layer.IsCausal)
            {
                var (output, state) = run.Stream(time);
                run.AssertOutput(output, "prefill, B1");
                run.AssertState(state, "prefill, B1");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void ForwardWithState_EveryFormAndLength_EqualsTheOracle(string name)
    {
        foreach (var time in s_lengths)
        {
            var run = SubjectRun.Random(name, seed: time, time);
            foreach (var form in run.Subject.EachForm)
            {
                var (output, state) = run.Continue(form, time);
                run.AssertOutput(output, $"{form} with state");
                run.AssertState(state, $"{form}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void ForwardWithState_SplitAnywhere_EqualsOnePass(string name)
    {
        var run = SubjectRun.Random(name, seed: 1, time: 41);
        foreach (var form in run.Subject.EachForm)
        {
            for (var split = 0; split <= run.Time; split++)
            {
                var (output, state) = run.Continue(form, split, run.Time - split);
                run.AssertOutput(output, $"{form} split at {split}");
                run.AssertState(state, $"{form} split at {split}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void State_PrefillSplitAnywhere_EqualsOnePass(string name)
    {
        var run = SubjectRun.Random(name, seed: 2, time: 41);
        for (var split = 0; split <= run.Time; split++)
        {
            var (output, state) = run.Stream(split, run.Time - split);
            run.AssertOutput(output, $"prefill split at {split}");
            run.AssertState(state, $"prefill split at {split}");
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void State_RaggedPiecesAndSteps_EqualOnePass(string name)
    {
        var random = new Random(3);
        for (var round = 0; round < 8; round++)
        {
            var pieces = new List<int>();
            for (var i = 0; i < 12; i++)
            {
                pieces.Add(random.Next(3) == 0 ? -1 : random.Next(0, 40));
            }

            var run = SubjectRun.Random(name, seed: round, pieces.Sum(Math.Abs));
            var (output, state) = run.Stream([.. pieces]);
            run.AssertOutput(output, $"pieces {string.Join(' ', pieces)}");
            run.AssertState(state, $"pieces {string.Join(' ', pieces)}");
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void State_StepByStep_EqualsOnePass(string name)
    {
        var run = SubjectRun.Random(name, seed: 4, time: 50);
        var (output, state) = run.Stream([.. Enumerable.Repeat(-1, 50)]);
        run.AssertOutput(output, "steps");
        run.AssertState(state, "steps");
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void State_NoTokens_ChangesNothing(string name)
    {
        var run = SubjectRun.Random(name, seed: 5, time: 9);
        var (output, state) = run.Stream(0, 9, 0);
        var (plain, plainState) = run.Stream(9);
        Assert.Equal(plain, output);
        Assert.Equal(plainState.ReadMatrix(), state.ReadMatrix());
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void ForwardWithState_GivenMatrix_StartsFromIt(string name)
    {
        var run = SubjectRun.Random(name, seed: 6, time: 40);
        var (_, first) = run.Stream(13, 27);
        var matrix = first.ReadMatrix();
        var copy = run.NewState();
        copy.WriteMatrix(matrix);
        Assert.Equal(matrix, copy.ReadMatrix());
        // What lies on which level says the place of the last token, which is no part of the matrix.
        if (first.ReadKeySum().Length == 0 && run.Subject.Spec is { Levels: 0, Phase: null })
        {
            var (again, other) = (run.NewOutput(), run.NewOutput());
            first.Prefill(run.Slice(0, 40), again.Span);
            run.Subject.Layer.Forward(run.Slice(0, 40), other.Span, copy, Forms.Fastest);
            Assert.Equal(again.Data, other.Data);
        }
    }
}
