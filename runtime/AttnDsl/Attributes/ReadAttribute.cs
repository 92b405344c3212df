using System;

namespace AttnDsl;

/// <summary>What divides the read-out <c>Sᵀφ(q)</c>.</summary>
public enum Normaliser
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The key sum: <c>max(φ(q)·z, ε)</c>, z = Σ φ(k), decayed as the state is.</summary>
    KeySum,

    /// <summary><c>max(|q·n|, e^{−m}) + ε</c> with the write rule's running maximum m (mLSTM).</summary>
    Stabilised,

    /// <summary>An input η [B,T,H], one a token: the read-out is divided by the <see cref="EtaActivation"/> of it (DSF's normalised attention).</summary>
    External,

    /// <summary>The key sum of signed features: <c>max(|φ(q)·z|, ε)</c> (ε = 1 for mLSTM with a sigmoid input gate).</summary>
    AbsoluteKeySum,

    /// <summary>
    /// The count: the read-out is the mean of the values so far plus the covariance of keys and values read by the query,
    /// <c>o = v̄ + Cov(k, v)ᵀ φ(q)</c>, that is <c>o = Σ_j w_j v_j</c> with <c>w_j = (φ(q)·(φ(k_j) − mean φ(k)) + 1)/n</c>: weights that sum to one and may be
    /// negative (InLine). The same is the limit of softmax attention over many Gaussian tokens (moment attention). With a gate of one decay a head,
    /// tokens count as much as is left of them.
    /// </summary>
    Centred,
}

/// <summary>What turns the input of <see cref="Normaliser.External"/> into the divisor η.</summary>
public enum EtaActivation
{
    /// <summary><c>η = e^x</c>; the read-out is multiplied by <c>e^{−x}</c>, so there is nothing to divide by.</summary>
    Exp,

    /// <summary><c>η = log(1 + e^x)</c>, at least ε.</summary>
    Softplus,

    /// <summary><c>η = σ(x)</c>, at least ε.</summary>
    Sigmoid,
}

/// <summary>How finely the D of a skip is learned.</summary>
public enum SkipShape
{
    /// <summary>There is no skip.</summary>
    None,

    /// <summary>A number a head, <c>D [H]</c>.</summary>
    Head,

    /// <summary>A number a head and value channel, <c>D [H,V]</c>.</summary>
    Channel,
}

/// <summary>What self-augmentation adds, with <c>a = Σ_c q_c w_c k_c</c>, q not scaled.</summary>
public enum Augmentation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>σ(a·v)</c>, channel by channel (the paper's text and code).</summary>
    SigmoidVector,

    /// <summary><c>σ(a)·v</c>.</summary>
    ScalarGate,

    /// <summary><c>a·v</c> (the paper's parallel form).</summary>
    Linear,
}

/// <summary>What the output is multiplied by last, channel by channel.</summary>
public enum OutputGate
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>σ(y)</c> of an input y [B,T,H,V].</summary>
    Sigmoid,

    /// <summary><c>y·σ(y)</c> of an input y [B,T,H,V].</summary>
    Silu,
}

/// <summary>What <c>Backward</c> does with the normaliser.</summary>
public enum NormaliserGradient
{
    /// <summary>Differentiates it: the gradient of what <c>Forward</c> computes.</summary>
    Exact,

    /// <summary>
    /// Holds it constant, as the released mLSTM kernels do: the gradients of queries, keys and gates lack the part that goes through the
    /// division, which on random inputs changes them by 0.1 to 2 times their size. For repeating a training that was run so; outputs and the
    /// gradient of the values are the same.
    /// </summary>
    Held,
}

/// <summary>Chooses the normaliser of the read; <see cref="Normaliser.None"/> without it (<see cref="Normaliser.Stabilised"/> for an exponential gate).</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class ReadAttribute(Normaliser normaliser) : Attribute
{
    /// <summary>The normaliser.</summary>
    public Normaliser Normaliser { get; } = normaliser;

    /// <summary>From the input of <see cref="Normaliser.External"/> to the divisor η.</summary>
    public EtaActivation Eta { get; set; }

    /// <summary>ε, ≥ 0.</summary>
    public double Epsilon { get; set; } = 1e-6;

    /// <summary>Adds <c>D·v_t</c> to the output of token t, D learned (<c>Parameters.D</c>): the skip of Mamba-2. Matrix states only.</summary>
    public SkipShape Skip { get; set; }

    /// <summary>Adds the token's own value, weighted by how its query, its key and a learned w (<c>Parameters.W [H,K]</c>) fit together: MetaLA's self-augmentation.</summary>
    public Augmentation Augmentation { get; set; }

    /// <summary>
    /// Log-linear attention: parts the past in so many levels, 2 to 24, each with a state of its own, and reads each times a number of the input
    /// <c>LevelScales [B,T,H,L]</c>. Level 0 is the token itself; token s lies on level bitLength(t xor s) of token t's past, so levels hold 1, 1, 2, 4, … tokens at
    /// most; what would lie beyond the last level lies on it, so a sequence of at most 2^(L−1) tokens has all its levels.
    /// </summary>
    public int Levels { get; set; }

    /// <summary>Multiplies the output by an activation of the input <c>OutputGate</c>. Matrix states only.</summary>
    public OutputGate OutputGate { get; set; }

    /// <summary>Adds ε to the key sum, <c>φ(q)·z + ε</c>, instead of keeping the sum from falling below it.</summary>
    public bool AddsEpsilon { get; set; }

    /// <summary>n₀ of <see cref="Normaliser.Centred"/>, ≥ 0: the covariance is that of the tokens and of n₀ more in their means, the sum of products of deviations over <c>n + n₀</c>.</summary>
    public double Prior { get; set; }

    /// <summary>Whether gradients go through the normaliser.</summary>
    public NormaliserGradient Gradient { get; set; }
}
