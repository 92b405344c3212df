using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Scheduling;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Generator.Tests.Interpretation;
using AttnDsl.Reference;
using AttnDsl.Space.Points;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>A layer of the space of combinations with inputs, a split into blocks and everything else that a run of it needs, drawn at random.</summary>
internal sealed class LayerSample
{
    private const int Seed = 20261201;
    private static readonly LayerDeclaration[] s_layers = Draw();
    private readonly Random _random;
    private readonly Dictionary<string, float[]> _inputs = [];

    public LayerSample(LayerDeclaration declaration, int seed)
    {
        _random = new(seed);
        (Declaration, Plan) = (declaration, LayerPlan.Build(Rounded(Resolver.Resolve(declaration))));
        Heads = System.Heads ?? System.KeyValueHeads ?? System.ValueHeads ?? 2;
        Time = _random.Next(6) == 0 ? 1 : _random.Next(5, 13);
        if (System.Convolution is { IsOnGrid: true, Columns: var columns }) Time = Math.Max(1, Time / columns) * columns;
        Window = System.Window is { } w ? _random.Next(1, w.Size + 1) : 0;
        var block = _random.Next(1, 6);
        // The parallel form of a matrix layer has blocks of one size.
        Sizes = new(block, System.Family == StateFamily.Cache ? _random.Next(1, 6) : block, System.KeyDim, System.ValueDim, System.Map.Width, System.Writing.Slots) { Others = System.Widths };
        var strong = _random.Next(3) == 0;
        foreach (var input in System.Inputs)
        {
            var run = NewRun(0, Time, false);
            var (rows, cols) = run.SizeOf(input.Tensor);
            _inputs[input.Tensor] = [.. Enumerable.Range(0, rows * run.HeadsOf(input.Tensor) * cols).Select(_ => (float)Draw(input.Member, strong))];
            if (input.Member == "K" && System.Write is WriteRule.Delta or WriteRule.GeneralDelta) Normalise(_inputs["k"], cols);
            if (input.Member == "V" && System.Write == WriteRule.Oja) Normalise(_inputs["v"], cols);
            if (input.Member is "A" or "B") Normalise(_inputs[input.Tensor], cols);
            if (input.Member == "A") _inputs[input.Tensor] = Array.ConvertAll(_inputs[input.Tensor], x => -0.7f * x);
        }

        foreach (var p in System.Parameters)
            _inputs[p.Tensor] = [.. Enumerable.Range(0, NewRun(0, Time, false).HeadsOf(p.Tensor) * p.Floats).Select(_ => (float)(p.Member == "G" ? Draw("G", strong) : Draw(p.Member)))];
    }

    public static int Count => s_layers.Length;

    public LayerDeclaration Declaration { get; }

    public LayerPlan Plan { get; }

    public DynamicalSystem System => Plan.System;

    public int Heads { get; }

    public int Time { get; }

    public int Window { get; }

    public BlockSizes Sizes { get; }

