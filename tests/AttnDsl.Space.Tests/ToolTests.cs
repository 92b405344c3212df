using System.IO;
using Xunit;

namespace AttnDsl.Space.Tests;

public sealed class ToolTests
{
    [Theory]
    [InlineData("--count needs a value", "--count")]
    [InlineData("--count needs a number from 1, not '0'", "--count", "0")]
    [InlineData("unknown option '--cuont'", "--cuont", "3")]
    [InlineData("--count, --all and --point exclude each other", "--all", "--count", "3")]
    [InlineData("--point needs [AttentionLayer(…)]", "--point", "[Gate(GateShape.Key)]")]
    [InlineData("--point: ", "--point", "[AttentionLayer(KeyDim = 4, ValueDim = 4)] [Gat(GateShape.Key)]")]
    public void Misuse_IsNamed(string message, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.Equal(SpaceTool.Misused, code);
        Assert.Empty(output);
        Assert.Contains(message, error);
        Assert.Contains(SpaceOptions.Usage, error);
    }

    [Fact]
    public void Point_AsReported_CanBeTriedAgain()
    {
        var (code, output, _) = Run("--point", "[AttnDsl.AttentionLayer(KeyDim = 3, ValueDim = 2)] [AttnDsl.Rotation(AttnDsl.RotationKind.Rotary, Base = 10000d, Layout = AttnDsl.PairLayout.HalfSplit)]");
        Assert.Equal(SpaceTool.Passed, code);
        Assert.Contains("1 are refused by name: ATTN0206 1", output);
        Assert.Contains("0 third outcomes", output);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (SpaceTool.Run(arguments, output, error, isTerminal: false), output.ToString(), error.ToString());
    }
}
