using System;
using Xunit;

namespace AttnDsl.Tests.Support;

/// <summary>Error bounds in units of the rounding of a float.</summary>
internal static class Rounding
{
    /// <summary>Largest relative error of one rounding.</summary>
    public const double Unit = 1.0 / (1 << 24);

    /// <summary>Distance of a result from the true value in units of its last place; of the smallest normal number's below it.</summary>
    public static double Ulps(float actual, double expected)
    {
        if (double.IsNaN(expected) || double.IsInfinity((float)expected))
        {
            return actual.Equals((float)expected) ? 0 : double.PositiveInfinity;
        }

        int exponent = expected == 0 ? -126 : Math.Max(-126, Math.ILogB(expected));
        double ulps = Math.Abs(actual - expected) / Math.ScaleB(1, exponent - 23);
        return double.IsNaN(ulps) ? double.PositiveInfinity : ulps;
    }

    /// <summary>Fails unless the value is within the bound; NaN never is.</summary>
    public static void Check(double expected, float actual, double bound, string what, int i, int j)
    {
        if (!(Math.Abs(actual - expected) <= bound))
        {
            Assert.Fail(FormattableString.Invariant($"{what} at [{i},{j}]: {actual:R}, expected {expected:R} ± {bound:E1}"));
        }
    }
}
