namespace AttnDsl.Simd;

/// <summary>The layout of a 32-bit float.</summary>
internal static class FloatBits
{
    public const int MantissaBits = 23;
    public const int ExponentBias = 127;

    /// <summary>√½.</summary>
    public const int RootHalf = 0x3F3504F3;
}
