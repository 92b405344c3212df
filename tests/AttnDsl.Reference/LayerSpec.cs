using System;
using System.Collections.Generic;

namespace AttnDsl.Reference;

/// <summary>Feature map φ, or the softmax kernel over cached keys.</summary>
public enum Similarity
{
    Softmax,
    Identity,
    EluPlusOne,
    Relu,
    ReluSquared,
    Silu,
    Exp,
    ChannelSoftmax,
    Taylor,
    Square,
    CosFormer,
    RandomFourier,
    Favor,
    Learned,
    Hedgehog,
    Luna,
}

/// <summary>A scalar function within a learned map.</summary>
public enum MapActivation
{
    Relu,
    Silu,
    Gelu,
    EluPlusOne,
    Exp,
    Identity,
}

/// <summary>What features are multiplied by.</summary>
public enum Envelope
{
    None,
    Gaussian,
    Learned,
}

/// <summary>How Hedgehog makes features of y.</summary>
public enum HedgehogKind
{
    Joint,
    Separate,
    Exponential,
}

/// <summary>Options of a feature map.</summary>
public sealed record MapSpec
{
    /// <summary>M; 0 means K.</summary>
    public int Projections { get; init; }

    /// <summary>L.</summary>
    public int Functions { get; init; } = 4;

    public int Hidden { get; init; } = 64;
    public MapActivation Activation { get; init; }
    public bool PerChannel { get; init; }
    public bool Signed { get; init; }
    public Envelope Envelope { get; init; }
    public bool PerHead { get; init; }
    public int Horizon { get; init; } = 1;
    public HedgehogKind Form { get; init; }
}

/// <summary>Where the log-decay of a matrix state comes from.</summary>
public enum DecaySource
{
    None,
    Retention,
    Constants,
    Head,
    Key,
    Value,
    Slot,

    /// <summary>−e^a·Δ, a learned for every cell of S, Δ a value channel's.</summary>
    Full,

    /// <summary>One for both channels of a pair.</summary>
    Pair,
}

/// <summary>What a token writes.</summary>
public enum WriteKind
{
    Plain,
    Delta,
    ExponentialGate,
    GeneralDelta,
    Slots,
    Oja,
}

/// <summary>How strongly a token writes: as β, as σ(β), or the rule's own way (β for the delta rule, else 1).</summary>
public enum StrengthKind
{
    OfRule,
    One,
    Beta,
    Sigmoid,
    Step,

    /// <summary>σ(β) of a β for each value channel; times √(1 − e^{2g}).</summary>
    ChannelSigmoid,
    ChannelNorm,
}

/// <summary>What the output is multiplied by: σ(y), y·σ(y).</summary>
public enum GateOfOutput
{
    None,
    Sigmoid,
    Silu,
}

/// <summary>Gates with a learned rate: −e^a·x, −e^a·softplus(x + b), −5·σ(e^a·(x + b)), −max(a, 0)·softplus(x), −8·softplus(b)·σ(x).</summary>
public enum RateKind
{
    None,
    Rate,
    Softplus,
    Bounded,
    Power,
    Recurrent,
}

/// <summary>What of the token's own value is added, with a = Σ q w k: σ(a·v), σ(a)·v, a·v.</summary>
public enum OwnValue
{
    None,
    SigmoidVector,
    ScalarGate,
    Linear,
}

/// <summary>What divides the read.</summary>
public enum Denominator
{
    None,
    KeySum,
    AbsoluteKeySum,
    Stabilised,

    /// <summary>The count: what is read are means and covariances.</summary>
    Centred,

    /// <summary>An input η: e^x, softplus(x) or σ(x) of it.</summary>
    Exp,
    Softplus,
    Sigmoid,
}

/// <summary>Which channels turn together.</summary>
public enum Pairs
{
    None,
    HalfSplit,
    Interleaved,
}

/// <summary>
/// One layer, described by values, so that any combination can be drawn at random. Letters: B batch, T time, H query heads,
/// G key/value heads of softmax, N state heads, K key width, V value width.
/// </summary>
public sealed record LayerSpec
{
    public required int KeyDim { get; init; }
    public required int ValueDim { get; init; }
    public int Heads { get; init; } = 1;

    /// <summary>G; 0 means H. Softmax only.</summary>
    public int KeyValueHeads { get; init; }

    /// <summary>N; 0 means H. Matrix states only.</summary>
    public int ValueHeads { get; init; }

    public bool Causal { get; init; } = true;

