using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics.Tensors;
using System.Text;
using Xunit;
using Layer = AttnDsl.Conformance.Layers.Gla7x5;

namespace AttnDsl.Conformance.States;

/// <summary>generator/docs/states.md: its code stands here, word for word, and runs; its table reads what is saved.</summary>
public sealed class StatesPageTests
{
    private static readonly string[] s_page = Resource("states.md");

    [Fact]
    public void Code_OfThePage_IsWhatRunsHere()
    {
        var here = Resource("StatesPageTests.cs").Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var blocks = Blocks().ToList();
        Assert.Equal(4, blocks.Count);
        foreach (var block in blocks)
            Assert.True(Enumerable.Range(0, here.Count).Any(at => here.Skip(at).Take(block.Count).SequenceEqual(block)), string.Join("\n", block));
    }

    [Fact]
    public void Packed_Runs()
    {
        var inputs = Tokens(1, 14);
        TensorSpan<float> outputs = Room(1, 14), outputGradient = Room(1, 14);
        var gradients = new Layer.Gradients { Q = Tensor(1, 14, 7), K = Tensor(1, 14, 7), V = Tensor(1, 14, 5), G = Tensor(1, 14, 7) };
        Layer.Forward(inputs, outputs, cuSeqLens: [0, 5, 14]);
        Layer.Backward(inputs, outputGradient, gradients, cuSeqLens: [0, 5, 14]);
        Assert.NotEqual(0, outputs[0, 13, 1, 4]);
    }

    [Fact]
    public void Serving_Runs()
    {
        Layer.Inputs prompts = Tokens(1, 14), tokens = Tokens(2, 1);
        TensorSpan<float> outputs = Room(1, 14), next = Room(2, 1);
        var state = new Layer.State(batch: 4, heads: 2, snapshots: 3);

        // The prompts of two sequences, 5 and 9 tokens one behind the other, into slots 2 and 0.
        state.Prefill(prompts, outputs, cuSeqLens: [0, 5, 14], slots: [2, 0]);

        // Both go on by a token, a batch row each; slots 1 and 3 wait.
        state.Step(tokens, next, slots: [0, 2]);

        // The sequence of slot 2 goes on in two ways from here, that of slot 0 has ended.
        state.CopySlot(from: 2, to: 1);
        state.Reset(0);

        // Those that go on become the first slots; the others are as new.
        state.Compact([1, 2]);
        Assert.Equal([6, 6, 0, 0], Enumerable.Range(0, 4).Select(slot => (int)state.PositionOf(slot)));

        var drafted = Tokens(1, 3);
        outputs = Room(1, 3);
        state.Prefill(drafted, outputs, slots: [0]);   // three tokens, of which the first turns out to be right
        state.Rollback(slot: 0, tokens: 2);
        Assert.Equal(7, state.PositionOf(0));

        byte[] saved = state.Save();
        var resumed = new Layer.State(batch: 4, heads: 2);
        resumed.Load(saved);
        Assert.Equal(saved, resumed.Save());
    }

    [Fact]
    public void Table_OfThePage_IsWhereThingsStand()
    {
        var state = new Layers.Rotary6x5.State(2, 2);
        state.Prefill(9, new float[2 * 9 * 2 * 6], new float[2 * 9 * 2 * 6], new float[2 * 9 * 2 * 5], new float[2 * 9 * 2 * 5]);
        var saved = state.Save();
        var expected = new Dictionary<string, object>
        {
            ["`AttnDsl` and 1A"] = "AttnDsl\x1A",
            ["version of the format"] = 1L,
            ["reserved"] = 0L,
            ["bytes in all"] = (long)saved.Length,
            ["fingerprint"] = Field("u64", new Layers.Rotary6x5.State(1, 1).Save(), 24),
            ["sequences"] = 2L,
            ["heads"] = 2L,
            ["floats of a row, or of a matrix state"] = 11L,
            ["rows that there was room for"] = Field("u32", saved, 44),
            ["sink tokens"] = 3L,
            ["bytes of the name"] = 9L,
            ["name of the layer"] = "Rotary6x5",
        };
        var end = 0;
        foreach (var (at, type, what) in Rows())
        {
            Assert.Equal(end, at);
            Assert.Equal(expected[what], Field(type, saved, at));
            end = at + type switch { "u32" => 4, "UTF-8" => 9, _ => 8 };
        }

        Assert.Equal(12, Rows().Count());

        // A checksum; where two sequences stand; 9 rows a sequence and head with 3 of them again as sinks; a checksum.
        Assert.Equal(end + 4 + (2 * 24) + (2 * 2 * (9 + 3) * 11 * 4) + 4, saved.Length);
    }

    private static object Field(string type, byte[] saved, int at) => type switch
    {
        "u32" => (long)BitConverter.ToUInt32(saved, at),
        "u64" => BitConverter.ToInt64(saved, at),
        "UTF-8" => Encoding.UTF8.GetString(saved, at, 9),
        _ => Encoding.UTF8.GetString(saved, at, 8),
    };

    /// <summary>The rows of the table whose first column is where something stands.</summary>
    private static IEnumerable<(int At, string Type, string What)> Rows() =>
        from line in s_page
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 5 && int.TryParse(cells[1], out _)
        select (int.Parse(cells[1], null), cells[2], cells[3]);

    private static IEnumerable<List<string>> Blocks()
    {
        List<string>? block = null;
        foreach (var line in s_page)
        {
            if (block is null)
            {
                if (line == "```csharp") block = [];
            }
            else if (line == "```")
            {
                yield return block;
                block = null;
            }
            else if (line.Trim().Length > 0)
            {
                block.Add(line.Trim());
            }
        }
    }

    private static string[] Resource(string name)
    {
        using var reader = new StreamReader(typeof(StatesPageTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().Split('\n');
    }

    private static Layer.Inputs Tokens(int batch, int time) => new() { Q = Tensor(batch, time, 7), K = Tensor(batch, time, 7), V = Tensor(batch, time, 5), G = Tensor(batch, time, 7) };

    private static TensorSpan<float> Room(int batch, int time) => Tensor(batch, time, 5);

    private static TensorSpan<float> Tensor(int batch, int time, int width) =>
        new(Enumerable.Range(0, batch * time * 2 * width).Select(i => MathF.Sin(i)).ToArray(), [batch, time, 2, width]);
}
