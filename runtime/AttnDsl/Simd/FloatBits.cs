namespace AttnDsl.Simd;

/// <summary>The layout of a 32-bit float.</summary>
internal static class FloatBits
{
    public const int MantissaBits = 23;

    /// <summary>¾.</summary>
    public const int ThreeQuarters = 0x3F400000;

    /// <summary>2^−126: what is smaller has no bit in front of its mantissa.</summary>
    public const float SmallestNormal = 1.17549435e-38f;

    /// <summary>2^23, which makes every denormal a normal number.</summary>
    public const float Implicit = 8388608;
}
