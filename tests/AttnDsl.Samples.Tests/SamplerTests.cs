using System;
using System.IO;
using System.Linq;
using TextGeneration;
using Xunit;

namespace AttnDsl.Samples.Tests;

public sealed class SamplerTests
{
    private static readonly float[] s_logits = [.. Enumerable.Range(0, 256).Select(i => MathF.Sin(i) * 3)];

    [Fact]
    public void Next_SameSeed_GivesTheSameBytes()
    {
        byte[] first = Draw(new Sampler(0.8f, 5), 500), second = Draw(new Sampler(0.8f, 5), 500), other = Draw(new Sampler(0.8f, 6), 500);

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Next_KnownSeed_GivesKnownBytes()
    {
        // 4 equal bytes: each draw is the top two bits of SplitMix64, whose first outputs for seed 0 are published.
        float[] logits = [.. Enumerable.Range(0, 256).Select(i => i < 4 ? 0 : float.NegativeInfinity)];
        Sampler sampler = new(1, 0);
        ulong[] published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC];

        Assert.All(published, value => Assert.Equal((byte)(value >> 62), sampler.Next(logits)));
    }

    [Fact]
    public void Next_TemperatureZero_TakesTheFirstLargest()
    {
        float[] logits = new float[256];
        logits[9] = logits[77] = 2;

        Assert.Equal(9, new Sampler(0, 1).Next(logits));
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1e-45f)]
    public void Next_TinyTemperature_TakesTheLargest(float temperature)
    {
        byte best = new Sampler(0, 1).Next(s_logits);
        Assert.All(Draw(new Sampler(temperature, 1), 20), value => Assert.Equal(best, value));
    }

    [Fact]
    public void Next_ManyDraws_FollowTheSoftmax()
    {
        float[] logits = [.. Enumerable.Range(0, 256).Select(i => i == 65 ? MathF.Log(3) : i == 66 ? 0 : -100)];
        Sampler sampler = new(1, 11);
        int often = Enumerable.Range(0, 20_000).Count(_ => sampler.Next(logits) == 65);

        // Probability 3/4; five standard deviations of 20 000 draws are 306.
        Assert.InRange(often, 15_000 - 306, 15_000 + 306);
    }

    [Fact]
    public void ByteOutput_MultiByteCharacters_ArriveWhole()
    {
        PieceStream pieces = new();
        ByteOutput output = new(pieces);
        byte[] text = [.. "aé€𝄞"u8, 0xFF, 0xC3];
        foreach (byte value in text)
        {
            output.Write(value);
        }

        output.Flush();
        Assert.Equal([1, 2, 3, 4, 1, 1], pieces.Lengths);
        Assert.Equal(text, pieces.ToArray());
    }

    private static byte[] Draw(Sampler sampler, int count) => [.. Enumerable.Range(0, count).Select(_ => sampler.Next(s_logits))];

    private sealed class PieceStream : MemoryStream
    {
        public System.Collections.Generic.List<int> Lengths { get; } = [];

        public override void Write(byte[] buffer, int offset, int count)
        {
            Lengths.Add(count);
            base.Write(buffer, offset, count);
        }
    }
}
