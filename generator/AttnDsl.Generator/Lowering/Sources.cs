using System;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>Rows of queries or keys behind their feature map.</summary>
/// <param name="factors">
/// What scores are made of: the features, or, where the kernel is a polynomial of the product of the channels, the channels.
/// </param>
/// <param name="map">From these to the features, where they are not the features themselves; emitted where they are first asked for.</param>
internal sealed class Operand(Tile factors, Func<Tile, Tile>? map = null)
{
    private Tile? _features;

    public Tile Factors => factors;

    /// <summary>What the state is written with and read by.</summary>
    public Tile Features => _features ??= map is null ? factors : map(factors);
}

/// <summary>What stands before and behind every matrix program: feature-mapped, rotated, scaled queries and keys; the division.</summary>
internal static class Sources
{
    /// <summary>The dimension of the features, which the rows of the state have: the channels' own where there is one for each.</summary>
    public static Dim Features(DynamicalSystem system) => system.Map.KeepsChannels ? Dim.K : Dim.F;

    public static Operand Query(DynamicalSystem system, RegionBuilder b, Dim rows)
    {
        Tile Scaled(Tile x) => b.Map("qScaled", e => system.Scale * e, Rotated(system, b, x, "qRotated"));
        Tile Mapped(Tile x) => FeatureProgram.Map(system, b, "q", x);
        var q = b.Load("q", rows, Dim.K);
        return system.Map.Polynomial is null ? new(Scaled(Mapped(q))) : new(Scaled(q), Mapped);
    }

    public static Operand Key(DynamicalSystem system, RegionBuilder b, Dim rows)
    {
        Tile Turned(Tile x) => Rotated(system, b, x, "kRotated");
        Tile Mapped(Tile x) => FeatureProgram.Map(system, b, "k", x);
        var k = b.Load("k", rows, Dim.K);
        return system.Map.Polynomial is null ? new(Turned(Mapped(k))) : new(Turned(k), Mapped);
    }

    /// <summary>φ(q)·φ(k) of what <see cref="Operand.Factors"/> give.</summary>
    public static Expr Kernel(DynamicalSystem system, Expr dot) => system.Map.Polynomial?.Of(dot) ?? dot;

    /// <summary>
    /// Turned by the angles of its rows: those of their positions, which the caller tabulates as <c>cos</c> and <c>sin</c>, or the
    /// phases that stand in <c>angles</c>.
    /// </summary>
    public static Tile Rotated(DynamicalSystem system, RegionBuilder b, Tile x, string name)
    {
        if (system.Rotation is not { } rotation) return x;
        var rows = x.Shape.Rows;
        if (rotation.Phase is null) return b.Emit(name, new Rotate(rotation.Layout), x, b.Load("cos", rows, Dim.P, isFixed: true), b.Load("sin", rows, Dim.P, isFixed: true));
        var angles = b.Load("angles", rows, Dim.P);
        return b.Emit(name, new Rotate(rotation.Layout), x, b.Map("cos", Ex.Cos, angles), b.Map("sin", Ex.Sin, angles));
    }

    /// <summary>The read-out and, where the layer has a skip, D times the tokens' own values.</summary>
    public static Tile Skipped(DynamicalSystem system, RegionBuilder head, RegionBuilder b, Tile read) => system.HasSkip
        ? b.Map("skipped", (x, d, v) => x + d * v, read, head.Load("skip", Dim.One, Dim.One, Access.Parameter), b.Load("v", read.Shape.Rows, Dim.V))
        : read;

    /// <summary>Numerator over normaliser; <paramref name="max"/> is the maximum relative to which both were accumulated.</summary>
    public static Tile Normalise(DynamicalSystem system, RegionBuilder b, Tile numerator, Tile den, Tile? max) => system.Normaliser switch
    {
        Normaliser.KeySum => b.Map("output", (x, d) => x / FeatureMaps.Denominator(system, d), numerator, den),
        _ => b.Map("output", (x, d, m) => x / (Ex.Max(Ex.Abs(d), Ex.Exp(-m)) + system.Epsilon), numerator, den, max!),
    };
}
