using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace AttnDsl.Package.Tests;

[Collection(PackageCollection.Name)]
public sealed class ConsumerTests(PackedFeed feed)
{
    [Fact]
    public void Package_InANewConsoleProject_BuildsWithoutWarningsAndRuns()
    {
        var consumer = feed.NewConsumer("consumer");

        feed.Run(consumer, "build", "-c", "Release", "-p:TreatWarningsAsErrors=true").Succeeded();
        var lines = feed.Run(consumer, "run", "-c", "Release", "--no-build").Succeeded().Text.Split('\n', StringSplitOptions.TrimEntries);

        Assert.Equal(["forward equals the recurrence", "state equals the recurrence", "position 9, heads 2, explained True", ""], lines);
    }

    /// <summary>Dependencies keep their analyzers to themselves unless told otherwise; without the generator there would be no layer at all.</summary>
    [Fact]
    public void GpuPackage_Alone_BringsTheGeneratorAndTwins()
    {
        var consumer = feed.NewConsumer("gpu-consumer", "AttnDsl.Gpu", "GpuProgram.cs");

        feed.Run(consumer, "build", "-c", "Release", "-p:TreatWarningsAsErrors=true").Succeeded();

        Assert.Equal("the twin equals the layer", feed.Run(consumer, "run", "-c", "Release", "--no-build").Succeeded().Text.Trim());

        // The check of the environment comes along too.
        Assert.Equal(["ATTNCFG0001"], Errors(feed.Run(consumer, "build", "-c", "Release", "--no-restore", "-p:CompilerApiVersion=roslyn4.14")));
    }

    [Fact]
    public void Package_WithAnOlderCompiler_StopsWithOneError()
    {
        var consumer = feed.NewConsumer("older-compiler");

        var build = feed.Run(consumer, "build", "-p:CompilerApiVersion=roslyn4.14");

        Assert.Equal(["ATTNCFG0001"], Errors(build));
        Assert.Contains("roslyn4.14", build.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("netstandard2.0")]
    public void Package_ForAnOlderFramework_StopsWithOneError(string framework)
    {
        var consumer = feed.NewConsumer($"older-{framework}");

        var project = Directory.GetFiles(consumer, "*.csproj").Single();
        File.WriteAllText(project, File.ReadAllText(project).Replace("<TargetFramework>net10.0<", $"<TargetFramework>{framework}<", StringComparison.Ordinal));

        // Without the framework's own reference assemblies and host, which this machine need not have.
        var build = feed.Run(consumer, "build", "-p:DisableImplicitFrameworkReferences=true", "-p:UseAppHost=false");

        Assert.Equal(["ATTNCFG0002"], Errors(build));
        Assert.Contains($"targets '{framework}'", build.Text, StringComparison.Ordinal);
    }

    /// <summary>The codes of the errors; the command line repeats each in its summary.</summary>
    private static string[] Errors(Outcome build)
    {
        Assert.NotEqual(0, build.ExitCode);
        return Regex.Matches(build.Text, @"\berror ([A-Z]+\d+)").Select(m => m.Groups[1].Value).Distinct().ToArray();
    }
}
