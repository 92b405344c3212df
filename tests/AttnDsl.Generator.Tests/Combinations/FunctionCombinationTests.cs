using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Space.Points;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Generator.Tests.Combinations;

/// <summary>Functions of the user among all other attributes: problems with names, or layers whose forms agree.</summary>
public sealed class FunctionCombinationTests(ITestOutputHelper output)
{
    /// <summary>Methods with their translations.</summary>
    private static readonly (FunctionDeclaration Function, string Text)[] s_functions =
    [
        Function(FunctionRole.FeatureMap, "Up", Ex.Exp(new Arg(0)), "[AttnDsl.FeatureMapFunction] private static float Up(float x) => System.MathF.Exp(x);"),
        Function(FunctionRole.FeatureMap, "Down", Ex.Exp(-(Expr)new Arg(0)), "[AttnDsl.FeatureMapFunction] private static float Down(float x) => System.MathF.Exp(-x);"),
        Function(FunctionRole.Gate, "Decaying", -Ex.Abs(new Arg(0)), "[AttnDsl.GateFunction] private static float Decaying(float z) => -System.MathF.Abs(z);"),
        Function(FunctionRole.Normaliser, "Divisor", Ex.Abs(new Arg(0)) + 1, "[AttnDsl.NormaliserFunction] private static float Divisor(float sum) => System.MathF.Abs(sum) + 1;"),
        Function(FunctionRole.Score, "Sloping", new Arg(0) - 0.25 * (Ex.Query - Ex.Key), "[AttnDsl.ScoreFunction] private static float Sloping(float score, in AttnDsl.ScorePosition p) => score - 0.25f * (p.Query - p.Key);"),
        Function(FunctionRole.Mask, "Near", Conditions.Less(Ex.Query - Ex.Key, 3), "[AttnDsl.MaskFunction] private static bool Near(in AttnDsl.ScorePosition p) => p.Query - p.Key < 3;"),
    ];

    [Fact]
    public void EveryPair_WithFunctions_HasProblemsOrGenerates()
    {
        var sound = 0;
        foreach (var d in Points(seed: 1).Take(6000))
        {
            var problems = LayerRules.Check(d, "Layer").ToList();
            var files = AttentionGenerator.Files(Layers.Model(d));
            var faulty = problems.Any(p => p.IsError);
            Assert.Equal(1 + (d.Causal ? 1 : 0) + (faulty ? 0 : 1), files.Length);
            if (!faulty) sound++;
        }

        output.WriteLine($"{sound} sound");
        Assert.True(sound > 100, $"{sound} sound");
    }

    /// <summary>A sample of the sound ones compiles without a warning, and all its forms say the same.</summary>
    [Fact]
    public void SoundPoints_WithFunctions_AgreeInEveryForm()
    {
        var points = Points(seed: 2).Where(d => d is { KeyDim: <= 7, ValueDim: <= 16, Form: null } && !LayerRules.Check(d, "Layer").Any()).Distinct().Take(16).ToList();
        Assert.Equal(16, points.Count);
        var texts = points.Select((d, n) => $"{DeclarationText.Of(d, $"Layer{n}").TrimEnd(';')} {{ {string.Concat(d.Functions.Select(f => s_functions.Single(s => s.Function == f).Text))} }}");
        new Project([string.Join('\n', texts)]).Run([.. points.Select((d, n) => ProbeText.Use(d, $"global::Layer{n}"))]);
    }

    /// <summary>Every pair of choices, with some functions each; an option that a function replaces is left out half the time.</summary>
    private static IEnumerable<LayerDeclaration> Points(int seed)
    {
        var random = new Random(seed);
        var pairs = Axes.Pairs(seed).Distinct().ToArray();
        random.Shuffle(pairs);
        foreach (var pair in pairs)
        {
            FunctionDeclaration[] functions = [.. s_functions.Select(f => f.Function).Where(_ => random.Next(4) == 0)];
            if (functions.Length == 0) continue;
            var d = pair with { Functions = new(functions) };
            if (random.Next(2) == 0) d = d with { Kernel = d.Kernel is Kernel.Softmax ? d.Kernel : null, Gate = d.Gate is { } g && functions.Any(f => f.Role == FunctionRole.Gate) ? new(g.Shape, null, null, null) : d.Gate };
            yield return d;
        }
    }

    private static (FunctionDeclaration Function, string Text) Function(FunctionRole role, string name, Expr body, string text) => (new(role, name, body, null), text);
}
