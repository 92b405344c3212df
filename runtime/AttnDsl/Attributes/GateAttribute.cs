using System;

namespace AttnDsl;

/// <summary>How finely the state decays: the real part of the transition A.</summary>
public enum GateShape
{
    /// <summary>One constant a head, no input: see <see cref="GateAttribute.Decay"/>.</summary>
    Constant,

    /// <summary>One log-decay a token and head, <c>g [B,T,H]</c>: <c>A_t = e^{g_t}</c>.</summary>
    Head,

    /// <summary>One log-decay a token, head and key channel, <c>g [B,T,H,K]</c>: <c>A_t = diag(e^{g_t})</c>.</summary>
    Key,

    /// <summary>One log-decay a token, head and pair of key channels, <c>g [B,T,H,K/2]</c>: with a rotation a complex transition, whose pairs turn and shrink as one.</summary>
    Pair,
}

/// <summary>The constants of <see cref="GateShape.Constant"/>; h counts heads from 0.</summary>
public enum HeadDecay
{
    /// <summary><c>γ_h = 1 − 2^(−5−h)</c> (RetNet).</summary>
    Retention,
}

/// <summary>What turns the gate input into a log-decay.</summary>
public enum GateActivation
{
    /// <summary>The input is the log-decay itself, in natural logarithm, ≤ 0.</summary>
    LogDecay,

    /// <summary>The input is a logit z: <c>g = log σ(z) / τ</c>, τ = <see cref="GateAttribute.Temperature"/>.</summary>
    LogSigmoid,
}

/// <summary>
/// Gives the state a decay: <c>S_t = diag(e^{g_t})·S_{t−1} + …</c>. Under softmax a forget gate (<see cref="GateShape.Head"/> alone): query i's score of key j
/// gains <c>g_{j+1} + … + g_i</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class GateAttribute(GateShape shape) : Attribute
{
    /// <summary>Constant, per head, or per key channel.</summary>
    public GateShape Shape { get; } = shape;

    /// <summary>Which constants, for <see cref="GateShape.Constant"/>.</summary>
    public HeadDecay Decay { get; set; }

    /// <summary>From the gate input to the log-decay.</summary>
    public GateActivation Activation { get; set; }

    /// <summary>τ of the activation, &gt; 0; 1 unless set (GLA uses 16).</summary>
    public double Temperature { get; set; } = 1;
}
