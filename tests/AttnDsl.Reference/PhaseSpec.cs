using System;

namespace AttnDsl.Reference;

/// <summary>What multiplies a phase: σ of an input.</summary>
public enum PhaseGating
{
    None,
    Head,
    Pair,
}

/// <summary>A selective rotation: Θ_t = Θ_{t−1} + τ ⊙ σ(w_t) ⊙ (φ_t − [φ_{t−1}] + [e^b]).</summary>
public sealed record PhaseSpec
{
    /// <summary>τ_i = tan(θ_i/2) over the largest of them, θ_i evenly from 0 to MaxAngle·π; else base^(−2i/K).</summary>
    public bool Tangent { get; init; }
    public double Base { get; init; } = 500000;
    public double MaxAngle { get; init; } = 0.9999;

    /// <summary>The largest τ.</summary>
    public double Most { get; init; } = 1;
    public bool Differenced { get; init; }

    /// <summary>Every token adds e^b: <see cref="LayerInputs.PhaseBias"/>.</summary>
    public bool Biased { get; init; }

    /// <summary>φ is learned: <see cref="LayerInputs.Theta"/>, the same for every token.</summary>
    public bool Learned { get; init; }
    public PhaseGating Gate { get; init; }

    public double Temperature(int pair, int pairs) => Most * (Tangent
        ? Math.Tan(Math.PI * MaxAngle * pair / (pairs - 1) / 2) / Math.Tan(Math.PI * MaxAngle / 2)
        : Math.Pow(Base, -2.0 * pair / (2 * pairs)));
}
