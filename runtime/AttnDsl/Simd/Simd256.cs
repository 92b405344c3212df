using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttnDsl.Simd;

/// <summary>Eight floats: AVX2.</summary>
public readonly struct Simd256 : ISimd<Simd256>
{
    private readonly Vector256<float> _lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Simd256(Vector256<float> lanes) => _lanes = lanes;

    internal Vector256<float> Lanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _lanes;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<float>.Count;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 operator +(Simd256 left, Simd256 right) => new(left._lanes + right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 operator -(Simd256 left, Simd256 right) => new(left._lanes - right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 operator *(Simd256 left, Simd256 right) => new(left._lanes * right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 operator /(Simd256 left, Simd256 right) => new(left._lanes / right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 operator -(Simd256 value) => new(-value._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Create(float value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Iota(float start) => new(Vector256<float>.Indices + Vector256.Create(start));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Load(ref readonly float source, nint index) => new(Vector256.LoadUnsafe(in source, (nuint)index));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Simd256 Load(ref readonly float source, nint index, int count)
    {
        if (Avx.IsSupported)
        {
            float* address = (float*)Unsafe.AsPointer(ref Unsafe.AsRef(in source)) + index;
            return new(Avx.MaskLoad(address, FirstLanes(count)));
        }

        var low = Simd128.Load(in source, index, count);
        var high = Simd128.Load(in source, index + Simd128.Count, count - Simd128.Count);
        return new(Vector256.Create(low.Lanes, high.Lanes));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Splat(ref readonly float source, nint index) => new(Vector256.Create(Unsafe.Add(ref Unsafe.AsRef(in source), index)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd256 value, ref float target, nint index) => value._lanes.StoreUnsafe(ref target, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Simd256 value, ref float target, nint index, int count)
    {
        if (Avx.IsSupported)
        {
            float* address = (float*)Unsafe.AsPointer(ref target) + index;
            Avx.MaskStore(address, FirstLanes(count), value._lanes);
            return;
        }

        Simd128.Store(new(value._lanes.GetLower()), ref target, index, count);
        Simd128.Store(new(value._lanes.GetUpper()), ref target, index + Simd128.Count, count - Simd128.Count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 MultiplyAdd(Simd256 a, Simd256 b, Simd256 c) =>
        new(Fma.IsSupported ? Fma.MultiplyAdd(a._lanes, b._lanes, c._lanes) : (a._lanes * b._lanes) + c._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Min(Simd256 a, Simd256 b) => new(Vector256.MinNative(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Max(Simd256 a, Simd256 b) => new(Vector256.MaxNative(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Abs(Simd256 x) => new(Vector256.Abs(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Sqrt(Simd256 x) => new(Vector256.Sqrt(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Reciprocal(Simd256 x) => new(Vector256<float>.One / x._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 CopySign(Simd256 magnitude, Simd256 sign) => new(Vector256.CopySign(magnitude._lanes, sign._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Round(Simd256 x) => new(Vector256.Round(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Floor(Simd256 x) => new(Vector256.Floor(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 ScaleByPowerOfTwo(Simd256 x, Simd256 n) =>
        new((x._lanes.AsInt32() + (Vector256.ConvertToInt32Native(n._lanes) << FloatBits.MantissaBits)).AsSingle());

    /// <inheritdoc/>
    public static bool ScalesToInfinity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 SplitExponent(Simd256 x, out Simd256 exponent)
    {
        // A denormal is made normal first. Counting the bits from ¾ on makes the exponent field change there.
        var lanes = x._lanes;
        var denormal = Vector256.LessThan(lanes, Vector256.Create(FloatBits.SmallestNormal));
        var bits = Vector256.ConditionalSelect(denormal, lanes * Vector256.Create(FloatBits.Implicit), lanes).AsInt32();
        var power = (bits - Vector256.Create(FloatBits.ThreeQuarters)) >> FloatBits.MantissaBits;
        var e = Vector256.ConvertToSingle(power) - (denormal & Vector256.Create((float)FloatBits.MantissaBits));
        e = Vector256.ConditionalSelect(Vector256.LessThan(lanes, Vector256.Create(float.PositiveInfinity)), e, lanes);
        e = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(lanes, Vector256<float>.Zero), Vector256.Create(float.NegativeInfinity), e);
        exponent = new(e | Vector256.LessThan(lanes, Vector256<float>.Zero));
        return new((bits - (power << FloatBits.MantissaBits)).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Less(Simd256 a, Simd256 b) => new(Vector256.LessThan(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 LessOrEqual(Simd256 a, Simd256 b) => new(Vector256.LessThanOrEqual(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 And(Simd256 a, Simd256 b) => new(a._lanes & b._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Or(Simd256 a, Simd256 b) => new(a._lanes | b._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountSet(Simd256 mask) => BitOperations.PopCount(mask._lanes.ExtractMostSignificantBits());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Select(Simd256 mask, Simd256 then, Simd256 otherwise) => new(Vector256.ConditionalSelect(mask._lanes, then._lanes, otherwise._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 ZeroBelow(Simd256 limit, Simd256 x, Simd256 value) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(x._lanes, limit._lanes), Vector256<float>.Zero, value._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 First(Simd256 x, int count, float rest) => new(Vector256.ConditionalSelect(FirstLanes(count), x._lanes, Vector256.Create(rest)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Even(Simd256 a, Simd256 b) => new(Vector256.Create(
        Simd128.Even(new(a._lanes.GetLower()), new(a._lanes.GetUpper())).Lanes,
        Simd128.Even(new(b._lanes.GetLower()), new(b._lanes.GetUpper())).Lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Odd(Simd256 a, Simd256 b) => new(Vector256.Create(
        Simd128.Odd(new(a._lanes.GetLower()), new(a._lanes.GetUpper())).Lanes,
        Simd128.Odd(new(b._lanes.GetLower()), new(b._lanes.GetUpper())).Lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 ZipLow(Simd256 a, Simd256 b) => Zip(a._lanes.GetLower(), b._lanes.GetLower());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 ZipHigh(Simd256 a, Simd256 b) => Zip(a._lanes.GetUpper(), b._lanes.GetUpper());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Simd256 x) => Vector256.Sum(x._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double WideSum(Simd256 x) => Vector256.Sum(Vector256.WidenLower(x._lanes) + Vector256.WidenUpper(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Simd256 x) =>
        Simd128.MaxLane(new(Vector128.MaxNative(x._lanes.GetLower(), x._lanes.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Exp(Simd256 x) => VectorMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Expm1(Simd256 x) => VectorMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Log(Simd256 x) => VectorMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Log1p(Simd256 x) => VectorMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Tanh(Simd256 x) => VectorMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Sigmoid(Simd256 x) => VectorMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Softplus(Simd256 x) => VectorMath.Softplus(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Sin(Simd256 x) => VectorMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Cos(Simd256 x) => VectorMath.Cos(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Simd256 Zip(Vector128<float> a, Vector128<float> b) =>
        new(Vector256.Create(Simd128.ZipLow(new(a), new(b)).Lanes, Simd128.ZipHigh(new(a), new(b)).Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FirstLanes(int count) =>
        Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();
}
