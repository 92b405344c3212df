using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Docs;

/// <summary>Each primitive has a page, in the index, of a fixed form; what pages name exists; what they show is what is printed.</summary>
public sealed partial class PrimitivePageTests
{
    private static readonly string[] s_headings = ["## What it computes", "## Faces", "## Cost", "## Numerics", "## At work"];

    private static string Folder { get; } = Path.Combine(Repository.Docs, "primitives");

    private static Type[] Primitives { get; } = [.. typeof(Primitive).Assembly.GetTypes().Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(Primitive))).OrderBy(t => t.Name, StringComparer.Ordinal)];

    public static TheoryData<string> Names { get; } = [.. Primitives.Select(t => t.Name)];

    public static TheoryData<string> Pages { get; } = [.. Directory.GetFiles(Repository.Docs, "*.md", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Repository.Docs, f)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Pages_AreOneAPrimitive()
    {
        var pages = Directory.GetFiles(Folder, "*.md").Select(Path.GetFileNameWithoutExtension).Where(n => n != "README").Order(StringComparer.Ordinal);
        Assert.Equal(Primitives.Select(t => t.Name), pages);
        var index = File.ReadAllText(Path.Combine(Folder, "README.md"));
        Assert.All(Primitives, t => Assert.Contains($"]({t.Name}.md)", index, StringComparison.Ordinal));
    }

    [Fact]
    public void SmallPrograms_AreOneAPrimitive() =>
        Assert.Equal(Primitives, PrimitivePrograms.All.Keys.OrderBy(t => t.Name, StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_HasItsSectionsAndCurrentDumps(string name)
    {
        var path = Path.Combine(Folder, name + ".md");
        Assert.Equal(s_headings, File.ReadAllLines(path).Where(l => l.StartsWith("## ", StringComparison.Ordinal)));
        DumpPage.Verify(path, PrimitivePrograms.Dumps(Primitives.Single(t => t.Name == name)));
    }

    /// <summary>A file in backticks exists; a member in backticks behind it stands in it; a link leads to a page.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_NamesWhatExists(string page)
    {
        var path = Path.Combine(Repository.Docs, page);
        var text = File.ReadAllText(path);
        Assert.All(Place().Matches(text), m =>
        {
            var file = Path.Combine(Repository.Root, m.Groups["file"].Value);
            Assert.True(File.Exists(file) || Directory.Exists(file), m.Value);
            if (m.Groups["member"].Success) Assert.Matches($@"\b{m.Groups["member"].Value}\b", File.ReadAllText(file));
        });
        Assert.All(Link().Matches(text), m => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(path)!, m.Groups["page"].Value)), m.Value));
    }

    [GeneratedRegex(@"`(?<file>(?:generator|runtime|tests|samples)/[\w./-]+)`(?: `(?<member>\w+)`)?")]
    private static partial Regex Place();

    [GeneratedRegex(@"\]\((?<page>[\w./-]+\.md)\)")]
    private static partial Regex Link();
}
