using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttnDsl.Generator.Parsing;

/// <summary>What generated code needs to know about the project around it; equal for almost every edit.</summary>
/// <param name="HasGpu">Whether the project references AttnDsl.Gpu: only then is there a <c>Gpu</c> twin.</param>
/// <param name="ChecksOverflow">Whether integer arithmetic is checked where nothing else is said.</param>
internal readonly record struct CompilationFacts(bool HasGpu, bool ChecksOverflow)
{
    public static CompilationFacts Of(Compilation compilation) => new(
        compilation.GetTypeByMetadataName(KnownNames.GpuDevice) is not null,
        compilation is CSharpCompilation { Options.CheckOverflow: true });
}
