using System.Collections.Generic;

namespace AttnDsl.Generator.Semantics;

/// <summary>
/// Scalar functions that are linear between points which they share, as a table: where each piece starts, a point of it, and there the
/// value and the slope of every function. One a head, or one for all, as the parameters from which it is made.
/// </summary>
/// <param name="Pieces">I.</param>
/// <param name="Functions">L.</param>
internal sealed record PiecewiseTable(int Pieces, int Functions)
{
    /// <summary>What a core's second cache holds beside everything else: behind it a lookup is no gain.</summary>
    public const int MostFloats = 1 << 16;

    /// <summary>Name in <c>Parameters</c>.</summary>
    public const string Member = "MapTable";

    public const string Starts = "pieceStart", Bases = "pieceBase", Slopes = "pieceSlope", Values = "pieceValue";

    public long Floats => 2L * Pieces * (1 + Functions);

    /// <summary>The tensors of programs that lie in it, one behind the other, each with its first float.</summary>
    public IEnumerable<(string Tensor, int Offset)> Parts =>
        [(Starts, 0), (Bases, Pieces), (Slopes, 2 * Pieces), (Values, (2 + Functions) * Pieces)];
}
