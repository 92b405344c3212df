using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Space.Points;
using Xunit;

namespace AttnDsl.Generator.Tests.Combinations;

/// <summary>Every combination of attributes either has a problem with a name or gives code.</summary>
public sealed class CombinationTests
{
    [Fact]
    public void EveryCombination_OfMechanisms_HasProblemsOrGenerates() => HasProblemsOrGenerates(Axes.Product(Axes.Mechanisms));

    [Fact]
    public void EveryPair_OfChoices_HasProblemsOrGenerates() => HasProblemsOrGenerates(Axes.Pairs(seed: 20261123).Distinct());

    [Fact]
    public void Space_OfMechanisms_IsAsLargeAsItIsMeantToBe()
    {
        var all = Axes.Product(Axes.Mechanisms).ToList();
        Assert.Equal((1 + Enum.GetValues<Kernel>().Count(k => k < Kernel.CosFormer)) * 6 * (1 + Enum.GetValues<WriteRule>().Length) * (1 + Enum.GetValues<Normaliser>().Length) * 3 * 2 * 2 * 3, all.Count);
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.InRange(all.Count(IsSound), 300, 6000);
    }

    private static bool IsSound(LayerDeclaration d) => !LayerRules.Check(d, "Layer").Any(p => p.IsError);

    private static void HasProblemsOrGenerates(IEnumerable<LayerDeclaration> declarations)
    {
        foreach (var d in declarations)
        {
            try
            {
                var problems = LayerRules.Check(d, "Layer").ToList();
                Assert.All(problems, p => Assert.StartsWith("ATTN", p.Id, StringComparison.Ordinal));
                var files = AttentionGenerator.Files(Layers.Model(d));
                var faulty = problems.Any(p => p.IsError);
                // The surface always, the state of a causal layer, the kernels of a sound one.
                Assert.Equal(1 + (d.Causal ? 1 : 0) + (faulty ? 0 : 1), files.Length);
                Assert.All(files, f => Assert.EndsWith("}\n", f.Text));
                Assert.Equal(faulty, files[0].Text.Contains("has a declaration error"));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(DeclarationText.Of(d, "Layer") + "\n" + d, e);
            }
        }
    }
}