    /// <summary>Factor on φ(q), or on q; null means K^(−1/2).</summary>
    public double? Scale { get; init; }

    public Similarity Similarity { get; init; } = Similarity.Identity;

    /// <summary>A second map of channels, of −x, whose features stand beside those of the first.</summary>
    public Similarity? Beside { get; init; }

    public DecaySource Decay { get; init; }

    /// <summary>The gate input is a logit z and g = log σ(z) / τ.</summary>
    public bool LogSigmoid { get; init; }

    /// <summary>The gate input is a logit z and g = log σ(−z) / τ.</summary>
    public bool ReversedSigmoid { get; init; }

    /// <summary>ℓ &gt; 0: the gate input is a logit z and g = log(ℓ + (1 − ℓ) σ(z)).</summary>
    public double LowerBound { get; init; }

    public RateKind Rate { get; init; }

    /// <summary>Whether the state is read before the write, with a bonus u for the token's own key.</summary>
    public bool Bonus { get; init; }

    public OwnValue OwnValue { get; init; }

    /// <summary>Floats of the skip's D a head: 0, 1 or V.</summary>
    public int SkipWidth { get; init; }

    /// <summary>Whether the skip's weights are one a channel, even of a single channel.</summary>
    public bool HasSkipPerChannel { get; init; }

    /// <summary>The log-decays of the heads, where they are constants.</summary>
    public double[] LogDecays { get; init; } = [];

    /// <summary>τ.</summary>
    public double Temperature { get; init; } = 1;

    public WriteKind Write { get; init; }

    /// <summary>Whether k is 1 − e^g.</summary>
    public bool KeyOfGate { get; init; }

    /// <summary>Whether queries and keys are absent and count as 1.</summary>
    public bool NoKeys { get; init; }

    public GateOfOutput OutputGate { get; init; }

    public StrengthKind Strength { get; init; }
    public double StrengthScale { get; init; } = 1;

    /// <summary>Writes a token.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>M.</summary>
    public int Slots { get; init; }

    public Denominator Denominator { get; init; }
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>W of a short convolution; 0 without one.</summary>
    public int Taps { get; init; }

    /// <summary>Columns of the grid on which the tokens of a convolution lie, W × W taps around each; 0 for a line.</summary>
    public int Columns { get; init; }

    public bool ConvolvesQueries { get; init; }
    public bool ConvolvesKeys { get; init; }
    public bool ConvolvesValues { get; init; }

    /// <summary>Whether the convolution of the values is added to the output.</summary>
    public bool AddsConvolution { get; init; }

    /// <summary>Whether x·σ(x) stands behind it.</summary>
    public bool SiluConvolution { get; init; }

    /// <summary>Axes of the taps, by name.</summary>
    public IReadOnlyDictionary<string, int[]> TapAxes
    {
        get
        {
            var axes = new Dictionary<string, int[]>();
            if (ConvolvesQueries) axes["qTaps"] = [Heads, Taps, KeyDim];
            if (ConvolvesKeys) axes["kTaps"] = [Heads, Taps, KeyDim];
            if (ConvolvesValues || AddsConvolution) axes["vTaps"] = [StateHeads, Columns > 0 ? Taps * Taps : Taps, ValueDim];
            return axes;
        }
    }

    /// <summary>n₀ of a centred read.</summary>
    public double Prior { get; init; }

    /// <summary>The key sum has ε added; otherwise it is kept from falling below ε.</summary>
    public bool AddsEpsilon { get; init; }

    /// <summary>Gradients do not go through the denominator.</summary>
    public bool HoldsDenominator { get; init; }

    public Pairs Pairs { get; init; }
    public double RotationBase { get; init; } = 10000;

    /// <summary>Turns by inputs where there is one, else by positions.</summary>
    public PhaseSpec? Phase { get; init; }

    /// <summary>W; 0 means no window. Beside a centred read the window's tokens are scored one by one.</summary>
    public int Window { get; init; }

    public int SinkTokens { get; init; }

    /// <summary>φ from the channels to <see cref="OwnFeatures"/> features, where it is a function of its own.</summary>
    public Func<double[], double[]>? OwnMap { get; init; }

    public int OwnFeatures { get; init; }

    /// <summary>Parts that are functions of its own, in every precision.</summary>
    public OwnFunctions? Own { get; init; }

    /// <summary>What becomes of a scaled score, given the positions of query and key and the head. Softmax only.</summary>
    public Func<double, long, long, int, double>? Score { get; init; }

    /// <summary>Whether a query sees a key, beside everything else, given their positions. Softmax only.</summary>
    public Func<long, long, bool>? Mask { get; init; }

