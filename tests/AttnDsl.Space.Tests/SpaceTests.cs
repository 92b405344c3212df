using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AttnDsl.Space.Faces;
using AttnDsl.Space.Functions;
using AttnDsl.Space.Points;
using AttnDsl.Space.Running;
using Xunit;

namespace AttnDsl.Space.Tests;

/// <summary>There is no third outcome: a declaration is a layer that equals the reference loops, or it is refused by name.</summary>
public sealed class SpaceTests
{
    private const int Seed = 20261123;

    /// <summary>Combinations of parts that nobody declared by hand.</summary>
    [Fact]
    public void RandomPoints_EveryFace_EqualTheReferenceLoops()
    {
        var points = Sampling.Sound(Seed).Take(24).ToList();
        Assert.Equal(24, points.Count);
        var outcomes = Run(points, runFaces: true);
        Assert.Equal(points.Count, outcomes.Count(o => o.Verdict is Verdict.Matches or Verdict.Warned));
        Assert.All(outcomes, o => Assert.Contains(o.Measures, m => m.What.Contains("GPU Backward", StringComparison.Ordinal)));

        // Ill-conditioned results are the exception.
        var measures = outcomes.SelectMany(o => o.Measures).ToList();
        Assert.True(measures.Count > 2000, $"{measures.Count} comparisons");
        Assert.InRange(measures.Count(m => m.Grade != Grade.Met), 0, measures.Count / 20);
    }

    [Fact]
    public void EveryTwoChoices_ThatNeverGoTogether_AreRefusedByName()
    {
        var never = Sampling.NeverSound(Seed).ToList();
        Assert.InRange(never.Count, 300, 6000);
        Assert.All(Run(never, runFaces: false), o => Assert.Equal(Verdict.Refused, o.Verdict));
    }

    [Fact]
    public void RandomPairs_AnyOfThem_CompileOrAreRefused()
    {
        var points = Sampling.Pairs(Seed).ToArray();
        Assert.True(points.Length > 5000, $"{points.Length} points");
        new Random(Seed).Shuffle(points);
        Assert.All(Run(points.Take(60), runFaces: false), o => Assert.Contains(o.Verdict, new[] { Verdict.Compiles, Verdict.Warned, Verdict.Refused }));
    }

    /// <summary>One of each kind of parts that are methods.</summary>
    [Fact]
    public void RandomFunctions_EveryFace_EqualTheirCalls()
    {
        var points = Enumerable.Range(0, Enum.GetValues<OwnKind>().Length).Select(n => FunctionSpace.PointOf(1_000_000 + (2 * n))).Append(FunctionSpace.PointOf(20261130)).ToList();
        var outcomes = Run(points, runFaces: true);
        Assert.All(outcomes, o => Assert.True(o.Verdict != Verdict.Refused || o.Ids.SequenceEqual(["ATTN0402"]), string.Join(", ", o.Ids)));
        Assert.InRange(outcomes.Count(o => o.Verdict == Verdict.Matches), points.Count - 3, points.Count);
    }

    /// <summary>The same number grows the same methods, and every kind of part comes up.</summary>
    [Fact]
    public void RandomFunctions_OfASeed_AreTheSame()
    {
        Assert.Equal(OwnParts.Of(7), OwnParts.Of(7));
        Assert.NotEqual(OwnParts.Of(7).Members, OwnParts.Of(16).Members);
        Assert.Equal(Enum.GetValues<OwnKind>().Length, Enumerable.Range(0, Enum.GetValues<OwnKind>().Length).Select(n => OwnParts.Of(n).Kind).Distinct().Count());
    }

    /// <summary>Third outcomes that there were once.</summary>
    [Theory]
    [InlineData("[AttentionLayer(KeyDim = 6, ValueDim = 5)] [FeatureMap(Kernel.Luna, Projections = 2, Channels = 2, Hidden = 5, Activation = FeatureActivation.Silu, PerChannel = true, Signed = true, Envelope = FeatureEnvelope.Learned, PerHead = true)] [Write(WriteRule.ExponentialGate)] [Read(Normaliser.Stabilised, Skip = SkipShape.Head, Gradient = NormaliserGradient.Held)] [Convolution(5, Convolved.Keys)] [Form(Forms.Fastest, ChunkSize = 16)]")]
    [InlineData("[AttentionLayer(KeyDim = 7, ValueDim = 16, ValueHeads = 4, Causal = false)] [FeatureMap(Kernel.EluPlusOne)] [Read(Normaliser.KeySum)]")]
    [InlineData("[AttentionLayer(KeyDim = 1, ValueDim = 1, Causal = false)] [FeatureMap(Kernel.Hedgehog)]")]
    [InlineData("[AttentionLayer(KeyDim = 1, ValueDim = 37)] [Read(Normaliser.AbsoluteKeySum)]")]
    [InlineData("[AttentionLayer(KeyDim = 6, ValueDim = 5, Causal = false)] [FeatureMap(Kernel.Favor, Projections = 9)] [Read(Normaliser.KeySum, Gradient = NormaliserGradient.Held)]")]
    [InlineData("[AttentionLayer(KeyDim = 1, ValueDim = 3)] [Gate(GateShape.Value, Activation = GateActivation.ReversedSigmoidPower)] [Write(WriteRule.Plain, Key = KeySource.None, Strength = WriteStrength.ChannelNorm)]")]
    public void Point_OnceAFault_Matches(string attributes)
    {
        var output = new StringWriter();
        Assert.True(SpaceTool.Run(["--point", attributes], output, TextWriter.Null, isTerminal: false) == SpaceTool.Passed, output.ToString());
        Assert.DoesNotContain("refused by name", output.ToString(), StringComparison.Ordinal);
    }

    private static List<Outcome> Run(IEnumerable<Point> points, bool runFaces)
    {
        var outcomes = new List<Outcome>();
        foreach (var group in points.GroupBy(p => (Sampling.IsSound(p.Declaration), p.Checked))) new Prover(runFaces, outcomes.Add).Run([.. group]);
        var third = outcomes.Where(o => o.Verdict == Verdict.Third).Select(o => $"--point \"{o.Point.Text}\"\n{o.Reason}").ToList();
        Assert.True(third.Count == 0, string.Join("\n\n", third));
        return outcomes;
    }
}
