using System.Numerics;

namespace AttnDsl.Simd;

/// <summary>
/// A vector of floats of one machine width. Generated kernels are written once, over a type parameter of this kind; the JIT
/// specialises them for <see cref="Simd512"/>, <see cref="Simd256"/>, <see cref="Simd128"/> and <see cref="SimdScalar"/>.
/// </summary>
/// <remarks>
/// Masks are vectors whose lanes are all ones or all zeros, as comparisons yield them.
/// The count-taking loads and stores go through raw pointers where the machine has masked moves: the memory has to be pinned or
/// native, as it is in everything that <see cref="Runtime.Launch"/> runs.
/// </remarks>
public interface ISimd<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>, ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>, IDivisionOperators<TSelf, TSelf, TSelf>, IUnaryNegationOperators<TSelf, TSelf>
    where TSelf : struct, ISimd<TSelf>
{
    /// <summary>Number of lanes: 16, 8, 4 or 1.</summary>
    static abstract int Count { get; }

    /// <summary>All lanes equal to <paramref name="value"/>.</summary>
    static abstract TSelf Create(float value);

    /// <summary>Lanes <c>start, start + 1, …</c>: positions.</summary>
    static abstract TSelf Iota(float start);

    /// <summary>Reads <see cref="Count"/> floats at <c>source[index…]</c>.</summary>
    static abstract TSelf Load(ref readonly float source, nint index);

    /// <summary>Reads the first <c>min(count, Count)</c> floats; the lanes beyond are zero and their memory is not touched.</summary>
    static abstract TSelf Load(ref readonly float source, nint index, int count);

    /// <summary>Every lane is <c>source[index]</c>.</summary>
    static abstract TSelf Splat(ref readonly float source, nint index);

    /// <summary>Writes all lanes to <c>target[index…]</c>.</summary>
    static abstract void Store(TSelf value, ref float target, nint index);

    /// <summary>Writes the first <c>min(count, Count)</c> lanes; the memory beyond is not touched.</summary>
    static abstract void Store(TSelf value, ref float target, nint index, int count);

    /// <summary><c>a·b + c</c>: fused where the machine fuses, else a product and a sum, never a software routine.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The smaller, lane by lane, of the machine's instruction: a NaN in <paramref name="b"/> survives, one in <paramref name="a"/> may not.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The larger, lane by lane, of the machine's instruction: a NaN in <paramref name="b"/> survives, one in <paramref name="a"/> may not.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>Absolute value.</summary>
    static abstract TSelf Abs(TSelf x);

    /// <summary>Square root.</summary>
    static abstract TSelf Sqrt(TSelf x);

    /// <summary>1/x to about a unit in the last place, of what is neither denormal nor near the largest numbers.</summary>
    static abstract TSelf Reciprocal(TSelf x);

    /// <summary>The absolute value of one, the sign of the other.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>Nearest integer, halves to even.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>The largest integer that is not greater.</summary>
    static abstract TSelf Floor(TSelf x);

    /// <summary><c>x·2^n</c> for positive x and integral n where that is a normal number, else rubbish; a NaN in <paramref name="x"/> stays.</summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf x, TSelf n);

    /// <summary>Whether <see cref="ScaleByPowerOfTwo"/> gives ∞ where the product is too large for a float.</summary>
    static abstract bool ScalesToInfinity { get; }

    /// <summary>
    /// x = m·2^exponent with m in [¾, 1½) for positive x. The exponent of ±0 is −∞ and that of ∞ is ∞, with m finite; that of a negative
    /// number or NaN is NaN, or m is.
    /// </summary>
    static abstract TSelf SplitExponent(TSelf x, out TSelf exponent);

    /// <summary>Mask of <c>a &lt; b</c>.</summary>
    static abstract TSelf Less(TSelf a, TSelf b);

    /// <summary>Mask of <c>a ≤ b</c>.</summary>
    static abstract TSelf LessOrEqual(TSelf a, TSelf b);

    /// <summary>Both masks.</summary>
    static abstract TSelf And(TSelf a, TSelf b);

    /// <summary>Either mask.</summary>
    static abstract TSelf Or(TSelf a, TSelf b);

    /// <summary>How many lanes of a mask are set.</summary>
    static abstract int CountSet(TSelf mask);

    /// <summary><paramref name="then"/> where the mask is set, else <paramref name="otherwise"/>; what is not chosen may be NaN.</summary>
    static abstract TSelf Select(TSelf mask, TSelf then, TSelf otherwise);

    /// <summary>0 where <c>x &lt; limit</c>, else <paramref name="value"/>: a comparison and a choice in one, for which machines with masks need no vector of them.</summary>
    static abstract TSelf ZeroBelow(TSelf limit, TSelf x, TSelf value);

    /// <summary>The first <paramref name="count"/> lanes of <paramref name="x"/>, <paramref name="rest"/> in those beyond.</summary>
    static abstract TSelf First(TSelf x, int count, float rest);

    /// <summary>Elements 0, 2, 4, … of a followed by b.</summary>
    static abstract TSelf Even(TSelf a, TSelf b);

    /// <summary>Elements 1, 3, 5, … of a followed by b.</summary>
    static abstract TSelf Odd(TSelf a, TSelf b);

    /// <summary>First half of <c>a0 b0 a1 b1 …</c>: undoes <see cref="Even"/> and <see cref="Odd"/>.</summary>
    static abstract TSelf ZipLow(TSelf a, TSelf b);

    /// <summary>Second half of <c>a0 b0 a1 b1 …</c>.</summary>
    static abstract TSelf ZipHigh(TSelf a, TSelf b);

    /// <summary>Sum of all lanes, in a fixed order.</summary>
    static abstract float Sum(TSelf x);

    /// <summary>The sum of all lanes in double precision.</summary>
    static abstract double WideSum(TSelf x);

    /// <summary>Largest lane.</summary>
    static abstract float MaxLane(TSelf x);

    /// <summary>e^x, ≤ 1 ulp (1.2 without fused multiply-adds), e^0 = 1 exactly, 0 where the value would be denormal (x &lt; −87.33), overflow gives +∞, NaN stays.</summary>
    static abstract TSelf Exp(TSelf x);

    /// <summary>e^x − 1 without cancellation near 0.</summary>
    static abstract TSelf Expm1(TSelf x);

    /// <summary>Natural logarithm; log 0 = −∞, of a negative NaN.</summary>
    static abstract TSelf Log(TSelf x);

    /// <summary>log(1 + x) without cancellation near 0.</summary>
    static abstract TSelf Log1p(TSelf x);

    /// <summary>Hyperbolic tangent.</summary>
    static abstract TSelf Tanh(TSelf x);

    /// <summary>1 / (1 + e^−x).</summary>
    static abstract TSelf Sigmoid(TSelf x);

    /// <summary>log(1 + e^x), finite for every finite x.</summary>
    static abstract TSelf Softplus(TSelf x);

    /// <summary>Sine of radians; accurate for |x| ≤ 2^16 or so.</summary>
    static abstract TSelf Sin(TSelf x);

    /// <summary>Cosine of radians; accurate for |x| ≤ 2^16 or so.</summary>
    static abstract TSelf Cos(TSelf x);
}
