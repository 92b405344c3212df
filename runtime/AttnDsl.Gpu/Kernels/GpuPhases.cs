using System.ComponentModel;
using ILGPU;

namespace AttnDsl.Gpu.Kernels;

/// <summary>
/// Wrapped phases in kernels. Angles are whole multiples of 2^−48 turns, so that adding to them rounds nothing and wrapping them costs
/// nothing; a float times a constant is a product of two whole numbers. No double precision, which few devices have at speed.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuPhases
{
    /// <summary>1/2π in two parts: the first times 2^−41, the second times 2^−80.</summary>
    private const long PerRadian = 349985421095, PerRadianRest = 73103212298;

    /// <summary>log2 e in two parts: the first times 2^−38, the second times 2^−77.</summary>
    private const long PerOctave = 396564993198, PerOctaveRest = 25705770914;

    /// <summary>ln 2, and 1, times 2^−48.</summary>
    private const long Octave = 195103586505167, One = 1L << 48;

    /// <summary>2π in two parts: the first times 2^−37, the second times 2^−60.</summary>
    private const long Radians = 863554413089, RadiansRest = 3432730;

    /// <summary>An angle in radians, given as two floats.</summary>
    /// <param name="angle">The angle.</param>
    /// <param name="rest">What rounding it left.</param>
    /// <param name="finite">Stays 0 while what is added is finite.</param>
    public static long Begin(float angle, float rest, ref float finite)
    {
        finite += (angle - angle) + (rest - rest);
        return Product(angle, PerRadian, -41) + Product(angle, PerRadianRest, -80) + Product(rest, PerRadian, -41);
    }

    /// <summary>The angle, x times so many turns further on.</summary>
    /// <param name="angle">The angle.</param>
    /// <param name="x">A float.</param>
    /// <param name="turns">Turns, times a power of two: below 2^39.</param>
    /// <param name="exponent">The power's exponent, negated.</param>
    /// <param name="finite">Stays 0 while what is added is finite.</param>
    public static long Turn(long angle, float x, long turns, int exponent, ref float finite)
    {
        finite += x - x;
        return angle + Product(x, turns, exponent);
    }

    /// <summary>turns · e^b: as many digits as turns have, since every token adds them.</summary>
    /// <param name="turns">Turns, times a power of two: below 2^39.</param>
    /// <param name="b">A float; from −150 down e^b counts as 0.</param>
    /// <param name="exponent">The power's exponent, negated; receives the result's.</param>
    /// <param name="finite">Stays 0 while e^b is finite.</param>
    public static long Grown(long turns, float b, ref int exponent, ref float finite)
    {
        float grown = GpuMath.Exp(b);
        finite += grown - grown;
        if (!(b > -150f)) return 0;

        // e^b = 2^(n + f): the series of e^(f ln 2), term by term inwards.
        long octaves = Product(b, PerOctave, -38) + Product(b, PerOctaveRest, -77);
        long x = Times(octaves & (One - 1), Octave);
        long power = One;
        for (int i = 15; i > 0; i--)
        {
            power = One + (Times(x, power) / i);
        }

        exponent += (int)(octaves >> 48) + 1;
        return (Times(turns << 9, power) + 512) >> 10;
    }

    /// <summary>The angle in radians, within a half turn of 0; NaN if anything was not finite.</summary>
    public static float Angle(long angle, float finite) => ((float)ToRadians(angle) * 4.33680869e-19f) + finite;

    /// <summary>What rounding <see cref="Angle"/> to a float leaves.</summary>
    public static float Rest(long angle, float finite)
    {
        long radians = ToRadians(angle);
        return ((float)(radians - (long)(float)radians) * 4.33680869e-19f) + finite;
    }

    /// <summary>x · factor · 2^exponent turns, without the whole ones that an angle does not count.</summary>
    private static long Product(float x, long factor, int exponent)
    {
        int bits = (int)Interop.FloatAsInt(x);
        int field = (bits >> 23) & 0xff;
        long product = ((bits & 0x7fffff) | (field == 0 ? 0 : 0x800000)) * factor;
        if (bits < 0) product = -product;

        // x = 2^(field − 150) times its digits.
        int shift = field - 150 + exponent + 48;
        if (shift >= 0) return shift > 63 ? 0 : product << shift;
        return shift < -63 ? 0 : ((product >> (-shift - 1)) + 1) >> 1;
    }

    /// <summary>x · y of positive numbers of up to 49 bits, times 2^−48.</summary>
    private static long Times(long x, long y)
    {
        const long Low = 0xffffff;
        return ((x >> 24) * (y >> 24)) + ((((x >> 24) * (y & Low)) + ((x & Low) * (y >> 24)) + (((x & Low) * (y & Low)) >> 24)) >> 24);
    }

    /// <summary>In units of 2^−61 radians, from −π to π.</summary>
    private static long ToRadians(long angle)
    {
        angle = (angle << 16) >> 16;
        long high = angle >> 24, low = angle & 0xffffff;
        return (high * Radians) + ((high * RadiansRest) >> 23) + (((low >> 1) * Radians) >> 23);
    }
}
