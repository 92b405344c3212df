using System.Linq;
using AttnDsl.Conformance.Layers;
using AttnDsl.Golden.Layers;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>Learned parameters on the twin.</summary>
[Collection(OnCpu.Name)]
public sealed class ParameterTests(CpuAccelerator accelerator)
{
    public static TheoryData<string, int> Cases => SkipRun.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Skip_EveryFormAndGradient_AddsWhatItSays(string name, int time)
    {
        var (without, with) = SkipSubjects.All[name];
        Assert.Equal([], SkipRun.Faults(without, new GpuLayer(with, accelerator.Device), time).Where(fault => fault.Length > 0));
    }

    public static TheoryData<string> Tabulated => [.. TabulatedSubjects.All.Keys];

    [Theory]
    [MemberData(nameof(Tabulated))]
    public void Table_EveryFormAndStream_EqualsTheOracle(string name)
    {
        var subject = TabulatedSubjects.All[name].OnGpu(accelerator.Device);
        var run = SubjectRun.Random(subject, seed: 3, time: 70);
        foreach (var form in subject.EachForm) run.AssertOutput(run.Forward(form), $"{form}");
        if (!subject.Layer.IsCausal) return;
        var (streamed, state) = run.Stream(66, -1, -1, 2);
        run.AssertOutput(streamed, "stream");
        run.AssertState(state, "stream");
    }
}
