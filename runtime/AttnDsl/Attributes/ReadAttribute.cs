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
}

/// <summary>Chooses the normaliser of the read; <see cref="Normaliser.None"/> without it (<see cref="Normaliser.Stabilised"/> for an exponential gate).</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class ReadAttribute(Normaliser normaliser) : Attribute
{
    /// <summary>The normaliser.</summary>
    public Normaliser Normaliser { get; } = normaliser;

    /// <summary>ε, ≥ 0.</summary>
    public double Epsilon { get; set; } = 1e-6;

    /// <summary>Adds <c>D·v_t</c> to the output of token t, D a learned number a head (<c>Parameters.D [H]</c>): the skip of Mamba-2. Matrix states only.</summary>
    public bool Skip { get; set; }

    /// <summary>Adds ε to the key sum, <c>φ(q)·z + ε</c>, instead of keeping the sum from falling below it.</summary>
    public bool AddsEpsilon { get; set; }
}
