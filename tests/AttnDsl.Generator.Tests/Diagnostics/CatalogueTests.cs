using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace AttnDsl.Generator.Tests.Diagnostics;

/// <summary>Ids, descriptors, rows of the release files, pages, index and tests are one list.</summary>
public sealed partial class CatalogueTests
{
    private static readonly ImmutableArray<string> s_ids =
        [.. typeof(DiagnosticIds).GetFields(BindingFlags.Static | BindingFlags.Public).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Ids { get; } = [.. s_ids];

    [Fact]
    public void Ids_OfAllKinds_AreUniqueAndInTheirBlocks()
    {
        Assert.Equal(s_ids.Distinct(), s_ids);
        Assert.All(s_ids, id => Assert.Matches("^ATTN0[1-5][0-9]{2}$", id));
    }

    [Fact]
    public void Descriptors_AreOneAnId() => Assert.Equal(s_ids, Descriptors.All.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Cases_AreAtLeastOneAnId() => Assert.Equal(s_ids, DiagnosticCases.All.Select(c => c.Id).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void ReleaseRows_AreOneAnIdAndSayWhatTheDescriptorsSay()
    {
        var expected = s_ids.Select(id => Descriptors.All[id]).Select(d => (d.Id, d.Category, d.DefaultSeverity.ToString(), Title(d)));
        Assert.Equal(expected, ReleaseRows());
    }

    [Fact]
    public void Pages_AreOneAnId() =>
        Assert.Equal(s_ids.Append("README"), Directory.GetFiles(Repository.Diagnostics).Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal));

    [Fact]
    public void Index_ListsEveryIdInTheOrderOfTheReleaseFile()
    {
        var rows = IndexRow().Matches(File.ReadAllText(Path.Combine(Repository.Diagnostics, "README.md")))
            .Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[4].Value, m.Groups[3].Value, m.Groups[5].Value));
        Assert.Equal(ReleaseRows().Select(r => (r.Id, r.Id, r.Category, r.Severity, r.Title)), rows);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Descriptor_OfEveryId_IsComplete(string id)
    {
        var d = Descriptors.All[id];
        Assert.True(d.IsEnabledByDefault);
        Assert.EndsWith($"/generator/docs/diagnostics/{id}.md", d.HelpLinkUri);
        Assert.Equal(id.StartsWith("ATTN05", StringComparison.Ordinal) ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error, d.DefaultSeverity);
        Assert.Equal(d.DefaultSeverity == DiagnosticSeverity.Error, d.CustomTags.Contains(WellKnownDiagnosticTags.NotConfigurable));
        var message = d.MessageFormat.ToString(CultureInfo.InvariantCulture);
        Assert.Contains("'{0}'", message);
        Assert.False(message.EndsWith('.'), "a message has no final dot");
        Assert.False(Title(d).EndsWith('.'), "a title has no final dot");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_OfEveryId_HasItsSections(string id)
    {
        var d = Descriptors.All[id];
        var page = Page.Read(id);
        Assert.Equal($"# {id}: {Title(d)}", page.Title);
        Assert.Equal($"{d.DefaultSeverity}, category `{d.Category}`.", page.Intro);
        Assert.Equal(["Meaning", "Why", "Invalid", "Fixed", "Suppressing"], page.Sections.Select(s => s.Heading));
        Assert.All(page.Sections, s => Assert.NotEmpty(s.Text));
        Assert.Equal(d.DefaultSeverity == DiagnosticSeverity.Error, page.Section("Suppressing").Contains("cannot be suppressed"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_ItsExamples_AreWhatTheySay(string id)
    {
        var page = Page.Read(id);
        Assert.Equal([id], new Project(page.Code("Invalid")).Generate().Analyze().Select(d => d.Id));
        Assert.Empty(new Project(page.Code("Fixed")).Generate().Strict().Analyze());
    }

    [Fact]
    public void Page_OfTheWarning_ShowsASuppressionThatWorks()
    {
        var page = Page.Read(DiagnosticIds.SignedKeySum);
        Assert.Empty(new Project(page.Code("Suppressing")).Generate().Strict().Analyze());
    }

    private static string Title(DiagnosticDescriptor d) => d.Title.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<(string Id, string Category, string Severity, string Title)> ReleaseRows() =>
        new[] { "AnalyzerReleases.Shipped.md", "AnalyzerReleases.Unshipped.md" }
            .Select(f => File.ReadAllText(Path.Combine(Repository.Generator, "AttnDsl.Generator", f)))
            .SelectMany(t => ReleaseRow().Matches(t))
            .Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value, m.Groups[4].Value));

    [GeneratedRegex(@"^(ATTN\d+) \| (\S+) \| (\w+) \| (.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex ReleaseRow();

    [GeneratedRegex(@"^\| \[(ATTN\d+)\]\((ATTN\d+)\.md\) \| (\w+) \| (\S+) \| (.+?) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex IndexRow();
}
