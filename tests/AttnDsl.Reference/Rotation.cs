using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>Rotary positions: pair i of a row at position p turns by p·base^(−2i/K).</summary>
public static class Rotation
{
    public static void Apply<T>(LayerSpec spec, T[] row, long position)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        if (spec.Pairs == Pairs.None)
        {
            return;
        }

        for (var i = 0; i < spec.KeyDim / 2; i++)
        {
            var (first, second) = spec.Pairs == Pairs.HalfSplit ? (i, i + (spec.KeyDim / 2)) : (2 * i, (2 * i) + 1);
            var angle = position * Math.Pow(spec.RotationBase, -2.0 * i / spec.KeyDim);
            Turn(row, first, second, T.CreateChecked(Math.Cos(angle)), T.CreateChecked(Math.Sin(angle)));
        }
    }

    /// <summary>Turns pair i by angle i.</summary>
    public static void Turn<T>(LayerSpec spec, T[] row, ReadOnlySpan<T> angles)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < angles.Length; i++)
        {
            var (first, second) = spec.Pairs == Pairs.HalfSplit ? (i, i + (spec.KeyDim / 2)) : (2 * i, (2 * i) + 1);
            Turn(row, first, second, T.Cos(angles[i]), T.Sin(angles[i]));
        }
    }

    private static void Turn<T>(T[] row, int first, int second, T cosine, T sine)
        where T : struct, IBinaryFloatingPointIeee754<T>
        => (row[first], row[second]) = (
            (row[first] * cosine) - (row[second] * sine),
            (row[first] * sine) + (row[second] * cosine));
}
