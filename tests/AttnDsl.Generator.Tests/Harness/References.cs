extern alias runtime;

using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>What test programs compile against: the running framework, and the runtime with what it needs.</summary>
internal static class References
{
    public static ImmutableArray<MetadataReference> Framework { get; } = [.. Trusted().Where(IsFramework).Select(Read)];

    public static ImmutableArray<MetadataReference> Runtime { get; } =
    [
        Read(typeof(runtime::AttnDsl.AttentionLayerAttribute).Assembly.Location),
        Read(typeof(System.Numerics.Tensors.TensorPrimitives).Assembly.Location),
    ];

    public static ImmutableArray<MetadataReference> All { get; } = [.. Framework, .. Runtime];

    private static string[] Trusted() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

    private static bool IsFramework(string path) => Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location);

    private static MetadataReference Read(string path) => MetadataReference.CreateFromFile(path);
}
