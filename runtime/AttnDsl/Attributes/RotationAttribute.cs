using System;

namespace AttnDsl;

/// <summary>The imaginary part of the transition: how queries and keys turn with time.</summary>
public enum RotationKind
{
    /// <summary>RoPE: token t turns pair i by <c>t·base^(−2i/K)</c> radians, t from 0.</summary>
    Rotary,

    /// <summary>
    /// Selective RoPE: the input says how far, <c>Θ_t = Θ_{t−1} + τ ⊙ φ_t</c>, φ [B,T,H,K/2] and constants τ
    /// (<see cref="RotationAttribute.Temperature"/>). Between two tokens only the phase counts that the tokens from one to the other add.
    /// </summary>
    Selective,

    /// <summary>
    /// Learned frequencies: every token turns pair i by θ_i radians, <c>Parameters.Theta</c> [H,K/2], <c>Θ_t = Θ_{t−1} + θ</c>. With a learned gate of
    /// <see cref="GateShape.Pair"/> the transition is a constant complex diagonal (LRU, S4D). Of the options only <see cref="RotationAttribute.Gate"/>
    /// and <see cref="RotationAttribute.Layout"/> belong to it.
    /// </summary>
    Learned,
}

/// <summary>The constants τ of a selective rotation; pairs i = 0 … K/2 − 1.</summary>
public enum RotationTemperature
{
    /// <summary><c>τ_i = τ_max·base^(−2i/K)</c>: with φ = 1 ordinary RoPE. Base 1 makes all τ equal.</summary>
    Geometric,

    /// <summary><c>τ_i = τ_max·tan(θ_i/2) / tan(θ/2)</c>, θ_i evenly from 0 to <c>θ = MaxAngle·π</c>: the variance that random features want. Pair 0 does not turn.</summary>
    Tangent,
}

/// <summary>What a selective rotation multiplies φ by, a learned one θ: σ of a logit that is an input.</summary>
public enum PhaseGate
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>One a token and head, [B,T,H].</summary>
    Head,

    /// <summary>One a token, head and pair, [B,T,H,K/2].</summary>
    Pair,
}

/// <summary>Which channels make a pair.</summary>
public enum PairLayout
{
    /// <summary>Channels i and i + K/2.</summary>
    HalfSplit,

    /// <summary>Channels 2i and 2i + 1.</summary>
    Interleaved,
}

/// <summary>Rotates queries and keys. Needs an even K.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class RotationAttribute(RotationKind kind) : Attribute
{
    /// <summary>The kind.</summary>
    public RotationKind Kind { get; } = kind;

    /// <summary>Base of the geometric series of frequencies, &gt; 0; left out, 10000, and 500000 for a selective rotation.</summary>
    public double Base { get; set; } = 10000;

    /// <summary>Which constants τ a selective rotation has.</summary>
    public RotationTemperature Temperature { get; set; }

    /// <summary>τ_max, &gt; 0: radians that the fastest pair turns by where φ = 1.</summary>
    public double MaxTemperature { get; set; } = 1;

    /// <summary>The largest angle of <see cref="RotationTemperature.Tangent"/> in half turns, between 0 and 1.</summary>
    public double MaxAngle { get; set; } = 0.9999;

    /// <summary>Takes φ_t − φ_{t−1} in the place of φ_t: without a gate the angle is then τ ⊙ φ_t itself, which remembers nothing.</summary>
    public bool Differenced { get; set; }

    /// <summary>
    /// Adds e^b to the φ (or the change of φ) of every token, b learned: <c>Parameters.PhaseBias</c> [H,K/2]. With b = 0 and φ = 0 a selective rotation is
    /// the rotary one. A gate multiplies the sum.
    /// </summary>
    public bool Bias { get; set; }

    /// <summary>The gate of the phase of a selective or learned rotation.</summary>
    public PhaseGate Gate { get; set; }

    /// <summary>Which channels make a pair.</summary>
    public PairLayout Layout { get; set; }
}
