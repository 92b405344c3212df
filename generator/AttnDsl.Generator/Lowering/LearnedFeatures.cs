using System;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>Feature maps that begin with a projection W x: random and learned ones. Parameters are loaded once, in the head.</summary>
internal static class LearnedFeatures
{
    private static readonly Dim One = Dim.One, K = Dim.K, J = Dim.J, L = Dim.L, U = Dim.U, I = Dim.I, F = Dim.F;

    public static Tile RandomFourier(DynamicalSystem system, RegionBuilder b, string name, Tile x)
    {
        var angles = Projected(b, name, Inside(system, b, name, x), F);
        return b.Map(name + "Mapped", a => Math.Sqrt(2.0 / system.Map.Projections) * Ex.Unary(UnaryOp.Cos, a), angles);
    }

    /// <summary>
    /// Nothing is carried, so it streams as it stands: a key's exponent is at most ‖w‖²/2, about K/2, and a query's is relative to its largest
    /// where a key sum divides it out. What is added beside the quotient is not divided, so gradients go through the largest one too.
    /// </summary>
    public static Tile Favor(DynamicalSystem system, RegionBuilder b, string name, Tile x, bool isQuery)
    {
        var inside = Inside(system, b, name, x);
        var projected = b.MatMulNT(name + "Projected", inside, Weights(b, F));
        var factor = 1 / Math.Sqrt(system.Map.Projections);
        if (isQuery && system.Normaliser == Normaliser.KeySum)
            return b.Map(name + "Mapped", (p, max) => factor * Ex.Exp(p - max), projected, b.MaxCols(name + "Max", projected));
        return b.Map(name + "Mapped", (p, square) => factor * Ex.Exp(p - 0.5 * square), projected, Square(b, name, inside));
    }

    public static Tile Linear(DynamicalSystem system, RegionBuilder b, string name, Tile x)
    {
        var features = b.Map(name + "Activated", p => FeatureMaps.Activate(system.Map.Activation, p), Projected(b, name, x, F));
        return Enveloped(system, b, name, x, features);
    }

    public static Tile Hedgehog(DynamicalSystem system, RegionBuilder b, string name, Tile x)
    {
        var y = Projected(b, name, x, J);
        Tile Side(string side, Func<Expr, Expr> f) => b.Map(name + side, f, y);
        Tile Joined(string joined, Tile plus, Tile minus) => b.Emit(joined, new Join(F), plus, minus);
        return system.Map.Form switch
        {
            HedgehogForm.Exponential => Joined(name + "Mapped", Side("Plus", e => Ex.Exp(e)), Side("Minus", e => Ex.Exp(-e))),
            HedgehogForm.Separate => Joined(name + "Mapped",
                FeatureProgram.Softmax(b, name + "Plus", y, name + "PlusMapped"),
                FeatureProgram.Softmax(b, name + "Minus", Side("Opposite", e => -e), name + "MinusMapped")),
            _ => FeatureProgram.Softmax(b, name, Joined(name + "Sides", Side("Plus", e => 2 * e), Side("Minus", e => -2 * e)), name + "Mapped"),
        };
    }

    /// <summary>Every projection through every function: their hidden units lie side by side, so that one map activates them all.</summary>
    public static Tile Luna(DynamicalSystem system, RegionBuilder b, string name, Tile x)
    {
        if (system.IsTabulated) return LookedUp(system, b, name, x);
        var (map, head) = (system.Map, b.Head);
        var units = map.Options.PerChannel ? Dim.Product(L, U) : U;
        var stage = head.Stage;
        head.Stage = "The map's parameters, laid out for every projection.";
        Tile ForAll(string tensor, Dim cols) => head.Emit(tensor + "ForAll", new Spread(J, cols, OfOuter: false), Parameter(b, tensor, One, cols));
        var (inner, innerBias, outerBias) = (ForAll("inner", units), ForAll("innerBias", units), ForAll("outerBias", L));
        var perUnit = map.Options.PerChannel ? ForAll("outer", units) : null;
        head.Stage = stage;

        var spread = b.Emit(name + "Spread", new Spread(J, units, OfOuter: true), Projected(b, name, x, J));
        var hidden = b.Map(name + "Hidden", (p, a, c) => FeatureMaps.Activate(map.Activation, p * a + c), spread, inner, innerBias);
        var functions = perUnit is null
            ? b.Emit(name + "Functions", new GroupedProduct(J), hidden, Parameter(b, "outer", L, U))
            : b.Emit(name + "Functions", new Collect(Dim.Product(J, L), U, OfOuter: true), b.Map(name + "Weighted", (u, a) => u * a, hidden, perUnit));
        var factor = 1 / Math.Sqrt(map.Projections);
        var features = b.Map(name + "Activated", (f, c) => factor * (map.Options.Signed ? f + c : Ex.Max(f + c, 0)), functions, outerBias);
        return Enveloped(system, b, name, x, features);
    }

    /// <summary>The same from the table, which has the factor and the functions' biases in it.</summary>
    private static Tile LookedUp(DynamicalSystem system, RegionBuilder b, string name, Tile x)
    {
        var functions = b.Emit(name + "Functions", new PiecewiseLinear(), Projected(b, name, x, J),
            Parameter(b, PiecewiseTable.Starts, One, I), Parameter(b, PiecewiseTable.Bases, One, I), Parameter(b, PiecewiseTable.Slopes, I, L), Parameter(b, PiecewiseTable.Values, I, L));
        return Enveloped(system, b, name, x, system.Map.Options.Signed ? functions : b.Map(name + "Activated", f => Ex.Max(f, 0), functions));
    }

    /// <summary>Rows times √s, for maps that approximate a kernel of them.</summary>
    private static Tile Inside(DynamicalSystem system, RegionBuilder b, string name, Tile x) => b.Map(name + "Inside", e => Math.Sqrt(system.Scale) * e, x);

    private static Tile Projected(RegionBuilder b, string name, Tile x, Dim width) =>
        b.Add(name + "Projected", b.MatMulNT(name + "Product", x, Weights(b, width)), Parameter(b, "bias", One, width));

    private static Tile Weights(RegionBuilder b, Dim width) => Parameter(b, "projection", width, K);

    private static Tile Parameter(RegionBuilder b, string tensor, Dim rows, Dim cols) => b.Head.Load(tensor, rows, cols, Access.Parameter);

    private static Tile Square(RegionBuilder b, string name, Tile x) => b.SumCols(name + "Square", b.Map(name + "Squares", e => e * e, x));

    private static Tile Enveloped(DynamicalSystem system, RegionBuilder b, string name, Tile x, Tile features) => system.Map.Envelope switch
    {
        FeatureEnvelope.Gaussian => b.Map(name + "Mapped", (f, square) => f * Ex.Exp(-1 / (2 * Math.Sqrt(system.KeyDim)) * square), features, Square(b, name, x)),
        FeatureEnvelope.Learned => b.Map(name + "Mapped", (f, exponent) => f * Ex.Exp(exponent), features,
            b.SumCols(name + "Envelope", b.Map(name + "EnvelopeTerms", (e, u) => e * u, x, Parameter(b, "envelope", One, K)))),
        _ => features,
    };
}
