using System;
using System.Globalization;
using System.Numerics;

namespace AttnDsl.Reference;

internal static class Dual
{
    /// <summary>A step along a direction: for a dual number, the variable whose derivative is 1.</summary>
    public static T Step<T>(double step)
        where T : struct, IBinaryFloatingPointIeee754<T>
        => typeof(T) == typeof(Dual<float>) ? (T)(object)new Dual<float>((float)step, 1)
            : typeof(T) == typeof(Dual<double>) ? (T)(object)new Dual<double>(step, 1)
            : T.CreateChecked(step);

    /// <summary>The same number, as something that does not vary.</summary>
    public static T Held<T>(T value)
        where T : struct, IBinaryFloatingPointIeee754<T>
        => value switch
        {
            Dual<float> dual => (T)(object)new Dual<float>(dual.Value, 0),
            Dual<double> dual => (T)(object)new Dual<double>(dual.Value, 0),
            _ => value,
        };
}

/// <summary>
/// A number and its derivative along a direction: in place of T, a loop computes in T's precision what its own derivative is. What no
/// loop calls is not supported.
/// </summary>
/// <param name="Value">x.</param>
/// <param name="Slope">dx.</param>
public readonly partial record struct Dual<T>(T Value, T Slope) : IBinaryFloatingPointIeee754<Dual<T>>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    public static Dual<T> Zero => Constant(T.Zero);

    public static Dual<T> One => Constant(T.One);

    public static Dual<T> NegativeOne => Constant(T.NegativeOne);

    public static Dual<T> NegativeInfinity => Constant(T.NegativeInfinity);

    public static Dual<T> PositiveInfinity => Constant(T.PositiveInfinity);

    public static Dual<T> NaN => Constant(T.NaN);

    public static Dual<T> E => Constant(T.E);

    public static Dual<T> Pi => Constant(T.Pi);

    public static Dual<T> Tau => Constant(T.Tau);

    public static Dual<T> Epsilon => Constant(T.Epsilon);

    public static Dual<T> NegativeZero => Constant(T.NegativeZero);

    public static Dual<T> AdditiveIdentity => Zero;

    public static Dual<T> MultiplicativeIdentity => One;

    public static int Radix => T.Radix;

    public static Dual<T> operator +(Dual<T> a, Dual<T> b) => new(a.Value + b.Value, a.Slope + b.Slope);

    public static Dual<T> operator -(Dual<T> a, Dual<T> b) => new(a.Value - b.Value, a.Slope - b.Slope);

    public static Dual<T> operator *(Dual<T> a, Dual<T> b) => new(a.Value * b.Value, Times(a.Slope, b.Value) + Times(b.Slope, a.Value));

    public static Dual<T> operator /(Dual<T> a, Dual<T> b) => new(a.Value / b.Value, (a.Slope - Times(b.Slope, a.Value / b.Value)) / b.Value);

    public static Dual<T> operator -(Dual<T> a) => new(-a.Value, -a.Slope);

    public static Dual<T> operator +(Dual<T> a) => a;

    public static Dual<T> operator ++(Dual<T> a) => a + One;

    public static Dual<T> operator --(Dual<T> a) => a - One;

    public static bool operator <(Dual<T> a, Dual<T> b) => a.Value < b.Value;

    public static bool operator >(Dual<T> a, Dual<T> b) => a.Value > b.Value;

    public static bool operator <=(Dual<T> a, Dual<T> b) => a.Value <= b.Value;

    public static bool operator >=(Dual<T> a, Dual<T> b) => a.Value >= b.Value;

    public static Dual<T> Exp(Dual<T> x) => new(T.Exp(x.Value), Times(x.Slope, T.Exp(x.Value)));

    public static Dual<T> Log(Dual<T> x) => new(T.Log(x.Value), x.Slope / x.Value);

    public static Dual<T> LogP1(Dual<T> x) => new(T.LogP1(x.Value), x.Slope / (T.One + x.Value));

    public static Dual<T> ExpM1(Dual<T> x) => new(T.ExpM1(x.Value), Times(x.Slope, T.Exp(x.Value)));

    public static Dual<T> Sqrt(Dual<T> x) => new(T.Sqrt(x.Value), T.IsZero(x.Slope) ? T.Zero : x.Slope / (T.Sqrt(x.Value) + T.Sqrt(x.Value)));

    public static Dual<T> Sin(Dual<T> x) => new(T.Sin(x.Value), Times(x.Slope, T.Cos(x.Value)));

    public static Dual<T> Cos(Dual<T> x) => new(T.Cos(x.Value), Times(-x.Slope, T.Sin(x.Value)));

    public static Dual<T> Tanh(Dual<T> x) => new(T.Tanh(x.Value), Times(x.Slope, T.One - (T.Tanh(x.Value) * T.Tanh(x.Value))));

    public static Dual<T> Abs(Dual<T> x) => T.IsNegative(x.Value) ? -x : x;

    public static Dual<T> Max(Dual<T> a, Dual<T> b) => b.Value > a.Value || T.IsNaN(b.Value) ? b : a;

    public static Dual<T> Min(Dual<T> a, Dual<T> b) => b.Value < a.Value || T.IsNaN(b.Value) ? b : a;

    public static bool IsFinite(Dual<T> x) => T.IsFinite(x.Value);

    public static bool IsInfinity(Dual<T> x) => T.IsInfinity(x.Value);

    public static bool IsNaN(Dual<T> x) => T.IsNaN(x.Value);

    public static bool IsNegative(Dual<T> x) => T.IsNegative(x.Value);

    public static bool IsNegativeInfinity(Dual<T> x) => T.IsNegativeInfinity(x.Value);

    public static bool IsPositive(Dual<T> x) => T.IsPositive(x.Value);

    public static bool IsPositiveInfinity(Dual<T> x) => T.IsPositiveInfinity(x.Value);

    public static bool IsZero(Dual<T> x) => T.IsZero(x.Value);

    public static bool IsInteger(Dual<T> x) => T.IsInteger(x.Value);

    public int CompareTo(Dual<T> other) => Value.CompareTo(other.Value);

    public int CompareTo(object? other) => other is Dual<T> dual ? CompareTo(dual) : 1;

    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    public string ToString(string? format, IFormatProvider? provider) => $"{Value.ToString(format, provider)} + {Slope.ToString(format, provider)} d";

    // Numbers without a direction: what CreateChecked makes of floats and doubles.
    static bool INumberBase<Dual<T>>.TryConvertFromChecked<TOther>(TOther value, out Dual<T> result)
    {
        result = Constant(T.CreateChecked(value));
        return true;
    }

    static bool INumberBase<Dual<T>>.TryConvertFromSaturating<TOther>(TOther value, out Dual<T> result)
    {
        result = Constant(T.CreateSaturating(value));
        return true;
    }

    static bool INumberBase<Dual<T>>.TryConvertFromTruncating<TOther>(TOther value, out Dual<T> result)
    {
        result = Constant(T.CreateTruncating(value));
        return true;
    }

    private static Dual<T> Constant(T value) => new(value, T.Zero);

    /// <summary>What does not move contributes nothing, whatever it is multiplied by: infinity, too.</summary>
    private static T Times(T slope, T factor) => T.IsZero(slope) ? T.Zero : slope * factor;
}
