using System;
using System.Collections.Generic;

namespace AttnDsl.Conformance.Support;

internal static class ErrorRatio
{
    /// <summary>RMS(actual − expected) / RMS(expected); the RMS of the error itself when nothing is expected; NaN spreads.</summary>
    public static double Of(IReadOnlyList<double> actual, IReadOnlyList<double> expected)
    {
        if (actual.Count != expected.Count)
        {
            throw new ArgumentException($"{actual.Count} values against {expected.Count}");
        }

        double error = 0, reference = 0;
        for (var i = 0; i < actual.Count; i++)
        {
            error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            reference += expected[i] * expected[i];
        }

        return reference > 0 ? Math.Sqrt(error / reference) : Math.Sqrt(error);
    }

    public static double Of(float[] actual, double[] expected) => Of(Array.ConvertAll(actual, value => (double)value), expected);
}
