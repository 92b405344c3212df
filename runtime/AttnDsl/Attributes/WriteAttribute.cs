using System;

namespace AttnDsl;

/// <summary>What a token writes into the state.</summary>
public enum WriteRule
{
    /// <summary><c>k vᵀ</c>.</summary>
    Plain,

    /// <summary><c>β k (v − S̄ᵀk)ᵀ</c>, S̄ the decayed state: overwrites what k retrieved. Input β [B,T,H]; keys L2-normalised by the caller.</summary>
    Delta,

    /// <summary><c>e^i k vᵀ</c> under a running maximum (mLSTM). Input i [B,T,H]; read with <see cref="Normaliser.Stabilised"/>.</summary>
    ExponentialGate,

    /// <summary>
    /// <c>b (aᵀS_{t−1}) + k vᵀ</c>, with S before this token's decay: what a retrieves is written to b. Inputs a, b [B,T,H,K].
    /// RWKV-7, IPLR and DPLR as they stand; others by what the caller hands in for a (generator/docs/surface.md).
    /// </summary>
    GeneralDelta,

    /// <summary>
    /// M slots (gated slot attention): k is written to slot weights s [B,T,H,M], <c>K_t = K_{t−1} + k sᵀ</c>, and v likewise; a query
    /// meets the slots' keys, and softmax over the slots reads their values.
    /// </summary>
    Slots,

    /// <summary><c>β (k − S̄ v) vᵀ</c>, S̄ the decayed state: Oja's rule on the values. What v already stands for is taken off the key. Input β [B,T,H]; values L2-normalised by the caller.</summary>
    Oja,
}

/// <summary>Where the key comes from.</summary>
public enum KeySource
{
    /// <summary>An input k.</summary>
    Input,

    /// <summary><c>k = 1 − e^g</c> of a <see cref="GateShape.Key"/> gate: what a channel forgets it may write (MetaLA, HGRN2). There is no input k.</summary>
    Gate,

    /// <summary>
    /// There are no queries and no keys, both count as 1: an elementwise layer, <c>h_t = e^{g_t} ⊙ h_{t−1} + v_t</c>. Needs K = 1 and
    /// <see cref="GateShape.Value"/> (HGRN, qLSTM, RG-LRU).
    /// </summary>
    None,
}

/// <summary>How strongly a token writes, beside its key and value.</summary>
public enum WriteStrength
{
    /// <summary>1.</summary>
    None,

    /// <summary>The input β [B,T,H].</summary>
    Beta,

    /// <summary><c>σ(β)</c> of the input β [B,T,H] (the sigmoid input gate of mLSTM).</summary>
    Sigmoid,

    /// <summary><c>σ(β)</c> of an input β [B,T,H,V], a strength for each value channel: the input gate of an elementwise layer.</summary>
    ChannelSigmoid,

    /// <summary><c>√(1 − e^{2g})·σ(β)</c> of an input β [B,T,H,V]: what is kept and what is written have length 1 together (RG-LRU).</summary>
    ChannelNorm,

    /// <summary>The step size Δ of the gate: the input of <see cref="GateActivation.Rate"/>, or <c>log(1 + e^{x + b})</c> of <see cref="GateActivation.SoftplusRate"/> (Mamba-2). There is no input β.</summary>
    Step,
}

/// <summary>Chooses the write rule; <see cref="WriteRule.Plain"/> without it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class WriteAttribute(WriteRule rule) : Attribute
{
    /// <summary>The rule.</summary>
    public WriteRule Rule { get; } = rule;

    /// <summary>An input, or tied to the gate.</summary>
    public KeySource Key { get; set; }

    /// <summary>The strength; left out, <see cref="WriteStrength.Beta"/> for the delta rule and <see cref="WriteStrength.None"/> for plain writes.</summary>
    public WriteStrength Strength { get; set; }

    /// <summary>Factor on the strength, &gt; 0; 2 gives a delta rule transitions with eigenvalues down to −1.</summary>
    public double StrengthScale { get; set; } = 1;

    /// <summary>Writes a token (n Householder steps for the delta rule): k, v, β and what else is written have rows <c>n·t … n·t + n − 1</c> for token t.</summary>
    public int Steps { get; set; } = 1;

    /// <summary>
    /// Reads before it writes: the query meets the state of the token before, not yet decayed, and the token's own key and value through a
    /// learned bonus u (<c>Parameters.U [H,K]</c>): <c>o_t = (S_{t−1} + diag(u) k vᵀ)ᵀ q</c> (RWKV-6).
    /// </summary>
    public bool Bonus { get; set; }

    /// <summary>M of <see cref="WriteRule.Slots"/>.</summary>
    public int Slots { get; set; }
}
