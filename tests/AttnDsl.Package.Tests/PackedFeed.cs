using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace AttnDsl.Package.Tests;

/// <summary>
/// The packages as built, in a feed of their own under a version of their own, packed once a test run. Consumers restore it into a
/// packages folder of their own, so that no stale copy can be taken for it; what else they need comes from the machine's
/// packages folder, without a network.
/// </summary>
public sealed class PackedFeed : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("attndsl-package-").FullName;

    public PackedFeed()
    {
        Version = $"0.1.0-test.{DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture)}";
        Directory.CreateDirectory(Feed);

        // Not built here: other test projects use the same output folders at the same time.
        foreach (var project in new[] { "RuntimeProject", "GpuProject" })
        {
            DotNet.Run(
                _root, null, "pack", Metadata(project), "--no-build", "-c", Metadata("Configuration"), "-o", Feed,
                $"-p:PackageVersion={Version}", $"-p:NuspecOutputPath={Path.Combine(_root, "nuspec")}").Succeeded();
        }
    }

    public string Version { get; }

    public string PackagePath => Path.Combine(Feed, $"AttnDsl.{Version}.nupkg");

    public string GpuPackagePath => Path.Combine(Feed, $"AttnDsl.Gpu.{Version}.nupkg");

    public string SymbolsPath => Path.ChangeExtension(PackagePath, ".snupkg");

    private string Feed => Path.Combine(_root, "feed");

    private string Packages => Path.Combine(_root, "packages");

    /// <summary>A new console project, with nothing changed but one package added and Program.cs replaced.</summary>
    internal string NewConsumer(string name, string package = "AttnDsl", string program = "Program.cs")
    {
        var folder = Path.Combine(_root, name);
        Directory.CreateDirectory(folder);
        WriteConfiguration(folder);
        Run(folder, "new", "console").Succeeded();
        Run(folder, "add", "package", package, "--version", Version).Succeeded();
        using var source = typeof(PackedFeed).Assembly.GetManifestResourceStream(program)!;
        using var target = File.Create(Path.Combine(folder, "Program.cs"));
        source.CopyTo(target);
        return folder;
    }

    internal Outcome Run(string folder, params string[] arguments) => DotNet.Run(folder, Packages, arguments);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void WriteConfiguration(string folder)
    {
        var machinePackages = Regex.Match(DotNet.Run(folder, null, "nuget", "locals", "global-packages", "--list").Succeeded().Text, @"global-packages: (.+)").Groups[1].Value.Trim();
        var machineSources = Regex.Matches(DotNet.Run(folder, null, "nuget", "list", "source").Succeeded().Text, @"^\s+\d+\.\s+(.+) \[Enabled\]", RegexOptions.Multiline);

        // With the mapping, these packages are asked of this feed alone, and anything else of the machine's sources.
        new XElement(
            "configuration",
            new XElement("packageSources", Add("attndsl-test", Feed)),
            new XElement("fallbackPackageFolders", Add("machine", machinePackages)),
            new XElement(
                "packageSourceMapping",
                Mapping("attndsl-test", "AttnDsl", "AttnDsl.Gpu"),
                machineSources.Select(m => Mapping(m.Groups[1].Value, "*")))).Save(Path.Combine(folder, "NuGet.config"));

        static XElement Add(string key, string value) => new("add", new XAttribute("key", key), new XAttribute("value", value));

        static XElement Mapping(string source, params string[] patterns) =>
            new("packageSource", new XAttribute("key", source), patterns.Select(p => new XElement("package", new XAttribute("pattern", p))));
    }

    private static string Metadata(string key) =>
        typeof(PackedFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}

[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<PackedFeed>
{
    public const string Name = "package";
}
