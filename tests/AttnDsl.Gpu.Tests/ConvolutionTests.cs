using System.Linq;
using AttnDsl.Conformance.Layers;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>The twins of layers with a short convolution or an exact window: forms, streams and gradients are the CPU's.</summary>
[Collection(OnCpu.Name)]
public sealed class ConvolutionTests(CpuAccelerator accelerator)
{
    public static TheoryData<string> Subjects => [.. ConvolutionSubjects.All.Keys];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_FormsAndStreams_EqualCpu(string name)
    {
        var subject = ConvolutionSubjects.All[name];
        var (cpu, gpu) = (SubjectRun.Random(subject, seed: 1, time: 70), SubjectRun.Random(subject.OnGpu(accelerator.Device), seed: 1, time: 70));
        foreach (var form in new[] { Forms.Chunkwise, Forms.Recurrent }) ForwardTests.AssertEqual(cpu.Forward(form), gpu.Forward(form), $"{name} {form}");
        ForwardTests.AssertEqual(cpu.Forward(Forms.Chunkwise), gpu.Stream(20, -1, -1, 0, 48).Output, $"{name} streamed");
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_WholeAndInPieces_EqualsCpu(string name)
    {
        var subject = ConvolutionSubjects.All[name];
        var (cpu, gpu) = (new GradientRun(subject, seed: 2, time: 70), new GradientRun(subject.OnGpu(accelerator.Device), seed: 2, time: 70));
        BackwardTests.AssertEqual(cpu.Backward(), gpu.Backward(), name);
        BackwardTests.AssertEqual(cpu.Backward(), gpu.Backward(gpu.Run.NewState, gpu.Run.NewState(), 2, 67, 1), $"{name} in pieces");
    }

    public static TheoryData<string> Grids => [.. ConvolutionSubjects.OnGrids.Keys];

    [Theory]
    [MemberData(nameof(Grids))]
    public void OnGrid_FormsAndGradients_EqualCpu(string name)
    {
        var subject = ConvolutionSubjects.OnGrids[name];
        var (cpu, gpu) = (new GradientRun(subject, seed: 3, time: 72), new GradientRun(subject.OnGpu(accelerator.Device), seed: 3, time: 72));
        foreach (var form in new[] { Forms.Chunkwise, Forms.Parallel }) ForwardTests.AssertEqual(cpu.Run.Forward(form), gpu.Run.Forward(form), $"{name} {form}");
        BackwardTests.AssertEqual(cpu.Backward(), gpu.Backward(), name);
    }
}
