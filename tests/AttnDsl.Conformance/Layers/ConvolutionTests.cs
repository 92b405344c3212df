using System;
using System.Linq;
using AttnDsl.Conformance.Support;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>Short convolutions and exact windows against the float64 loops: forms, streams, gradients, gradients through states.</summary>
public sealed class ConvolutionTests
{
    private static readonly int[] s_lengths = [0, 1, 2, 3, 17, 64, 65, 130];

    public static TheoryData<string> Subjects => [.. ConvolutionSubjects.All.Keys];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_EveryForm_EqualsTheOracle(string name)
    {
        foreach (var time in s_lengths)
        {
            var run = SubjectRun.Random(ConvolutionSubjects.All[name], seed: time, time);
            foreach (var form in run.Subject.EachForm) run.AssertOutput(run.Forward(form), $"{form}");
        }
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void State_PiecesInEveryForm_EqualOnePass(string name)
    {
        var run = SubjectRun.Random(ConvolutionSubjects.All[name], seed: 3, time: 150);
        foreach (var form in run.Subject.EachForm)
        {
            var (output, state) = run.Continue(form, 1, 70, 0, 2, 77);
            run.AssertOutput(output, $"{form} with state");
            run.AssertState(state, $"{form} with state");
        }

        var (streamed, streamedState) = run.Stream(66, -1, -1, -1, 81);
        run.AssertOutput(streamed, "stream");
        run.AssertState(streamedState, "stream");
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_WholeAndInPieces_EqualsTheOracle(string name)
    {
        var faults = new[] { 1, 3, 65, 130 }.SelectMany(time =>
        {
            var run = new GradientRun(ConvolutionSubjects.All[name], seed: time, time, batch: 1);
            var slope = run.Slope();
            var whole = run.Faults(run.Backward(), slope, directions: 4);
            return time < 65 ? whole.ToList() : [.. whole, .. run.Faults(run.Backward(run.Run.NewState, run.Run.NewState(), 2, time - 3, 1), slope, directions: 4)];
        }).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    public static TheoryData<string> Grids => [.. ConvolutionSubjects.OnGrids.Keys];

    [Theory]
    [MemberData(nameof(Grids))]
    public void OnGrid_EveryForm_EqualsTheOracle(string name)
    {
        foreach (var time in new[] { 0, 6, 18, 66, 132 })
        {
            var run = SubjectRun.Random(ConvolutionSubjects.OnGrids[name], seed: time, time);
            foreach (var form in run.Subject.EachForm) run.AssertOutput(run.Forward(form), $"{form}");
        }
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void OnGrid_Backward_EqualsTheOracle(string name)
    {
        var faults = new[] { 6, 66, 132 }.SelectMany(time =>
        {
            var run = new GradientRun(ConvolutionSubjects.OnGrids[name], seed: time, time);
            return run.Faults(run.Backward(), run.Slope(), directions: 4).ToList();
        }).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void OnGrid_PartOfARow_IsRefused()
    {
        var run = SubjectRun.Random(ConvolutionSubjects.OnGrids[nameof(InLineGrid7x5)], seed: 1, time: 20);
        var refused = Assert.Throws<ArgumentException>(() => run.Forward(Forms.Chunkwise));
        Assert.Contains("Q has T = 20 tokens, which are no whole rows of the 6 columns of InLineGrid7x5's grid", refused.Message, StringComparison.Ordinal);
    }
}
