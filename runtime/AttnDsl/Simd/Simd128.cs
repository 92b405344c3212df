using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace AttnDsl.Simd;

/// <summary>Four floats: SSE and NEON.</summary>
public readonly struct Simd128 : ISimd<Simd128>
{
    private readonly Vector128<float> _lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Simd128(Vector128<float> lanes) => _lanes = lanes;

    internal Vector128<float> Lanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _lanes;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<float>.Count;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 operator +(Simd128 left, Simd128 right) => new(left._lanes + right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 operator -(Simd128 left, Simd128 right) => new(left._lanes - right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 operator *(Simd128 left, Simd128 right) => new(left._lanes * right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 operator /(Simd128 left, Simd128 right) => new(left._lanes / right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 operator -(Simd128 value) => new(-value._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Create(float value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Iota(float start) => new(Vector128<float>.Indices + Vector128.Create(start));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Load(ref readonly float source, nint index) => new(Vector128.LoadUnsafe(in source, (nuint)index));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Simd128 Load(ref readonly float source, nint index, int count)
    {
        if (Avx.IsSupported)
        {
            float* address = (float*)Unsafe.AsPointer(ref Unsafe.AsRef(in source)) + index;
            return new(Avx.MaskLoad(address, FirstLanes(count)));
        }

        if (count >= Count)
        {
            return Load(in source, index);
        }

        ref float first = ref Unsafe.Add(ref Unsafe.AsRef(in source), index);
        return new(Vector128.Create(
            count > 0 ? first : 0,
            count > 1 ? Unsafe.Add(ref first, 1) : 0,
            count > 2 ? Unsafe.Add(ref first, 2) : 0,
            0));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Splat(ref readonly float source, nint index) => new(Vector128.Create(Unsafe.Add(ref Unsafe.AsRef(in source), index)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd128 value, ref float target, nint index) => value._lanes.StoreUnsafe(ref target, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Simd128 value, ref float target, nint index, int count)
    {
        if (Avx.IsSupported)
        {
            float* address = (float*)Unsafe.AsPointer(ref target) + index;
            Avx.MaskStore(address, FirstLanes(count), value._lanes);
            return;
        }

        if (count >= Count)
        {
            Store(value, ref target, index);
            return;
        }

        for (int lane = 0; lane < count; lane++)
        {
            Unsafe.Add(ref target, index + lane) = value._lanes.GetElement(lane);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 MultiplyAdd(Simd128 a, Simd128 b, Simd128 c) =>
        new(Fma.IsSupported || AdvSimd.IsSupported ? Vector128.FusedMultiplyAdd(a._lanes, b._lanes, c._lanes) : (a._lanes * b._lanes) + c._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Min(Simd128 a, Simd128 b) => new(Vector128.MinNative(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Max(Simd128 a, Simd128 b) => new(Vector128.MaxNative(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Abs(Simd128 x) => new(Vector128.Abs(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Sqrt(Simd128 x) => new(Vector128.Sqrt(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Reciprocal(Simd128 x) => new(Vector128<float>.One / x._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 CopySign(Simd128 magnitude, Simd128 sign) => new(Vector128.CopySign(magnitude._lanes, sign._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Round(Simd128 x) => new(Vector128.Round(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Floor(Simd128 x) => new(Vector128.Floor(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 ScaleByPowerOfTwo(Simd128 x, Simd128 n) =>
        new((x._lanes.AsInt32() + (Vector128.ConvertToInt32Native(n._lanes) << FloatBits.MantissaBits)).AsSingle());

    /// <inheritdoc/>
    public static bool ScalesToInfinity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 SplitExponent(Simd128 x, out Simd128 exponent)
    {
        // A denormal is made normal first. Counting the bits from ¾ on makes the exponent field change there.
        var lanes = x._lanes;
        var denormal = Vector128.LessThan(lanes, Vector128.Create(FloatBits.SmallestNormal));
        var bits = Vector128.ConditionalSelect(denormal, lanes * Vector128.Create(FloatBits.Implicit), lanes).AsInt32();
        var power = (bits - Vector128.Create(FloatBits.ThreeQuarters)) >> FloatBits.MantissaBits;
        var e = Vector128.ConvertToSingle(power) - (denormal & Vector128.Create((float)FloatBits.MantissaBits));
        e = Vector128.ConditionalSelect(Vector128.LessThan(lanes, Vector128.Create(float.PositiveInfinity)), e, lanes);
        e = Vector128.ConditionalSelect(Vector128.LessThanOrEqual(lanes, Vector128<float>.Zero), Vector128.Create(float.NegativeInfinity), e);
        exponent = new(e | Vector128.LessThan(lanes, Vector128<float>.Zero));
        return new((bits - (power << FloatBits.MantissaBits)).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Less(Simd128 a, Simd128 b) => new(Vector128.LessThan(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 LessOrEqual(Simd128 a, Simd128 b) => new(Vector128.LessThanOrEqual(a._lanes, b._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 And(Simd128 a, Simd128 b) => new(a._lanes & b._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Or(Simd128 a, Simd128 b) => new(a._lanes | b._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountSet(Simd128 mask) => BitOperations.PopCount(mask._lanes.ExtractMostSignificantBits());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Select(Simd128 mask, Simd128 then, Simd128 otherwise) => new(Vector128.ConditionalSelect(mask._lanes, then._lanes, otherwise._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 ZeroBelow(Simd128 limit, Simd128 x, Simd128 value) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(x._lanes, limit._lanes), Vector128<float>.Zero, value._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 First(Simd128 x, int count, float rest) => new(Vector128.ConditionalSelect(FirstLanes(count), x._lanes, Vector128.Create(rest)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Even(Simd128 a, Simd128 b) => new(
        Sse.IsSupported ? Sse.Shuffle(a._lanes, b._lanes, 0b10_00_10_00)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipEven(a._lanes, b._lanes)
        : Vector128.Create(a._lanes[0], a._lanes[2], b._lanes[0], b._lanes[2]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Odd(Simd128 a, Simd128 b) => new(
        Sse.IsSupported ? Sse.Shuffle(a._lanes, b._lanes, 0b11_01_11_01)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipOdd(a._lanes, b._lanes)
        : Vector128.Create(a._lanes[1], a._lanes[3], b._lanes[1], b._lanes[3]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 ZipLow(Simd128 a, Simd128 b) => new(
        Sse.IsSupported ? Sse.UnpackLow(a._lanes, b._lanes)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a._lanes, b._lanes)
        : Vector128.Create(a._lanes[0], b._lanes[0], a._lanes[1], b._lanes[1]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 ZipHigh(Simd128 a, Simd128 b) => new(
        Sse.IsSupported ? Sse.UnpackHigh(a._lanes, b._lanes)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a._lanes, b._lanes)
        : Vector128.Create(a._lanes[2], b._lanes[2], a._lanes[3], b._lanes[3]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Simd128 x) => Vector128.Sum(x._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double WideSum(Simd128 x) => Vector128.Sum(Vector128.WidenLower(x._lanes) + Vector128.WidenUpper(x._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Simd128 x)
    {
        var pairs = Vector128.MaxNative(x._lanes, Vector128.Shuffle(x._lanes, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Exp(Simd128 x) => VectorMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Expm1(Simd128 x) => VectorMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Log(Simd128 x) => VectorMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Log1p(Simd128 x) => VectorMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Tanh(Simd128 x) => VectorMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Sigmoid(Simd128 x) => VectorMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Softplus(Simd128 x) => VectorMath.Softplus(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Sin(Simd128 x) => VectorMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Cos(Simd128 x) => VectorMath.Cos(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> FirstLanes(int count) =>
        Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();
}
