using System.Collections.Generic;

namespace AttnDsl.Golden.Runs;

/// <summary>Something a case holds an answer for: a column of the table.</summary>
/// <param name="Title">Heading of its column.</param>
/// <param name="Tensor">Its tensor in the case's file, or how their names begin.</param>
/// <param name="Bar">Largest RMS error ratio that passes.</param>
internal sealed record Quantity(string Title, string Tensor, double Bar)
{
    public static readonly Quantity Output = new("output", "out.o", 2e-6);

    public static readonly Quantity State = new("state", "out.state", 2e-6);

    /// <summary>The worst of the gradients.</summary>
    public static readonly Quantity Gradient = new("gradient", GradientPrefix, 5e-6);

    /// <summary>
    /// The exception: the gradients of mLSTM's i and f in the vectors include that of the floor of the denominator (1e-6) through the
    /// maximum m. The layer holds m constant, as its effect cancels everywhere else; that is up to 4e-5 of these two (vectors/README.md).
    /// </summary>
    public static readonly Quantity StabilisedGates = new("mlstm i, f", GradientPrefix, 1e-4);

    public static readonly IReadOnlyList<Quantity> All = [Output, State, Gradient, StabilisedGates];

    public const string GradientPrefix = "grad.";

    /// <summary>Which of the bars the gradient <paramref name="tensor"/> of a case is held to.</summary>
    public static Quantity OfGradient(string @case, string tensor)
        => @case == "mlstm" && tensor is "grad.i" or "grad.f" ? StabilisedGates : Gradient;
}
