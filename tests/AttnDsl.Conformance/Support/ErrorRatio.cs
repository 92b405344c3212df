using System;
using System.Collections.Generic;
using System.Linq;

namespace AttnDsl.Conformance.Support;

internal static class ErrorRatio
{
    /// <summary>RMS(actual − expected) / RMS(expected); the RMS of the error itself when nothing is expected; NaN spreads.</summary>
    /// <param name="actual">The values.</param>
    /// <param name="expected">What they should be.</param>
    /// <param name="least">An RMS(expected) below this one counts as this one.</param>
    public static double Of(IReadOnlyList<double> actual, IReadOnlyList<double> expected, double least = 0)
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

        reference = Math.Max(reference, expected.Count * least * least);
        return reference > 0 ? Math.Sqrt(error / reference) : Math.Sqrt(error);
    }

    public static double Of(float[] actual, double[] expected) => Of(Array.ConvertAll(actual, value => (double)value), expected);

    /// <summary>
    /// A state of mLSTM as it would be under another running maximum: the stored values times e^{m} are what counts, m itself may differ
    /// by where it starts from.
    /// </summary>
    public static double[] ToMaximum(double[] values, float[] maximum, double[] expected)
    {
        if (maximum.Length == 0 || values.Length == 0)
        {
            return values;
        }

        var each = values.Length / maximum.Length;
        return [.. values.Select((value, i) => value == 0 ? 0 : value * Math.Exp(maximum[i / each] - expected[i / each]))];
    }
}
