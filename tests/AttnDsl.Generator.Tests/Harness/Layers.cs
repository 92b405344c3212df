using AttnDsl.Generator.Model;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>The layer that most programs here declare, and declarations made from it.</summary>
internal static class Layers
{
    /// <summary>Attributes with full names, for any place.</summary>
    public const string Attributes = "[global::AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2)] [global::AttnDsl.Gate(global::AttnDsl.GateShape.Head)]";

    /// <summary>What <see cref="Attributes"/> says.</summary>
    public static LayerDeclaration Gated { get; } = Plain(4, 6) with { Heads = 2, Gate = new(GateShape.Head, null, null, null) };

    public static LayerDeclaration Plain(int keyDim, int valueDim) => new(keyDim, valueDim, null, null, null, true, null, null, null, null, null, null, null, null);

    /// <summary>A declaration of a type of its own, without the compiler.</summary>
    public static LayerModel Model(LayerDeclaration layer, string name = "Layer") =>
        new(new("", default, $"partial class {name}", name, name), layer);

    /// <summary>Uses a layer declared with <see cref="Attributes"/>.</summary>
    public static string Use(string type) => ProbeText.Use(Gated, type);
}
