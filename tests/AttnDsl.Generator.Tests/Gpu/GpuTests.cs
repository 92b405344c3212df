extern alias gpu;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Combinations;
using AttnDsl.Generator.Tests.Harness;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
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
        // One of each layer's kernels, beside those that fill states.
        Assert.Contains($"gradients: {Regex.Count(backward, @"Kernel\.On\(stream\)")} launches", explanation, StringComparison.Ordinal);
        var sums = Regex.Match(explanation, @"(\d) that sums? those of learned");
        Assert.Equal(Regex.Count(backward, @"ParameterKernels\.Sum"), sums.Success ? int.Parse(sums.Groups[1].Value, CultureInfo.InvariantCulture) : 0);
        var fills = Regex.Match(explanation, @"without a State (\d) launch");
        if (fills.Success) Assert.Equal(fills.Groups[1].Value, Regex.Count(gpu.Split("EmptyStates(global::AttnDsl.Gpu.GpuStream stream, int units)")[1].Split("return states")[0], @"StateKernels\.Fill").ToString(CultureInfo.InvariantCulture));
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

    /// <summary>Declarations that nobody wrote by hand, through every face.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void SoundCombinations_SeededSample_EqualTheCpuAndCompileToPtx(int seed)
    {
        var sound = Space.Pairs(seed).Concat(Space.Product(Space.Mechanisms)).Distinct().Where(IsSound).Where(d => d.KeyDim < 32).ToArray();
        new Random(seed).Shuffle(sound);
        var sample = sound.Take(20).ToList();
        Assert.Equal(20, sample.Count);
        var project = new Project([.. sample.Select((d, n) => DeclarationText.Of(d, $"Layer{n}")), TwinText.Support, ProbeText.Entry(sample.Select((d, n) => TwinText.Use(d, $"Layer{n}", time: 21)))]) { Name = $"Twins{seed}", Checked = seed == 2 };

        // ILGPU makes code of its own that calls the kernels, so their assembly cannot be a collectible one.
        var assembly = Assembly.Load([.. project.OnGpu().Generate().Strict().Image()]);
        var run = assembly.GetType("AttnDslProbe.Entry", throwOnError: true)!.GetMethod("Run")!;
        run.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);
        foreach (var (name, ptx) in Ptx(assembly))
        {
            Assert.False(new[] { ".extern .func", ".approx", ".ftz", ".f64" }.Any(ptx.Contains), name);
        }
    }

    private static IEnumerable<(string Name, string Ptx)> Ptx(Assembly assembly)
    {
        using var context = Context.Create(b => b.Optimize(OptimizationLevel.O2));
        var architecture = new CudaArchitecture(8, 0);
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, new CudaInstructionSet(7, 0), null);
        foreach (var field in assembly.GetTypes().Where(t => t.Namespace == "AttnDsl.Generated").SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)))
        {
            if (!field.FieldType.IsGenericType || field.FieldType.GetGenericTypeDefinition() != typeof(gpu::AttnDsl.Gpu.Kernels.GpuKernel<>)) continue;
            var method = field.DeclaringType!.GetMethod(field.Name[..^"Kernel".Length])!;
            yield return (field.DeclaringType.Name + "." + method.Name, ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), KernelSpecialization.Empty)).PTXAssembly);
        }
    }

    private static string Surface(Project project) => project.Generate().Texts.Single(t => t.Key.Count(c => c == '.') == 2).Value;

    private static bool IsSound(LayerDeclaration d) => !LayerRules.Check(d, "Layer").Any(p => p.IsError);
}
