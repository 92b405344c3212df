using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>Feature maps as pieces of tile programs: from rows×K to rows×F, whatever stands before and behind.</summary>
internal static class FeatureProgram
{
    /// <param name="name">How names of tiles begin: q or k.</param>
    /// <param name="x">Queries or keys as they come in.</param>
    public static Tile Map(DynamicalSystem system, RegionBuilder b, string name, Tile x) => system.Kernel switch
    {
        Kernel.ChannelSoftmax => ChannelSoftmax(b, name, x),
        _ when system.Map.Polynomial is { } polynomial => b.Emit(name + "Mapped", new Monomials(polynomial), x),
        _ => b.Map(name + "Mapped", e => FeatureMaps.Apply(system.Kernel, e), x),
    };

    /// <summary>The row's maximum is taken off first: the result does not depend on it, and no exponential overflows.</summary>
    private static Tile ChannelSoftmax(RegionBuilder b, string name, Tile x)
    {
        var max = b.Emit(name + "MaxHeld", new StopGradient(), b.MaxCols(name + "Max", x));
        var exp = b.Map(name + "Exp", (e, m) => Ex.Exp(e - m), x, max);
        return b.Map(name + "Mapped", (e, sum) => e / sum, exp, b.SumCols(name + "Sum", exp));
    }
}
