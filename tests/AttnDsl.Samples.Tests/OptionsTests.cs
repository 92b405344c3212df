using System;
using System.IO;
using System.Text;
using TextGeneration;
using Xunit;

namespace AttnDsl.Samples.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Parse_NoArguments_IsADemonstration()
    {
        Options options = Options.Parse([]);

        Assert.NotEmpty(options.Prompt);
        Assert.Equal((400, 128, false), (options.Length, options.Window, options.Stats));
    }

    [Fact]
    public void Parse_EveryOption_IsTaken()
    {
        Options options = Options.Parse(["--prompt", "größer", "--length=7", "--window", "16", "--temperature", "0.5", "--seed", "18446744073709551615", "--stats"]);

        Assert.Equal("größer", Encoding.UTF8.GetString(options.Prompt));
        Assert.Equal((7, 16, 0.5f, ulong.MaxValue, true, false), (options.Length, options.Window, options.Temperature, options.Seed, options.Stats, options.Help));
        Assert.True(Options.Parse(["--help"]).Help);
    }

    [Fact]
    public void Parse_PromptWithEqualsSign_KeepsIt() =>
        Assert.Equal("a=b", Encoding.UTF8.GetString(Options.Parse(["--prompt=a=b"]).Prompt));

    [Fact]
    public void Parse_PromptFile_IsReadAsBytes()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [0xFF, 0, 10]);
            Assert.Equal([0xFF, 0, 10], Options.Parse(["--prompt-file", path]).Prompt);

            File.WriteAllBytes(path, []);
            AssertRefused("--prompt-file is empty", "--prompt-file", path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("--window 0 must be a whole number from 1 to 128; try --window 128", "--window", "0")]
    [InlineData("--window 129 must be", "--window", "129")]
    [InlineData("--window 1.5 must be", "--window=1.5")]
    [InlineData("--window  must be", "--window=")]
    [InlineData("--length 0 must be", "--length", "0")]
    [InlineData("--length -5 must be", "--length", "-5")]
    [InlineData("--length 1,000 must be", "--length", "1,000")]
    [InlineData("--length 99999999999999999999999 must be", "--length", "99999999999999999999999")]
    [InlineData("--temperature -0.1 must be a number from 0 to 5", "--temperature", "-0.1")]
    [InlineData("--temperature NaN must be", "--temperature", "NaN")]
    [InlineData("--temperature 0,7 must be", "--temperature", "0,7")]
    [InlineData("--seed -1 must be", "--seed", "-1")]
    [InlineData("--seed needs a value", "--seed")]
    [InlineData("--prompt is empty", "--prompt", "")]
    [InlineData("--prompt-file follows --prompt", "--prompt", "x", "--prompt-file", "y")]
    [InlineData("--prompt-file /no/such/file must be a file", "--prompt-file", "/no/such/file")]
    [InlineData("--tempreature is not an option", "--tempreature", "1")]
    [InlineData("hello is not an option", "hello")]
    [InlineData("--stats takes no value", "--stats=yes")]
    public void Parse_BadOption_IsRefusedInOneLine(string message, params string[] arguments) => AssertRefused(message, arguments);

    private static void AssertRefused(string message, params string[] arguments)
    {
        string text = Assert.Throws<OptionException>(() => Options.Parse(arguments)).Message;
        Assert.Contains(message, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
    }
}
