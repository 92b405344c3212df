namespace AttnDsl.Primitives;

/// <summary>Arithmetic of whole numbers that C# does another way.</summary>
public static class Whole
{
    /// <summary>⌊x / n⌋ for positive n.</summary>
    public static long Quotient(long x, long n) => x >= 0 ? x / n : -((n - 1 - x) / n);
}
