using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using AttnDsl.Conformance.Layers;
using AttnDsl.Golden.Layers;
using Xunit;

namespace AttnDsl.Conformance.States;

public sealed class SavingTests
{
    public static TheoryData<string> Causal => FormTests.Causal;

    /// <summary>One small layer of each kind of state.</summary>
    public static TheoryData<string> Small => [.. s_small];

    private static readonly string[] s_small = [nameof(Softmax1x1), nameof(Rotary2x1), nameof(Gla1x1), nameof(GroupedDelta1x1), nameof(Mlstm1x1), nameof(LinearElu1x1)];

    [Theory]
    [MemberData(nameof(Causal))]
    public void Load_WhatWasSaved_GoesOnAsIfNothingHadHappened(string name)
    {
        var run = SubjectRun.Random(name, seed: 1, time: 60);
        foreach (var split in new[] { 0, 1, 23 })
        {
            var state = run.NewState();
            state.Prefill(run.Slice(0, split), run.NewOutput().Time(0, split));
            var saved = state.Common.Save();
            Assert.Equal(state.Common.SavedBytes, saved.Length);
            var loaded = run.NewState();
            loaded.Prefill(run.Slice(30, 7), run.NewOutput().Time(30, 7));
            loaded.Common.Load(saved);
            Assert.Equal(split, loaded.Common.Position);
            Assert.Equal(saved, loaded.Common.Save());
            Assert.Equal(Rest(run, state, split), Rest(run, loaded, split));
        }
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void Save_ArrayBufferAndStream_AreTheSame(string name)
    {
        var state = Warm(name);
        var (buffer, stream) = (new ArrayBufferWriter<byte>(), new MemoryStream());
        state.Save(buffer);
        state.Save(stream);
        Assert.Equal(state.Save(), buffer.WrittenSpan.ToArray());
        Assert.Equal(state.Save(), stream.ToArray());
    }

    [Fact]
    public void Load_Stream_StopsBehindTheState()
    {
        var stream = new MemoryStream();
        foreach (var name in new[] { nameof(Gla7x5), nameof(Softmax7x5), nameof(Mlstm7x5) }) Warm(name).Save(stream);
        stream.Position = 0;
        foreach (var name in new[] { nameof(Gla7x5), nameof(Softmax7x5), nameof(Mlstm7x5) })
        {
            var loaded = SubjectRun.Random(name, seed: 2, Time).NewState().Common;
            loaded.Load(stream);
            Assert.Equal(Warm(name).Save(), loaded.Save());
        }

        Assert.Equal(stream.Length, stream.Position);
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void Load_AnyBitFlipped_IsRefusedAndChangesNothing(string name)
    {
        var (saved, state) = (Warm(name).Save(), Warm(name, seed: 9));
        var before = state.Save();
        for (var bit = 0; bit < 8 * saved.Length; bit++)
        {
            saved[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertRefused(state, saved, before, $"bit {bit}");
            saved[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        state.Load(saved);
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void Load_TruncatedAnywhere_IsRefusedAndChangesNothing(string name)
    {
        var (saved, state) = (Warm(name).Save(), Warm(name, seed: 9));
        var before = state.Save();
        for (var length = 0; length < saved.Length; length++) AssertRefused(state, saved[..length], before, $"{length} bytes");
    }

    /// <summary>Bytes that nobody saved: noise, pieces of saved states of two layers, fields overwritten, under checksums that hold.</summary>
    [Theory]
    [MemberData(nameof(Small))]
    public void Load_AnythingElse_IsRefusedOrIsAState(string name)
    {
        var random = new Random(5);
        var (saved, state) = (Warm(name).Save(), Warm(name, seed: 9));
        byte[][] known = [.. s_small.Select(other => Warm(other, seed: 3).Save())];
        var before = state.Save();
        var header = 56 + name.Length;
        var loaded = 0;
        for (var trial = 0; trial < 4000; trial++)
        {
            var forged = (byte[])saved.Clone();
            switch (trial % 4)
            {
                case 0:
                    forged = new byte[random.Next(2 * saved.Length)];
                    random.NextBytes(forged);
                    if (forged.Length > 60) saved.AsSpan(..random.Next(60)).CopyTo(forged);
                    break;
                case 1:
                    var (front, back) = (known[random.Next(known.Length)], known[random.Next(known.Length)]);
                    forged = [.. front[..random.Next(front.Length)], .. back[random.Next(back.Length)..]];
                    break;
                case 2:
                    random.NextBytes(forged.AsSpan(random.Next(header), random.Next(1, 9)));
                    break;
                default:
                    // A number of the header, or where a sequence stands.
                    var field = random.Next(2) == 0 ? 16 + (4 * random.Next(10)) : header + 4 + (8 * random.Next(6));
                    long[] numbers = [0, 1, -1, 3, 1 << 20, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, random.NextInt64()];
                    BinaryPrimitives.WriteInt64LittleEndian(forged.AsSpan(field), numbers[random.Next(numbers.Length)]);
                    break;
            }

            if (trial % 4 != 0 && forged.Length > header + 8)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(forged.AsSpan(header), Checksum(forged.AsSpan(..header)));
                BinaryPrimitives.WriteUInt32LittleEndian(forged.AsSpan(forged.Length - 4), Checksum(forged.AsSpan(..^4)));
            }

            if (Record.Exception(() => state.Load(forged)) is not { } refused)
            {
                Assert.Equal(forged.Length, state.Save().Length);
                state.Load(before);
                loaded++;
                continue;
            }

            Assert.True(refused is InvalidDataException, $"trial {trial}: {refused}");
            Assert.Equal(before, state.Save());
        }

        // What a matrix state has seen may be any number.
        Assert.InRange(loaded, 0, 1500);
    }

    [Fact]
    public void Load_SomethingBehindIt_IsRefused()
    {
        byte[] saved = [.. Warm(nameof(Gla1x1)).Save(), 0];
        Assert.Contains("cut off", Assert.Throws<InvalidDataException>(() => Warm(nameof(Gla1x1)).Load(saved)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfAnotherLayer_NamesBoth()
    {
        var refused = Assert.Throws<InvalidDataException>(() => Warm(nameof(Gla7x5)).Load(Warm(nameof(Mlstm7x5)).Save()));
        Assert.Contains(nameof(Gla7x5), refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Mlstm7x5), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfOtherSizes_SaysWhich()
    {
        AssertSays("3 sequences", "made for 2", new Gla7x5.State(2, 4), new Gla7x5.State(3, 4).Save());
        AssertSays("4 heads", "made for 5", new Gla7x5.State(2, 5), new Gla7x5.State(2, 4).Save());
        AssertSays($"holds {Time} tokens", "room for 5", new Softmax7x5.State(2, 2, 5), Warm(nameof(Softmax7x5)).Save());
    }

    [Fact]
    public void Load_CacheWithMoreRoom_TakesIt()
    {
        var saved = Warm(nameof(Softmax7x5)).Save();
        var larger = new Softmax7x5.State(2, 2, capacity: 99);
        larger.Load(saved);
        Assert.Equal(Time, larger.Position);
        Assert.Equal(99, larger.Capacity);
    }

    [Fact]
    public void Load_NewerVersion_SaysSo()
    {
        var saved = Warm(nameof(Gla1x1)).Save();
        saved[8]++;
        var name = (int)BinaryPrimitives.ReadUInt32LittleEndian(saved.AsSpan(52));
        BinaryPrimitives.WriteUInt32LittleEndian(saved.AsSpan(56 + name), Checksum(saved.AsSpan(0, 56 + name)));
        AssertSays("version 2", "update", new Gla1x1.State(2, 2), saved);
    }

    /// <summary>The format's own words: anybody can write a reader.</summary>
    [Fact]
    public void Save_Header_IsAsDocumented()
    {
        var saved = Warm(nameof(Gla1x1)).Save();
        Assert.Equal("AttnDsl\x1A"u8.ToArray(), saved[..8]);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(saved.AsSpan(8)));
        Assert.Equal(saved.Length, BinaryPrimitives.ReadInt64LittleEndian(saved.AsSpan(16)));
        Assert.Equal([2, 2], new[] { 32, 36 }.Select(at => BinaryPrimitives.ReadInt32LittleEndian(saved.AsSpan(at))));
        Assert.Equal("Gla1x1"u8.ToArray(), saved[56..62]);
        Assert.Equal(Checksum(saved.AsSpan(0, 62)), BinaryPrimitives.ReadUInt32LittleEndian(saved.AsSpan(62)));
        Assert.Equal(Time, BinaryPrimitives.ReadInt64LittleEndian(saved.AsSpan(66)));
        Assert.Equal(Checksum(saved.AsSpan(..^4)), BinaryPrimitives.ReadUInt32LittleEndian(saved.AsSpan(saved.Length - 4)));
        Assert.Equal(66 + 2 * 24 + 2 * 2 * 4 + 4, saved.Length);
    }

    [Fact]
    public void Save_DefaultState_SaysWhatToDo() => Assert.Throws<InvalidOperationException>(() => default(Gla1x1.State).Save());

    private const int Time = 21;

    private static IAttentionState Warm(string name, int seed = 7)
    {
        var run = SubjectRun.Random(name, seed, Time);
        return run.Stream(Time).State.Common;
    }

    private static float[] Rest(SubjectRun run, ILayerState state, int start)
    {
        var output = run.NewOutput();
        for (var t = start; t < start + 5; t++) state.Step(run.Slice(t, 1), output.Time(t, 1));
        state.Prefill(run.Slice(start + 5, run.Time - start - 5), output.Time(start + 5, run.Time - start - 5));
        return output.Data;
    }

    private static void AssertRefused(IAttentionState state, byte[] saved, byte[] before, string what)
    {
        foreach (var load in new Action[] { () => state.Load(saved), () => state.Load(new MemoryStream(saved)) })
        {
            var refused = Record.Exception(load);
            Assert.True(refused is InvalidDataException, $"{what}: {refused?.ToString() ?? "was loaded"}");
            Assert.Contains("as it was", refused!.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, state.Save());
    }

    private static void AssertSays(string what, string remedy, IAttentionState state, byte[] saved)
    {
        var refused = Assert.Throws<InvalidDataException>(() => state.Load(saved));
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>CRC-32C, a bit at a time.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var i = 0; i < 8; i++) crc = (crc >> 1) ^ (0x82F63B78u & (uint)-(int)(crc & 1));
        }

        return ~crc;
    }
}
