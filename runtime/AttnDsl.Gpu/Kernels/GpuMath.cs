using System.ComponentModel;
using ILGPU;

namespace AttnDsl.Gpu.Kernels;

/// <summary>
/// The elementary functions for kernels, from +, −, ·, / and the bits of floats alone: every backend compiles them to the same
/// arithmetic, none of it approximate. Polynomials and bounds are those of the CPU's; a compiler may or may not fuse a product
/// with a sum, both keep the bound. Bounds are in units in the last place over all finite arguments, tested against double.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuMath
{
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts: the first has 15 bits, so that its product with an exponent is exact.
    private const float Ln2High = 0.693145751953125f;
    private const float Ln2Low = 1.42860682e-6f;

    /// <summary>The greater of two; NaN where the second is.</summary>
    public static float Max(float a, float b) => a > b ? a : b;

    /// <summary>The lesser of two; NaN where the second is.</summary>
    public static float Min(float a, float b) => a < b ? a : b;

    /// <summary>sum + x, less what earlier additions rounded away; keeps what this one does (Kahan). An infinite sum stays infinite.</summary>
    public static float Add(float sum, float x, ref float lost)
    {
        float term = x - lost;
        float next = sum + term;
        lost = Abs(next) <= float.MaxValue ? (next - sum) - term : 0f;
        return next;
    }

    /// <summary>|x|.</summary>
    public static float Abs(float x) => Interop.IntAsFloat(Interop.FloatAsInt(x) & 0x7fffffffu);

    /// <summary>√x, correctly rounded.</summary>
    public static float Sqrt(float x) => System.MathF.Sqrt(x);

    /// <summary>The largest whole number that is not greater.</summary>
    public static float Floor(float x)
    {
        // From 2^23 on all floats are whole.
        if (!(Abs(x) < 8388608f)) return x;
        float whole = (int)x;
        return whole > x ? whole - 1f : whole;
    }

    /// <summary>e^x: 2 ulp. Below −104 the result rounds to 0, from 88.73 on it overflows to ∞.</summary>
    public static float Exp(float x)
    {
        x = Max(-105f, Min(89f, x));
        float n = Round(x * Log2E);
        return Scale(1f + ReducedExpm1(x, n), n);
    }

    /// <summary>e^x − 1: 3 ulp.</summary>
    public static float Expm1(float x)
    {
        float clamped = Max(-30f, Min(89f, x));
        float n = Round(clamped * Log2E);
        float fraction = ReducedExpm1(clamped, n);

        // 2^n (fraction + 1) − 1, halved throughout because 2^128 is no number.
        float half = Scale(0.5f, n);
        float result = fraction * half + (half - 0.5f);
        result += result;

        // Halving loses the last bit of a denormal.
        return Abs(x) < 1e-10f ? x : result;
    }

    /// <summary>log x: 2 ulp; −∞ at 0, NaN below, ∞ at ∞.</summary>
    public static float Log(float x)
    {
        bool denormal = x < 1.17549435e-38f;
        int bits = (int)Interop.FloatAsInt(denormal ? x * 8388608f : x);

        // x = m · 2^e with m from √½ to √2: counting the bits from √½ on makes the exponent field change there.
        int exponent = (bits - 0x3f3504f3) >> 23;
        float f = Interop.IntAsFloat((uint)(bits - (exponent << 23))) - 1f;
        float e = exponent - (denormal ? 23f : 0f);

        float p = -0.0763450488f;
        p = p * f + 0.127615795f;
        p = p * f + -0.13160181f;
        p = p * f + 0.142017573f;
        p = p * f + -0.16623357f;
        p = p * f + 0.200012267f;
        p = p * f + -0.250008196f;
        p = p * f + 0.333333313f;

        // log m = f − f²/2 + f³ p, the small terms first.
        float square = f * f;
        float tail = square * f * p + e * Ln2Low;
        tail = square * -0.5f + tail;
        float result = e * Ln2High + (f + tail);

        // Finite positive x only; ∞ and NaN are their own logarithms.
        if (!(x <= float.MaxValue)) return x;
        return x > 0f ? result : x < 0f ? float.NaN : float.NegativeInfinity;
    }

    /// <summary>log(1 + x): 3 ulp.</summary>
    public static float Log1p(float x)
    {
        float sum = 1f + x;

        // What rounding 1 + x lost, divided by the derivative's argument.
        float lost = x > 1f ? 1f - (sum - x) : x - (sum - 1f);
        return Log(sum) + (sum > 0f && sum < 1e30f ? lost / sum : 0f);
    }

    /// <summary>tanh x: 4 ulp.</summary>
    public static float Tanh(float x)
    {
        // 1 to the last bit from 9.1 on.
        float magnitude = Min(10f, Abs(x));
        float t = Expm1(magnitude + magnitude);
        float result = t / (t + 2f);
        return x < 0f ? -result : x == 0f ? x : result;
    }

    /// <summary>1 / (1 + e^−x): 3 ulp; 0 where the true value is denormal.</summary>
    public static float Sigmoid(float x) => 1f / (1f + Exp(-x));

    /// <summary>log(1 + e^x): 4 ulp.</summary>
    public static float Softplus(float x) => Max(0f, x) + Log1p(Exp(-Abs(x)));

    /// <summary>sin x: 2 ulp or 1e-9, for |x| ≤ 2^24.</summary>
    public static float Sin(float x) => Sine(x, 0);

    /// <summary>cos x: 2 ulp or 1e-9, for |x| ≤ 2^24.</summary>
    public static float Cos(float x) => Sine(x, 1);

    /// <summary>e^r − 1 for x = n·ln 2 + r, |r| ≤ ½ ln 2.</summary>
    private static float ReducedExpm1(float x, float n)
    {
        float r = n * -Ln2High + x;
        r = n * -Ln2Low + r;
        float p = 0.00138145813f;
        p = p * r + 0.00836872496f;
        p = p * r + 0.041668389f;
        p = p * r + 0.166665211f;
        p = p * r + 0.49999994f;
        return r * r * p + r;
    }

    /// <summary>The nearest whole number, for |x| &lt; 2^22; NaN stays NaN.</summary>
    private static float Round(float x)
    {
        // Adding 1.5 · 2^23 leaves no bits behind the point.
        return x + 12582912f - 12582912f;
    }

    /// <summary>x · 2^n in two steps, because 2^n may be no normal number; NaN n gives NaN through x.</summary>
    private static float Scale(float x, float n)
    {
        int whole = (int)n;
        int half = whole >> 1;
        return x * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    private static float PowerOfTwo(int n) => Interop.IntAsFloat((uint)((n + 127) << 23));

    /// <summary>sin(x + quarters·π/2), reduced in whole numbers.</summary>
    private static float Sine(float x, int quarters)
    {
        if (!(Abs(x) <= 1e9f)) return float.NaN;
        int n = 0;
        float r = x;
        if (!(Abs(x) < 0.5f))
        {
            // x/2π in units of 2^−64, whole turns dropped: the digits of x times 2^64/2π, moved to their place.
            int bits = (int)Interop.FloatAsInt(x), exponent = ((bits >> 23) & 0xff) - 150;
            long turned = ((bits & 0x7fffff) | 0x800000) * (exponent < 0 ? 2935890503282001226 >> -exponent : 2935890503282001226 << exponent);
            if (bits < 0) turned = -turned;
            n = (int)((turned + (1L << 61)) >> 62);
            turned -= (long)n << 62;

            // Times 2π·2^37, the upper and the lower digits, in units of 2^−63.
            long radians = (turned >> 38) * 863554413089 + (((turned >> 15) & 0x7fffff) * 863554413089 >> 23);
            r = (float)radians * 1.08420217e-19f;
        }

        float square = r * r;

        float s = -0.000195151981f;
        s = s * square + 0.0083321603f;
        s = s * square + -0.166666552f;
        float sine = square * r * s + r;

        float c = 2.44330604e-05f;
        c = c * square + -0.00138873153f;
        c = c * square + 0.0416666456f;
        float cosine = square * square * c + (square * -0.5f + 1f);

        int quadrant = n + quarters;
        float value = (quadrant & 1) != 0 ? cosine : sine;
        return (quadrant & 2) != 0 ? -value : value;
    }
}
