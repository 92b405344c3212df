using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Tests.Harness;
using Xunit;
using Xunit.Sdk;

namespace AttnDsl.Generator.Tests.Docs;

/// <summary>
/// A page of which some blocks are written by the code that they show: a fenced block under <c>&lt;!-- dump: name --&gt;</c>. A stale
/// page fails; with ATTNDSL_ACCEPT=1 its blocks are rewritten instead.
/// </summary>
internal static partial class DumpPage
{
    public static void Verify(string path, IReadOnlyDictionary<string, string> dumps)
    {
        var page = File.ReadAllText(path).Replace("\r\n", "\n");
        Assert.Equal(dumps.Keys.Order(StringComparer.Ordinal), Block().Matches(page).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal));
        var current = Block().Replace(page, m => $"{m.Groups["head"].Value}{dumps[m.Groups["name"].Value].TrimEnd('\n')}\n```");
        if (current == page) return;
        if (Environment.GetEnvironmentVariable("ATTNDSL_ACCEPT") == "1") File.WriteAllText(path, current);
        else throw new XunitException($"{Path.GetFileName(path)} is stale; to have its dumps written anew, run the tests with ATTNDSL_ACCEPT=1.\n{Snapshot.Difference(page, current)}");
    }

    /// <summary>The lines from the first that holds a text to the brace that closes what it opens, moved to the left.</summary>
    public static string Member(string text, string header)
    {
        var lines = text.Split('\n');
        var first = Array.FindIndex(lines, l => l.Contains(header, StringComparison.Ordinal));
        var indent = lines[first].Length - lines[first].TrimStart().Length;
        var last = Array.FindIndex(lines, first, l => l == new string(' ', indent) + "}");
        return Left(lines[first..(last + 1)]);
    }

    /// <summary>What stands under a comment, up to the next comment of its depth or the end of its block.</summary>
    public static string Stage(string text, string comment)
    {
        var lines = text.Split('\n');
        var first = Array.FindIndex(lines, l => l.Trim() == "// " + comment);
        if (first < 0) return "";
        var indent = lines[first].Length - lines[first].TrimStart().Length;
        var rest = lines.Skip(first + 1).TakeWhile(l => l.Length == 0 || (Depth(l) >= indent && !(Depth(l) == indent && l.TrimStart().StartsWith("// ", StringComparison.Ordinal))));
        return Left([.. rest]).TrimEnd();

        static int Depth(string line) => line.Length - line.TrimStart().Length;
    }

    private static string Left(string[] lines)
    {
        var indent = lines.Where(l => l.Length > 0).Select(l => l.Length - l.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join("\n", lines.Select(l => l.Length == 0 ? l : l[indent..]));
    }

    [GeneratedRegex(@"(?<head><!-- dump: (?<name>[^>]+) -->\n```\w*\n)(?:.*?\n)??```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
