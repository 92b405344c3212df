namespace AttnDsl.Tests.Support;

/// <summary>Lengths around those of vectors and tiles.</summary>
internal static class Sizes
{
    public static readonly int[] All = [0, 1, 7, 15, 16, 17, 24, 64, 80, 96, 100];
}
