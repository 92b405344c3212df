using System.Numerics;

namespace AttnDsl.Reference;

internal static class Rows
{
    public static T Dot<T>(T[] a, T[] b)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        for (var c = 0; c < a.Length; c++)
        {
            sum += a[c] * b[c];
        }

        return sum;
    }

    /// <summary>The key sum of a state head as a divisor: kept above ε, or with ε added.</summary>
    public static T Guarded<T>(LayerSpec spec, Operands<T> operands, int n, T sum)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        if (spec.HoldsDenominator) sum = Dual.Held(sum);
        if (spec.Own?.Of<T>().Divisor is { } divisor) return divisor(sum, operands.LearnedBy(spec.QueryHead(n)));
        return spec.AddsEpsilon ? sum + T.CreateChecked(spec.Epsilon) : T.Max(spec.Denominator == Denominator.AbsoluteKeySum ? T.Abs(sum) : sum, T.CreateChecked(spec.Epsilon));
    }

    /// <summary>All φ(k) of one sequence and head.</summary>
    public static T[][] Keys<T>(Operands<T> operands, LayerInputs inputs, int b, int n)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var keys = new T[inputs.Time][];
        for (var t = 0; t < keys.Length; t++)
        {
            keys[t] = operands.Key(b, t, n);
        }

        return keys;
    }
}
