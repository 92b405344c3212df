using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Semantics;

/// <summary>The scalar feature maps and gate activations as expressions, and as formulas for people.</summary>
internal static class FeatureMaps
{
    public static Expr Apply(Kernel kernel, Expr x) => kernel switch
    {
        Kernel.EluPlusOne => Ex.Select(Comparison.Less, x, 0, Ex.Exp(x), x + 1),
        Kernel.Relu => Ex.Max(x, 0),
        Kernel.ReluSquared => Ex.Max(x, 0) * Ex.Max(x, 0),
        Kernel.Silu => x * Ex.Sigmoid(x),
        Kernel.Exp => Ex.Exp(x),
        _ => x,
    };

    public static string Formula(Kernel kernel) => kernel switch
    {
        Kernel.Softmax => "the exponential kernel e^{q·k}",
        Kernel.EluPlusOne => "φ(x) = elu(x) + 1",
        Kernel.Relu => "φ(x) = max(x, 0)",
        Kernel.ReluSquared => "φ(x) = max(x, 0)²",
        Kernel.Silu => "φ(x) = x·σ(x)",
        Kernel.Exp => "φ(x) = e^x",
        Kernel.ChannelSoftmax => "φ(x) = softmax over the channels of x",
        Kernel.Taylor => "φ(x) = 1, every x_c, every x_c²/√2, every x_b x_c with b < c, so that φ(x)·φ(y) = 1 + x·y + (x·y)²/2",
        Kernel.Square => "φ(x) = every x_c², every √2 x_b x_c with b < c, so that φ(x)·φ(y) = (x·y)²",
        _ => "φ(x) = x",
    };

    /// <summary>The log-decay of a gate input.</summary>
    public static Expr LogDecay(Decay decay, Expr z) => decay.Activation switch
    {
        GateActivation.LogSigmoid => Ex.LogSigmoid(z) / decay.Temperature,
        _ => z,
    };

    /// <summary>The constant log-decay of a head: log(1 − 2^(−5−h)) for retention.</summary>
    public static Expr HeadLogDecay(HeadDecay constants) => constants switch
    {
        HeadDecay.Retention => Ex.Log1p(-Ex.Exp(-System.Math.Log(2) * (Ex.Head + 5))),
        _ => throw new System.ArgumentOutOfRangeException(nameof(constants)),
    };

    /// <summary>What a read-out over a key sum is divided by.</summary>
    public static Expr Denominator(DynamicalSystem system, Expr sum) => system.AddsEpsilon ? sum + system.Epsilon : Ex.Max(sum, system.Epsilon);
}
