using System;
using System.Linq;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>The feature maps φ: R^K → R^F, straight from their definitions.</summary>
public static class Features
{
    /// <summary>F.</summary>
    public static int Width(Similarity map, int keyDim) => keyDim;

    /// <summary>φ of a row.</summary>
    public static T[] Of<T>(Similarity map, T[] x)
        where T : struct, IBinaryFloatingPointIeee754<T> => map switch
        {
            Similarity.ChannelSoftmax => Softmax(x),
            _ => Array.ConvertAll(x, channel => Scalars.Feature(map, channel)),
        };

    private static T[] Softmax<T>(T[] x)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var max = x.Max();
        var exp = Array.ConvertAll(x, channel => T.Exp(channel - max));
        var sum = exp.Aggregate(T.Zero, (total, value) => total + value);
        return Array.ConvertAll(exp, value => value / sum);
    }
}
