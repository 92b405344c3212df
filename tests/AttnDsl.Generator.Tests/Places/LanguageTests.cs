using AttnDsl.Generator.Model;
using AttnDsl.Generator.Tests.Harness;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AttnDsl.Generator.Tests.Places;

/// <summary>What kinds of project a layer may stand in. Every family of layer is compiled, for they differ in what is generated.</summary>
public sealed class LanguageTests
{
    private const string Source = """
        using AttnDsl;

        namespace Place;

        [AttentionLayer(KeyDim = 4, ValueDim = 6), Rotation(RotationKind.Rotary), Window(3, RuntimeSized = true, SinkTokens = 1)]
        public static partial class Soft;

        [AttentionLayer(KeyDim = 4, ValueDim = 6, Causal = false)]
        public static partial class Full;

        [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 4, KeyValueHeads = 2)]
        public static partial class Grouped;

        [AttentionLayer(KeyDim = 4, ValueDim = 6)]
        [Gate(GateShape.Key)]
        public static partial class Gla;

        [AttentionLayer(KeyDim = 4, ValueDim = 6, ValueHeads = 4)]
        [Gate(GateShape.Head)]
        [Write(WriteRule.Delta)]
        public static partial class Delta;

        [AttentionLayer(KeyDim = 4, ValueDim = 6)]
        [Gate(GateShape.Head)]
        [Write(WriteRule.ExponentialGate)]
        public static partial class Mlstm;

        [AttentionLayer(KeyDim = 4, ValueDim = 6)]
        [Gate(GateShape.Constant)]
        public static partial class Retention;

        [AttentionLayer(KeyDim = 4, ValueDim = 6, Causal = false)]
        [FeatureMap(Kernel.Exp), Read(Normaliser.KeySum)]
        public static partial class Both;
        """;

    private static string[] Uses { get; } =
    [
        Use(P with { Rotation = new(RotationKind.Rotary, 10000, PairLayout.HalfSplit), Window = new(3, true, 1) }, "Soft"),
        Use(P with { Causal = false }, "Full"),
        Use(P with { Heads = 4, KeyValueHeads = 2 }, "Grouped"),
        Use(P with { Gate = new(GateShape.Key, null, null, null) }, "Gla"),
        Use(P with { ValueHeads = 4, Gate = new(GateShape.Head, null, null, null), Write = WriteRule.Delta }, "Delta"),
        Use(P with { Gate = new(GateShape.Head, null, null, null), Write = WriteRule.ExponentialGate }, "Mlstm"),
        Use(P with { Gate = new(GateShape.Constant, null, null, null) }, "Retention"),
        Use(P with { Causal = false, Kernel = Kernel.Exp, Read = new(Normaliser.KeySum, null) }, "Both"),
    ];

    private static LayerDeclaration P => Layers.Plain(4, 6);

    [Theory]
    [InlineData(LanguageVersion.CSharp12, false, false)]
    [InlineData(LanguageVersion.CSharp12, true, true)]
    [InlineData(LanguageVersion.CSharp13, false, true)]
    [InlineData(LanguageVersion.CSharp13, true, false)]
    [InlineData(LanguageVersion.CSharp14, false, true)]
    [InlineData(LanguageVersion.CSharp14, true, false)]
    [InlineData(LanguageVersion.Preview, true, true)]
    public void Project_WithSettings_Runs(LanguageVersion language, bool checkOverflow, bool implicitUsings) =>
        new Project(Source) { Language = language, Checked = checkOverflow, ImplicitUsings = implicitUsings }.Run(Uses);

    private static string Use(LayerDeclaration declaration, string name) => ProbeText.Use(declaration, "global::Place." + name);
}
