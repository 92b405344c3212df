using System.Linq;
using AttnDsl.Generator.Tests.Gpu;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Generator.Tests.Incrementality;
using Xunit;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>What a layer with functions says of itself, and what an edit of a function does.</summary>
public sealed class LayerTests
{
    private const string Layer = """
        using System; using AttnDsl;
        [AttentionLayer(KeyDim = 4, ValueDim = 6)] [Gate(GateShape.Key)]
        public static partial class Layer
        {
            [FeatureMapFunction] private static float Map(float x) => x < 0 ? MathF.Exp(x) : x + 1;
            [GateFunction] private static float LogDecay(float z) => Elsewhere.Half(Elsewhere.Softened(z));
            [NormaliserFunction] private static float Divisor(float sum) => MathF.Abs(sum) + 0.5f;
        }
        """;

    private const string Elsewhere = """
        using System;
        public static class Elsewhere
        {
            public static float Half(float x) => 0.5f * x; // half
            public static float Softened(float z) => MathF.Log(1 / (1 + MathF.Exp(-z)));
        }
        """;

    [Fact]
    public void Explanation_ShowsFunctionsAsFormulas()
    {
        var text = new Project(Layer, Elsewhere).Generate().Strict().Texts.Values.Single(t => t.Contains("Explanation =>"));
        Assert.Contains("φ(x) = x < 0 ? exp(x) : x + 1", text);
        Assert.Contains("g_t = -(0.5 * softplus(-G_t)), one a key channel", text);
        Assert.Contains("/ (|s z_t·φ(q_t)| + 0.5)", text);
    }

    [Theory]
    [InlineData(0, "x + 1", "x + 2", "Modified")]
    [InlineData(1, "0.5f", "0.25f", "Modified")]
    [InlineData(1, "// half", "// a half", "Cached")]
    [InlineData(1, "float x) => 0.5f * x", "float y) => 0.5f * y", "Cached")]
    public void Edit_OfAFunction_GeneratesAgainWhereItMatters(int file, string from, string to, string reason) =>
        Assert.Equal($"Parse: {reason} | SourceOutput: {reason}", new Pipeline(Layer, Elsewhere).Edit(file, from, to).Reasons());

    /// <summary>What a mask asks of queries has the name that the user gave it, whatever generated code calls its own.</summary>
    [Theory]
    [InlineData("start")]
    [InlineData("keyRows")]
    [InlineData("query")]
    [InlineData("sequences")]
    [InlineData("_lse")]
    public void PerToken_OfAnyName_Compiles(string name)
    {
        var texts = new Project($"using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6)] public static partial class Layer {{ [MaskFunction] static bool Sees(in ScorePosition p, [PerToken] int {name}) => p.Key >= {name}; }}").OnGpu().Generate().Strict().Texts;
        Assert.Contains(texts.Values, t => t.Contains($"Sees(i, j) = {char.ToUpperInvariant(name.TrimStart('_')[0])}{name.TrimStart('_')[1..]}_i ≤ j"));
    }

    [Fact]
    public void FeatureMap_ThatIsNeverNegative_HasNoWarning()
    {
        Assert.Empty(Warnings("x < 0 ? 0 : x * x"));
        Assert.Empty(Warnings("(x - 1) * (x - 1)"));
        Assert.Equal(["ATTN0501"], Warnings("x * x * x"));

        static string[] Warnings(string map) => [.. new Project($"using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6)] [Read(Normaliser.KeySum)] public static partial class Layer {{ [FeatureMapFunction] private static float Map(float x) => {map}; }}").Generate().Analyze().Select(d => d.Id)];
    }
}
