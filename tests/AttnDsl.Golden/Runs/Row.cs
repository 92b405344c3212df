using System.Collections.Generic;
using System.Linq;

namespace AttnDsl.Golden.Runs;

internal enum Verdict
{
    Ok,
    Fail,
    Missing,
}

/// <summary>One line of the table.</summary>
internal sealed record Row(string Case, string Form, Verdict Verdict)
{
    /// <summary>RMS error ratios of what the case has an answer for.</summary>
    public IReadOnlyDictionary<Quantity, double> Errors { get; init; } = new Dictionary<Quantity, double>();

    public bool Required { get; init; }

    /// <summary>Why, when the numbers do not say it.</summary>
    public string? Note { get; init; }

    /// <summary>Whether this line alone makes the run fail.</summary>
    public bool Breaks => Verdict == Verdict.Fail || (Verdict == Verdict.Missing && Required);

    public static Row Missing(string name, bool required) => new(name, "", Verdict.Missing) { Required = required };

    public static Row Unreadable(string name, string why) => new(name, "", Verdict.Fail) { Note = why };

    /// <summary>A NaN is over every bar.</summary>
    public static Row Measured(string name, string form, IReadOnlyDictionary<Quantity, double> errors)
        => new(name, form, errors.All(error => error.Value <= error.Key.Bar) ? Verdict.Ok : Verdict.Fail) { Errors = errors };
}
