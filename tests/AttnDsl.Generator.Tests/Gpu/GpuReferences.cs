extern alias gpu;

using System.Collections.Immutable;
using AttnDsl.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;

namespace AttnDsl.Generator.Tests.Gpu;

/// <summary>What a project refers to that runs its layers on a GPU.</summary>
internal static class GpuReferences
{
    public static ImmutableArray<MetadataReference> All { get; } =
    [
        .. References.All,
        MetadataReference.CreateFromFile(typeof(gpu::AttnDsl.Gpu.GpuDevice).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ILGPU.Context).Assembly.Location),
    ];

    public static Project OnGpu(this Project project) => project with { References = All };
}
