using System.Globalization;

namespace AttnDsl.Space.Faces;

/// <summary>How a result stands to its bar.</summary>
internal enum Grade
{
    /// <summary>Within the bar.</summary>
    Met,

    /// <summary>Over it, but no further off than a small multiple of what float32 itself is on these inputs.</summary>
    Conditioned,

    /// <summary>A gradient that all but cancels: within the bar of what it would be if it did not.</summary>
    Cancelling,

    /// <summary>Wrong.</summary>
    Failed,
}

/// <summary>One result beside what it should be.</summary>
/// <param name="What">Case, face and quantity.</param>
/// <param name="Grade">How it stands.</param>
/// <param name="Error">RMS of the error over RMS of what it should be.</param>
/// <param name="Float32">How far off float32 itself is here; NaN where it was not asked.</param>
internal sealed record Measure(string What, Grade Grade, double Error, double Float32 = double.NaN)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{What}: {Error:e2}{(double.IsNaN(Float32) ? "" : $" (float32 itself {Float32:e2})")}");
}
