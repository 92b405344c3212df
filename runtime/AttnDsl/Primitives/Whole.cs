using System;
using System.Runtime.CompilerServices;

namespace AttnDsl.Primitives;

/// <summary>Arithmetic of whole numbers that C# does another way.</summary>
public static class Whole
{
    /// <summary>⌊x / n⌋ for positive n.</summary>
    public static long Quotient(long x, long n) => x >= 0 ? x / n : -((n - 1 - x) / n);

    /// <summary>Whole numbers between which some numbers lie.</summary>
    /// <param name="count">How many, at least one.</param>
    /// <param name="first">The first.</param>
    /// <param name="step">Floats from one to the next.</param>
    /// <param name="least">None is less.</param>
    /// <param name="most">None is greater.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Range(int count, ref float first, nint step, out long least, out long most)
    {
        float low = first, high = first;
        for (nint i = 1; i < count; i++)
        {
            float number = Unsafe.Add(ref first, i * step);
            low = Math.Min(low, number);
            high = Math.Max(high, number);
        }

        (least, most) = ((long)MathF.Floor(low), (long)MathF.Ceiling(high));
    }
}
