using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Semantics;

/// <summary>The scalar feature maps and gate activations as expressions.</summary>
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

    public static Expr Activate(FeatureActivation activation, Expr x) => activation switch
    {
        FeatureActivation.Relu => Apply(Kernel.Relu, x),
        FeatureActivation.Silu => Apply(Kernel.Silu, x),
        FeatureActivation.Gelu => x * Ex.Sigmoid(System.Math.Sqrt(8 / System.Math.PI) * (x + 0.044715 * (x * x * x))),
        FeatureActivation.EluPlusOne => Apply(Kernel.EluPlusOne, x),
        FeatureActivation.Exp => Apply(Kernel.Exp, x),
        _ => x,
    };

    /// <summary>The bound of <see cref="GateActivation.Bounded"/>.</summary>
    private const double Bound = 5;

    /// <summary>The strongest decay of <see cref="GateActivation.RecurrentGate"/>, times its learned rate.</summary>
    private const double RecurrentRate = 8;

    /// <summary>The log-decay of a gate input.</summary>
    /// <param name="logRate">a, where it is learned.</param>
    /// <param name="bias">b, where it is learned.</param>
    public static Expr LogDecay(Decay decay, Expr z, Expr logRate, Expr bias) => decay.Activation switch
    {
        GateActivation.Rate => -(Ex.Exp(logRate) * z),
        GateActivation.SoftplusRate => -(Ex.Exp(logRate) * Ex.Softplus(z + bias)),
        GateActivation.Bounded => -Bound * Ex.Sigmoid(Ex.Exp(logRate) * (z + bias)),
        GateActivation.LogSigmoid => Ex.LogSigmoid(z) / decay.Temperature,
        GateActivation.ReversedSigmoid => -Ex.Softplus(z) / decay.Temperature,
        GateActivation.ReversedSigmoidPower => -(Ex.Max(logRate, 0) * Ex.Softplus(z)),
        GateActivation.RecurrentGate => -RecurrentRate * (Ex.Softplus(bias) * Ex.Sigmoid(z)),

        // Near 1 as a deviation from 1, near ℓ as it stands: each sum is of terms of one sign.
        GateActivation.LowerBounded => Ex.Select(Comparison.Less, z, 0, Ex.Log(decay.LowerBound + (1 - decay.LowerBound) * Ex.Sigmoid(z)), Ex.Log1p(-(1 - decay.LowerBound) * Ex.Sigmoid(-z))),
        _ => z,
    };

    public static string LogDecayFormula(Decay decay, string z) => decay.Function is { } own ? own.Formula(z) : decay.Activation switch
    {
        GateActivation.LogSigmoid => $"log σ({z}){Over(decay)}",
        GateActivation.ReversedSigmoid => $"log σ(−{z}){Over(decay)}",
        GateActivation.ReversedSigmoidPower => $"max(a, 0) log σ(−{z})",
        GateActivation.RecurrentGate => $"−{RecurrentRate:0} log(1 + e^λ) σ({z})",
        GateActivation.LowerBounded => $"log({Emit.Literals.Number(decay.LowerBound)} + {Emit.Literals.Number(1 - decay.LowerBound)} σ({z}))",
        GateActivation.Rate => $"−e^a {z}",
        GateActivation.SoftplusRate => $"−e^a log(1 + e^({z} + b))",
        GateActivation.Bounded => $"−{Bound:0} σ(e^a ({z} + b))",
        _ => z,
    };

    private static string Over(Decay decay) => decay.Temperature == 1 ? "" : " / " + Emit.Literals.Number(decay.Temperature);

    /// <summary>A gate input whose log-decay is 0.</summary>
    public static double Undecayed(Decay decay) => decay.Activation switch
    {
        GateActivation.LogSigmoid or GateActivation.LowerBounded => -Ex.NoScore,
        GateActivation.ReversedSigmoid or GateActivation.ReversedSigmoidPower or GateActivation.RecurrentGate or GateActivation.SoftplusRate or GateActivation.Bounded => Ex.NoScore,
        _ => 0,
    };

    /// <summary>The constant log-decay of a head: log(1 − 2^(−5−h)) for retention, else one of a list.</summary>
    public static Expr HeadLogDecay(Decay decay)
    {
        if (decay.Constants == HeadDecay.Retention) return Ex.Log1p(-Ex.Exp(-System.Math.Log(2) * (Ex.Head + 5)));
        Expr choice = decay.LogDecays.Count == 0 ? 0 : decay.LogDecays[decay.LogDecays.Count - 1];
        for (var h = decay.LogDecays.Count - 2; h >= 0; h--) choice = Ex.Select(Comparison.Less, Ex.Head, h + 1, decay.LogDecays[h], choice);
        return choice;
    }

    public static string HeadLogDecayFormula(Decay decay) => decay.Constants == HeadDecay.Retention
        ? "g = log(1 − 2^(−5−h)) for head h = 0, 1, …"
        : $"g = {string.Join(", ", System.Linq.Enumerable.Select(decay.LogDecays, g => Emit.Literals.Number(System.Math.Round(g, 6))))} for head h = 0, 1, …";

    /// <summary>What a read-out over a key sum is divided by.</summary>
    public static Expr Denominator(DynamicalSystem system, Expr sum) =>
        system.AddsEpsilon ? sum + system.Epsilon : Ex.Max(system.Normaliser == Normaliser.AbsoluteKeySum ? Ex.Abs(sum) : sum, system.Epsilon);

    /// <summary>A numerator over the divisor η of an input x.</summary>
    public static Expr OverEta(DynamicalSystem system, Expr numerator, Expr x) => system.Eta switch
    {
        EtaActivation.Softplus => numerator / Ex.Max(Ex.Softplus(x), system.Epsilon),
        EtaActivation.Sigmoid => numerator / Ex.Max(Ex.Sigmoid(x), system.Epsilon),
        _ => numerator * Ex.Exp(-x),
    };

    public static string EtaFormula(EtaActivation eta) => eta switch
    {
        EtaActivation.Softplus => "log(1 + e^x)",
        EtaActivation.Sigmoid => "σ(x)",
        _ => "e^x",
    };
}
