using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Diagnostics;
using AttnDsl.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace AttnDsl.Generator.Tests.Diagnostics;

/// <summary>What is reported for a declaration, where, and that nothing else is.</summary>
public sealed class DiagnosticTests
{
    public static TheoryData<DiagnosticCase> All { get; } = [.. DiagnosticCases.All];

    public static TheoryData<DiagnosticCase> WithSurface { get; } = [.. DiagnosticCases.Values.Concat(DiagnosticCases.Combinations).Concat(DiagnosticCases.Functions)];

    [Theory]
    [MemberData(nameof(All))]
    public void Declaration_BreakingARule_IsReportedOnceAtTheArgument(DiagnosticCase @case)
    {
        var source = Marked.Parse("using AttnDsl; " + @case.Source);
        var generated = new Project(source.Text).Generate();
        var found = Assert.Single(generated.Analyze());
        Assert.Equal(@case.Id, found.Id);
        Assert.Equal(@case.Message, found.GetMessage(CultureInfo.InvariantCulture));
        Assert.Equal(source.Span, source.Text.Substring(found.Location.SourceSpan.Start, found.Location.SourceSpan.Length));
        Assert.Equal(source.Start, found.Location.SourceSpan.Start);
        Assert.Empty(generated.CompilerDiagnostics);
    }

    [Theory]
    [MemberData(nameof(WithSurface))]
    public void Usage_OfAFaultyDeclaration_StillCompiles(DiagnosticCase @case)
    {
        var source = Marked.Parse("using AttnDsl; " + @case.Source).Text;
        var model = Assert.Single(new Project(source).Generate().Models);
        var used = new Project(source, ProbeText.Support, ProbeText.Entry(ProbeText.Use(model.Layer, "Layer"))).Generate();
        Assert.Empty(used.CompilerDiagnostics);
    }

    [Fact]
    public void Usage_OfAFaultyDeclaration_ThrowsAndNamesTheLayer()
    {
        var generated = new Project(
            "[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 0)] public static partial class Layer;",
            "namespace AttnDslProbe { public static class Entry { public static void Run() { _ = new Layer.State(1, 2, 3); } } }").Generate();
        Assert.Equal("Layer has a declaration error", Assert.Throws<System.NotSupportedException>(() => generated.Load().Run()).Message);
    }

    [Theory]
    [InlineData("KeyDim = 4, ValueDim = 6", "")]
    [InlineData("KeyDim = 4, ValueDim = 6, Heads = 4, KeyValueHeads = 2", "")]
    [InlineData("KeyDim = 4, ValueDim = 6, Causal = false", "")]
    [InlineData("KeyDim = 4, ValueDim = 6", "[Window(4, RuntimeSized = true)]")]
    [InlineData("KeyDim = 4, ValueDim = 6, ValueHeads = 4", "[Gate(GateShape.Key)]")]
    [InlineData("KeyDim = 4, ValueDim = 6", "[Write(WriteRule.ExponentialGate)]")]
    public void Surface_OfAFaultyDeclaration_HasEveryMemberOfASoundOne(string sizes, string more)
    {
        var sound = Surface($"{sizes}", more);
        Assert.Contains(sound, m => m.Contains(".Forward("));
        Assert.Equal(sound, Surface($"{sizes}, Scale = -1", more));
    }

    [Fact]
    public void Declaration_WithSeveralProblems_GetsThemAll()
    {
        var found = new Project("[AttnDsl.AttentionLayer(KeyDim = 0, ValueDim = -1, Heads = -2, Scale = -1)] [AttnDsl.Window(0)] public class Layer;").Generate().Analyze();
        Assert.Equal(
            [DiagnosticIds.NotPartial, DiagnosticIds.MissingKeyDim, DiagnosticIds.MissingValueDim, DiagnosticIds.HeadsNotPositive, DiagnosticIds.WindowNotPositive, DiagnosticIds.ScaleNotPositive],
            found.Select(d => d.Id).Order());
    }

    [Fact]
    public void Declaration_WithoutProblems_GetsNothing() =>
        Assert.Empty(new Project($"{Layers.Attributes} public static partial class Layer; public class Plain;").Generate().Strict().Analyze());

    [Fact]
    public void Warning_SuppressedByPragma_IsGone()
    {
        const string declaration = "[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)]\n[AttnDsl.Read(AttnDsl.Normaliser.KeySum)]\npublic static partial class Layer;\n";
        Assert.Equal([DiagnosticIds.SignedKeySum], new Project(declaration).Generate().Analyze().Select(d => d.Id));
        Assert.Empty(new Project($"#pragma warning disable ATTN0501 // keys are positive\n{declaration}#pragma warning restore ATTN0501\n").Generate().Analyze());
        // The layer is generated either way.
        new Project(declaration).Run(ProbeText.Use(Layers.Plain(4, 6) with { Read = new(Normaliser.KeySum, null) }, "Layer").Split("{\nfloat[] other", 2)[0] + "}");
    }

    [Fact]
    public void Warning_SuppressedByAttribute_IsGone() =>
        Assert.Empty(new Project("[System.Diagnostics.CodeAnalysis.SuppressMessage(\"AttnDsl.Numerics\", \"ATTN0501\")] [AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Read(AttnDsl.Normaliser.KeySum)] public static partial class Layer;").Generate().Analyze());

    [Fact]
    public void Error_SuppressedByPragma_Stays()
    {
        var found = new Project("#pragma warning disable ATTN0201\n[AttnDsl.AttentionLayer(ValueDim = 6)] public static partial class Layer;").Generate().Analyze();
        Assert.Equal([(DiagnosticIds.MissingKeyDim, DiagnosticSeverity.Error)], found.Select(d => (d.Id, d.Severity)));
    }

    [Fact]
    public void Problem_InTheSecondPart_IsReportedThere()
    {
        var found = new Project(
            "[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] public static partial class Layer;",
            "[AttnDsl.Gate(AttnDsl.GateShape.Head, Temperature = 0)] partial class Layer;").Generate().Analyze();
        Assert.Equal([("ATTN0212", "Source1.cs")], found.Select(d => (d.Id, d.Location.SourceTree!.FilePath)));
    }

    /// <summary>Every public member, without the bodies.</summary>
    private static string[] Surface(string sizes, string more)
    {
        var type = new Project($"using AttnDsl; [AttentionLayer({sizes})] {more} public static partial class Layer;").Generate().Output.GetTypeByMetadataName("Layer")!;
        return [.. type.GetTypeMembers().Append(type).SelectMany(t => t.GetMembers()).Where(m => m.DeclaredAccessibility == Accessibility.Public).Select(m => m.ToDisplayString()).Order(System.StringComparer.Ordinal)];
    }
}
