using System;
using System.Runtime.CompilerServices;

namespace AttnDsl.Simd;

/// <summary>
/// The elementary functions, once for all widths. Polynomials are minimax fits in relative error; no result is lost where
/// multiply-adds are not fused. A clamp has its limit as the first operand, so that a NaN in x survives it.
/// </summary>
internal static class VectorMath
{
    // ln 2 in two parts: the first has 15 bits, so that its product with an exponent is exact.
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693145751953125f;
    private const float Ln2Low = 1.42860682e-6f;

    /// <summary>log 2^−126, rounded up: e^x of anything smaller is no normal number.</summary>
    private const float SmallestNormalExponent = -87.3365402f;

    /// <summary>log 2^128, rounded down: e^x of anything greater is ∞.</summary>
    private const float LargestExponent = 88.7228317f;

    /// <summary>e^x: 0.9 ulp over all floats, 1.2 where the machine does not fuse. Where it would be denormal, below −87.34, it is 0; from 88.73 on it overflows to ∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Exp<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        // x = n·ln 2 + r, |r| ≤ ½ ln 2. Where x is small enough to spoil n, the last line does not look.
        TVec clamped = TVec.Min(TVec.Create(TVec.ScalesToInfinity ? 89 : LargestExponent), x);
        TVec n = TVec.Round(clamped * TVec.Create(Log2E));
        TVec r = TVec.MultiplyAdd(n, TVec.Create(-Ln2Low), TVec.MultiplyAdd(n, TVec.Create(-Ln2High), clamped));
        TVec p = TVec.MultiplyAdd(SecondOrder(r), r, TVec.Create(1));
        TVec result = TVec.ScaleByPowerOfTwo(TVec.MultiplyAdd(p, r, TVec.Create(1)), n);
        if (!TVec.ScalesToInfinity)
        {
            result = TVec.MultiplyAdd(x - clamped, TVec.Create(float.MaxValue), result);
        }

