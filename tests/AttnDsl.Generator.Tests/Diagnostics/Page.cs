using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AttnDsl.Generator.Tests.Harness;

namespace AttnDsl.Generator.Tests.Diagnostics;

/// <summary>The page of a diagnostic: its title and its sections, by heading.</summary>
internal sealed record Page(string Title, string Intro, IReadOnlyList<(string Heading, string Text)> Sections)
{
    public static Page Read(string id)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Diagnostics, id + ".md"));
        var parts = text.Split("\n## ");
        var top = parts[0].Split('\n', 2);
        return new(top[0], top[1].Trim(), [.. parts.Skip(1).Select(p => p.Split('\n', 2)).Select(p => (p[0], p[1].Trim()))]);
    }

    public string Section(string heading) => Sections.Single(s => s.Heading == heading).Text;

    /// <summary>The C# of a section, as the reader would paste it.</summary>
    public string Code(string heading)
    {
        const string open = "```csharp\n";
        var text = Section(heading);
        var from = text.IndexOf(open, StringComparison.Ordinal) + open.Length;
        return "using AttnDsl;\n\n" + text[from..text.IndexOf("\n```", from, StringComparison.Ordinal)];
    }
}
