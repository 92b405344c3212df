using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// Feature maps as pieces of tile programs: from rows×K to rows×F, whatever stands before and behind. A new map is a new piece; its
/// gradients, its streaming and its GPU code follow from the primitives it is made of.
/// </summary>
internal static class FeatureProgram
{
    /// <param name="name">How names of tiles begin: q or k.</param>
    /// <param name="x">Queries or keys as they come in.</param>
    /// <param name="isQuery">Whether they are queries.</param>
    public static Tile Map(DynamicalSystem system, RegionBuilder b, string name, Tile x, bool isQuery) => system.Kernel switch
    {
        Kernel.ChannelSoftmax => Softmax(b, name, x, name + "Mapped"),
        Kernel.Taylor or Kernel.Square => b.Emit(name + "Mapped", new Monomials(system.Map.Polynomial!), x),
        Kernel.CosFormer => CosFormer(b, name, x),
        Kernel.RandomFourier => LearnedFeatures.RandomFourier(system, b, name, x),
        Kernel.Favor => LearnedFeatures.Favor(system, b, name, x, isQuery),
        Kernel.Learned => LearnedFeatures.Linear(system, b, name, x),
        Kernel.Hedgehog => LearnedFeatures.Hedgehog(system, b, name, x),
        Kernel.Luna => LearnedFeatures.Luna(system, b, name, x),
        _ when system.Map.OfVectors is { } own => new VectorFeatures(system, own, b, name, x).Map(),
        _ when system.Map.Methods.Count == 1 => UserFunction.Apply(system.Map.Methods[0], b, name + "Mapped", x),
        _ when system.Map.Methods.Count == 2 => b.Emit(name + "Mapped", new Join(Dim.F), UserFunction.Apply(system.Map.Methods[0], b, name + "First", x), UserFunction.Apply(system.Map.Methods[1], b, name + "Second", x)),
        _ => b.Map(name + "Mapped", e => FeatureMaps.Apply(system.Kernel, e), x),
    };

    /// <summary>
    /// The row's maximum is taken off first: the result does not depend on it, and no exponential overflows. Gradients go through it all the
    /// same. They sum to nothing; but where one channel has nearly all of the weight, its own gradient p(dp − p·dp) is what rounding leaves of a
    /// difference, and the same number comes back through the maximum with the opposite sign, together with the gradients of the others.
    /// </summary>
    public static Tile Softmax(RegionBuilder b, string name, Tile x, string result)
    {
        var exp = b.Map(name + "Exp", (e, max) => Ex.Exp(e - max), x, b.MaxCols(name + "Max", x));
        return b.Map(result, (e, sum) => e / sum, exp, b.SumCols(name + "Sum", exp));
    }

    /// <summary>Each channel as a point on a circle, at the angle of its position.</summary>
    private static Tile CosFormer(RegionBuilder b, string name, Tile x)
    {
        Tile Table(string tensor) => b.Load(tensor, x.Shape.Rows, Dim.One, isFixed: true);
        var positive = b.Map(name + "Positive", e => Ex.Max(e, 0), x);
        return b.Emit(name + "Mapped", new Join(Dim.F),
            b.Map(name + "Cos", (e, cos) => e * cos, positive, Table("cos")),
            b.Map(name + "Sin", (e, sin) => e * sin, positive, Table("sin")));
    }
}
