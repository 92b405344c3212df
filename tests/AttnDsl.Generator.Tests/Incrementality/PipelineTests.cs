using System;
using System.Linq;
using Xunit;

namespace AttnDsl.Generator.Tests.Incrementality;

/// <summary>What an edit makes the generator do again: the reason of every step.</summary>
public sealed class PipelineTests
{
    private const string Source = """
        using AttnDsl;

        // A comment.
        [AttentionLayer(KeyDim = 4, ValueDim = 6)]
        public static partial class A;

        [AttentionLayer(KeyDim = 8, ValueDim = 8)]
        [Gate(GateShape.Head)]
        public static partial class B;
        """;

    [Fact]
    public void FirstRun_OfTwoDeclarations_IsAllNew()
    {
        var pipeline = new Pipeline(Source);
        Assert.Equal("New, New", pipeline.Transform());
        Assert.Equal("Parse: New, New | SourceOutput: New, New", pipeline.Reasons());
    }

    [Fact]
    public void SameCompilation_Again_IsCached()
    {
        var pipeline = new Pipeline(Source).Again();
        Assert.Equal("Cached, Cached", pipeline.Transform());
        Assert.Equal("Parse: Cached, Cached | SourceOutput: Cached, Cached", pipeline.Reasons());
    }

    [Theory]
    [InlineData("A comment.", "Another comment.")]
    [InlineData("// A comment.", "// A comment.\n\n/* moved */\n\n\n")]
    [InlineData("using AttnDsl;", "using AttnDsl;\n\nclass Before { int _number; }\n")]
    [InlineData("KeyDim = 4, ValueDim = 6", "ValueDim = 6,\n    KeyDim   =   2 + 2")]
    [InlineData("public static partial class A;", "/// <summary>Documented.</summary>\npublic static partial class A { public static int Mine() => 1; }")]
    [InlineData("public static partial class A;", "[System.Obsolete] public static partial class A;")]
    [InlineData("public static partial class A;", "internal sealed partial class A : System.IDisposable { public void Dispose() { } }")]
    public void Edit_ThatChangesNoDeclaration_GeneratesNothing(string from, string to)
    {
        var pipeline = new Pipeline(Source).Edit(0, from, to);
        // Parsed again, to equal models: everything behind them stands.
        Assert.Equal("Unchanged, Unchanged", pipeline.Transform());
        Assert.Equal("Parse: Cached, Cached | SourceOutput: Cached, Cached", pipeline.Reasons());
    }

    [Fact]
    public void Move_OfADeclarationBehindAnother_GeneratesNothing()
    {
        var pipeline = new Pipeline(Source, "// Empty.");
        pipeline.Edit(0, "[AttentionLayer(KeyDim = 4, ValueDim = 6)]\npublic static partial class A;", "");
        Assert.Equal("Parse: Modified, Removed | SourceOutput: Modified, Removed", pipeline.Reasons());
        pipeline = new Pipeline("using AttnDsl;\n[AttentionLayer(KeyDim = 4, ValueDim = 6)] partial class A;\n// here");
        pipeline.Edit(0, "// here", "class Other;\n// there").Edit(0, "using AttnDsl;\n", "using AttnDsl;\nnamespace N { class First; }\n");
        Assert.Equal("Parse: Cached | SourceOutput: Cached", pipeline.Reasons());
    }

    [Fact]
    public void UnrelatedType_InAnotherFile_GeneratesNothing() =>
        Assert.Equal("Parse: Cached, Cached | SourceOutput: Cached, Cached", new Pipeline(Source).Add("class Unrelated { [System.Obsolete] void M() { } }").Reasons());

    [Fact]
    public void EditOfB_InTheSameFile_LeavesACached() =>
        Assert.Equal("Parse: Cached, Modified | SourceOutput: Cached, Modified", new Pipeline(Source).Edit(0, "KeyDim = 8", "KeyDim = 16").Reasons());

    [Fact]
    public void EditOfB_InAnotherFile_LeavesACached() =>
        Assert.Equal(
            "Parse: Cached, Modified | SourceOutput: Cached, Modified",
            new Pipeline("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 4)] partial class A;", "[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 4)] partial class B;").Edit(1, "KeyDim = 4", "KeyDim = 8").Reasons());

