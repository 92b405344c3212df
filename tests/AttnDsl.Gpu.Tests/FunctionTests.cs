using System.Linq;
using AttnDsl.Conformance.Layers;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>Functions of the user's on the twin: forms, streams and gradients.</summary>
[Collection(OnCpu.Name)]
public sealed class FunctionTests(CpuAccelerator accelerator)
{
    public static TheoryData<string> Subjects => [.. FunctionSubjects.All.Keys];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_EveryForm_EqualsTheOracle(string name)
    {
        var subject = FunctionSubjects.All[name].OnGpu(accelerator.Device);
        var run = SubjectRun.Random(subject, seed: 3, time: 70);
        foreach (var form in subject.EachForm) run.AssertOutput(run.Forward(form), $"{form}");
        if (!subject.Layer.IsCausal) return;
        var (streamed, state) = run.Stream(66, -1, -1, 2);
        run.AssertOutput(streamed, "stream");
        run.AssertState(state, "stream");
    }

    /// <summary>What a piece finds in a window behind sinks does not lie at its positions.</summary>
    [Fact]
    public void Backward_PiecesOfAWindow_EqualTheOracle()
    {
        var run = new GradientRun(FunctionSubjects.All[nameof(FunctionSinks6x3)].OnGpu(accelerator.Device), seed: 4, time: 70, batch: 1);
        var faults = run.Faults(run.Backward(run.Run.NewState, run.Run.NewState(), 3, 20, 47), run.Slope(), directions: 4).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    public static TheoryData<string> Learned => [.. LearnedSubject.All.Keys];

    [Theory]
    [MemberData(nameof(Learned))]
    public void Functions_WithLearnedNumbers_EqualTheOracle(string name) =>
        Assert.Equal([], LearnedSubject.All[name].Faults(new Golden.Layers.GpuLayer(LearnedSubject.All[name].Layer, accelerator.Device), 70).Where(fault => fault.Length > 0));

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_EqualsTheOracle(string name)
    {
        var run = new GradientRun(FunctionSubjects.All[name].OnGpu(accelerator.Device), seed: 5, time: 70, batch: 1);
        var faults = run.Faults(run.Backward(), run.Slope(), directions: 4).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
