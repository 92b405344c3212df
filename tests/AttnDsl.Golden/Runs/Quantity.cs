using System.Collections.Generic;

namespace AttnDsl.Golden.Runs;

/// <summary>Something a case holds an answer for: a column of the table. Gradients (grad.*, 5e-6) join here.</summary>
/// <param name="Title">Heading of its column.</param>
/// <param name="Tensor">Its tensor in the case's file.</param>
/// <param name="Bar">Largest RMS error ratio that passes.</param>
internal sealed record Quantity(string Title, string Tensor, double Bar)
{
    public static readonly Quantity Output = new("output", "out.o", 2e-6);

    public static readonly Quantity State = new("state", "out.state", 2e-6);

    public static readonly IReadOnlyList<Quantity> All = [Output, State];
}
