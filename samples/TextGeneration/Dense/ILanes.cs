using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TextGeneration.Dense;

/// <summary>
/// A vector of floats, as a type parameter: <see cref="Vector{T}"/> stops at 256 bits even where the machine has 512, and the
/// dense loops, which are written once, are twice as fast there.
/// </summary>
internal interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    static abstract int Count { get; }

    static abstract TSelf Splat(float value);

    /// <summary>a·b + c.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Load(ref byte source);

    static abstract void Store(TSelf value, ref float target);

    /// <summary>Words of two BF16 numbers, which are upper halves of floats: the lower number of each word, and the upper one.</summary>
    static abstract void LoadPairs(ref byte source, out TSelf low, out TSelf high);
}

/// <summary>512 bits.</summary>
internal readonly struct WideLanes(Vector512<float> value) : ILanes<WideLanes>
{
    private readonly Vector512<float> _value = value;

    public static int Count => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideLanes Splat(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideLanes MultiplyAdd(WideLanes a, WideLanes b, WideLanes c) => new(Vector512.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideLanes Load(ref byte source) => new(Unsafe.ReadUnaligned<Vector512<float>>(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(WideLanes value, ref float target) => value._value.StoreUnsafe(ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs(ref byte source, out WideLanes low, out WideLanes high)
    {
        Vector512<uint> words = Unsafe.ReadUnaligned<Vector512<uint>>(ref source);
        low = new((words << 16).AsSingle());
        high = new((words & Vector512.Create(0xFFFF0000)).AsSingle());
    }
}

/// <summary>Whatever <see cref="Vector{T}"/> has.</summary>
internal readonly struct PlainLanes(Vector<float> value) : ILanes<PlainLanes>
{
    private readonly Vector<float> _value = value;

    public static int Count => Vector<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes Splat(float value) => new(new Vector<float>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes MultiplyAdd(PlainLanes a, PlainLanes b, PlainLanes c) => new(Vector.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes Load(ref byte source) => new(Unsafe.ReadUnaligned<Vector<float>>(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PlainLanes value, ref float target) => value._value.StoreUnsafe(ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs(ref byte source, out PlainLanes low, out PlainLanes high)
    {
        Vector<uint> words = Unsafe.ReadUnaligned<Vector<uint>>(ref source);
        low = new(Vector.AsVectorSingle(words << 16));
        high = new(Vector.AsVectorSingle(words & new Vector<uint>(0xFFFF0000)));
    }
}
