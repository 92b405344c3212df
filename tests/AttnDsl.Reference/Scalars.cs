using System;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>The scalar functions of the layers, straight from their definitions.</summary>
public static class Scalars
{
    public static T Feature<T>(Similarity map, T x)
        where T : struct, IBinaryFloatingPointIeee754<T> => map switch
        {
            Similarity.Softmax or Similarity.Identity => x,
            Similarity.EluPlusOne => x < T.Zero ? T.Exp(x) : x + T.One,
            Similarity.Relu => x < T.Zero ? T.Zero : x,
            Similarity.ReluSquared => x < T.Zero ? T.Zero : x * x,
            Similarity.Silu => x / (T.One + T.Exp(-x)),
            Similarity.Exp => T.Exp(x),
            _ => throw new ArgumentOutOfRangeException(nameof(map)),
        };

    /// <summary>log σ(z) = min(z, 0) − log(1 + e^−|z|).</summary>
    public static T LogSigmoid<T>(T z)
        where T : struct, IBinaryFloatingPointIeee754<T>
        => (z < T.Zero ? z : T.Zero) - T.LogP1(T.Exp(-T.Abs(z)));

    /// <summary>log(1 − 2^(−5−h)).</summary>
    public static T RetentionLogDecay<T>(int head)
        where T : struct, IBinaryFloatingPointIeee754<T>
        => T.LogP1(-T.CreateChecked(Math.Pow(2, -5 - head)));
}
