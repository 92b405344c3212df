using System;

namespace AttnDsl;

/// <summary>What a score gains from the distance between query and key; h counts query heads from 0.</summary>
public enum PositionBias
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>−2^(−8(h+1)/H)·|i − j|</c> (ALiBi).</summary>
    Alibi,
}

/// <summary>Shapes the scores of softmax attention: <c>cap·tanh(s·q·k / cap) + bias</c>, then the mask.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class ScoreAttribute : Attribute
{
    /// <summary>cap, &gt; 0: no score leaves (−cap, cap) before the bias is added. Left out, scores are not capped.</summary>
    public double SoftCap { get; set; }

    /// <summary>The bias.</summary>
    public PositionBias Bias { get; set; }
}
