using System;
using AttnDsl.Generator.Expressions;

namespace AttnDsl.Generator.Semantics;

/// <summary>
/// A kernel c₀ + c₁ a + c₂ a² of a = x·y. Its features are √c₀, √c₁ x_c, √c₂ x_c² and √(2 c₂) x_b x_c for b &lt; c, so that their
/// product is the kernel; a coefficient of 0 leaves its features out.
/// </summary>
internal sealed record Polynomial(double Constant, double Linear, double Square)
{
    /// <summary>1 + a + a²/2, the exponential to the second degree.</summary>
    public static Polynomial Taylor { get; } = new(1, 1, 0.5);

    /// <summary>a².</summary>
    public static Polynomial Squared { get; } = new(0, 0, 1);

    /// <summary>The factors of the features.</summary>
    public (double Constant, double Linear, double Diagonal, double Mixed) Features =>
        (Math.Sqrt(Constant), Math.Sqrt(Linear), Math.Sqrt(Square), Math.Sqrt(2 * Square));

    /// <summary>How many features K channels have.</summary>
    public int Width(int channels) => (Constant == 0 ? 0 : 1) + (Linear == 0 ? 0 : channels) + channels * (channels + 1) / 2;

    public Expr Of(Expr a) => Constant == 0 && Linear == 0 ? Square * (a * a) : Constant + a * (Linear + Square * a);
}
