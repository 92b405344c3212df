using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Places;

/// <summary>The ways to write attributes: all mean the same declaration.</summary>
public sealed class ArgumentTests
{
    [Theory]
    [InlineData("using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2)] [Gate(GateShape.Head)] static partial class Layer;")]
    [InlineData("using AttnDsl; [AttentionLayer(Heads = 2, ValueDim = 6, KeyDim = 4), Gate(shape: GateShape.Head)] static partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayerAttribute(KeyDim = 4, ValueDim = 6, Heads = 2), global::AttnDsl.GateAttribute(AttnDsl.GateShape.Head)] static partial class Layer;")]
    [InlineData("using Att = AttnDsl.AttentionLayerAttribute; using G = AttnDsl.GateAttribute; using S = AttnDsl.GateShape; [Att(KeyDim = 4, ValueDim = 6, Heads = 2)] [G(S.Head)] static partial class Layer;")]
    [InlineData("using A = AttnDsl; [A::AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2)] [A.Gate(A.GateShape.Head)] static partial class Layer;")]
    [InlineData("using static AttnDsl.GateShape; using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2)] [Gate(Head)] static partial class Layer;")]
    [InlineData("using AttnDsl; static class Sizes { public const int K = 4, Two = 2; public const GateShape Shape = GateShape.Head; } [AttentionLayer(KeyDim = Sizes.K, ValueDim = Sizes.K + Sizes.Two, Heads = Sizes.Two)] [Gate(Sizes.Shape)] static partial class Layer;")]
    [InlineData("using AttnDsl; [AttentionLayer(KeyDim = nameof(System.Int32).Length - 1, ValueDim = sizeof(int) + 2, Heads = (int)2.9)] [Gate((GateShape)1)] static partial class Layer { }", false)]
    [InlineData("using AttnDsl; [AttentionLayer(KeyDim = sizeof(int), ValueDim = 0b110, Heads = (int)2.9)] [Gate((GateShape)1)] static partial class Layer { }")]
    [InlineData("using AttnDsl; [AttentionLayer(KeyDim = Width, ValueDim = Width + 2, Heads = 2)] [Gate(GateShape.Head)] static partial class Layer { private const int Width = 4; }")]
    [InlineData("using AttnDsl; [type: AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2), Gate(GateShape.Head)] [System.Obsolete(nameof(Layer))] static partial class Layer;")]
    [InlineData("using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2)] static partial class Layer; [Gate(GateShape.Head)] static partial class Layer;")]
    [InlineData("using AttnDsl; [Gate(GateShape.Head)] static partial class Layer; static partial class Layer; [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2)] partial class Layer;")]
    public void Attributes_HoweverWritten_MeanTheSame(string source, bool compiles = true)
    {
        var generated = new Project(source).Generate();
        if (!compiles)
        {
            // Not a constant: the compiler says so, and the generator goes on with what it can read.
            Assert.Contains(generated.CompilerDiagnostics, d => d.Id == "CS0182");
            Assert.Single(generated.Models);
            return;
        }

        Assert.Equal([Layers.Gated], generated.Strict().Models.Select(m => m.Layer));
    }

    [Fact]
    public void Attributes_OverTwoFiles_RunEitherWay()
    {
        new Project("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2)] static partial class Layer;", "[AttnDsl.Gate(AttnDsl.GateShape.Head)] partial class Layer;").Run(Layers.Use("Layer"));
        new Project("[AttnDsl.Gate(AttnDsl.GateShape.Head)] static partial class Layer;", "[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2)] partial class Layer;").Run(Layers.Use("Layer"));
    }

    [Fact]
    public void Attributes_OfOtherLibraries_AreNotOurs()
    {
        var generated = new Project("""
            namespace Other { public sealed class AttentionLayerAttribute : System.Attribute { public int KeyDim { get; set; } } public sealed class GateAttribute : System.Attribute; }
            [Other.AttentionLayer(KeyDim = 4)] public partial class NotOurs;
            [AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [Other.Gate] public static partial class Ours;
            """).Generate().Strict();
        Assert.Equal([Layers.Plain(4, 6)], generated.Models.Select(m => m.Layer));
    }

    [Fact]
    public void Attributes_WithEveryArgument_AreAllRead()
    {
        var generated = new Project("""
            using AttnDsl;
            [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2, KeyValueHeads = 1, ValueHeads = 4, Causal = false, Scale = 0.5)]
            [FeatureMap(Kernel.Relu)]
            [Gate(GateShape.Constant, Decay = HeadDecay.Retention, Activation = GateActivation.LogSigmoid, Temperature = 16)]
            [Write(WriteRule.Delta)]
            [Read(Normaliser.KeySum, Epsilon = 1e-3)]
            [Rotation(RotationKind.Rotary, Base = 5, Layout = PairLayout.Interleaved)]
            [Window(9, RuntimeSized = true, SinkTokens = 3)]
            [Form(Forms.Recurrent | Forms.Chunkwise, ChunkSize = 32)]
            public static partial class Layer;
            """).Generate();
        Assert.Equal(
            [
                new LayerDeclaration(
                    4, 6, 2, 1, 4, false, 0.5, Kernel.Relu,
                    new(GateShape.Constant, HeadDecay.Retention, GateActivation.LogSigmoid, 16),
                    WriteRule.Delta,
                    new(Normaliser.KeySum, 1e-3),
                    new(RotationKind.Rotary, 5, PairLayout.Interleaved),
                    new(9, true, 3),
                    new(Forms.Recurrent | Forms.Chunkwise, 32)),
            ],
            generated.Models.Select(m => m.Layer));
    }
}