        // A decay that would be denormal is 0: arithmetic on denormals costs a hundred times its worth.
        return TVec.Select(TVec.Less(x, TVec.Create(SmallestNormalExponent)), TVec.Create(0), result);
    }

    /// <summary>e^x for x ≤ 0, as <see cref="ISimd{TSelf}.Weight"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Weight<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        TVec log2e = TVec.Create(Log2E);
        TVec t = x * log2e;
        TVec n = TVec.Floor(t);

        // 2^r for 0 ≤ r ≤ 1 to 8e-8, and 1 at 0: the fit is that of the other coefficients beside a 1.
        TVec r = TVec.MultiplyAdd(x, log2e, -n);
        TVec p = TVec.Create(0.00186695263f);
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.00901748054f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.0557995141f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.240164593f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.693151295f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(1));
        return TVec.Select(TVec.Less(t, TVec.Create(-126)), TVec.Create(0), TVec.ScaleByPowerOfTwo(p, n));
    }

    /// <summary>e^x − 1: 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Expm1<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        TVec clamped = TVec.Max(TVec.Create(-30), TVec.Min(TVec.Create(89), x));
        TVec fraction = ReducedExpm1(clamped, out TVec n);

        // 2^n (fraction + 1) − 1, halved throughout because 2^128 is no number.
        TVec half = TVec.ScaleByPowerOfTwo(TVec.Create(0.5f), n);
        TVec result = TVec.MultiplyAdd(fraction, half, half - TVec.Create(0.5f));
        result += result;

        // Halving loses the last bit of a denormal.
        return TVec.Select(TVec.Less(TVec.Abs(x), TVec.Create(1e-10f)), x, result);
    }

    /// <summary>log x: 0.9 ulp; −∞ at 0, NaN below, ∞ at ∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Log<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        TVec f = TVec.SplitExponent(x, out TVec e) - TVec.Create(1);
        TVec p = TVec.Create(-0.0450744666f);
        p = TVec.MultiplyAdd(p, f, TVec.Create(0.104629956f));
        p = TVec.MultiplyAdd(p, f, TVec.Create(-0.131611958f));
        p = TVec.MultiplyAdd(p, f, TVec.Create(0.144784003f));
        p = TVec.MultiplyAdd(p, f, TVec.Create(-0.16647312f));
        p = TVec.MultiplyAdd(p, f, TVec.Create(0.199908614f));
        p = TVec.MultiplyAdd(p, f, TVec.Create(-0.250000954f));
        p = TVec.MultiplyAdd(p, f, TVec.Create(0.333334506f));

        // log m = f − f²/2 + f³ p, the small terms first. Where x is 0, ∞ or no logarithm's argument, e is the result.
        TVec square = f * f;
        TVec tail = TVec.MultiplyAdd(square * f, p, e * TVec.Create(Ln2Low));
        tail = TVec.MultiplyAdd(square, TVec.Create(-0.5f), tail);
        return TVec.MultiplyAdd(e, TVec.Create(Ln2High), f + tail);
    }

    /// <summary>log(1 + x): 1.5 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Log1p<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        TVec one = TVec.Create(1);
        TVec sum = one + x;

        // What rounding 1 + x lost, divided by the derivative's argument.
        TVec lost = TVec.Select(TVec.Less(one, x), one - (sum - x), x - (sum - one));
        TVec correctable = TVec.And(TVec.Less(TVec.Create(0), sum), TVec.Less(sum, TVec.Create(1e30f)));
        return Log(sum) + TVec.Select(correctable, lost / sum, TVec.Create(0));
    }

    /// <summary>tanh x: 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Tanh<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        // 1 to the last bit from 9.1 on.
        TVec magnitude = TVec.Min(TVec.Create(10), TVec.Abs(x));
        TVec t = Expm1(magnitude + magnitude);
        return TVec.CopySign(t / (t + TVec.Create(2)), x);
    }

    /// <summary>1 / (1 + e^−x): 2.5 ulp; 0 where the true value is denormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Sigmoid<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        TVec one = TVec.Create(1);
        return one / (one + Exp(-x));
    }

    /// <summary>log(1 + e^x): 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Softplus<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        // log(1 + y) = 2 artanh s for s = y / (2 + y), at most ⅓ where y is at most 1: no logarithm of a sum that rounding has cut short.
        TVec y = Exp(-TVec.Abs(x));
        TVec s = y / (TVec.Create(2) + y);
        TVec square = s * s;
        TVec p = TVec.Create(0.140891676f);
        p = TVec.MultiplyAdd(p, square, TVec.Create(0.139803014f));
        p = TVec.MultiplyAdd(p, square, TVec.Create(0.200124551f));
        p = TVec.MultiplyAdd(p, square, TVec.Create(0.333331573f));
        s += s;
        return TVec.Max(TVec.Create(0), x) + TVec.MultiplyAdd(s * square, p, s);
    }

    /// <summary>sin x: 2 ulp or 1e-11.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Sin<TVec>(TVec x)
        where TVec : struct, ISimd<TVec> =>
        AnyBeyondReduction(x) ? SlowSine(x, cosine: false) : Sine(x, quarters: 0);

    /// <summary>cos x: 2 ulp or 1e-11.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Cos<TVec>(TVec x)
        where TVec : struct, ISimd<TVec> =>
        AnyBeyondReduction(x) ? SlowSine(x, cosine: true) : Sine(x, quarters: 1);

    /// <summary>e^r − 1 for x = n·ln 2 + r, |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec ReducedExpm1<TVec>(TVec x, out TVec n)
        where TVec : struct, ISimd<TVec>
    {
        n = TVec.Round(x * TVec.Create(Log2E));

        // high is exact. The linear term is taken in both parts: as the rounded r it would cost a quarter ulp.
        TVec high = TVec.MultiplyAdd(n, TVec.Create(-Ln2High), x);
        TVec low = n * TVec.Create(-Ln2Low);
        TVec r = high + low;
        return high + TVec.MultiplyAdd(r * r, SecondOrder(r), low);
    }

    /// <summary>(e^r − 1 − r) / r² for |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec SecondOrder<TVec>(TVec r)
        where TVec : struct, ISimd<TVec>
    {
        TVec p = TVec.Create(0.00138145813f);
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.00836872496f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.041668389f));
        p = TVec.MultiplyAdd(p, r, TVec.Create(0.166665211f));
        return TVec.MultiplyAdd(p, r, TVec.Create(0.49999994f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AnyBeyondReduction<TVec>(TVec x)
        where TVec : struct, ISimd<TVec>
    {
        TVec beyond = TVec.Less(TVec.Create(65536), TVec.Abs(x));
        return TVec.MaxLane(TVec.Select(beyond, TVec.Create(1), TVec.Create(0))) > 0;
    }

    /// <summary>sin(x + quarters·π/2) for |x| ≤ 2^16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Sine<TVec>(TVec x, float quarters)
        where TVec : struct, ISimd<TVec>
    {
        // π/2 in three parts of 8 bits, whose products with n < 2^16 are exact, and a rest. The first two steps are exact;
        // what the third one rounds away goes to the rest.
        TVec n = TVec.Round(x * TVec.Create(0.636619772f));
        TVec high = TVec.MultiplyAdd(n, TVec.Create(-1.5703125f), x);
        high = TVec.MultiplyAdd(n, TVec.Create(-0.000482559204f), high);
        TVec third = n * TVec.Create(1.2665987e-06f);
        TVec middle = high - third;
        TVec low = TVec.MultiplyAdd(n, TVec.Create(-9.92093629e-10f), (high - middle) - third);
        TVec r = middle + low;
        TVec square = r * r;

        TVec s = TVec.Create(-0.000195151981f);
        s = TVec.MultiplyAdd(s, square, TVec.Create(0.0083321603f));
        s = TVec.MultiplyAdd(s, square, TVec.Create(-0.166666552f));
        TVec sine = TVec.MultiplyAdd(square * r, s, r);

        TVec c = TVec.Create(2.44330604e-05f);
        c = TVec.MultiplyAdd(c, square, TVec.Create(-0.00138873153f));
        c = TVec.MultiplyAdd(c, square, TVec.Create(0.0416666456f));
        TVec cosine = TVec.MultiplyAdd(square * square, c, TVec.MultiplyAdd(square, TVec.Create(-0.5f), TVec.Create(1)));

        // Quadrant = 4·whole + 2·upper + odd: odd ones take the cosine, upper ones change sign.
        TVec quadrant = n + TVec.Create(quarters);
        TVec halfTurns = TVec.Round(TVec.MultiplyAdd(quadrant, TVec.Create(0.5f), TVec.Create(-0.25f)));
        TVec odd = quadrant - (halfTurns + halfTurns);
        TVec turns = TVec.Round(halfTurns * TVec.Create(0.5f));
        TVec upper = TVec.Abs(halfTurns - (turns + turns));
        TVec half = TVec.Create(0.5f);
        TVec value = TVec.Select(TVec.Less(half, odd), cosine, sine);
        return TVec.Select(TVec.Less(half, upper), -value, value);
    }

    /// <summary>Arguments that a few floats of π cannot reduce, lane by lane in double precision.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe TVec SlowSine<TVec>(TVec x, bool cosine)
        where TVec : struct, ISimd<TVec>
    {
        float* lanes = stackalloc float[TVec.Count];
        TVec.Store(x, ref *lanes, 0);
        for (int i = 0; i < TVec.Count; i++)
        {
            lanes[i] = (float)(cosine ? Math.Cos(lanes[i]) : Math.Sin(lanes[i]));
        }

        return TVec.Load(ref *lanes, 0);
    }
}
