using System.Globalization;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Semantics;

/// <summary>What a saved state must have been saved with.</summary>
public sealed class FingerprintTests
{
    [Fact]
    public void Fingerprint_FormsAndChunks_DoNotCount()
    {
        foreach (var form in new FormDeclaration[] { new(Forms.Chunkwise, 32), new(Forms.Recurrent, null), new(Forms.Recurrent | Forms.Chunkwise, 128) })
            Assert.Equal(Text(Layers.Gated), Text(Layers.Gated with { Form = form }));
    }

    [Fact]
    public void Fingerprint_DefaultsSpelledOut_CountAsTheyMean()
    {
        Assert.Equal(
            Text(Layers.Gated),
            Text(Layers.Gated with { Kernel = Kernel.Identity, Write = WriteRule.Plain, Read = new(Normaliser.None, null), Scale = 0.5 }));
        var learned = Layers.Gated with { Kernel = Kernel.Learned };
        Assert.Equal(Text(learned), Text(learned with { Map = new(Projections: 4, Activation: FeatureActivation.Relu, Envelope: FeatureEnvelope.None) }));
    }

    [Fact]
    public void Fingerprint_AnythingOfTheMathematics_Counts()
    {
        LayerDeclaration[] others =
        [
            Layers.Gated,
            Layers.Gated with { KeyDim = 6 },
            Layers.Gated with { ValueDim = 4 },
            Layers.Gated with { Heads = 4 },
            Layers.Gated with { ValueHeads = 4 },
            Layers.Gated with { Scale = 0.25 },
            Layers.Gated with { Kernel = Kernel.Relu },
            Layers.Gated with { Kernel = Kernel.Learned },
            Layers.Gated with { Kernel = Kernel.Learned, Map = new(Activation: FeatureActivation.Silu) },
            Layers.Gated with { Kernel = Kernel.CosFormer, Map = new(Horizon: 64) },
            Layers.Gated with { Kernel = Kernel.CosFormer, Map = new(Horizon: 128) },
            Layers.Gated with { Read = new(Normaliser.None, null, Skip: SkipShape.Head) },
            Layers.Gated with { Gate = new(GateShape.Key, null, null, null) },
            Layers.Gated with { Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, null) },
            Layers.Gated with { Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, 16) },
            Layers.Gated with { Write = WriteRule.Delta },
            Layers.Gated with { Rotation = new(RotationKind.Rotary, 10000, default) },
            Layers.Gated with { Rotation = new(RotationKind.Rotary, 10000, PairLayout.Interleaved) },
            Layers.Gated with { Rotation = new(RotationKind.Rotary, 500000, default) },
            Layers.Gated with { Kernel = Kernel.Relu, Read = new(Normaliser.KeySum, null) },
            Layers.Gated with { Kernel = Kernel.Relu, Read = new(Normaliser.KeySum, 1e-3) },
            Layers.Plain(4, 6),
            Layers.Plain(4, 6) with { Window = new(9, false, 0) },
            Layers.Plain(4, 6) with { Window = new(9, true, 0) },
            Layers.Plain(4, 6) with { Window = new(9, false, 2) },
            Own(Layers.Gated, FunctionRole.FeatureMap, "Map", new Arg(0)),
            Own(Layers.Gated, FunctionRole.FeatureMap, "Map", 0),
            Own(Layers.Gated, FunctionRole.FeatureMap, "Map", Ex.Exp(new Arg(0))),
            Own(Layers.Gated, FunctionRole.Gate, "Map", -Ex.Exp(new Arg(0))),
            Own(Layers.Plain(4, 6), FunctionRole.Score, "Score", new Arg(0) - Ex.Query),
            Own(Layers.Plain(4, 6), FunctionRole.Score, "Score", new Arg(0) - Ex.Key),
            Own(Layers.Plain(4, 6), FunctionRole.Score, "Score", new Arg(0) + new Arg(1) * Ex.Key),
            Own(Layers.Plain(4, 6), FunctionRole.Mask, "Score", Conditions.Less(Ex.Query, 9)),
            Own(Layers.Plain(4, 6), FunctionRole.Mask, "Score", Conditions.LessOrEqual(Ex.Query, 9)),
        ];
        Assert.Equal(others.Length, others.Select(Text).Distinct().Count());
        Assert.Equal(others.Length, others.Select(o => Fingerprint.Of(Resolver.Resolve(o))).Distinct().Count());
    }

    [Fact]
    public void Fingerprint_NamesOfFunctions_DoNotCount() =>
        Assert.Equal(Text(Own(Layers.Gated, FunctionRole.FeatureMap, "Map", Ex.Exp(new Arg(0)))), Text(Own(Layers.Gated, FunctionRole.FeatureMap, "Phi", Ex.Exp(new Arg(0)))));

    [Fact]
    public void Fingerprint_Culture_DoesNotCount()
    {
        var here = CultureInfo.CurrentCulture;
        var text = Text(Layers.Gated);
        try
        {
            CultureInfo.CurrentCulture = new("sv-SE") { NumberFormat = { NegativeSign = "\u2212", NumberDecimalSeparator = "," } };
            Assert.Equal(text, Text(Layers.Gated));
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    /// <summary>A change here makes every saved state unreadable: it must be meant.</summary>
    [Fact]
    public void Fingerprint_OfKnownLayers_StaysAsItIs()
    {
        Assert.Equal(
            "{Causal=True,Decay={Shape=Head,Temperature=1},Epsilon=1E-06,Heads=2,KeyDim=4,Map={Channels=4,Kernel=Identity,Options={}},Scale=0.5,States=[{Cols=6,Name=S,Rows=4}],ValueDim=6,Writing={Steps=1,StrengthScale=1}}",
            Text(Layers.Gated));
        Assert.Equal(
            "{Causal=True,Epsilon=1E-06,Family=Cache,KeyDim=4,Map={Channels=4,Options={}},Rotation={Base=10000},Scale=0.5,ValueDim=6,Window={SinkTokens=2,Size=9},Writing={Steps=1,StrengthScale=1}}",
            Text(Layers.Plain(4, 6) with { Rotation = new(RotationKind.Rotary, 10000, default), Window = new(9, false, 2) }));
    }

    private static LayerDeclaration Own(LayerDeclaration layer, FunctionRole role, string name, Expr body) =>
        layer with { Functions = new([new FunctionDeclaration(role, name, body, null)]) };

    private static string Text(LayerDeclaration layer) => Fingerprint.Text(Resolver.Resolve(layer));
}
