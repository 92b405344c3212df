using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Emit;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Parsing.Functions;
using AttnDsl.Generator.Tests.Harness;
using AttnDsl.Generator.Tests.Interpretation;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>No block is passed over in which a query sees a key, and of the masks that people write no other is visited.</summary>
public sealed class BlockMaskTests(ITestOutputHelper output)
{
    private static readonly (string Name, string Text)[] s_masks =
    [
        ("Window", "public static bool Window(in ScorePosition p) => p.Query - p.Key < 70;"),
        ("Causal", "public static bool Causal(in ScorePosition p) => p.Key <= p.Query;"),
        ("Both", "public static bool Both(in ScorePosition p) => Math.Abs(p.Query - p.Key) <= 40;"),
        ("Prefix", "public static bool Prefix(in ScorePosition p) => p.Key < 20 || p.Query - p.Key < 30;"),
        ("Documents", "public static bool Documents(in ScorePosition p) => p.Query / 100 == p.Key / 100;"),
        ("Rows", "public static bool Rows(in ScorePosition p) { int row = p.Query >> 5; return p.Key >> 5 == row || p.Key >> 5 == row - 2; }"),
        ("PerHead", "public static bool PerHead(in ScorePosition p) => p.Query - p.Key < 16 * (p.Head + 1);"),
        ("Nothing", "public static bool Nothing(in ScorePosition p) => p.Key < 0;"),
        ("Rest", "public static bool Rest(in ScorePosition p) => !(p.Query / 64 != p.Key / 64 && p.Key >= 10);"),
    ];

    [Fact]
    public void Masks_ThatPeopleWrite_AreJudgedExactly()
    {
        var masks = new Translated(string.Concat(s_masks.Select(m => m.Text)));
        foreach (var (name, _) in s_masks)
        {
            var (mask, blocks) = (masks.Translation(name), BlockMask.Of(masks.Translation(name)));
            for (var query = 0; query < 300; query += 32)
            for (var key = 0; key < 300; key += 48)
            for (var head = 0; head < 3; head++)
                Assert.True(Sees(mask, query, query + 31, key, key + 47, head) == MaySee(blocks, query, query + 31, key, key + 47, head), $"{name}: queries from {query}, keys from {key}, head {head}: {FormulaPrinter.Condition(mask)}\n{new WholePrinter(["q0", "q1", "k0", "k1"]).Condition(blocks)}");
        }
    }

    /// <summary>What comes with each query counts by its least and its greatest in a block.</summary>
    [Theory]
    [InlineData("p.Key >= start")]
    [InlineData("p.Key >= start || p.Key < 20")]
    [InlineData("p.Key >= start && p.Key < 2 * start + 30")]
    public void Masks_OfWhatQueriesBring_HideNothingThatIsSeen(string sees)
    {
        var mask = new Translated($"public static bool Sees(in ScorePosition p, int start) => {sees};").Translation("Sees").Substitute(_ => new Arg(0));
        var (random, blocks, passed, empty) = (new Random(3), BlockMask.Of(mask), 0, 0);
        for (var trial = 0; trial < 2000; trial++)
        {
            var (query, key) = (random.Next(200), random.Next(200));
            var from = random.Next(query + 1);
            int[] starts = [.. Enumerable.Range(0, 1 + random.Next(16)).Select(n => n < 8 ? from : query + n)];
            var (lastQuery, lastKey) = (query + starts.Length - 1, key + random.Next(24));
            var isSeen = starts.Where((start, n) => Enumerable.Range(key, lastKey - key + 1).Any(j => Evaluation.Of(mask, new([start], query + n, j, 0, new Dictionary<string, int>())).Real != 0)).Any();
            var may = Evaluation.Of(blocks, new([query, lastQuery, key, lastKey, starts.Min(), starts.Max()], null, null, 0, new Dictionary<string, int>())).Real != 0;
            Assert.True(may || !isSeen, $"{sees}: queries {query}…{lastQuery}, keys {key}…{lastKey}");
            if (!isSeen) empty++;
            if (!may) passed++;
        }

        Assert.True(passed > 3 * empty / 4, $"{passed} of {empty}");
    }

    [Fact]
    public void RandomMasks_HideNothingThatIsSeen()
    {
        var random = new Random(7);
        var growth = new FunctionGrowth(random);
        var masks = new Translated(FunctionGrowth.Shared + string.Join('\n', Enumerable.Range(0, 150).Select(n => growth.Mask($"F{n}"))));
        var (passed, empty) = (0, 0);
        for (var n = 0; n < 150; n++)
        {
            Expr mask;
            try
            {
                mask = masks.Translation($"F{n}");
            }
            catch (TranslationException)
            {
                continue;
            }

            var blocks = BlockMask.Of(mask);
            for (var trial = 0; trial < 10; trial++)
            {
                var (query, key, head) = (random.Next(60), random.Next(60), random.Next(4));
                var (lastQuery, lastKey) = (query + random.Next(9), key + random.Next(9));
                var sees = Sees(mask, query, lastQuery, key, lastKey, head);
                var may = MaySee(blocks, query, lastQuery, key, lastKey, head);
                Assert.True(may || !sees, $"queries {query}…{lastQuery}, keys {key}…{lastKey}, head {head}: {FormulaPrinter.Condition(mask)}\n{new WholePrinter(["q0", "q1", "k0", "k1"]).Condition(blocks)}");
                if (!sees) empty++;
                if (!may) passed++;
            }
        }

        output.WriteLine($"{passed} of {empty} empty blocks are passed over");
        Assert.True(passed > empty / 4, $"{passed} of {empty}");
    }

    /// <summary>What is printed compiles, on both targets, checked or not.</summary>
    [Fact]
    public void Layer_WithAMask_PassesBlocksOver()
    {
        foreach (var (name, text) in s_masks)
        {
            var project = new Project($"using System; using AttnDsl; [AttentionLayer(KeyDim = 4, ValueDim = 6)] public static partial class Layer {{ [MaskFunction] {text} }}") { Checked = true };
            Assert.Contains(project.Generate().Strict().Texts.Values, t => t.Contains("if (!MaySee(queryFirst + query, queryFirst + query + R - 1, keyFirst + t, keyFirst + t + C - 1"));
        }
    }

    private static bool Sees(Expr mask, int query, int lastQuery, int key, int lastKey, int head)
    {
        for (var i = query; i <= lastQuery; i++)
        for (var j = key; j <= lastKey; j++)
            if (Evaluation.Of(mask, new([], i, j, head, new Dictionary<string, int>())).Real != 0) return true;
        return false;
    }

    private static bool MaySee(Expr blocks, int query, int lastQuery, int key, int lastKey, int head) =>
        Evaluation.Of(blocks, new([new Complex(query, 0), lastQuery, key, lastKey], null, null, head, new Dictionary<string, int>())).Real != 0;
}
