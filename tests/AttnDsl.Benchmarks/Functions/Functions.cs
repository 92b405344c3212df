using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Benchmarks;

/// <summary>A function of vectors as a type, so that a loop over it is compiled with the function inside.</summary>
internal interface IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    static abstract TVec Of(TVec x);
}

internal readonly struct Exp<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Exp(x);
}

internal readonly struct Expm1<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Expm1(x);
}

internal readonly struct Log<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Log(x);
}

internal readonly struct Log1p<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Log1p(x);
}

internal readonly struct Tanh<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Tanh(x);
}

internal readonly struct Sigmoid<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Sigmoid(x);
}

internal readonly struct Softplus<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Softplus(x);
}

internal readonly struct Sin<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Sin(x);
}

internal readonly struct Cos<TVec> : IFunction<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Of(TVec x) => TVec.Cos(x);
}
