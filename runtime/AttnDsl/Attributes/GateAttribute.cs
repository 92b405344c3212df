using System;

namespace AttnDsl;

/// <summary>How finely the state decays: the real part of the transition A.</summary>
public enum GateShape
{
    /// <summary>One constant a head, no input: see <see cref="GateAttribute.Decay"/>.</summary>
    Constant,

    /// <summary>One log-decay a token and head, <c>g [B,T,H]</c>: <c>A_t = e^{g_t}</c>.</summary>
    Head,

    /// <summary>One log-decay a token, head and key channel, <c>g [B,T,H,K]</c>: <c>A_t = diag(e^{g_t})</c>.</summary>
    Key,

    /// <summary>One log-decay a token, head and value channel, <c>g [B,T,H,V]</c>: <c>S_t = S_{t−1}·diag(e^{g_t}) + …</c>.</summary>
    Value,

    /// <summary>
    /// One log-decay a token, head and cell of S: <c>S_t = e^{g_t} ⊙ S_{t−1} + …</c>. Needs <see cref="GateActivation.Rate"/>: the input is a step
    /// size Δ for each value channel, <c>g [B,T,H,V]</c>, and the learned rates have one for each cell, <c>Parameters.ALog [H,K,V]</c> (S6, Mamba).
    /// </summary>
    Full,

    /// <summary>One log-decay a token, head and slot, <c>g [B,T,H,M]</c>: for <see cref="WriteRule.Slots"/>.</summary>
    Slot,

    /// <summary>One log-decay a token, head and pair of key channels, <c>g [B,T,H,K/2]</c>: with a rotation a complex transition, whose pairs turn and shrink as one.</summary>
    Pair,
}

/// <summary>The constants of <see cref="GateShape.Constant"/>; h counts heads from 0.</summary>
public enum HeadDecay
{
    /// <summary><c>γ_h = 1 − 2^(−5−h)</c> (RetNet).</summary>
    Retention,

    /// <summary><c>log γ_h = −(8/H)(1 − ℓ/ℓ_max)·h</c> (Lightning attention): ℓ = <see cref="GateAttribute.Layer"/>, ℓ_max = <see cref="GateAttribute.Layers"/>.</summary>
    Lightning,

    /// <summary>Given: <see cref="GateAttribute.LogDecays"/>, one a head.</summary>
    Given,
}

/// <summary>What turns the gate input into a log-decay.</summary>
public enum GateActivation
{
    /// <summary>The input is the log-decay itself, in natural logarithm, ≤ 0.</summary>
    LogDecay,

    /// <summary>The input is a logit z: <c>g = log σ(z) / τ</c>, τ = <see cref="GateAttribute.Temperature"/>.</summary>
    LogSigmoid,

    /// <summary>The input is a logit z: <c>g = log σ(−z) / τ = −log(1 + e^z) / τ</c>, a step size through softplus.</summary>
    ReversedSigmoid,

    /// <summary>The input is a step size Δ ≥ 0: <c>g = −e^a·Δ</c>, a a learned number a head (<c>Parameters.ALog</c>; Mamba-2).</summary>
    Rate,

    /// <summary>The input is a logit x: <c>g = −e^a·log(1 + e^{x + b})</c>, a learned a head, b as fine as the gate (<c>Parameters.ALog</c>, <c>Parameters.DtBias</c>; Gated DeltaNet, KDA).</summary>
    SoftplusRate,

    /// <summary>The input is a logit z: <c>g = max(a, 0)·log σ(−z)</c>, a a learned power a head (<c>Parameters.Power</c>; qLSTM with the reversed sigmoid).</summary>
    ReversedSigmoidPower,

    /// <summary>The input is a logit z: <c>g = −8·log(1 + e^λ)·σ(z)</c>, λ learned and as fine as the gate (<c>Parameters.Lambda</c>; RG-LRU).</summary>
    RecurrentGate,

    /// <summary>The input is a logit x: <c>g = −5·σ(e^a·(x + b))</c>, learned as in <see cref="SoftplusRate"/> (KDA, bounded).</summary>
    Bounded,

    /// <summary>The input is a logit z: <c>g = log(ℓ + (1 − ℓ)·σ(z))</c>, ℓ = <see cref="GateAttribute.LowerBound"/>: nothing is forgotten faster than by ℓ a token (HGRN, HGRN2).</summary>
    LowerBounded,
}

/// <summary>
/// Gives the state a decay: <c>S_t = diag(e^{g_t})·S_{t−1} + …</c>. Under softmax a forget gate (<see cref="GateShape.Head"/> alone): query i's score of key j
/// gains <c>g_{j+1} + … + g_i</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class GateAttribute(GateShape shape) : Attribute
{
    /// <summary>What has a decay of its own: a head (constant or by token), a channel of keys or values, a pair of channels, a slot, or each cell of the state.</summary>
    public GateShape Shape { get; } = shape;

    /// <summary>Which constants, for <see cref="GateShape.Constant"/>.</summary>
    public HeadDecay Decay { get; set; }

    /// <summary>The log-decays of <see cref="HeadDecay.Given"/>, one for each head (N where values are grouped), ≤ 0.</summary>
    public double[]? LogDecays { get; set; }

    /// <summary>ℓ of <see cref="HeadDecay.Lightning"/>: this layer's number, from 0.</summary>
    public int Layer { get; set; }

    /// <summary>ℓ_max of <see cref="HeadDecay.Lightning"/>.</summary>
    public int Layers { get; set; }

    /// <summary>From the gate input to the log-decay.</summary>
    public GateActivation Activation { get; set; }

    /// <summary>
    /// The gate's input is learned and the same for every token: <c>Parameters.G</c>, as fine as the shape says (<c>[H]</c>, <c>[H,K]</c>, <c>[H,K/2]</c>, …), in the
    /// place of <c>Inputs.G</c> (LRU and S4D, whose transition is constant). Not with <see cref="GateShape.Constant"/> or several writes a token.
    /// </summary>
    public bool Learned { get; set; }

    /// <summary>τ of the activation, &gt; 0; 1 unless set (GLA uses 16).</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>ℓ of <see cref="GateActivation.LowerBounded"/>: the least factor by which a token decays the state, 0 &lt; ℓ &lt; 1; upper layers take larger ones.</summary>
    public double LowerBound { get; set; }
}
