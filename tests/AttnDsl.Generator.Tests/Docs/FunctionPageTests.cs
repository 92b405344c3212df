using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Parsing.Functions;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Docs;

/// <summary>What the page of the user's functions shows compiles; what it says is refused is refused, and for that reason.</summary>
public sealed partial class FunctionPageTests
{
    private static string Page { get; } = File.ReadAllText(Path.Combine(Repository.Docs, "user-functions.md"));

    public static TheoryData<string> Examples { get; } = [.. Example().Matches(Page).Select(m => m.Groups["code"].Value)];

    public static TheoryData<string> Refusals { get; } = [.. Refusal().Matches(Page).Select(m => m.Value)];

    [Fact]
    public void Page_HasExamplesAndRefusals()
    {
        Assert.NotEmpty(Examples);
        Assert.NotEmpty(Refusals);
    }

    [Fact]
    public void Signatures_AreThoseOfTheRoles() =>
        Assert.All(FunctionParser.Roles, role => Assert.Contains($"| `[{role.Attribute.Replace("Attribute", "", StringComparison.Ordinal)}]` | `{role.Signature}` |", Page));

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_Compiles(string code)
    {
        // A method by itself is one of a layer.
        if (!code.Contains("[AttentionLayer", StringComparison.Ordinal)) code = $"[AttentionLayer(KeyDim = 64, ValueDim = 64, Heads = 8)] public static partial class Layer {{ {code} }}";
        Assert.Empty(new Project("using System; using AttnDsl; " + code).Generate().Strict().Analyze());
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Refusal_HasItsReason(string row)
    {
        var (code, reason) = (Refusal().Match(row).Groups["code"].Value, Refusal().Match(row).Groups["reason"].Value);
        var generated = new Project($"using System; using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6)] public static partial class Layer {{ [FeatureMapFunction] private static float Map(float x) {{ {code} }} }}").Generate();
        Assert.Empty(generated.CompilerDiagnostics);
        var found = Assert.Single(generated.Analyze());
        Assert.Equal(DiagnosticIds.UntranslatableCode, found.Id);
        Assert.Contains(": " + reason, found.GetMessage(CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"```csharp\r?\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\| `(?<code>[^`]*;)` \| (?<reason>.+?) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex Refusal();
}
