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

/// <summary>The columns of a row that are worked on together: one vector or two, the last of them whole or not.</summary>
internal interface IPanel<TVec>
    where TVec : struct, ISimd<TVec>
{
    static abstract bool AreTwo { get; }

    static abstract TVec First(ref float source, int count);

    /// <summary>Zeros where there is one.</summary>
    static abstract TVec Second(ref float source, int count);

    static abstract void Store(TVec first, TVec second, ref float target, int count);
}

/// <summary>One vector of columns.</summary>
internal readonly struct OneVector<TVec, TLast> : IPanel<TVec>
    where TVec : struct, ISimd<TVec>
    where TLast : struct, IColumns<TVec>
{
    public static bool AreTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec First(ref float source, int count) => TLast.Load(ref source, 0, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Second(ref float source, int count) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TVec first, TVec second, ref float target, int count) => TLast.Store(first, ref target, 0, count);
}

/// <summary>Two vectors of columns.</summary>
internal readonly struct TwoVectors<TVec, TLast> : IPanel<TVec>
    where TVec : struct, ISimd<TVec>
    where TLast : struct, IColumns<TVec>
{
    public static bool AreTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec First(ref float source, int count) => TVec.Load(in source, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Second(ref float source, int count) => TLast.Load(ref source, TVec.Count, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TVec first, TVec second, ref float target, int count)
    {
        TVec.Store(first, ref target, 0);
        TLast.Store(second, ref target, TVec.Count, count);
    }
}