    /// <summary>Whole numbers that come with each token, by name, given its position: what a mask asks for.</summary>
    public IReadOnlyDictionary<string, Func<long, long>>? PerToken { get; init; }

    /// <summary>Scores become cap·tanh(score / cap); 0 means no cap.</summary>
    public double SoftCap { get; init; }

    /// <summary>Scores lose 2^(−8(h+1)/H)·|i − j| behind the cap.</summary>
    public bool Alibi { get; init; }

    /// <summary>Levels of the past, each with a state and a weight of its own; 0 of one state.</summary>
    public int Levels { get; init; }

    /// <summary>Whether a logit a head joins the denominator of softmax.</summary>
    public bool SinkLogit { get; init; }

    /// <summary>Whether β is an input.</summary>
    public bool HasBeta => Strength is StrengthKind.Beta or StrengthKind.Sigmoid or StrengthKind.ChannelSigmoid or StrengthKind.ChannelNorm || (Strength == StrengthKind.OfRule && Write is WriteKind.Delta or WriteKind.Oja);

    /// <summary>Whether β is one a value channel, even of a single channel.</summary>
    public bool HasBetaPerChannel => Strength is StrengthKind.ChannelSigmoid or StrengthKind.ChannelNorm;

    /// <summary>Floats of β a token and head.</summary>
    public int BetaWidth => HasBetaPerChannel ? ValueDim : 1;

    /// <summary>Floats of a a head.</summary>
    public int RateWidth => Decay == DecaySource.Full ? KeyDim * ValueDim : Rate is RateKind.None or RateKind.Recurrent ? 0 : 1;

    /// <summary>Whether every cell of S decays on its own.</summary>
    public bool IsScan => Decay == DecaySource.Full || NoKeys;

    /// <summary>Floats of b a head.</summary>
    public int BiasWidth => Rate is RateKind.Softplus or RateKind.Bounded or RateKind.Recurrent ? GateWidth : 0;

    /// <summary>Whether the gate's input is learned: <c>LayerInputs.G</c> has the same numbers for every token.</summary>
    public bool LearnedGate { get; init; }

    /// <summary>Floats of the gate a token and head.</summary>
    public int GateWidth => Decay switch
    {
        DecaySource.Head => 1,
        DecaySource.Key => FeatureDim,
        DecaySource.Value or DecaySource.Full => ValueDim,
        DecaySource.Slot => Slots,
        DecaySource.Pair => KeyDim / 2,
        _ => 0,
    };

    /// <summary>Whether η is an input.</summary>
    public bool HasEta => Denominator is Denominator.Exp or Denominator.Softplus or Denominator.Sigmoid;

    /// <summary>Whether a state keeps rows of the past beside what the oracles start from.</summary>
    public bool KeepsRows => Taps > 0 || (Denominator == Denominator.Centred && Window > 0);

    public bool IsSoftmax => Similarity == Similarity.Softmax;

    /// <summary>F, the width of φ: rows of the state.</summary>
    public int FeatureDim => Features.Width(this);

    /// <summary>Whether s belongs to the channels, all of it to q's or a root to each; otherwise it multiplies φ(q).</summary>
    public bool ScalesInside => Similarity is Similarity.Taylor or Similarity.Square or Similarity.RandomFourier or Similarity.Favor;

    /// <summary>Options of φ.</summary>
    public MapSpec Map { get; init; } = new();

    /// <summary>N.</summary>
    public int StateHeads => ValueHeads == 0 ? Heads : ValueHeads;

    /// <summary>Heads of k.</summary>
    public int KeyHeads => IsSoftmax && KeyValueHeads != 0 ? KeyValueHeads : Heads;

    /// <summary>Heads of v.</summary>
    public int ValueInputHeads => IsSoftmax ? KeyHeads : StateHeads;

    /// <summary>s.</summary>
    public double QueryScale => Scale ?? 1 / Math.Sqrt(KeyDim);

    /// <summary>The pair that a channel belongs to.</summary>
    public int PairOf(int channel) => Pairs == Pairs.Interleaved ? channel / 2 : channel % (KeyDim / 2);

    /// <summary>Query head of state (or output) head <paramref name="n"/>.</summary>
    public int QueryHead(int n) => n / (StateHeads / Heads);

    /// <summary>Key head of state (or output) head <paramref name="n"/>.</summary>
    public int KeyHead(int n) => IsSoftmax ? n / (Heads / KeyHeads) : QueryHead(n);
}
