using System.Linq;
using AttnDsl.Conformance.Layers;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>A fact that needs a CUDA device, and says so where there is none.</summary>
public sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute()
    {
        if (!GpuDevice.HasCuda) Skip = "no CUDA device on this machine";
    }
}

/// <summary>The same comparisons on a GPU.</summary>
public sealed class CudaTests
{
    [CudaFact]
    public void Forward_EveryLayerAndForm_EqualsCpu()
    {
        using var device = GpuDevice.OpenCuda();
        foreach (var subject in Twins.Narrow.Concat(Twins.Wide))
        {
            foreach (var time in new[] { 1, 19, 70, 300 })
            {
                var (cpu, gpu) = (SubjectRun.Random(subject, time, time), SubjectRun.Random(subject.OnGpu(device), time, time));
                foreach (var form in new[] { Forms.Parallel, Forms.Chunkwise, Forms.Recurrent }.Where(f => subject.Layer.Forms.HasFlag(f)))
                    ForwardTests.AssertEqual(cpu.Forward(form), gpu.Forward(form), $"{subject.Name} T{time} {form}");
            }
        }
    }

    [CudaFact]
    public void Backward_EveryLayer_EqualsCpu()
    {
        using var device = GpuDevice.OpenCuda();
        foreach (var subject in Twins.Narrow.Concat(Twins.Wide))
        {
            foreach (var time in new[] { 1, 19, 70, 300 })
            {
                var (cpu, gpu) = (new GradientRun(subject, time, time), new GradientRun(subject.OnGpu(device), time, time));
                BackwardTests.AssertEqual(cpu.Backward(), gpu.Backward(), $"{subject.Name} T{time}");
            }
        }
    }
}