    public LayerSpec Spec => new()
    {
        KeyDim = System.KeyDim,
        ValueDim = System.ValueDim,
        Heads = Heads,
        KeyValueHeads = System.KeyValueHeads ?? 0,
        ValueHeads = System.ValueHeads ?? 0,
        Causal = System.Causal,
        Scale = System.Scale,
        Similarity = Enum.Parse<Similarity>(System.Kernel.ToString()),
        Decay = System.Decay switch { null => DecaySource.None, { Shape: GateShape.Constant, Constants: HeadDecay.Retention } => DecaySource.Retention, { Shape: GateShape.Constant } => DecaySource.Constants, { } d => Enum.Parse<DecaySource>(d.Shape.ToString()) },
        LearnedGate = System.Decay?.IsLearned ?? false,
        LogDecays = [.. System.Decay?.LogDecays ?? default],
        LogSigmoid = System.Decay?.Activation == GateActivation.LogSigmoid,
        ReversedSigmoid = System.Decay?.Activation == GateActivation.ReversedSigmoid,
        Rate = System.Decay?.Activation switch { GateActivation.Rate => RateKind.Rate, GateActivation.SoftplusRate => RateKind.Softplus, GateActivation.Bounded => RateKind.Bounded, GateActivation.ReversedSigmoidPower => RateKind.Power, GateActivation.RecurrentGate => RateKind.Recurrent, _ => RateKind.None },
        Temperature = System.Decay?.Temperature ?? 1,
        LowerBound = System.Decay?.LowerBound ?? 0,
        Write = Enum.Parse<WriteKind>(System.Write.ToString()),
        KeyOfGate = System.Writing.Key == KeySource.Gate,
        NoKeys = System.Writing.Key == KeySource.None,
        OutputGate = Enum.Parse<GateOfOutput>(System.OutputGate.ToString()),
        Strength = System.Writing.Strength == WriteStrength.None ? StrengthKind.One : Enum.Parse<StrengthKind>(System.Writing.Strength.ToString()),
        StrengthScale = System.Writing.StrengthScale,
        Steps = System.Writing.Steps,
        Slots = System.Writing.Slots,
        Bonus = System.Writing.Bonus,
        OwnValue = Enum.Parse<OwnValue>(System.Augmentation.ToString()),
        SkipWidth = System.Skip switch { SkipShape.None => 0, SkipShape.Head => 1, _ => System.ValueDim },
        Denominator = Enum.Parse<Denominator>(System.Normaliser == Normaliser.External ? System.Eta.ToString() : System.Normaliser.ToString()),
        Epsilon = System.Epsilon,
        AddsEpsilon = System.AddsEpsilon,
        Prior = System.Prior,
        Taps = System.Convolution?.Width ?? 0,
        Columns = System.Convolution?.Columns ?? 0,
        ConvolvesQueries = System.Convolution?.Replaces("q") ?? false,
        ConvolvesKeys = System.Convolution?.Replaces("k") ?? false,
        ConvolvesValues = System.Convolution?.Replaces("v") ?? false,
        AddsConvolution = System.Convolution is { } c && (c.Of & Convolved.Output) != 0,
        SiluConvolution = System.Convolution?.Activation == ConvolutionActivation.Silu,
        Map = new()
        {
            Projections = System.Map.Projections,
            Functions = System.Map.Functions,
            Hidden = System.Map.Hidden,
            Activation = Enum.Parse<MapActivation>(System.Map.Activation.ToString()),
            PerChannel = System.Map.Options.PerChannel,
            Signed = System.Map.Options.Signed,
            Envelope = Enum.Parse<Envelope>(System.Map.Envelope.ToString()),
            PerHead = System.Map.Options.PerHead,
            Horizon = System.Map.Options.Horizon ?? 1,
            Form = Enum.Parse<HedgehogKind>(System.Map.Form.ToString()),
        },
        Pairs = System.Rotation is { } r ? Enum.Parse<Pairs>(r.Layout.ToString()) : Pairs.None,
        RotationBase = System.Rotation?.Base ?? 1,
        Phase = System.Phase is not { } phase
            ? null
            : new()
            {
                Tangent = phase.Temperatures.Kind == RotationTemperature.Tangent,
                Base = phase.Temperatures.Base,
                MaxAngle = phase.Temperatures.Angle,
                Most = phase.Temperatures.Most,
                Differenced = phase.Differenced,
                Biased = phase.HasBias,
                Learned = phase.IsLearned,
                Gate = Enum.Parse<PhaseGating>(phase.Gate.ToString()),
            },
        SoftCap = System.Score?.SoftCap ?? 0,
        Alibi = System.Score?.Bias == PositionBias.Alibi,
        Levels = System.Levels,
        SinkLogit = System.Score is { SinkLogit: true },
        Window = System.Window is { } w ? w.RuntimeSized ? Window : w.Size : System.ExactTokens,
        SinkTokens = System.Window?.SinkTokens ?? 0,
    };

    public LayerInputs Inputs => new(1, Time, Input("q"), Input("k"), _inputs["v"])
    {
        G = System.Decay is { IsLearned: true } ? [.. Enumerable.Repeat(Input("g"), Time).SelectMany(x => x)] : Input("g"), Beta = Input("beta"), I = Input("inputGate"), Eta = Input("eta"), Y = Input("outputGate"), A = Input("retrieve"), B = Input("back"), S = Input("slotWrite"),
        Phi = Input("phi"), PhaseGate = Input("phaseGate"), Theta = Input("theta"), PhaseBias = Input("phaseBias"),
        ALog = Input("logRate"), DtBias = Input("stepBias"), U = Input("bonus"), W = Input("augment"), D = Input("skip"), Sink = Input("sink"), LevelScales = Input("levelScales"),
        Parameters = System.Parameters.Where(p => p.Member.StartsWith("Map", StringComparison.Ordinal) || p.Member.EndsWith("Taps", StringComparison.Ordinal)).ToDictionary(p => p.Member.EndsWith("Taps", StringComparison.Ordinal) ? p.Tensor : p.Member is "MapB" or "MapC1" or "MapC2" or "MapU" ? p.Member[3..].ToLowerInvariant() : p.Member[3..], p => Input(p.Tensor)),
    };

