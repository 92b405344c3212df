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
}

/// <summary>Where the log-decay of a matrix state comes from.</summary>
public enum DecaySource
{
    None,
    Retention,
    Head,
    Key,
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

    /// <summary>Factor on φ(q); null means K^(−1/2).</summary>
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

    /// <summary>Gradients do not go through the denominator.</summary>
    public bool HoldsDenominator { get; init; }

    public Pairs Pairs { get; init; }
    public double RotationBase { get; init; } = 10000;

    /// <summary>W; 0 means no window.</summary>
    public int Window { get; init; }

    public int SinkTokens { get; init; }

    public bool IsSoftmax => Similarity == Similarity.Softmax;

    /// <summary>N.</summary>
    public int StateHeads => ValueHeads == 0 ? Heads : ValueHeads;

    /// <summary>Heads of k.</summary>
    public int KeyHeads => IsSoftmax && KeyValueHeads != 0 ? KeyValueHeads : Heads;

    /// <summary>Heads of v.</summary>
    public int ValueInputHeads => IsSoftmax ? KeyHeads : StateHeads;

    /// <summary>s.</summary>
    public double QueryScale => Scale ?? 1 / Math.Sqrt(KeyDim);

    /// <summary>Query head of state (or output) head <paramref name="n"/>.</summary>
    public int QueryHead(int n) => n / (StateHeads / Heads);

    /// <summary>Key head of state (or output) head <paramref name="n"/>.</summary>
    public int KeyHead(int n) => IsSoftmax ? n / (Heads / KeyHeads) : QueryHead(n);
}
