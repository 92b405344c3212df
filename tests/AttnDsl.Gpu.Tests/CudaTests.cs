using System;
using System.Collections.Generic;
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

/// <summary>The same comparisons on a GPU. Every layer is run, and all that are off are named.</summary>
public sealed class CudaTests
{
    [CudaFact]
    public void Forward_EveryLayerAndForm_EqualsCpu() => ForEveryLayer((subject, device, time) =>
    {
        var (cpu, gpu) = (SubjectRun.Random(subject, time, time), SubjectRun.Random(subject.OnGpu(device), time, time));
        foreach (var form in new[] { Forms.Parallel, Forms.Chunkwise, Forms.Recurrent }.Where(f => subject.Layer.Forms.HasFlag(f)))
            ForwardTests.AssertEqual(cpu.Forward(form), gpu.Forward(form), $"{subject.Name} T{time} {form}");
    });

    [CudaFact]
    public void Backward_EveryLayer_EqualsCpu() => ForEveryLayer((subject, device, time) =>
    {
        var (cpu, gpu) = (new GradientRun(subject, time, time), new GradientRun(subject.OnGpu(device), time, time));
        BackwardTests.AssertEqual(cpu.Backward(), gpu.Backward(), $"{subject.Name} T{time}");
    });

    private static void ForEveryLayer(Action<Subject, GpuDevice, int> compare)
    {
        using var device = GpuDevice.OpenCuda();
        var (runs, off) = (0, new List<string>());
        foreach (var subject in Twins.Narrow.Concat(Twins.Wide))
        {
            foreach (var time in new[] { 1, 19, 70, 300 })
            {
                runs++;
                try
                {
                    compare(subject, device, time);
                }
                catch (Exception e)
                {
                    off.Add($"{subject.Name} T{time}: {e.Message}");
                }
            }
        }

        Assert.True(off.Count == 0, $"{off.Count} of {runs} runs on {device.Name} are off:{Environment.NewLine}{string.Join(Environment.NewLine, off)}");
    }
}
