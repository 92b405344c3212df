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
}
