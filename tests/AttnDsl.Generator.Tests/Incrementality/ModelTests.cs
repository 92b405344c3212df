using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Tests.Harness;
using Xunit;

namespace AttnDsl.Generator.Tests.Incrementality;

/// <summary>What flows through the pipeline: values that compare by content and hold on to nothing of the compiler.</summary>
public sealed class ModelTests
{
    private const string Source = """
        using AttnDsl;
        namespace A.B;
        public partial class Outer<T>
        {
            [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 4, KeyValueHeads = 2, ValueHeads = 8, Causal = true, Scale = 0.5)]
            [FeatureMap(Kernel.Relu)]
            [Gate(GateShape.Constant, Decay = HeadDecay.Retention, Activation = GateActivation.LogDecay, Temperature = 16)]
            [Write(WriteRule.Delta)]
            [Read(Normaliser.KeySum, Epsilon = 1e-3, Gradient = NormaliserGradient.Held)]
            [Rotation(RotationKind.Rotary, Base = 5, Layout = PairLayout.Interleaved)]
            [Window(9, RuntimeSized = true, SinkTokens = 3)]
            [Form(Forms.Recurrent | Forms.Chunkwise, ChunkSize = 32)]
            public partial record Layer<S>;
        }

        [AttentionLayer(KeyDim = 4, ValueDim = 6)]
        public static partial class Plain;
        """;

    [Fact]
    public void Models_OfTwoCompilations_AreEqualAndNotTheSame()
    {
        var first = new Project(Source).Generate().Models.ToList();
        var second = new Project("// Something in front.\n\n" + Source.Replace("\n", "\n\n")).Generate().Models.ToList();
        Assert.Equal(2, first.Count);
        Assert.Equal(first, second);
        Assert.All(first.Zip(second), pair =>
        {
            Assert.NotSame(pair.First, pair.Second);
            Assert.Equal(pair.First.GetHashCode(), pair.Second.GetHashCode());
        });
    }

    [Fact]
    public void Models_OfDifferentDeclarations_Differ()
    {
        var models = new Project(Source).Generate().Models.ToList();
        Assert.NotEqual(models[0], models[1]);
        Assert.NotEqual(models[0].GetHashCode(), models[1].GetHashCode());
        Assert.NotEqual(models[0], models[0] with { Layer = models[0].Layer with { Scale = 0.25 } });
        Assert.NotEqual(models[0].Type, models[0].Type with { Containing = default });
    }

    [Fact]
    public void Model_WalkedByReflection_ReachesNothingOfTheCompiler()
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var path = new List<string>();
        foreach (var model in new Project(Source).Generate().Models) Walk(model, seen, path);
        // The walk found the records, their strings and their arrays.
        Assert.Contains(seen, o => o is LayerModel);
        Assert.Contains(seen, o => o is GateDeclaration);
        Assert.Contains(seen, o => o is string[]);
    }

    [Fact]
    public void ModelTypes_ByDeclaration_HoldNothingOfTheCompiler()
    {
        var types = typeof(LayerModel).Assembly.GetTypes().Where(t => t.Namespace == typeof(LayerModel).Namespace && !t.Name.Contains('<') && !t.IsEnum).ToList();
        Assert.NotEmpty(types);
        Assert.All(types.SelectMany(t => t.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)), f =>
        {
            Assert.True(f.IsInitOnly, $"{f.DeclaringType}.{f.Name} can change");
            Assert.False(IsOfTheCompiler(f.FieldType), $"{f.DeclaringType}.{f.Name} is {f.FieldType}");
            Assert.False(f.FieldType.IsArray, $"{f.DeclaringType}.{f.Name} compares by reference");
        });
    }

    private static void Walk(object? value, HashSet<object> seen, List<string> path)
    {
        if (value is null || value.GetType() is { IsPrimitive: true } or { IsEnum: true }) return;
        if (!value.GetType().IsValueType && !seen.Add(value)) return;
        Assert.False(IsOfTheCompiler(value.GetType()), $"{string.Join(".", path)} is {value.GetType()}");
        if (value is string or Type) return;
        if (value is Array array)
        {
            foreach (var item in (IEnumerable)array) Walk(item, seen, path);
            return;
        }

        for (var type = value.GetType(); type is not null; type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                path.Add(field.Name);
                Walk(field.GetValue(value), seen, path);
                path.RemoveAt(path.Count - 1);
            }
        }
    }

    private static bool IsOfTheCompiler(Type type) =>
        type.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) == true || type.GetGenericArguments().Any(IsOfTheCompiler);
}
