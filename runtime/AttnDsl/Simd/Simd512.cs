using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttnDsl.Simd;

/// <summary>Sixteen floats: AVX-512.</summary>
public readonly struct Simd512 : ISimd<Simd512>
{
    private readonly Vector512<float> _lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Simd512(Vector512<float> lanes) => _lanes = lanes;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<float>.Count;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator +(Simd512 left, Simd512 right) => new(left._lanes + right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator -(Simd512 left, Simd512 right) => new(left._lanes - right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator *(Simd512 left, Simd512 right) => new(left._lanes * right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator /(Simd512 left, Simd512 right) => new(left._lanes / right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator -(Simd512 value) => new(-value._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Create(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Iota(float start) => new(Vector512<float>.Indices + Vector512.Create(start));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Load(ref readonly float source, nint index) => new(Vector512.LoadUnsafe(in source, (nuint)index));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Simd512 Load(ref readonly float source, nint index, int count)
    {
        if (Avx512F.IsSupported)
        {
            float* address = (float*)Unsafe.AsPointer(ref Unsafe.AsRef(in source)) + index;
            return new(Avx512F.MaskLoad(address, FirstLanes(count), Vector512<float>.Zero));
        }

        var low = Simd256.Load(in source, index, count);
        var high = Simd256.Load(in source, index + Simd256.Count, count - Simd256.Count);
        return new(Vector512.Create(low.Lanes, high.Lanes));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Splat(ref readonly float source, nint index) => new(Vector512.Create(Unsafe.Add(ref Unsafe.AsRef(in source), index)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd512 value, ref float target, nint index) => value._lanes.StoreUnsafe(ref target, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Simd512 value, ref float target, nint index, int count)
    {
        if (Avx512F.IsSupported)
        {
            float* address = (float*)Unsafe.AsPointer(ref target) + index;
            Avx512F.MaskStore(address, FirstLanes(count), value._lanes);
            return;
        }

        Simd256.Store(new(value._lanes.GetLower()), ref target, index, count);
        Simd256.Store(new(value._lanes.GetUpper()), ref target, index + Simd256.Count, count - Simd256.Count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 MultiplyAdd(Simd512 a, Simd512 b, Simd512 c) =>
        new(Avx512F.IsSupported ? Avx512F.FusedMultiplyAdd(a._lanes, b._lanes, c._lanes) : (a._lanes * b._lanes) + c._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Min(Simd512 a, Simd512 b) => new(Vector512.MinNative(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Max(Simd512 a, Simd512 b) => new(Vector512.MaxNative(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Abs(Simd512 x) => new(Vector512.Abs(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Sqrt(Simd512 x) => new(Vector512.Sqrt(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Reciprocal(Simd512 x)
    {
        if (Avx512F.IsSupported)
        {
            // 14 bits and a step of Newton's: a division of 512 bits keeps its unit busy for much longer.
            var guess = Avx512F.Reciprocal14(x._lanes);
            return new(Avx512F.FusedMultiplyAdd(Avx512F.FusedMultiplyAddNegated(x._lanes, guess, Vector512<float>.One), guess, guess));
        }

        return new(Vector512<float>.One / x._lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 CopySign(Simd512 magnitude, Simd512 sign) => new(Vector512.CopySign(magnitude._lanes, sign._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Round(Simd512 x) => new(Vector512.Round(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Floor(Simd512 x) => new(Vector512.Floor(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 ScaleByPowerOfTwo(Simd512 x, Simd512 n) => Avx512F.IsSupported
        ? new(Avx512F.Scale(x._lanes, n._lanes))
        : new((x._lanes.AsInt32() + (Vector512.ConvertToInt32Native(n._lanes) << FloatBits.MantissaBits)).AsSingle());

    /// <inheritdoc/>
    public static bool ScalesToInfinity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.IsSupported;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 SplitExponent(Simd512 x, out Simd512 exponent)
    {
        if (Avx512F.IsSupported)
        {
            // Normalised to [¾, 1½), NaN for negative numbers.
            var mantissa = Avx512F.GetMantissa(x._lanes, 0b1011);
            exponent = new(Avx512F.GetExponent(x._lanes) - Avx512F.GetExponent(mantissa));
            return new(mantissa);
        }

        // A denormal is made normal first. Counting the bits from ¾ on makes the exponent field change there.
        var lanes = x._lanes;
        var denormal = Vector512.LessThan(lanes, Vector512.Create(FloatBits.SmallestNormal));
        var bits = Vector512.ConditionalSelect(denormal, lanes * Vector512.Create(FloatBits.Implicit), lanes).AsInt32();
        var power = (bits - Vector512.Create(FloatBits.ThreeQuarters)) >> FloatBits.MantissaBits;
        var e = Vector512.ConvertToSingle(power) - (denormal & Vector512.Create((float)FloatBits.MantissaBits));
        e = Vector512.ConditionalSelect(Vector512.LessThan(lanes, Vector512.Create(float.PositiveInfinity)), e, lanes);
        e = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(lanes, Vector512<float>.Zero), Vector512.Create(float.NegativeInfinity), e);
        exponent = new(e | Vector512.LessThan(lanes, Vector512<float>.Zero));
        return new((bits - (power << FloatBits.MantissaBits)).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Less(Simd512 a, Simd512 b) => new(Vector512.LessThan(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 LessOrEqual(Simd512 a, Simd512 b) => new(Vector512.LessThanOrEqual(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 And(Simd512 a, Simd512 b) => new(a._lanes & b._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Or(Simd512 a, Simd512 b) => new(a._lanes | b._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountSet(Simd512 mask) => BitOperations.PopCount(mask._lanes.ExtractMostSignificantBits());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Select(Simd512 mask, Simd512 then, Simd512 otherwise) => new(Vector512.ConditionalSelect(mask._lanes, then._lanes, otherwise._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 ZeroBelow(Simd512 limit, Simd512 x, Simd512 value) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(x._lanes, limit._lanes), Vector512<float>.Zero, value._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 First(Simd512 x, int count, float rest) => new(Vector512.ConditionalSelect(FirstLanes(count), x._lanes, Vector512.Create(rest)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Even(Simd512 a, Simd512 b) =>
        Pick(a, b, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Odd(Simd512 a, Simd512 b) =>
        Pick(a, b, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 ZipLow(Simd512 a, Simd512 b) =>
        Pick(a, b, Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 ZipHigh(Simd512 a, Simd512 b) =>
        Pick(a, b, Vector512.Create(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Simd512 x) => Vector512.Sum(x._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double WideSum(Simd512 x) => Vector512.Sum(Vector512.WidenLower(x._lanes) + Vector512.WidenUpper(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Simd512 x) =>
        Simd256.MaxLane(new(Vector256.MaxNative(x._lanes.GetLower(), x._lanes.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Exp(Simd512 x) => VectorMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Expm1(Simd512 x) => VectorMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Log(Simd512 x) => VectorMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Log1p(Simd512 x) => VectorMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Tanh(Simd512 x) => VectorMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Sigmoid(Simd512 x) => VectorMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Softplus(Simd512 x) => VectorMath.Softplus(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Sin(Simd512 x) => VectorMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Cos(Simd512 x) => VectorMath.Cos(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Simd512 Pick(Simd512 a, Simd512 b, Vector512<int> indices)
    {
        if (Avx512F.IsSupported)
        {
            return new(Avx512F.PermuteVar16x32x2(a._lanes, indices, b._lanes));
        }

        // Shuffle gives 0 for an index out of range, so either half can be looked up with all indices.
        var fromA = Vector512.Shuffle(a._lanes, indices);
        var fromB = Vector512.Shuffle(b._lanes, indices - Vector512.Create(Count));
        return new(Vector512.ConditionalSelect(Vector512.LessThan(indices, Vector512.Create(Count)).AsSingle(), fromA, fromB));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FirstLanes(int count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();
}
