using AttnDsl.Reference;

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

    /// <summary>Gradients below this RMS are measured as if they had it, as all inputs are of size 1: a few (those of q and k at T = 1) cancel to nothing.</summary>
    public const double LeastGradient = 0.1;

    /// <summary>
    /// Where a denominator of mLSTM comes near zero (input gates so large that its floor is out of reach), and where scores are so large that
    /// their last bit moves a weight by 1e-5, the gradient itself is worse than float32: it may be as far off as this many times what it
    /// changes by when every input moves to the next float32.
    /// </summary>
    public const double NudgedInputsFactor = 4;

    /// <summary>Or this many times what the derivative of the reference loop itself, taken in float32, is off by.</summary>
    public const double NaiveGradientFactor = 2;

    /// <summary>Gradients of the generated float32 code: what golden/README.md says careful float32 code meets.</summary>
    public const double Float32Gradient = 5e-6;

    /// <summary>
    /// mLSTM holds its maximum m constant, as its effect cancels everywhere but in ε: what ε·e^m adds to the gradients of i, f and the initial m, up to
    /// 4e-5 of them, is left out (golden/README.md). With ε = 0, or the denominator held constant, they meet <see cref="Float32Gradient"/> like all others.
    /// </summary>
    private const double StabilisedGateGradient = 5e-5;

    /// <summary>The bar of the gradient of an input, or of a part of the initial state.</summary>
    public static double Gradient(LayerSpec spec, string tensor)
        => spec is { Denominator: Denominator.Stabilised, Epsilon: > 0, HoldsDenominator: false } && tensor is "in.i" or "in.g" or Slope.InitialMaximum ? StabilisedGateGradient
            : Float32Gradient;
}
