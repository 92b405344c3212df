using System;

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
}

/// <summary>Where the log-decay of a matrix state comes from.</summary>
public enum DecaySource
{
    None,
    Retention,
    Head,
    Key,

    /// <summary>One for both channels of a pair.</summary>
    Pair,
}

/// <summary>What a token writes.</summary>
public enum WriteKind
{
    Plain,
    Delta,
    ExponentialGate,
}

/// <summary>What divides the read.</summary>
public enum Denominator
{
    None,
    KeySum,
    Stabilised,
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
    public DecaySource Decay { get; init; }

    /// <summary>The gate input is a logit z and g = log σ(z) / τ.</summary>
    public bool LogSigmoid { get; init; }

    /// <summary>τ.</summary>
    public double Temperature { get; init; } = 1;

    public WriteKind Write { get; init; }
    public Denominator Denominator { get; init; }
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>The key sum has ε added; otherwise it is kept from falling below ε.</summary>
    public bool AddsEpsilon { get; init; }

    public Pairs Pairs { get; init; }
    public double RotationBase { get; init; } = 10000;

    /// <summary>Turns by inputs where there is one, else by positions.</summary>
    public PhaseSpec? Phase { get; init; }

    /// <summary>W; 0 means no window.</summary>
    public int Window { get; init; }

    public int SinkTokens { get; init; }

    /// <summary>Scores become cap·tanh(score / cap); 0 means no cap.</summary>
    public double SoftCap { get; init; }

    /// <summary>Scores lose 2^(−8(h+1)/H)·|i − j| behind the cap.</summary>
    public bool Alibi { get; init; }

    public bool IsSoftmax => Similarity == Similarity.Softmax;

    /// <summary>F, the width of φ: rows of the state.</summary>
    public int FeatureDim => Features.Width(Similarity, KeyDim);

    /// <summary>Whether s multiplies the channels of q; otherwise it multiplies φ(q).</summary>
    public bool ScalesInside => Similarity is Similarity.Taylor or Similarity.Square;

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
