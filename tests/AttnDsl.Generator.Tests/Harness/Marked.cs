using System;
using Xunit.Sdk;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>A source in which <c>[|…|]</c> marks where a diagnostic is expected.</summary>
/// <param name="Text">The source without the marks.</param>
/// <param name="Start">Where the marked text begins.</param>
/// <param name="Length">How long it is.</param>
internal sealed record Marked(string Text, int Start, int Length)
{
    public static Marked Parse(string source)
    {
        var start = source.IndexOf("[|", StringComparison.Ordinal);
        var end = source.IndexOf("|]", StringComparison.Ordinal);
        if (start < 0 || end < start) throw new XunitException("The source has no [|mark|]: " + source);
        return new(source.Remove(end, 2).Remove(start, 2), start, end - start - 2);
    }

    public string Span => Text.Substring(Start, Length);
}
