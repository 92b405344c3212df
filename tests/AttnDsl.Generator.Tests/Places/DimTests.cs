using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Tests.Gpu;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Places;

/// <summary>Widths and chunk sizes at the edges of what is allowed, in every family of layer.</summary>
public sealed class DimTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(80, 96)]
    [InlineData(100, 64)]
    public void Layer_OfOddWidths_Runs(int keyDim, int valueDim) => Run(Families(keyDim, valueDim), time: 70);

    [Fact]
    public void Layer_OfTheWidestDims_Runs() => Run(Families(1024, 1024), time: 3);

    [Theory]
    [InlineData(16)]
    [InlineData(256)]
    public void Layer_WithChunkSize_Runs(int chunk) =>
        Run(Families(12, 20).Where(d => d.Kernel is not null || d.Gate is not null || d.Write is not null).Select(d => d with { Form = new(0, chunk) }), time: 300);

    /// <summary>Sixteen tiles of one kind, several loops each.</summary>
    [Fact]
    public void Layer_OfTheLongestConvolution_Compiles() => new Project("""
        using AttnDsl;
        [AttentionLayer(KeyDim = 6, ValueDim = 5, Heads = 2)]
        [Write(WriteRule.Oja, Strength = WriteStrength.Sigmoid)]
        [Gate(GateShape.Value, Activation = GateActivation.LogSigmoid)]
        [Convolution(16, Convolved.Output, Activation = ConvolutionActivation.Silu)]
        public static partial class Layer;
        """).Generate().Strict();

    /// <summary>The built-in parts with most inputs and parameters, and as much again that functions learn.</summary>
    [Fact]
    public void Layer_OfManyTensors_Compiles() => new Project("""
        using AttnDsl;
        [AttentionLayer(KeyDim = 8, ValueDim = 4, Heads = 2)]
        [FeatureMap(Kernel.Luna, Envelope = FeatureEnvelope.Learned)]
        [Gate(GateShape.Head, Activation = GateActivation.SoftplusRate)]
        [Convolution(4, Convolved.Queries | Convolved.Keys | Convolved.Values)]
        [Read(Normaliser.External, Levels = 5, Skip = SkipShape.Channel, OutputGate = OutputGate.Silu, Augmentation = Augmentation.ScalarGate)]
        [Write(WriteRule.Plain, Strength = WriteStrength.Sigmoid)]
        public static partial class Built;
        """, $$"""
        using AttnDsl;
        [AttentionLayer(KeyDim = 8, ValueDim = 4, Heads = 2)]
        public static partial class Own
        {
            [ScoreFunction] private static float Score(float score, in ScorePosition p, {{string.Join(", ", Enumerable.Range(0, 40).Select(n => $"[Learned] float w{n}"))}}) => score + {{string.Join(" * score + ", Enumerable.Range(0, 40).Select(n => "w" + n))}};
        }
        """).OnGpu().Generate().Strict();

    [Fact]
    public void Numbers_AtTheEdges_Run() => Run(
        [
            P with { Scale = 1e-30 },
            P with { Scale = 1e30, Kernel = Kernel.Identity },
            P with { Scale = double.Epsilon * 1e290 },
            P with { Rotation = new(RotationKind.Rotary, 1e20, PairLayout.HalfSplit) },
            P with { Rotation = new(RotationKind.Rotary, 1e-20, PairLayout.Interleaved) },
            P with { Rotation = new(RotationKind.Rotary, 500000.5, PairLayout.Interleaved) },
            P with { Rotation = new(RotationKind.Rotary, 5e9, PairLayout.Interleaved) },
            P with { Read = new(Normaliser.KeySum, 0), Kernel = Kernel.Exp },
            P with { Read = new(Normaliser.KeySum, 1e-30), Kernel = Kernel.Exp },
            P with { Write = WriteRule.ExponentialGate, Read = new(Normaliser.Stabilised, 0) },
            P with { Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, 1e-3) },
            P with { Gate = new(GateShape.Key, null, GateActivation.LogSigmoid, 1e30) },
            P with { Window = new(1, false, 0) },
            P with { Window = new(1, true, 1) },
            P with { Window = new(2, false, 100) },
            P with { Heads = 1 },
            P with { Heads = 7, KeyValueHeads = 7 },
            P with { Heads = 2, ValueHeads = 16, Kernel = Kernel.Identity },
        ],
        time: 9);

    private static LayerDeclaration P => Layers.Plain(4, 4);

    private static IEnumerable<LayerDeclaration> Families(int keyDim, int valueDim)
    {
        var plain = Layers.Plain(keyDim, valueDim);
        var gate = new GateDeclaration(GateShape.Head, null, null, null);
        yield return plain;
        yield return plain with { Causal = false };
        yield return plain with { Window = new(5, false, 2) };
        yield return plain with { Kernel = Kernel.EluPlusOne, Read = new(Normaliser.KeySum, null) };
        yield return plain with { Kernel = Kernel.EluPlusOne, Read = new(Normaliser.KeySum, null), Causal = false };
        yield return plain with { Gate = gate };
        yield return plain with { Gate = gate with { Shape = GateShape.Key } };
        yield return plain with { Gate = gate with { Shape = GateShape.Constant } };
        yield return plain with { Gate = gate, Write = WriteRule.ExponentialGate };
        // Keys of length one, roughly: then a delta rule does not expand.
        if (keyDim <= 16) yield return plain with { Gate = gate, Write = WriteRule.Delta };
        if (keyDim <= 16) yield return plain with { Gate = gate with { Shape = GateShape.Key }, Write = WriteRule.Delta };
        if (keyDim % 2 == 0) yield return plain with { Rotation = new(RotationKind.Rotary, 10000, PairLayout.Interleaved) };
        if (keyDim % 2 == 0) yield return plain with { Gate = gate, Rotation = new(RotationKind.Rotary, 10000, PairLayout.HalfSplit) };
    }

    private static void Run(IEnumerable<LayerDeclaration> declarations, int time)
    {
        var all = declarations.ToList();
        new Project([.. all.Select((d, n) => DeclarationText.Of(d, $"Layer{n}"))]).Run([.. all.Select((d, n) => ProbeText.Use(d, $"Layer{n}", time))]);
    }
}
