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

    /// <summary>The values, which stay as they are: their convolution is added to the output, <c>Parameters.VTaps [H,W,V]</c> (InLine's local residual; on a grid <c>[H,W²,V]</c>).</summary>
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
/// A causal short convolution, channel by channel: <c>y_t = Σ_w taps_w ⊙ x_{t−w}</c>, w from 0 to W − 1, taps learned; or, on a grid, one around each token. What the next call needs of the past
/// is part of the state. Matrix states only.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class ConvolutionAttribute(int width, Convolved of) : Attribute
{
    /// <summary>W, from 2 to 16 tokens, the token itself among them; on a grid 3, 5 or 7.</summary>
    public int Width { get; } = width;

    /// <summary>What is convolved.</summary>
    public Convolved Of { get; } = of;

    /// <summary>
    /// Lays the tokens of a bidirectional layer, row by row, on a grid of so many columns; what is added to the output is then the convolution with W × W
    /// taps around each token, W odd, zeros beside the grid: row i·W + j of the taps is the weight of the token i − (W − 1) / 2 rows below and
    /// j − (W − 1) / 2 columns to the right. 0: a line, in the order of time.
    /// </summary>
    public int Columns { get; set; }

    /// <summary>What stands behind it.</summary>
    public ConvolutionActivation Activation { get; set; }
}
