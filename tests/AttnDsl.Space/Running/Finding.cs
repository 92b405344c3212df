using System.Collections.Generic;
using System.Linq;
using AttnDsl.Space.Faces;

namespace AttnDsl.Space.Running;

/// <summary>What is kept of an <see cref="Outcome"/>: a line of a report.</summary>
/// <param name="Index">The point's place in the space.</param>
/// <param name="Command">The arguments that try it again.</param>
/// <param name="Verdict">Which of the outcomes.</param>
/// <param name="Ids">The diagnostics that refuse it or warn of it.</param>
/// <param name="Reason">Why it is a third outcome.</param>
/// <param name="Met">How many results were within their bars.</param>
/// <param name="Beyond">The others.</param>
internal sealed record Finding(int Index, string Command, Verdict Verdict, IReadOnlyList<string> Ids, string? Reason, int Met, IReadOnlyList<Measure> Beyond)
{
    /// <summary>Which of its parts are random methods.</summary>
    public string? Kind { get; init; }

    /// <summary>Whether it was decided on inputs that were drawn a second time.</summary>
    public bool IsSecondDraw { get; init; }

    public static Finding Of(int index, Outcome outcome) => new(
        index,
        outcome.Point.Command,
        outcome.Verdict,
        outcome.Ids,
        outcome.Reason,
        outcome.Measures.Count(m => m.Grade == Grade.Met),
        [.. outcome.Measures.Where(m => m.Grade != Grade.Met)])
    {
        Kind = outcome.Point.Own?.Kind.ToString(),
        IsSecondDraw = outcome.IsSecondDraw,
    };
}
