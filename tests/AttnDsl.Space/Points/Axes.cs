using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Tests.Harness;

namespace AttnDsl.Space.Points;

/// <summary>What attributes can say, as axes of choices: each choice turns a declaration into another.</summary>
internal static class Axes
{
    private static GateDeclaration Gate(GateShape shape) => new(shape, null, null, null);

    private static Func<LayerDeclaration, LayerDeclaration> None => d => d;

    private static Func<LayerDeclaration, LayerDeclaration> Map(Kernel kernel, MapDeclaration? options = null) => d => d with { Kernel = kernel, Map = options };

    /// <summary>The axes whose every combination is tried.</summary>
    public static Func<LayerDeclaration, LayerDeclaration>[][] Mechanisms { get; } =
    [
        [None, .. Enum.GetValues<Kernel>().Where(k => k < Kernel.CosFormer).Select<Kernel, Func<LayerDeclaration, LayerDeclaration>>(k => d => d with { Kernel = k })],
        [None, d => d with { Gate = Gate(GateShape.Constant) }, d => d with { Gate = Gate(GateShape.Head) }, d => d with { Gate = Gate(GateShape.Key) with { Activation = GateActivation.LogSigmoid } }, d => d with { Gate = Gate(GateShape.Value) }, d => d with { Gate = Gate(GateShape.Slot) }],
        [None, .. Enum.GetValues<WriteRule>().Select<WriteRule, Func<LayerDeclaration, LayerDeclaration>>(w => d => d with { Write = new(w, Slots: w == WriteRule.Slots ? 3 : null) })],
        [None, .. Enum.GetValues<Normaliser>().Select<Normaliser, Func<LayerDeclaration, LayerDeclaration>>(n => d => d with { Read = new(n, null) })],
        [None, d => d with { Rotation = new(RotationKind.Rotary, 10000, PairLayout.HalfSplit) }, d => d with { Rotation = new(RotationKind.Selective, 100, PairLayout.HalfSplit) }],
        [None, d => d with { Window = new(5, false, 0) }],
        [None, d => d with { Causal = false }],
        [None, d => d with { Heads = 4, KeyValueHeads = 2 }, d => d with { Heads = 2, ValueHeads = 4 }],
    ];

