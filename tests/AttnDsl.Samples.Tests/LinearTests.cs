using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using TextGeneration;
using TextGeneration.Dense;
using Xunit;

namespace AttnDsl.Samples.Tests;

public sealed class LinearTests
{
    [Theory]
    [InlineData("F32", 5, 3, false)]
    [InlineData("F32", 17, 70, true)]
    [InlineData("BF16", 5, 3, true)]
    [InlineData("BF16", 40, 33, false)]
    [InlineData("BF16", 64, 128, true)]
    [InlineData("BF16", 1, 1, false)]
    public void Apply_AnyRows_MatchesPlainSums(string type, int inputs, int outputs, bool bias)
    {
        Random random = new(3);
        Safetensors file = RandomLayer(random, type, inputs, outputs);
        Linear layer = new(file, "w", inputs, outputs, bias);
        float[] weights = file.Floats("w.weight", outputs, inputs), offsets = file.Floats("w.bias", outputs);
        for (int rows = 0; rows <= 9; rows++)
        {
            float[] x = Noise(random, rows * inputs), y = new float[rows * outputs];
            y.AsSpan().Fill(float.NaN);
            layer.Apply(x, y);
            for (int i = 0; i < y.Length; i++)
            {
                double sum = bias ? offsets[i % outputs] : 0;
                for (int k = 0; k < inputs; k++)
                {
                    sum += (double)weights[(i % outputs * inputs) + k] * x[(i / outputs * inputs) + k];
                }

                Assert.Equal(sum, y[i], 1e-4);
            }
        }
    }

    [Fact]
    public void Apply_OneRowOrMany_GivesTheSameBits()
    {
        Random random = new(4);
        Linear layer = new(RandomLayer(random, "BF16", 96, 100), "w", 96, 100);
        float[] x = Noise(random, 7 * 96), together = new float[7 * 100], alone = new float[7 * 100];
        layer.Apply(x, together);
        for (int row = 0; row < 7; row++)
        {
            layer.Apply(x.AsSpan(row * 96, 96), alone.AsSpan(row * 100, 100));
        }

        Assert.Equal(together, alone);
    }

    [Fact]
    public void Apply_WrongLengths_IsRefused()
    {
        Linear layer = new(RandomLayer(new Random(5), "F32", 4, 6), "w", 4, 6);

        Assert.Throws<ArgumentOutOfRangeException>(() => layer.Apply(new float[5], new float[6]));
        Assert.Throws<ArgumentOutOfRangeException>(() => layer.Apply(new float[8], new float[6]));
    }

    private static float[] Noise(Random random, int count)
    {
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan())
        {
            value = (random.NextSingle() * 2) - 1;
        }

        return values;
    }

    private static Safetensors RandomLayer(Random random, string type, int inputs, int outputs)
    {
        float[] values = Noise(random, (inputs + 1) * outputs);
        byte[] data = type == "F32" ? MemoryMarshal.AsBytes(values.AsSpan()).ToArray() : new byte[2 * values.Length];
        for (int i = 0; type == "BF16" && i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16));
        }

        int split = data.Length / (inputs + 1) * inputs;
        string header =
            $$$"""{"w.weight":{"dtype":"{{{type}}}","shape":[{{{outputs}}},{{{inputs}}}],"data_offsets":[0,{{{split}}}]},"w.bias":{"dtype":"{{{type}}}","shape":[{{{outputs}}}],"data_offsets":[{{{split}}},{{{data.Length}}}]}}""";
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return Safetensors.Parse([.. length, .. Encoding.UTF8.GetBytes(header), .. data], "layer");
    }
}
