using System.IO;
using System.Linq;
using System.Reflection;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>Files of the repository that tests read.</summary>
internal static class Repository
{
    public static string TestProject { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ProjectDirectory").Value!;

    public static string Generator { get; } = Path.GetFullPath(Path.Combine(TestProject, "..", "..", "generator"));

    public static string Root { get; } = Path.GetDirectoryName(Generator)!;

    public static string Docs { get; } = Path.Combine(Generator, "docs");

    public static string Diagnostics { get; } = Path.Combine(Docs, "diagnostics");
}