    /// <summary>The axes of which every pair is tried: the mechanisms with all their options, and sizes.</summary>
    public static Func<LayerDeclaration, LayerDeclaration>[][] All { get; } =
    [
        [d => d with { KeyDim = 1, ValueDim = 1 }, d => d with { KeyDim = 1, ValueDim = 37 }, d => d with { KeyDim = 6, ValueDim = 5 }, d => d with { KeyDim = 7, ValueDim = 16 }, d => d with { KeyDim = 32, ValueDim = 20 }, d => d with { KeyDim = 80, ValueDim = 96 }, d => d with { KeyDim = 100, ValueDim = 7 }],
        [
            .. Mechanisms[0],
            Map(Kernel.CosFormer, new(Horizon: 300)),
            Map(Kernel.CosFormer),
            Map(Kernel.RandomFourier),
            Map(Kernel.RandomFourier, new(Projections: 9, PerHead: true)),
            Map(Kernel.Favor, new(Projections: 9)),
            Map(Kernel.Learned, new(Activation: FeatureActivation.Gelu, Envelope: FeatureEnvelope.Gaussian, PerHead: true)),
            Map(Kernel.Learned, new(Projections: 9, Activation: FeatureActivation.EluPlusOne, Envelope: FeatureEnvelope.Learned)),
            Map(Kernel.Hedgehog),
            Map(Kernel.Hedgehog, new(Form: HedgehogForm.Separate, PerHead: true)),
            Map(Kernel.Hedgehog, new(Form: HedgehogForm.Exponential)),
            Map(Kernel.Luna, new(Projections: 3, Channels: 3, Hidden: 8)),
            Map(Kernel.Luna, new(Projections: 2, Channels: 2, Hidden: 5, Activation: FeatureActivation.Silu, PerChannel: true, Signed: true, Envelope: FeatureEnvelope.Learned, PerHead: true)),
            Map(Kernel.Relu, new(Horizon: 300)),
        ],
        [
            .. Mechanisms[1],
            d => d with { Gate = Gate(GateShape.Constant) with { Decay = HeadDecay.Retention } },
            d => d with { Gate = Gate(GateShape.Head) with { Activation = GateActivation.LogSigmoid, Temperature = 16 } },
            d => d with { Gate = Gate(GateShape.Key) },
            d => d with { Gate = Gate(GateShape.Pair) },
            d => d with { Gate = Gate(GateShape.Key) with { Decay = HeadDecay.Retention } },
            d => d with { Gate = Gate(GateShape.Constant) with { Temperature = 2 } },
            d => d with { Gate = Gate(GateShape.Constant) with { Decay = HeadDecay.Lightning, Layer = 1, Layers = 3 } },
            d => d with { Gate = Gate(GateShape.Constant) with { Decay = HeadDecay.Given, LogDecays = new([-0.1, -0.2]) } },
            d => d with { Gate = Gate(GateShape.Value) with { Activation = GateActivation.ReversedSigmoid, Temperature = 2 } },
            d => d with { Gate = Gate(GateShape.Head) with { Activation = GateActivation.Rate } },
            d => d with { Gate = Gate(GateShape.Head) with { Activation = GateActivation.SoftplusRate } },
            d => d with { Gate = Gate(GateShape.Key) with { Activation = GateActivation.Bounded } },
            d => d with { Gate = Gate(GateShape.Key) with { Activation = GateActivation.LowerBounded, LowerBound = 0.25 } },
            d => d with { Gate = Gate(GateShape.Value) with { Activation = GateActivation.RecurrentGate } },
            d => d with { Gate = Gate(GateShape.Value) with { Activation = GateActivation.ReversedSigmoidPower } },
            d => d with { Gate = Gate(GateShape.Key) with { Activation = GateActivation.LogSigmoid, Learned = true } },
            d => d with { Gate = Gate(GateShape.Value) with { Learned = true } },
            d => d with { Gate = Gate(GateShape.Head) with { Activation = GateActivation.SoftplusRate, Learned = true } },
            d => d with { Gate = Gate(GateShape.Pair) with { Activation = GateActivation.ReversedSigmoid, Learned = true } },
            d => d with { Gate = Gate(GateShape.Full) with { Activation = GateActivation.Rate, Learned = true } },
            d => d with { Gate = Gate(GateShape.Full) with { Activation = GateActivation.Rate } },
        ],
        [
            .. Mechanisms[2],
            d => d with { Write = new(WriteRule.Plain, Key: KeySource.Gate) },
            d => d with { Write = new(WriteRule.Plain, Strength: WriteStrength.Sigmoid, StrengthScale: 0.5) },
            d => d with { Write = new(WriteRule.Plain, Strength: WriteStrength.Beta, Steps: 3) },
            d => d with { Write = new(WriteRule.Delta, Strength: WriteStrength.Sigmoid, StrengthScale: 2) },
            d => d with { Write = new(WriteRule.Delta, Strength: WriteStrength.None) },
            d => d with { Write = new(WriteRule.Delta, Steps: 2) },
            d => d with { Write = new(WriteRule.GeneralDelta, Steps: 3) },
            d => d with { Write = new(WriteRule.Slots, Slots: 16) },
            d => d with { Write = new(WriteRule.Slots) },
            d => d with { Write = new(WriteRule.Plain, Bonus: true) },
            d => d with { Write = new(WriteRule.Plain, Strength: WriteStrength.Step) },
            d => d with { Write = new(WriteRule.Plain, Key: KeySource.None) },
            d => d with { Write = new(WriteRule.Plain, Key: KeySource.None, Strength: WriteStrength.ChannelNorm) },
            d => d with { Write = new(WriteRule.Plain, Strength: WriteStrength.ChannelSigmoid) },
        ],
        [.. Mechanisms[3], d => d with { Read = new(Normaliser.KeySum, 1e-3) }, d => d with { Read = new(Normaliser.KeySum, -1) }, d => d with { Read = new(Normaliser.KeySum, 1e-3, AddsEpsilon: true) }, d => d with { Read = new(Normaliser.External, 0.1, Eta: EtaActivation.Softplus) }, d => d with { Read = new(Normaliser.External, null, Eta: EtaActivation.Sigmoid) }, d => d with { Read = new(Normaliser.None, null, SkipShape.Channel, Augmentation: Augmentation.SigmoidVector) }, d => d with { Read = new(Normaliser.KeySum, null, SkipShape.Head, Augmentation: Augmentation.ScalarGate) }, d => d with { Read = new(Normaliser.None, null, OutputGate: OutputGate.Silu) }, d => d with { Read = new(Normaliser.Stabilised, 1e-4, SkipShape.Channel, OutputGate: OutputGate.Sigmoid) }, d => d with { Read = new(Normaliser.None, null, Augmentation: Augmentation.Linear) }, d => d with { Read = new(Normaliser.None, null, Levels: 4) }, d => d with { Read = new(Normaliser.External, null, SkipShape.Head, Levels: 11) }, d => d with { Read = new(Normaliser.None, null, Levels: 1) }, d => d with { Read = new(Normaliser.None, null, Augmentation: Augmentation.ScalarGate, OutputGate: OutputGate.Silu, Levels: 3) }, d => d with { Read = new(Normaliser.KeySum, null, Gradient: NormaliserGradient.Held) }, d => d with { Read = new(Normaliser.Stabilised, null, SkipShape.Head, Gradient: NormaliserGradient.Held) }, d => d with { Read = new(Normaliser.External, null, Gradient: NormaliserGradient.Held) }, d => d with { Read = new(Normaliser.Centred, null, SkipShape.Channel, Prior: 3) }],
        [
            .. Mechanisms[4],
            d => d with { Rotation = new(RotationKind.Rotary, 500, PairLayout.Interleaved) },
            d => d with { Rotation = new(RotationKind.Selective, 1, PairLayout.HalfSplit) { Gate = PhaseGate.Head } },
            d => d with { Rotation = new(RotationKind.Selective, 500, PairLayout.Interleaved) { Temperature = RotationTemperature.Tangent, MaxAngle = 0.5, Differenced = true, Gate = PhaseGate.Pair } },
            d => d with { Rotation = new(RotationKind.Selective, 500, PairLayout.HalfSplit) { MaxTemperature = 2, Bias = true } },
            d => d with { Rotation = new(RotationKind.Rotary, 500, PairLayout.HalfSplit) { Differenced = true } },
            d => d with { Rotation = new(RotationKind.Selective, 1, PairLayout.Interleaved) { Differenced = true, Bias = true, Gate = PhaseGate.Head } },
            d => d with { Rotation = new(RotationKind.Learned, 10000, PairLayout.Interleaved) },
            d => d with { Rotation = new(RotationKind.Learned, 10000, PairLayout.HalfSplit) { Gate = PhaseGate.Pair } },
            d => d with { Rotation = new(RotationKind.Learned, 10000, PairLayout.HalfSplit) { Bias = true } },
        ],
        [.. Mechanisms[5], d => d with { Window = new(1, false, 0) }, d => d with { Window = new(9, true, 0) }, d => d with { Window = new(9, false, 2) }, d => d with { Window = new(9, true, 2) }, d => d with { Window = new(0, false, 0) }],
        Mechanisms[6],
        [None, d => d with { Score = new(2, null) }, d => d with { Score = new(null, PositionBias.Alibi) }, d => d with { Score = new(null, null, SinkLogit: true) }, d => d with { Score = new(3, PositionBias.Alibi, SinkLogit: true) }, d => d with { Score = new(-1, null) }],
        [None, d => d with { Heads = 3 }, d => d with { KeyValueHeads = 2 }, d => d with { Heads = 4, KeyValueHeads = 2 }, d => d with { ValueHeads = 4 }, d => d with { Heads = 2, ValueHeads = 4 }, d => d with { Heads = 3, ValueHeads = 4 }],
        [None, d => d with { Convolution = new(4, Convolved.Queries | Convolved.Keys | Convolved.Values, ConvolutionActivation.Silu) }, d => d with { Convolution = new(2, Convolved.Values) }, d => d with { Convolution = new(5, Convolved.Keys) }, d => d with { Convolution = new(1, Convolved.Queries) }, d => d with { Convolution = new(3, Convolved.Output) }, d => d with { Convolution = new(3, Convolved.Output, Columns: 1) }, d => d with { Convolution = new(4, Convolved.Output, Columns: 1) }],
        [None, d => d with { Scale = 1 }, d => d with { Scale = 0.3 }],
        [None, .. Enumerable.Range(0, 8).Select<int, Func<LayerDeclaration, LayerDeclaration>>(f => d => d with { Form = new((Forms)f, null) })],
        [None, d => d with { Form = new(d.Form?.Forms ?? 0, 16) }, d => d with { Form = new(d.Form?.Forms ?? 0, 128) }, d => d with { Form = new(d.Form?.Forms ?? 0, 17) }],
    ];

