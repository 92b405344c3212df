using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;
using AttnDsl.Golden.Vectors;
using Xunit;

namespace AttnDsl.Conformance.Tool;

public sealed class SafeTensorsTests
{
    private const string Good = """{"__metadata__":{"a":"b"},"y":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""";

    [Fact]
    public void Parse_TwoTensors_ReadsBoth()
    {
        var tensors = SafeTensors.Parse(FileOf(Good, 1, 2, 3), "a");
        Assert.Equal([1f, 2f], tensors["x"].Data);
        Assert.Equal([2, 1], tensors["x"].Shape);
        Assert.Equal([3f], tensors["y"].Data);
    }

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not JSON")]
    [InlineData("""{"x":3}""", "lacks dtype")]
    [InlineData("""{"x":{"dtype":"F16","shape":[3],"data_offsets":[0,12]}}""", "type F16")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}}""", "needs 16 bytes, data_offsets give 12")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "do not lie within the 12 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}""", "do not lie within")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}}""", "holds -3")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,12]}}""", "too large")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1e30],"data_offsets":[0,12]}}""", "not an integer")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "end at byte 8 of 12")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "starts at byte 4")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "the one before ends at 8")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"x":{"dtype":"F32","shape":[0],"data_offsets":[12,12]}}""", "stands twice")]
    public void Parse_LyingHeader_SaysWhatIsWrong(string header, string expected)
    {
        var exception = Assert.Throws<InvalidDataException>(() => SafeTensors.Parse(FileOf(header, 1, 2, 3), "case.safetensors"));
        Assert.Contains("case.safetensors", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CutAnywhere_Throws()
    {
        var file = FileOf(Good, 1, 2, 3);
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => SafeTensors.Parse(file.AsSpan(0, length), "a"));
        }
    }

    [Fact]
    public void Parse_HeaderLongerThanTheFile_NamesBothLengths()
    {
        var file = FileOf(Good, 1, 2, 3);
        BinaryPrimitives.WriteUInt64LittleEndian(file, ulong.MaxValue);
        var exception = Assert.Throws<InvalidDataException>(() => SafeTensors.Parse(file, "a"));
        Assert.Contains(ulong.MaxValue.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoSuchFile_NamesIt()
    {
        var exception = Assert.Throws<InvalidDataException>(() => SafeTensors.Read("no/such/file.safetensors"));
        Assert.Contains("file.safetensors", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensor_TimeSlice_SeesTheTokensOfEverySequence()
    {
        var tensor = new FloatTensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 3, 2]);
        var copy = new float[8];
        tensor.Time(1, 2).FlattenTo(copy);
        Assert.Equal([2f, 3, 4, 5, 8, 9, 10, 11], copy);
        Assert.Equal(0, tensor.Time(1, 0).FlattenedLength);
        Assert.Equal([2, 0, 2], tensor.Time(1, 0).Lengths.ToArray());
    }

    private static byte[] FileOf(string header, params float[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + (4 * data.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        Buffer.BlockCopy(data, 0, file, 8 + text.Length, 4 * data.Length);
        return file;
    }
}
