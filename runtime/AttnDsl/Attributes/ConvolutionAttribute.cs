using System;

namespace AttnDsl;

/// <summary>What a short convolution is of.</summary>
[Flags]
public enum Convolved
{
    /// <summary>The queries, <c>Parameters.QTaps [H,W,K]</c>, in front of the feature map.</summary>
    Queries = 1,

    /// <summary>The keys, <c>Parameters.KTaps [H,W,K]</c>, in front of the feature map.</summary>
    Keys = 2,

    /// <summary>The values, <c>Parameters.VTaps [H,W,V]</c>.</summary>
    Values = 4,

    /// <summary>The values, which stay as they are: their convolution is added to the output, <c>Parameters.VTaps [H,W,V]</c> (InLine's local residual along a line).</summary>
    Output = 8,
}

/// <summary>What stands behind a short convolution.</summary>
public enum ConvolutionActivation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>x·σ(x)</c>.</summary>
    Silu,
}

/// <summary>
/// A causal short convolution, channel by channel: <c>y_t = Σ_w taps_w ⊙ x_{t−w}</c>, w from 0 to W − 1, taps learned. What the next call needs of the past
/// is part of the state. Matrix states only.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class ConvolutionAttribute(int width, Convolved of) : Attribute
{
    /// <summary>W, from 2 to 16 tokens, the token itself among them.</summary>
    public int Width { get; } = width;

    /// <summary>What is convolved.</summary>
    public Convolved Of { get; } = of;

    /// <summary>What stands behind it.</summary>
    public ConvolutionActivation Activation { get; set; }
}