    public static LayerSample Of(int n) => new(s_layers[n], n);

    /// <summary>A run over some of the tokens, from an empty state.</summary>
    public LayerRun Run(int first, int count, bool holds = false)
    {
        var run = NewRun(first, count, holds);
        foreach (var (tensor, values) in _inputs)
        {
            var (heads, (rows, cols)) = (run.HeadsOf(tensor), run.SizeOf(tensor));
            var rowsPerToken = System.Inputs.FirstOrDefault(i => i.Tensor == tensor)?.RowsPerToken ?? 0;
            // Of a parameter every head's part lies together, of an input every row's.
            for (var h = 0; h < heads; h++) run[tensor, h].Values = Operations.Fill(rows, cols, (t, c) => values[rowsPerToken == 0 ? (h * rows + t) * cols + c : ((first * rowsPerToken + t) * heads + h) * cols + c]);
        }

        return run;
    }

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    public int Next(int from, int to) => _random.Next(from, to);

    public override string ToString() => $"{Declaration}, T = {Time}, H = {Heads}, window {Window}, {Sizes}";

    private LayerRun NewRun(int first, int count, bool holds) => new(Plan, Sizes, count, Heads) { Position = first, Window = Window, HoldsStabilisers = holds };

    /// <summary>With the constants that kernels have, which are float32, and with them the reference loops.</summary>
    private static DynamicalSystem Rounded(DynamicalSystem system) =>
        system.Decay is { } decay ? system with { Decay = decay with { LogDecays = new(decay.LogDecays.Select(g => (double)(float)g)) } } : system;

    private float[] Input(string tensor) => _inputs.GetValueOrDefault(tensor, []);

    /// <summary>An element of a parameter; biases of the last functions keep the sums of positive features from 0.</summary>
    private double Draw(string parameter) => parameter switch
    {
        "ALog" => _random.NextDouble() - 1,
        "MapC2" => 0.5 + Math.Abs(Normal()),
        _ => parameter.StartsWith("Map", StringComparison.Ordinal) ? 0.7 * Normal() : Normal(),
    };

    private double Draw(string member, bool strong) => member switch
    {
        "G" when System.Decay!.Activation == GateActivation.Rate => (strong ? 12 : 1) * _random.NextDouble(),
        "G" when System.Decay!.Activation != GateActivation.LogDecay => strong ? 8 * Normal() : 2 * Normal() + 1,
        "S" => _random.NextDouble(),
        "G" => (strong ? -12 : -1) * _random.NextDouble(),
        "Beta" => 0.05 + 0.9 * _random.NextDouble(),
        "I" => (strong ? 4 : 1) * Normal(),
        _ => Normal(),
    };

    private static void Normalise(float[] keys, int width)
    {
        for (var start = 0; start < keys.Length; start += width)
        {
            var row = keys.AsSpan(start, width);
            var length = MathF.Sqrt(row.ToArray().Sum(x => x * x));
            foreach (ref var x in row) x /= length;
        }
    }

