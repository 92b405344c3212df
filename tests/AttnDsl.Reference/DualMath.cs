using System.Numerics;

namespace AttnDsl.Reference;

public readonly partial record struct Dual<T>
{
    /// <summary>A constant.</summary>
    public static implicit operator Dual<T>(float value) => Constant(T.CreateChecked(value));

    public static explicit operator int(Dual<T> value) => int.CreateTruncating(value.Value);
}

/// <summary>What <c>MathF</c> has, for methods that are written once for every kind of number.</summary>
public static class DualMath<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    public static Dual<T> Abs(Dual<T> x) => Dual<T>.Abs(x);

    public static Dual<T> Exp(Dual<T> x) => Dual<T>.Exp(x);

    public static Dual<T> Log(Dual<T> x) => Dual<T>.Log(x);

    public static Dual<T> Tanh(Dual<T> x) => Dual<T>.Tanh(x);

    public static Dual<T> Sin(Dual<T> x) => Dual<T>.Sin(x);

    public static Dual<T> Cos(Dual<T> x) => Dual<T>.Cos(x);

    public static Dual<T> Sqrt(Dual<T> x) => Dual<T>.Sqrt(x);

    public static Dual<T> Max(Dual<T> x, Dual<T> y) => Dual<T>.Max(x, y);

    public static Dual<T> Min(Dual<T> x, Dual<T> y) => Dual<T>.Min(x, y);

    public static Dual<T> Floor(Dual<T> x) => new(T.Floor(x.Value), T.Zero);

    public static Dual<T> Ceiling(Dual<T> x) => new(T.Ceiling(x.Value), T.Zero);

    public static Dual<T> Truncate(Dual<T> x) => new(T.Truncate(x.Value), T.Zero);

    public static Dual<T> Pow(Dual<T> x, int power)
    {
        var result = Dual<T>.One;
        for (var n = 0; n < power; n++) result *= x;
        return result;
    }
}
