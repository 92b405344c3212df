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
            var cosine = T.CreateChecked(Math.Cos(angle));
            var sine = T.CreateChecked(Math.Sin(angle));
            (row[first], row[second]) = (
                (row[first] * cosine) - (row[second] * sine),
                (row[first] * sine) + (row[second] * cosine));
        }
    }
}
