using System;

namespace AttnDsl;

/// <summary>
/// Sliding window of causal softmax attention: token i sees token j when <c>i − j &lt; W</c>. With <see cref="Normaliser.Centred"/> the tokens of the window
/// are scored one by one, as softmax does, and what is older is read through its moments: both in one denominator.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class WindowAttribute(int size) : Attribute
{
    /// <summary>W, or its largest value when <see cref="RuntimeSized"/>.</summary>
    public int Size { get; } = size;

    /// <summary>Makes W an input of every call, 1 ≤ W ≤ <see cref="Size"/> (SWAX's stochastic window).</summary>
    public bool RuntimeSized { get; set; }

    /// <summary>The first so many tokens of a sequence stay visible to all (attention sinks).</summary>
    public int SinkTokens { get; set; }
}
