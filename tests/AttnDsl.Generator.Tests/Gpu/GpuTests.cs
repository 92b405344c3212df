using System;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Gpu;

/// <summary>The GPU twin: there with the package, absent without it, the CPU's equal wherever it is declared.</summary>
public sealed class GpuTests
{
    [Fact]
    public void Layers_WithoutThePackage_KnowNothingOfGpus()
    {
        var texts = new Project($"{Layers.Attributes} public static partial class Layer;").Generate().Strict().Texts;
        Assert.DoesNotContain(texts, t => t.Key.EndsWith(".Gpu.g.cs", StringComparison.Ordinal));
        Assert.DoesNotContain(texts, t => t.Value.Contains("Gpu", StringComparison.Ordinal) || t.Value.Contains("ILGPU", StringComparison.Ordinal));
    }

    [Fact]
    public void Explanation_WithThePackage_SpeaksOfTheTwin()
    {
        var project = new Project("[AttnDsl.AttentionLayer(KeyDim = 64, ValueDim = 64), AttnDsl.Gate(AttnDsl.GateShape.Key)] public static partial class Layer;");
        Assert.Contains("GPU twin", Surface(project.OnGpu()), StringComparison.Ordinal);
        Assert.DoesNotContain("GPU", Surface(project), StringComparison.Ordinal);
    }

    /// <summary>What it says is what the kernels and their launches are.</summary>
    [Theory]
    [InlineData("AttnDsl.AttentionLayer(KeyDim = 64, ValueDim = 64), AttnDsl.Gate(AttnDsl.GateShape.Key)")]
    [InlineData("AttnDsl.AttentionLayer(KeyDim = 20, ValueDim = 24, Heads = 3), AttnDsl.Write(AttnDsl.WriteRule.ExponentialGate), AttnDsl.Gate(AttnDsl.GateShape.Head)")]
    [InlineData("AttnDsl.AttentionLayer(KeyDim = 64, ValueDim = 96, Heads = 4), AttnDsl.Rotation(AttnDsl.RotationKind.Rotary)")]
    [InlineData("AttnDsl.AttentionLayer(KeyDim = 8, ValueDim = 8), AttnDsl.FeatureMap(AttnDsl.Kernel.Softmax)")]
    [InlineData("AttnDsl.AttentionLayer(KeyDim = 8, ValueDim = 8), AttnDsl.Read(AttnDsl.Normaliser.None, Skip = true)")]
    public void Explanation_OfTheTwin_HoldsForItsText(string attributes)
    {
        var project = new Project($"[{attributes}] public static partial class Layer;").OnGpu();
        var explanation = Surface(project).Split("GPU twin")[1].Split("</code>")[0];
        var gpu = project.Generate().Texts.Single(t => t.Key.EndsWith(".Gpu.g.cs", StringComparison.Ordinal)).Value;
        var scratch = Regex.Matches(gpu, @"const int (\w+)Scratch = ([\d_]+);").ToDictionary(m => m.Groups[1].Value, m => 4L * int.Parse(m.Groups[2].Value.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture));
        Assert.All(Regex.Matches(explanation, @"([\d,]+) bytes of scratch"), m => Assert.Contains(long.Parse(m.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), scratch.Values));
        var backward = gpu[gpu.IndexOf("void RunBackward(", StringComparison.Ordinal)..];
        backward = backward[..backward.IndexOf("\n        }\n", StringComparison.Ordinal)];
        // One of each layer's kernels, beside those that fill states; a call with the state of a cache joins its keys instead of copying them.
        var alone = Regex.Replace(backward, @"if \(initial is not null[^\n]*\)\n( +)\{[\s\S]*?\n\1\}", "");
        var withState = Regex.Replace(backward, @" else\n( +)\{[\s\S]*?\n\1\}", "");
        Assert.Contains($"gradients: {Launched(alone)} launches", explanation, StringComparison.Ordinal);
        var joins = Regex.Match(explanation, @"with a State (\d) more that append");
        if (attributes.Contains("Softmax", StringComparison.Ordinal) || attributes.Contains("Rotary", StringComparison.Ordinal)) Assert.Equal(Launched(withState) - Launched(alone), joins.Success ? int.Parse(joins.Groups[1].Value, CultureInfo.InvariantCulture) : 0);
        var sums = Regex.Match(explanation, @"(\d) that sums? those of learned");
        Assert.Equal(Regex.Count(backward, @"ParameterKernels\.Sum"), sums.Success ? int.Parse(sums.Groups[1].Value, CultureInfo.InvariantCulture) : 0);
        var fills = Regex.Match(explanation, @"without a State (\d) launch");
        if (fills.Success) Assert.Equal(fills.Groups[1].Value, Regex.Count(gpu.Split("EmptyStates(global::AttnDsl.Gpu.GpuStream stream, int units)")[1].Split("return states")[0], @"StateKernels\.Fill").ToString(CultureInfo.InvariantCulture));

        static int Launched(string text) => Regex.Count(text, @"Kernel\.On\(stream\)");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Layers_InAwkwardPlaces_HaveTwinsThatCompile(bool @checked)
    {
        var source = $$"""
            {{Layers.Attributes}} public static partial class @event;
            {{Layers.Attributes}} internal partial record struct Global<T>;
            namespace @class.@record
            {
                public partial class Outer<T>
                {
                    {{Layers.Attributes}} public partial class Inner<@as, U> { public static class Math { } public static class ILGPU { } }
                    {{Layers.Attributes}} private partial record Hidden;
                }
            }
            namespace AttnDsl.Gpu { {{Layers.Attributes}} public static partial class Kernels2; }
            namespace ILGPU2.Runtime { {{Layers.Attributes}} public static partial class Group; }
            """;
        var generated = (new Project(source) { Checked = @checked }).OnGpu().Generate().Strict();
        Assert.Equal(6, generated.Texts.Count(t => t.Key.EndsWith(".Gpu.g.cs", StringComparison.Ordinal)));
    }

    [Fact]
    public void FaultyLayers_HaveTwinsThatThrow()
    {
        // One error of the analyzer's, none of the compiler's.
        var source = """
            [AttnDsl.AttentionLayer(KeyDim = -3, ValueDim = 4)] public static partial class Negative { public static void Use(Gpu.State s, Gpu.Inputs i) => s.Step(in i, i.Q); }
            [AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 4, Causal = false), AttnDsl.Window(0)] public static partial class Empty { public static void Use(Gpu.Inputs i, Gpu.Gradients g) => Gpu.Backward(in i, i.Q, in g); }
            """;
        new Project(source).OnGpu().Generate().Strict();
    }

    private static string Surface(Project project) => project.Generate().Texts.Single(t => t.Key.Count(c => c == '.') == 2).Value;
}
