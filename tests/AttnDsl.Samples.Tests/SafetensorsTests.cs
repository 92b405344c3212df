using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Text;
using TextGeneration;
using Xunit;

namespace AttnDsl.Samples.Tests;

public sealed class SafetensorsTests
{
    private const string GoodHeader =
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[1,2],"data_offsets":[8,12]},"c":{"dtype":"F16","shape":[2],"data_offsets":[12,16]},"d":{"dtype":"U8","shape":[3],"data_offsets":[16,19]},"e":{"dtype":"F32","shape":[0,7],"data_offsets":[19,19]}}""";

    private static readonly byte[] s_goodData =
    [
        0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0, // 1, -2 in F32
        0x80, 0x3F, 0x00, 0xC0, // 1, -2 in BF16
        0x00, 0x3C, 0x00, 0xC0, // 1, -2 in F16
        7, 8, 9,
    ];

    [Fact]
    public void Parse_GoodFile_GivesEveryTensor()
    {
        Safetensors file = Safetensors.Parse(Build(GoodHeader, s_goodData), "good");

        Assert.Equal(["a", "b", "c", "d", "e"], file.Tensors.Keys.Order());
        Assert.Equal([1f, -2f], file.Floats("a", 2));
        Assert.Equal([1f, -2f], file.Floats("b", 1, 2));
        Assert.Equal([1f, -2f], file.Floats("c", 2));
        Assert.Equal([7, 8, 9], file.Bytes("d").ToArray());
        Assert.Empty(file.Floats("e", 0, 7));
    }

    [Fact]
    public void Parse_EveryTruncation_IsRefused()
    {
        byte[] whole = Build(GoodHeader, s_goodData);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Safetensors.Parse(whole[..length], "cut"));
        }
    }

    [Theory]
    [InlineData(1UL << 40)]
    [InlineData(ulong.MaxValue)]
    [InlineData(0x8000_0000_0000_0000UL)]
    public void Parse_HeaderLengthBeyondFile_IsRefused(ulong claimed)
    {
        byte[] bytes = Build(GoodHeader, s_goodData);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, claimed);
        AssertRefused(bytes, "header claims", claimed.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 8, "'w'", "F64")]
    [InlineData("""{"w":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8, "'w'", "f32")]
    [InlineData("""{"w":{"dtype":"0","shape":[2],"data_offsets":[0,8]}}""", 8, "'w'", "'0'")]
    [InlineData("""{"w":{"dtype":3,"shape":[2],"data_offsets":[0,8]}}""", 8, "'w'", "dtype")]
    [InlineData("""{"w":{"shape":[2],"data_offsets":[0,8]}}""", 8, "'w'", "dtype")]
    [InlineData("""{"w":[1,2]}""", 8, "'w'", "described")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'w'", "[3]")]
    [InlineData("""{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,8]}}""", 8, "'w'", "8 bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}""", 0, "'w'", "65536")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,4]}}""", 4, "'w'", "does not fit")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "'w'", "-2")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", 8, "'w'", "1.5")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "'w'", "[0]")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "'w'", "[8, 0]")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "'w'", "-8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999]}}""", 8, "'w'", "99999999999")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 8, "'w'", "truncated")]
    [InlineData("""{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "'w'", "overlaps 'v'")]
    [InlineData("""{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "'w'", "overlaps 'v'")]
    [InlineData("""{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "'w'", "gap")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 11, "'w'", "3 bytes follow")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "JSON", "w")]
    [InlineData("""{"w":{"dtype":"F32",""", 8, "JSON", "header")]
    [InlineData("[]", 0, "JSON", "object")]
    [InlineData("", 0, "JSON", "header")]
    public void Parse_WrongHeader_IsRefusedByName(string header, int dataLength, string subject, string problem) =>
        AssertRefused(Build(header, new byte[dataLength]), subject, problem);

    [Fact]
    public void Parse_HeaderThatIsNotUtf8_IsRefused()
    {
        byte[] bytes = Build(GoodHeader, s_goodData);
        bytes[12] = 0xFF;
        Assert.Throws<InvalidDataException>(() => Safetensors.Parse(bytes, "odd"));
    }

    [Fact]
    public void Floats_WrongShapeTypeOrName_IsRefusedByName()
    {
        Safetensors file = Safetensors.Parse(Build(GoodHeader, s_goodData), "good.safetensors");

        Assert.Contains("'a' has shape [2], where [2, 1] is needed", Assert.Throws<InvalidDataException>(() => file.Floats("a", 2, 1)).Message);
        Assert.Contains("'d' holds U8", Assert.Throws<InvalidDataException>(() => file.Floats("d", 3)).Message);
        Assert.Contains("no tensor 'z'", Assert.Throws<InvalidDataException>(() => file.Floats("z", 1)).Message);
    }

    [Fact]
    public void Parse_FlippedHeaderBytes_NeverEscapeAsAnotherException()
    {
        byte[] whole = Build(GoodHeader, s_goodData);
        Random random = new(7);
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(8 + GoodHeader.Length)] = (byte)random.Next(256);
            try
            {
                Safetensors.Parse(bytes, "flipped");
            }
            catch (InvalidDataException)
            {
                // The one answer to a bad file.
            }
        }
    }

    private static void AssertRefused(byte[] bytes, params string[] parts)
    {
        string message = Assert.Throws<InvalidDataException>(() => Safetensors.Parse(bytes, "bad.safetensors")).Message;
        Assert.StartsWith("bad.safetensors: ", message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static byte[] Build(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }
}
