using System.Collections.Generic;
using System.Collections.Immutable;
using AttnDsl.Space.Faces;
using AttnDsl.Space.Points;

namespace AttnDsl.Space;

internal enum Verdict
{
    /// <summary>Compiles without a warning and equals the reference loops.</summary>
    Matches,

    /// <summary>Has a diagnostic of its own that is an error: there is no layer.</summary>
    Refused,

    /// <summary>Has one that is a warning, and equals the reference loops all the same.</summary>
    Warned,

    /// <summary>Compiles without a warning; was not run.</summary>
    Compiles,

    /// <summary>None of these: a fault of ours.</summary>
    Third,
}

/// <summary>What became of a point.</summary>
/// <param name="Point">The declaration.</param>
/// <param name="Verdict">Which of the outcomes.</param>
/// <param name="Ids">The diagnostics that refuse it or warn of it.</param>
/// <param name="Measures">Every comparison that was made.</param>
internal sealed record Outcome(Point Point, Verdict Verdict, ImmutableArray<string> Ids, IReadOnlyList<Measure> Measures)
{
    /// <summary>Whether it equals the reference loops on inputs that were drawn a second time.</summary>
    public bool IsSecondDraw { get; init; }

    /// <summary>Why it is a third outcome.</summary>
    public string? Reason { get; init; }
}
