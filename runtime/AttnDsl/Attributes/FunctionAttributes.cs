using System;

namespace AttnDsl;

/// <summary>
/// Makes a static method the feature map φ, channel by channel: <c>static float Map(float x)</c>. Its body is translated once into the
/// kernels and their gradients; the method itself stays what it is and can be called.
/// </summary>
/// <remarks>
/// Translated are arithmetic, comparisons, conditions, locals, constants, loops that count, <c>MathF</c> and calls of other methods in source. A map of all
/// channels at once, from K to any number of features, is <c>static float Map(ReadOnlySpan&lt;float&gt; x, int feature)</c>: it says what feature number
/// <c>feature</c> is, and may loop over the channels to add up or to find the largest.
/// </remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class FeatureMapFunctionAttribute : Attribute
{
    /// <summary>F: features of a map of all channels at once; K unless set.</summary>
    public int FeatureDim { get; set; }
}

/// <summary>Makes a static method the gate's activation, from the gate input to the log-decay (natural logarithm, at most 0): <c>static float LogDecay(float z)</c>.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class GateFunctionAttribute : Attribute;

/// <summary>
/// Makes a static method what turns a scaled score s·q·k, capped and biased where <see cref="ScoreAttribute"/> says so, into the one that softmax sees:
/// <c>static float Score(float score, in ScorePosition p)</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class ScoreFunctionAttribute : Attribute;

/// <summary>Makes a static method decide which keys a query sees, beside causality and window: <c>static bool Sees(in ScorePosition p)</c>. Softmax only.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class MaskFunctionAttribute : Attribute;

/// <summary>Makes a static method what a key sum φ(q)·z goes through before it divides: <c>static float Divisor(float sum)</c>.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class NormaliserFunctionAttribute : Attribute;

/// <summary>
/// Makes a further <c>float</c> parameter of a layer's function a number that each head learns: a tensor <c>[H]</c> of <c>Parameters</c>, named
/// after it, with a gradient. A feature map of all channels at once may also have vectors and matrices, <c>ReadOnlySpan&lt;float&gt;</c>: <c>[H,F]</c>, <c>[H,K]</c> or <c>[H,F,K]</c>.
/// </summary>
/// <param name="lengths">Of a span: F, K, or F and K.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class LearnedAttribute(params int[] lengths) : Attribute
{
    /// <summary>The lengths of a span; none of a number.</summary>
    public int[] Lengths { get; } = lengths;
}

/// <summary>
/// Makes a further <c>int</c> parameter of a mask a number that comes with each query: a tensor <c>[B,T,1]</c> of <c>Inputs</c>, named after it, of whole
/// numbers, the same for all heads; where a document begins, say.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PerTokenAttribute : Attribute;

/// <summary>Where a score stands. Positions count from the start of the sequence.</summary>
/// <param name="query">Position of the query.</param>
/// <param name="key">Position of the key.</param>
/// <param name="head">Query head, from 0.</param>
public readonly struct ScorePosition(int query, int key, int head)
{
    /// <summary>Position of the query.</summary>
    public int Query { get; } = query;

    /// <summary>Position of the key.</summary>
    public int Key { get; } = key;

    /// <summary>Query head, from 0.</summary>
    public int Head { get; } = head;
}
