using System;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace AttnDsl.Samples.Tests;

public sealed class ProgramTests
{
    [Fact]
    public async Task TextGeneration_NoOptions_GeneratesTheSameTextEveryTime()
    {
        (int code, byte[] text, string error) = await Launcher.Run("TextGeneration");
        (_, byte[] again, _) = await Launcher.Run("TextGeneration", "--stats");

        Assert.True(code == 0, error);
        Assert.Equal(400, text.Length);
        Assert.Equal(text, again);
        Assert.Contains("tokens/s", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextGeneration_LongPromptWithoutTerminal_ShowsNoBar()
    {
        (int code, byte[] text, string error) = await Launcher.Run("TextGeneration", "--prompt", new string('x', 6000), "--length", "3", "--stats");

        Assert.True(code == 0, error);
        Assert.Equal(3, text.Length);
        Assert.DoesNotContain('\r', error);
        Assert.Contains("SlidingWindow", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextGeneration_BadOption_ExitsWithTwoAndOneLine()
    {
        (int code, byte[] text, string error) = await Launcher.Run("TextGeneration", "--window", "500");

        Assert.Equal(2, code);
        Assert.Empty(text);
        Assert.Equal("--window 500 must be a whole number from 1 to 128; try --window 128.", error.TrimEnd());
    }

    [Fact]
    public async Task TextGeneration_Help_NamesEveryOption()
    {
        (int code, byte[] text, _) = await Launcher.Run("TextGeneration", "--help");

        Assert.Equal(0, code);
        Assert.All(
            ["--prompt", "--prompt-file", "--length", "--window", "--temperature", "--seed", "--stats", "--help"],
            option => Assert.Contains(option, Encoding.UTF8.GetString(text), StringComparison.Ordinal));
    }
}