    /// <summary>One of each family of layers that the space has, of its other options whatever chance brings; and what chance seldom brings together.</summary>
    private static LayerDeclaration[] Draw()
    {
        var sound = Axes.Pairs(Seed).Distinct().Where(d => !LayerRules.Check(d, "Layer").Any(p => p.IsError)).ToArray();
        new Random(Seed).Shuffle(sound);
        var plain = Layers.Plain(4, 5);
        var families =
            from d in sound
            let s = Resolver.Resolve(d)
            // Wide layers take long.
            where d.KeyDim <= 32
            group d by (s.Family, s.Causal, s.Decay?.Shape, s.Write, s.Normaliser, s.Rotation?.Layout, Alibi: s.Score?.Bias == PositionBias.Alibi, Sink: s.Score is { SinkLogit: true }, Levels: s.Levels > 0, Window: s.Window is not null) into family
            select family.First();
        return
        [
            .. families,
            .. Enum.GetValues<GateActivation>().Select(a => plain with { Gate = new(GateShape.Key, null, a, null, LowerBound: a == GateActivation.LowerBounded ? 0.25 : null), Heads = 2, ValueHeads = 4 }),
            .. Enum.GetValues<WriteStrength>().Where(w => w is not (WriteStrength.ChannelSigmoid or WriteStrength.ChannelNorm)).Select(w => plain with { Gate = new(GateShape.Head, null, GateActivation.SoftplusRate, null), Write = new(WriteRule.Plain, Strength: w), Read = new(Normaliser.None, null, SkipShape.Channel) }),
            .. new[] { WriteStrength.None, WriteStrength.Step, WriteStrength.Beta, WriteStrength.ChannelSigmoid }.Select(w => plain with { Gate = new(GateShape.Full, null, GateActivation.Rate, null), Write = new(WriteRule.Plain, Strength: w, StrengthScale: w == WriteStrength.None ? null : 0.5), Read = new(Normaliser.None, null, SkipShape.Channel), Heads = 2, ValueHeads = 4 }),
            .. new[] { WriteStrength.None, WriteStrength.Sigmoid, WriteStrength.ChannelSigmoid, WriteStrength.ChannelNorm }.Select((w, n) => plain with { KeyDim = 1, Gate = new(GateShape.Value, null, n % 2 == 0 ? GateActivation.ReversedSigmoidPower : GateActivation.RecurrentGate, null), Write = new(WriteRule.Plain, Key: KeySource.None, Strength: w), Read = new(Normaliser.External, null, OutputGate: (OutputGate)(n % 3)) }),
            plain with { Gate = new(GateShape.Full, null, GateActivation.Rate, null) { Learned = true }, Write = new(WriteRule.Plain, Strength: WriteStrength.Step), Heads = 2, ValueHeads = 4 },
            plain with { Gate = new(GateShape.Head, null, GateActivation.SoftplusRate, null) { Learned = true }, Write = new(WriteRule.Delta, Strength: WriteStrength.Step) },
            plain with { Gate = new(GateShape.Pair, null, GateActivation.RecurrentGate, null) { Learned = true }, Heads = 2, ValueHeads = 4 },
            plain with { Kernel = Kernel.Softmax, Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, null) { Learned = true }, Heads = 4, KeyValueHeads = 2 },
            plain with { Rotation = new(RotationKind.Learned, 10000, PairLayout.Interleaved), Gate = new(GateShape.Pair, null, GateActivation.LogSigmoid, null) { Learned = true }, Heads = 2, ValueHeads = 4 },
            plain with { Kernel = Kernel.Softmax, Rotation = new(RotationKind.Learned, 10000, PairLayout.HalfSplit) { Gate = PhaseGate.Head }, Heads = 4, KeyValueHeads = 2 },
            plain with { Kernel = Kernel.EluPlusOne, Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, null), Read = new(Normaliser.KeySum, null, Gradient: NormaliserGradient.Held) },
            plain with { Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, null), Write = WriteRule.ExponentialGate, Read = new(Normaliser.Stabilised, null, Gradient: NormaliserGradient.Held) },
            plain with { Kernel = Kernel.Taylor, Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, null), Read = new(Normaliser.Centred, null, SkipShape.Head, Prior: 2), Heads = 2, ValueHeads = 4 },
            plain with { Gate = new(GateShape.Head, null, null, null), Write = WriteRule.Delta, Convolution = new(4, Convolved.Queries | Convolved.Keys | Convolved.Values, ConvolutionActivation.Silu), Heads = 2, ValueHeads = 4 },
            plain with { Read = new(Normaliser.Centred, null, SkipShape.Head), Convolution = new(3, Convolved.Output) },
            plain with { Read = new(Normaliser.Centred, null, SkipShape.Head, Prior: 2), Window = new(5, false, 0), Convolution = new(2, Convolved.Keys) },
            plain with { Kernel = Kernel.EluPlusOne, Read = new(Normaliser.Centred, null), Window = new(1, false, 0), Heads = 2, ValueHeads = 4 },
            plain with { Causal = false, Read = new(Normaliser.Centred, null, SkipShape.Head, OutputGate: OutputGate.Silu), Convolution = new(3, Convolved.Output, Columns: 2), Heads = 2, ValueHeads = 4 },
            plain with { Causal = false, Kernel = Kernel.EluPlusOne, Read = new(Normaliser.KeySum, null), Convolution = new(5, Convolved.Output, ConvolutionActivation.Silu, Columns: 3) },
            plain with { Gate = new(GateShape.Full, null, GateActivation.Rate, null), Convolution = new(2, Convolved.Keys | Convolved.Values) },
            plain with { Gate = new(GateShape.Slot, null, null, null), Write = new(WriteRule.Slots, Slots: 3), Convolution = new(3, Convolved.Queries | Convolved.Output) },
            .. Enum.GetValues<OutputGate>().Select(g => plain with { Gate = new(GateShape.Head, null, null, null), Write = WriteRule.Delta, Read = new(Normaliser.None, null, OutputGate: g) }),
            .. Enum.GetValues<Augmentation>().Select(a => plain with { Gate = new(GateShape.Key, null, null, null), Write = new(WriteRule.Plain, Key: KeySource.Gate), Read = new(Normaliser.None, null, SkipShape.Head, Augmentation: a) }),
            .. new[] { GateShape.Head, GateShape.Key, GateShape.Value }.Select(g => plain with { Gate = new(g, null, null, null), Write = new(WriteRule.Plain, Bonus: true), Heads = 2, ValueHeads = 4 }),
            .. new[] { WriteRule.Plain, WriteRule.Delta, WriteRule.GeneralDelta }.Select(w => plain with { Gate = new(GateShape.Key, null, GateActivation.LogSigmoid, null), Write = new(w, Steps: 3), Heads = 2, ValueHeads = 4 }),
            .. Enum.GetValues<Kernel>().Where(k => k is not (Kernel.Softmax or Kernel.Identity)).Select(k => plain with
            {
                Kernel = k,
                Gate = new(GateShape.Key, null, GateActivation.LogSigmoid, 2),
                ValueHeads = 4,
                Heads = 2,
                Map = k switch { Kernel.CosFormer => new(Horizon: 20), Kernel.Luna => new(Projections: 3, Channels: 2, Hidden: 3, PerHead: true), _ => null },
            }),
            plain with { Kernel = Kernel.Luna, Heads = 2, ValueHeads = 4, Map = new(Projections: 3, Channels: 2, Hidden: 3, PerChannel: true, Signed: true, Activation: FeatureActivation.Silu, Envelope: FeatureEnvelope.Learned) },
            plain with { Kernel = Kernel.Hedgehog, Causal = false, Map = new(Form: HedgehogForm.Exponential) },
            plain with { Kernel = Kernel.Hedgehog, Map = new(Form: HedgehogForm.Separate) },
            plain with { Heads = 4, KeyValueHeads = 2, Rotation = new(RotationKind.Rotary, 100, PairLayout.Interleaved), Window = new(6, true, 2) },
            plain with { Heads = 4, KeyValueHeads = 2, Window = new(4, false, 1) },
            .. Enum.GetValues<PhaseGate>().SelectMany((g, n) => new[] { true, false }.Select(differenced => new RotationDeclaration(RotationKind.Selective, 100, (PairLayout)(n % 2)) { Gate = g, Differenced = differenced, Bias = differenced == (n == 1), Temperature = (RotationTemperature)(n % 2) })).SelectMany((r, n) => new[]
            {
                plain with { Gate = new(n % 3 == 0 ? GateShape.Key : GateShape.Pair, null, GateActivation.LogSigmoid, null), Write = n % 3 == 1 ? WriteRule.Delta : WriteRule.Plain, Rotation = r, Heads = 2, ValueHeads = n % 2 == 0 ? 4 : null },
                plain with { Kernel = Kernel.Softmax, Gate = new(GateShape.Head, null, GateActivation.LogSigmoid, null), Rotation = r, Heads = 4, KeyValueHeads = n % 2 == 0 ? 2 : null, Window = n % 3 == 0 ? new(6, false, 2) : null },
                plain with { Kernel = n % 2 == 0 ? Kernel.Softmax : Kernel.Identity, Rotation = r, Causal = false },
            }),
            plain with { Heads = 4, KeyValueHeads = 2, Rotation = new(RotationKind.Rotary, 100, PairLayout.HalfSplit), Causal = false },
        ];
    }
}
