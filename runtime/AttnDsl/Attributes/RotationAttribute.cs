using System;

namespace AttnDsl;

/// <summary>The imaginary part of the transition: how queries and keys turn with time.</summary>
public enum RotationKind
{
    /// <summary>RoPE: token t turns pair i by <c>t·base^(−2i/K)</c> radians, t from 0.</summary>
    Rotary,
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

    /// <summary>Base of the geometric series of frequencies, &gt; 0.</summary>
    public double Base { get; set; } = 10000;

    /// <summary>Which channels make a pair.</summary>
    public PairLayout Layout { get; set; }
}
