using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>The feature maps φ: R^K → R^F, straight from their definitions.</summary>
public static class Features
{
    /// <summary>F.</summary>
    public static int Width(LayerSpec spec) => spec.Similarity switch
    {
        _ when spec.OwnMap is not null => spec.OwnFeatures,
        _ when spec.Own is { Features: > 0 } own => own.Features,
        Similarity.Taylor => 1 + spec.KeyDim + (spec.KeyDim * (spec.KeyDim + 1) / 2),
        Similarity.Square => spec.KeyDim * (spec.KeyDim + 1) / 2,
        Similarity.CosFormer or Similarity.Hedgehog => 2 * spec.KeyDim,
        Similarity.RandomFourier or Similarity.Favor or Similarity.Learned => Projections(spec),
        Similarity.Luna => Projections(spec) * spec.Map.Functions,
        _ => (spec.Beside is null ? 1 : 2) * spec.KeyDim,
    };

    /// <summary>M.</summary>
    public static int Projections(LayerSpec spec) => spec.Map.Projections == 0 ? spec.KeyDim : spec.Map.Projections;

    /// <summary>Lengths of the axes of every parameter, behind that of the heads.</summary>
    public static IReadOnlyDictionary<string, int[]> Parameters(LayerSpec spec)
    {
        var (m, l, u, own) = (Projections(spec), spec.Map.Functions, spec.Map.Hidden, spec.Map.PerChannel);
        var result = new Dictionary<string, int[]>(spec.Own?.Parameters ?? new Dictionary<string, int[]>());
        if (spec.Similarity is Similarity.RandomFourier or Similarity.Favor or Similarity.Learned or Similarity.Hedgehog or Similarity.Luna)
        {
            result["W"] = [m, spec.KeyDim];
            if (spec.Similarity != Similarity.Favor)
            {
                result["b"] = [m];
            }
        }

        if (spec.Similarity == Similarity.Luna)
        {
            result["A1"] = own ? [l, u] : [u];
            result["c1"] = own ? [l, u] : [u];
            result["A2"] = [l, u];
            result["c2"] = [l];
        }

        if (spec.Map.Envelope == Envelope.Learned)
        {
            result["u"] = [spec.KeyDim];
        }

        return result;
    }

    /// <summary>φ of a row.</summary>
    /// <param name="spec">The layer.</param>
    /// <param name="x">The row.</param>
    /// <param name="position">The row's token.</param>
    /// <param name="isQuery">Whether it is a query.</param>
    /// <param name="parameter">The parameters of the row's head, by name.</param>
    public static T[] Of<T>(LayerSpec spec, T[] x, long position, bool isQuery, Func<string, ArraySegment<T>> parameter)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        T Number(double value) => T.CreateChecked(value);
        T[] Scaled(double factor, IEnumerable<T> row) => [.. row.Select(value => Number(factor) * value)];
        T Square(T[] row) => row.Aggregate(T.Zero, (sum, value) => sum + (value * value));
        T[] Projected(T[] row, bool biased = true)
        {
            var (y, w, b) = (new T[Projections(spec)], parameter("W"), biased ? parameter("b") : default);
            for (var i = 0; i < y.Length; i++)
            {
                y[i] = biased ? b[i] : T.Zero;
                for (var c = 0; c < row.Length; c++)
                {
                    y[i] += w[(i * row.Length) + c] * row[c];
                }
            }

            return y;
        }

        T[] Enveloped(T[] features)
        {
            var exponent = T.Zero;
            for (var c = 0; c < x.Length; c++)
            {
                exponent += spec.Map.Envelope switch
                {
                    Envelope.Gaussian => -x[c] * x[c] / Number(2 * Math.Sqrt(spec.KeyDim)),
                    Envelope.Learned => parameter("u")[c] * x[c],
                    _ => T.Zero,
                };
            }

            return Array.ConvertAll(features, f => f * T.Exp(exponent));
        }

