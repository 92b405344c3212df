using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>The feature maps φ: R^K → R^F, straight from their definitions.</summary>
public static class Features
{
    /// <summary>F.</summary>
    public static int Width(Similarity map, int keyDim) => map switch
    {
        Similarity.Taylor => 1 + keyDim + (keyDim * (keyDim + 1) / 2),
        Similarity.Square => keyDim * (keyDim + 1) / 2,
        _ => keyDim,
    };

    /// <summary>φ of a row.</summary>
    public static T[] Of<T>(Similarity map, T[] x)
        where T : struct, IBinaryFloatingPointIeee754<T> => map switch
        {
            Similarity.ChannelSoftmax => Softmax(x),
            Similarity.Taylor => [T.One, .. x, .. Products(x, 0.5)],
            Similarity.Square => [.. Products(x, 1)],
            _ => Array.ConvertAll(x, channel => Scalars.Feature(map, channel)),
        };

    /// <summary>The features of factor·(x·y)²: √factor x_a², √(2 factor) x_a x_b for a &lt; b.</summary>
    private static IEnumerable<T> Products<T>(T[] x, double factor)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        for (var a = 0; a < x.Length; a++)
        {
            for (var b = a; b < x.Length; b++)
            {
                yield return T.Sqrt(T.CreateChecked(a == b ? factor : 2 * factor)) * x[a] * x[b];
            }
        }
    }

    private static T[] Softmax<T>(T[] x)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var max = x.Max();
        var exp = Array.ConvertAll(x, channel => T.Exp(channel - max));
        var sum = exp.Aggregate(T.Zero, (total, value) => total + value);
        return Array.ConvertAll(exp, value => value / sum);
    }
}
