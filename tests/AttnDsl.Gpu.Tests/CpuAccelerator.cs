using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Layers;
using AttnDsl.Golden.Layers;
using Xunit;

namespace AttnDsl.Gpu.Tests;

/// <summary>ILGPU's CPU accelerator with as few threads as it takes: every barrier is one of threads of the operating system.</summary>
public sealed class CpuAccelerator : IDisposable
{
    public GpuDevice Device { get; } = GpuDevice.OpenCpu(threads: 4);

    public void Dispose() => Device.Dispose();
}

/// <summary>One device for all tests: kernels are compiled once.</summary>
[CollectionDefinition(Name)]
public sealed class OnCpu : ICollectionFixture<CpuAccelerator>
{
    public const string Name = "CPU accelerator";
}

internal static class Twins
{
    /// <summary>Every layer with widths that are slow to test left out.</summary>
    public static IEnumerable<Subject> Narrow => GradientSubjects.All.Values.Where(s => s.Spec.KeyDim < 10);

    /// <summary>One layer of every kind at widths of several vectors.</summary>
    public static IEnumerable<Subject> Wide => GradientSubjects.All.Values.Where(s => s.Spec.KeyDim == 80);

    public static Subject OnGpu(this Subject subject, GpuDevice device) => subject with { Layer = new GpuLayer(subject.Layer, device) };
}