        if (spec.OwnMap is { } own)
        {
            return Array.ConvertAll(own(Array.ConvertAll(x, double.CreateChecked)), T.CreateChecked);
        }

        if (spec.Own?.Of<T>().Map is { } map)
        {
            return map(x, parameter);
        }

        switch (spec.Similarity)
        {
            case Similarity.ChannelSoftmax:
                return Softmax(x);
            case Similarity.Taylor:
                return [T.One, .. x, .. Products(x, 0.5)];
            case Similarity.Square:
                return [.. Products(x, 1)];
            case Similarity.CosFormer:
                var angle = Math.PI * position / (2.0 * spec.Map.Horizon);
                var positive = Array.ConvertAll(x, value => T.Max(value, T.Zero));
                return [.. Scaled(Math.Cos(angle), positive), .. Scaled(Math.Sin(angle), positive)];
            case Similarity.RandomFourier:
                return Scaled(Math.Sqrt(2.0 / Projections(spec)), Projected(x).Select(T.Cos));
            case Similarity.Favor:
                var exponents = Projected(x, biased: false);
                var taken = isQuery && spec.Denominator == Denominator.KeySum ? exponents.Max() : Square(x) / Number(2);
                return Scaled(1 / Math.Sqrt(Projections(spec)), exponents.Select(e => T.Exp(e - taken)));
            case Similarity.Learned:
                return Enveloped(Array.ConvertAll(Projected(x), p => Activate(spec.Map.Activation, p)));
            case Similarity.Hedgehog:
                var y = Projected(x);
                return spec.Map.Form switch
                {
                    HedgehogKind.Separate => [.. Softmax(y), .. Softmax(Scaled(-1, y))],
                    HedgehogKind.Exponential => [.. y.Select(T.Exp), .. y.Select(e => T.Exp(-e))],
                    _ => Softmax([.. Scaled(2, y), .. Scaled(-2, y)]),
                };
            case Similarity.Luna:
                return Enveloped(Scaled(1 / Math.Sqrt(Projections(spec)), Projected(x).SelectMany(p => Functions(spec.Map, p, parameter))));
            default:
                var features = Array.ConvertAll(x, channel => Scalars.Feature(spec.Similarity, channel));
                return spec.Beside is { } beside ? [.. features, .. x.Select(channel => Scalars.Feature(beside, -channel))] : features;
        }
    }

    /// <summary>ψ_0(p), ψ_1(p), ….</summary>
    private static IEnumerable<T> Functions<T>(MapSpec map, T p, Func<string, ArraySegment<T>> parameter)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (a1, c1, a2, c2) = (parameter("A1"), parameter("c1"), parameter("A2"), parameter("c2"));
        for (var l = 0; l < map.Functions; l++)
        {
            var sum = c2[l];
            for (var h = 0; h < map.Hidden; h++)
            {
                var own = map.PerChannel ? (l * map.Hidden) + h : h;
                sum += a2[(l * map.Hidden) + h] * Activate(map.Activation, (a1[own] * p) + c1[own]);
            }

            yield return map.Signed ? sum : T.Max(sum, T.Zero);
        }
    }

    private static T Activate<T>(MapActivation activation, T x)
        where T : struct, IBinaryFloatingPointIeee754<T> => activation switch
        {
            MapActivation.Relu => Scalars.Feature(Similarity.Relu, x),
            MapActivation.Silu => Scalars.Feature(Similarity.Silu, x),
            MapActivation.Gelu => x / T.CreateChecked(2) * (T.One + T.Tanh(T.CreateChecked(Math.Sqrt(2 / Math.PI)) * (x + (T.CreateChecked(0.044715) * x * x * x)))),
            MapActivation.EluPlusOne => Scalars.Feature(Similarity.EluPlusOne, x),
            MapActivation.Exp => T.Exp(x),
            _ => x,
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
