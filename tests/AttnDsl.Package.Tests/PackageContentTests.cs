using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Xml.Linq;
using Xunit;

namespace AttnDsl.Package.Tests;

[Collection(PackageCollection.Name)]
public sealed class PackageContentTests(PackedFeed feed)
{
    [Fact]
    public void Package_Files_AreTheseAlone()
    {
        using var package = ZipFile.OpenRead(feed.PackagePath);

        var files = package.Entries.Select(e => e.FullName)
            .Where(n => !n.StartsWith("_rels/", StringComparison.Ordinal) && !n.StartsWith("package/", StringComparison.Ordinal) && n != "[Content_Types].xml")
            .Order(StringComparer.Ordinal);

        Assert.Equal(
            [
                "AttnDsl.nuspec", "README.md", "analyzers/dotnet/cs/AttnDsl.Generator.dll", "build/AttnDsl.targets",
                "buildTransitive/AttnDsl.targets", "lib/net10.0/AttnDsl.dll", "lib/net10.0/AttnDsl.xml",
            ],
            files);
    }

    [Fact]
    public void Nuspec_Dependencies_AreTensorsAlone()
    {
        var dependencies = Nuspec().Descendants().Where(e => e.Name.LocalName == "dependency");

        Assert.Equal(["System.Numerics.Tensors"], dependencies.Select(d => d.Attribute("id")!.Value));
    }

    [Fact]
    public void Nuspec_Metadata_IsComplete()
    {
        var metadata = Nuspec().Elements().Single();
        string Value(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;

        Assert.Equal("AttnDsl", Value("id"));
        Assert.Equal(feed.Version, Value("version"));
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("README.md", Value("readme"));

        // A development dependency would not bring its library along.
        Assert.DoesNotContain(metadata.Elements(), e => e.Name.LocalName == "developmentDependency");
    }

    [Fact]
    public void Package_Targets_ReachDirectAndTransitiveConsumers() =>
        Assert.Equal(Text("buildTransitive/AttnDsl.targets"), Text("build/AttnDsl.targets"));

    [Fact]
    public void Package_Symbols_AreBeside()
    {
        using var symbols = ZipFile.OpenRead(feed.SymbolsPath);

        Assert.NotNull(symbols.GetEntry("lib/net10.0/AttnDsl.pdb"));
    }

    [Fact]
    public void GpuPackage_DependsOnTheLayersWithTheirGenerator()
    {
        using var package = ZipFile.OpenRead(feed.GpuPackagePath);
        using var nuspec = package.GetEntry("AttnDsl.Gpu.nuspec")!.Open();
        var dependencies = XElement.Load(nuspec).Descendants().Where(e => e.Name.LocalName == "dependency").ToDictionary(d => d.Attribute("id")!.Value);

        Assert.Equal(["AttnDsl", "ILGPU"], dependencies.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(feed.Version, dependencies["AttnDsl"].Attribute("version")!.Value);
        Assert.Equal("All", dependencies["AttnDsl"].Attribute("include")!.Value);
        Assert.Null(dependencies["AttnDsl"].Attribute("exclude"));
    }

    private XElement Nuspec() => XElement.Parse(Text("AttnDsl.nuspec"));

    private string Text(string entry)
    {
        using var package = ZipFile.OpenRead(feed.PackagePath);
        using var reader = new StreamReader(package.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }
}