    [Fact]
    public void ThirdDeclaration_Added_LeavesTheOthersCached() =>
        Assert.Equal("Parse: Cached, Cached, New | SourceOutput: Cached, Cached, New", new Pipeline(Source).Add("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 4)] partial class C;").Reasons());

    [Fact]
    public void Declaration_NoLongerPartial_IsRemoved() =>
        Assert.Equal("Parse: Removed, Cached | SourceOutput: Removed, Cached", new Pipeline(Source).Edit(0, "partial class A", "class A").Reasons());

    [Fact]
    public void Declaration_Renamed_IsModified() =>
        Assert.Equal("Parse: Modified, Cached | SourceOutput: Modified, Cached", new Pipeline(Source).Edit(0, "partial class A", "partial class A2").Reasons());

    [Theory]
    [InlineData("KeyDim = 4", "KeyDim = 8")]
    [InlineData("ValueDim = 6", "ValueDim = 8")]
    [InlineData("Heads = 4", "Heads = 8")]
    [InlineData("KeyValueHeads = 2", "KeyValueHeads = 1")]
    [InlineData("ValueHeads = 8", "ValueHeads = 4")]
    [InlineData("Causal = true", "Causal = false")]
    [InlineData("Scale = 0.5", "Scale = 0.25")]
    [InlineData(", Scale = 0.5", "")]
    [InlineData("Kernel.Relu)", "Kernel.ReluSquared)")]
    [InlineData("GateShape.Constant", "GateShape.Key")]
    [InlineData(", Decay = HeadDecay.Retention", "")]
    [InlineData("GateActivation.LogDecay", "GateActivation.LogSigmoid")]
    [InlineData("Temperature = 16", "Temperature = 8")]
    [InlineData("WriteRule.Delta", "WriteRule.Plain")]
    [InlineData("Normaliser.KeySum", "Normaliser.None")]
    [InlineData("Epsilon = 1e-3", "Epsilon = 1e-4")]
    [InlineData("Epsilon = 1e-3", "Epsilon = 1e-3, Gradient = NormaliserGradient.Held")]
    [InlineData("[Rotation(RotationKind.Rotary, Base = 5, Layout = PairLayout.Interleaved)]", "")]
    [InlineData("Base = 5", "Base = 6")]
    [InlineData("PairLayout.Interleaved", "PairLayout.HalfSplit")]
    [InlineData("Window(9", "Window(10")]
    [InlineData("RuntimeSized = true", "RuntimeSized = false")]
    [InlineData("SinkTokens = 3", "SinkTokens = 4")]
    [InlineData("Forms.Recurrent | ", "")]
    [InlineData("ChunkSize = 32", "ChunkSize = 64")]
    [InlineData("static partial class Watched", "static partial class Watched<T>")]
    [InlineData("namespace N;", "namespace M;")]
    public void EachArgument_Changed_GeneratesAgain(string from, string to)
    {
        const string source = """
            using AttnDsl;
            namespace N;
            [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 4, KeyValueHeads = 2, ValueHeads = 8, Causal = true, Scale = 0.5)]
            [FeatureMap(Kernel.Relu)]
            [Gate(GateShape.Constant, Decay = HeadDecay.Retention, Activation = GateActivation.LogDecay, Temperature = 16)]
            [Write(WriteRule.Delta)]
            [Read(Normaliser.KeySum, Epsilon = 1e-3)]
            [Rotation(RotationKind.Rotary, Base = 5, Layout = PairLayout.Interleaved)]
            [Window(9, RuntimeSized = true, SinkTokens = 3)]
            [Form(Forms.Recurrent | Forms.Chunkwise, ChunkSize = 32)]
            public static partial class Watched;
            """;
        var pipeline = new Pipeline(source).Edit(0, from, to);
        Assert.Equal("Modified", pipeline.Transform());
        Assert.Equal("Parse: Modified | SourceOutput: Modified", pipeline.Reasons());
    }

    [Fact]
    public void Steps_OfOurs_AreTheTwoNamed() =>
        Assert.Equal([TrackingNames.Facts, TrackingNames.Parse], new Pipeline(Source).Steps().Where(s => !s.Contains("ForAttribute") && s != "SourceOutput" && s is not ("Compilation" or "CompilationOptions" or "ParseOptions")).Order(StringComparer.Ordinal));
}
