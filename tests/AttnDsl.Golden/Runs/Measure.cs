using System;

namespace AttnDsl.Golden.Runs;

/// <summary>How far a result is from what it should be.</summary>
internal static class Measure
{
    /// <summary>RMS(actual − expected) / RMS(expected); NaN when either holds one, the RMS of the error itself when nothing is expected.</summary>
    public static double RmsRatio(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        if (actual.Length != expected.Length)
        {
            throw new ArgumentException($"{actual.Length} values against {expected.Length}");
        }

        double error = 0, reference = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            var difference = (double)actual[i] - expected[i];
            error += difference * difference;
            reference += (double)expected[i] * expected[i];
        }

        return reference > 0 ? Math.Sqrt(error / reference) : Math.Sqrt(error);
    }
}
