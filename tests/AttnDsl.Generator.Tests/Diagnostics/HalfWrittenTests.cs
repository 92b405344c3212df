using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace AttnDsl.Generator.Tests.Diagnostics;

/// <summary>Code as it is while somebody types: neither generator nor analyzer may throw.</summary>
public sealed class HalfWrittenTests
{
    private const string Whole = """
        using AttnDsl; using Alias = AttnDsl.FormAttribute;
        namespace N { partial class Outer<T> {
        [AttentionLayer(KeyDim = 4, ValueDim = 6, Heads = 2, Scale = 0.5), Gate(GateShape.Head, Activation = GateActivation.LogSigmoid, Temperature = 16)]
        [Read(normaliser: Normaliser.None, Epsilon = 1e-3)] [FeatureMap(Kernel.Identity)] [Alias(Forms.Recurrent | Forms.Chunkwise, ChunkSize = 32)]
        public static partial class Layer<S> where S : struct { } } }
        """;

    [Theory]
    [InlineData("[AttnDsl.AttentionLayer] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer( partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = ] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = \"four\", ValueDim = 6)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4L, ValueDim = 'c')] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = Nowhere.Width, ValueDim = 6)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 1/0, ValueDim = int.MaxValue + 1)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, KeyDim = 6)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(4, 6)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(Width = 4)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] partial class")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] partial class ;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] partial class { }")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] partial class Layer<")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] partial class Layer<T, T>;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] partial class Layer : Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] partial interface ILayer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] enum Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] delegate void Layer();")]
    [InlineData("class C { [AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] void Layer() { } }")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)]")]
    [InlineData("[assembly: AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)]")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [Gate] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [GateAttribute(GateShape.Head)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [Nowhere.GateAttribute()] [WindowAttribute] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate()] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate(AttnDsl.GateShape.)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate(AttnDsl.GateShape.Missing)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate(null)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate(typeof(int))] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate(new[] { 1 })] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate(Activation = AttnDsl.GateActivation.LogSigmoid)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Window(size:)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Window(SinkTokens = -1)] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Form(1 + )] partial class Layer;")]
    [InlineData("[AttnDsl.AttentionLayer(KeyDim = 4, ValueDim = 6)] [AttnDsl.Gate<int>(AttnDsl.GateShape.Head)] partial class Layer;")]
    public void Source_HalfWritten_ThrowsNothing(string source) => ThrowsNothing(new Project(source));

    [Fact]
    public void Source_CutAnywhere_ThrowsNothing()
    {
        for (var length = 0; length <= Whole.Length; length++) ThrowsNothing(new Project(Whole[..length]));
    }

    [Fact]
    public void Source_WithAnyTokenMissing_ThrowsNothing()
    {
        var tokens = Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(Whole).GetRoot().DescendantTokens().ToList();
        foreach (var token in tokens) ThrowsNothing(new Project(Whole.Remove(token.SpanStart, token.Span.Length)));
    }

    [Fact]
    public void Source_Whole_GivesOneLayer() => Assert.Single(new Project(Whole).Generate().Strict().Models);

    [Fact]
    public void Project_WithoutTheRuntime_GetsNothing()
    {
        var generated = new Project($"{Layers.Attributes} public static partial class Layer;") { References = References.Framework }.Generate();
        Assert.Null(generated.Result.Exception);
        Assert.Empty(generated.Texts);
        Assert.Empty(generated.Analyze());
    }

    [Fact]
    public void Project_WithoutTensors_GetsOnlyCompilerErrors()
    {
        var generated = new Project($"{Layers.Attributes} public static partial class Layer;") { References = References.Framework.Add(References.Runtime[0]) }.Generate();
        Assert.Null(generated.Result.Exception);
        Assert.NotEmpty(generated.Texts);
        Assert.Empty(generated.Analyze());
    }

    [Fact]
    public void Project_WithoutAnyReference_ThrowsNothing() => ThrowsNothing(new Project(Whole) { References = [] });

    [Fact]
    public void Project_WithAttributesOfItsOwn_ThrowsNothing() =>
        ThrowsNothing(new Project("namespace AttnDsl { public class AttentionLayerAttribute : System.Attribute { public string KeyDim; public GateAttribute[] ValueDim; } public class GateAttribute(object o, params int[] more) : System.Attribute; } [AttnDsl.AttentionLayer(KeyDim = \"4\")] [AttnDsl.Gate(null)] partial class Layer;") { References = References.Framework });

    private static void ThrowsNothing(Project project)
    {
        var generated = project.Generate();
        Assert.Null(generated.Result.Exception);
        IReadOnlyList<Diagnostic> found = generated.Analyze();
        Assert.All(found, d => Assert.StartsWith("ATTN", d.Id, StringComparison.Ordinal));
    }
}
