using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>How a tile reads and writes its last vector of columns: a type, so that the JIT compiles each case apart.</summary>
internal interface IColumns<TVec>
    where TVec : struct, ISimd<TVec>
{
    static abstract TVec Load(ref float source, nint index, int count);

    static abstract void Store(TVec value, ref float target, nint index, int count);
}

/// <summary>All columns of the vector.</summary>
internal readonly struct AllColumns<TVec> : IColumns<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Load(ref float source, nint index, int count) => TVec.Load(in source, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TVec value, ref float target, nint index, int count) => TVec.Store(value, ref target, index);
}

/// <summary>The first <c>count</c> columns of the vector.</summary>
internal readonly struct FirstColumns<TVec> : IColumns<TVec>
    where TVec : struct, ISimd<TVec>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Load(ref float source, nint index, int count) => TVec.Load(in source, index, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TVec value, ref float target, nint index, int count) => TVec.Store(value, ref target, index, count);
}
