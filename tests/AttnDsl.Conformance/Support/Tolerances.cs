namespace AttnDsl.Conformance.Support;

/// <summary>Every bar of this suite, each with its reason. RMS(error) / RMS(reference), against float64.</summary>
internal static class Tolerances
{
    /// <summary>Outputs and states of the generated float32 code: what golden/README.md says careful float32 code meets.</summary>
    public const double Float32 = 2e-6;

    /// <summary>
    /// mLSTM and the delta rule on random inputs divide by, or subtract, near-equal numbers: there float32 itself is worse than
    /// <see cref="Float32"/>, and we may be as far off as this many times the naive float32 loop over the same inputs.
    /// </summary>
    public const double NaiveFloat32Factor = 2;

    /// <summary>A float64 oracle against a golden file: half an ulp of float32 is 6e-8 a value; 1e-6 leaves no room for another formula.</summary>
    public const double GoldenFile = 1e-6;

    /// <summary>Two float64 oracles of one layer, conditioned as above: float64 rounding (1e-16) times at most 1e6.</summary>
    public const double Oracles = 1e-10;
}