    public static IEnumerable<LayerDeclaration> Product(Func<LayerDeclaration, LayerDeclaration>[][] axes) => axes.Aggregate<Func<LayerDeclaration, LayerDeclaration>[], IEnumerable<LayerDeclaration>>(
        [Layers.Plain(4, 6)],
        (points, axis) => points.SelectMany(p => axis.Select(choice => choice(p))));

    /// <summary>
    /// For every pair of choices of two axes: with nothing else (or the defaults of each family of layers), and with random choices elsewhere.
    /// </summary>
    public static IEnumerable<LayerDeclaration> Pairs(int seed)
    {
        var random = new Random(seed);
        for (var a = 0; a < All.Length; a++)
        for (var b = a + 1; b < All.Length; b++)
        foreach (var x in All[a])
        foreach (var y in All[b])
        {
            foreach (var family in Families()) yield return y(x(family));
            for (var n = 0; n < 2; n++)
            {
                var point = Layers.Plain(4, 6);
                for (var axis = 0; axis < All.Length; axis++)
                    point = (axis == a ? x : axis == b ? y : All[axis][random.Next(All[axis].Length)])(point);
                yield return point;
            }
        }
    }

    private static IEnumerable<LayerDeclaration> Families()
    {
        var plain = Layers.Plain(4, 6);
        return [plain, plain with { Gate = Gate(GateShape.Head) }, plain with { Write = WriteRule.Delta }, plain with { Write = WriteRule.ExponentialGate }, plain with { Kernel = Kernel.Exp, Causal = false }];
    }
}
