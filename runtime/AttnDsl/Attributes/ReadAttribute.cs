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

    /// <summary>ε, ≥ 0.</summary>
    public double Epsilon { get; set; } = 1e-6;

    /// <summary>Whether gradients go through the normaliser.</summary>
    public NormaliserGradient Gradient { get; set; }
}
