using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>What stands before and behind every matrix program: feature-mapped, rotated, scaled queries and keys; the division.</summary>
internal static class Sources
{
    public static Tile Query(DynamicalSystem system, RegionBuilder b, Dim rows)
    {
        var q = Rotated(system, b, b.Map("qMapped", x => FeatureMaps.Apply(system.Kernel, x), b.Load("q", rows, Dim.K)), "qRotated");
        return b.Map("qScaled", x => system.Scale * x, q);
    }

    public static Tile Key(DynamicalSystem system, RegionBuilder b, Dim rows) =>
        Rotated(system, b, b.Map("kMapped", x => FeatureMaps.Apply(system.Kernel, x), b.Load("k", rows, Dim.K)), "kRotated");

    /// <summary>Turned by the angles of its rows' positions, which the caller tabulates as <c>cos</c> and <c>sin</c>.</summary>
    public static Tile Rotated(DynamicalSystem system, RegionBuilder b, Tile x, string name) => system.Rotation is not { } rotation
        ? x
        : b.Emit(name, new Rotate(rotation.Layout), x, b.Load("cos", x.Shape.Rows, Dim.P, isFixed: true), b.Load("sin", x.Shape.Rows, Dim.P, isFixed: true));

    /// <summary>Numerator over normaliser; <paramref name="max"/> is the maximum relative to which both were accumulated.</summary>
    public static Tile Normalise(DynamicalSystem system, RegionBuilder b, Tile numerator, Tile den, Tile? max)
    {
        if (system.NormaliserGradient == NormaliserGradient.Held) den = b.Emit("denHeld", new StopGradient(), den);
        return system.Normaliser switch
        {
            Normaliser.KeySum => b.Map("output", (x, d) => x / Ex.Max(d, system.Epsilon), numerator, den),
            _ => b.Map("output", (x, d, m) => x / (Ex.Max(Ex.Abs(d), Ex.Exp(-m)) + system.Epsilon), numerator, den, max!),
        };
    }
}
