using System;
using System.IO;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden;
using AttnDsl.Golden.Printing;
using AttnDsl.Golden.Runs;
using Xunit;

namespace AttnDsl.Conformance.Tool;

public sealed class GoldenToolTests
{
    [Theory]
    [InlineData("no folder given")]
    [InlineData("unknown option", "a", "--fast")]
    [InlineData("--require needs", "a", "--require")]
    [InlineData("a second folder", "a", "b")]
    public void Run_WrongCommandLine_ShowsUsage(string expected, params string[] arguments)
    {
        var (code, _, error) = Run(arguments);
        Assert.Equal(GoldenTool.Misused, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains(ToolOptions.Usage, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "cannot read")]
    [InlineData("{}", "malformed")]
    [InlineData("[{}]", "malformed")]
    [InlineData("""[{"name":"../x","params":{},"tensors":{}}]""", "'../x' is no name")]
    [InlineData("""[{"name":"x","params":{},"tensors":{}},{"name":"x","params":{},"tensors":{}}]""", "listed twice")]
    public void Run_BadIndex_SaysSo(string? index, string expected)
    {
        using var folder = new TemporaryFolder();
        if (index is not null)
        {
            File.WriteAllText(folder.File("index.json"), index);
        }

        var (code, _, error) = Run(folder.Path);
        Assert.Equal(GoldenTool.Misused, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_RequiredCaseNotInTheIndex_Fails()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("index.json"), "[]");
        var (code, output, _) = Run(folder.Path, "--require", "gla");
        Assert.Equal(GoldenTool.Failed, code);
        Assert.Contains("gla: not in index.json", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_CaseWithoutDeclaration_FailsOnlyWhenRequired()
    {
        using var folder = new TemporaryFolder();
        // Every case has a declaration by now: one that has none goes by another name.
        Copy(folder, "gsa");
        File.Move(folder.File("gsa.safetensors"), folder.File("unheard_of.safetensors"));
        File.WriteAllText(folder.File("index.json"), File.ReadAllText(folder.File("index.json")).Replace("\"gsa\"", "\"unheard_of\"", StringComparison.Ordinal).Replace("gsa.safetensors", "unheard_of.safetensors", StringComparison.Ordinal));
        Assert.Equal(GoldenTool.Passed, Run(folder.Path).Code);
        var (code, output, _) = Run(folder.Path, "--require", "all");
        Assert.Equal(GoldenTool.Failed, code);
        Assert.Contains("missing (required)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TruncatedCase_FailsAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        Copy(folder, "luna_causal", "gsa");
        var file = File.ReadAllBytes(folder.File("luna_causal.safetensors"));
        File.WriteAllBytes(folder.File("luna_causal.safetensors"), file[..^100]);
        var (code, output, _) = Run(folder.Path);
        Assert.Equal(GoldenTool.Failed, code);
        Assert.Contains("luna_causal: luna_causal.safetensors", output, StringComparison.Ordinal);
        Assert.Contains("gsa", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FileUnlikeTheIndex_Fails()
    {
        using var folder = new TemporaryFolder();
        Copy(folder, "gsa");
        File.WriteAllText(folder.File("index.json"), File.ReadAllText(folder.File("index.json")).Replace("45", "46", StringComparison.Ordinal));
        var (code, output, _) = Run(folder.Path);
        Assert.Equal(GoldenTool.Failed, code);
        Assert.Contains("the index says [2,46,2,", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_CellsOfDifferentLength_LineUp()
    {
        var table = new Table(("name", false), ("number", true));
        table.Add("a", "1");
        table.Add("longer", "1000000");
        var writer = new StringWriter { NewLine = "\n" };
        table.Print(writer);
        Assert.Equal("name     number\n------  -------\na             1\nlonger  1000000\n", writer.ToString());
    }

    [Fact]
    public void Progress_Terminal_OverwritesAndClears()
    {
        var writer = new StringWriter();
        var progress = new Progress(writer, isTerminal: true);
        progress.Show(1, 2, "long", "form");
        progress.Show(2, 2, "b", "c");
        progress.Clear();
        Assert.Equal("\r[1/2] long form\r[2/2] b c      \r         \r", writer.ToString());
    }

    [Fact]
    public void Progress_NoTerminal_IsSilent()
    {
        var writer = new StringWriter();
        var progress = new Progress(writer, isTerminal: false);
        progress.Show(1, 2, "a", "b");
        progress.Clear();
        Assert.Equal("", writer.ToString());
    }

    [Fact]
    public void Measure_NotANumber_IsOverEveryBar()
    {
        var row = Row.Measured("a", "b", Quantity.All.ToDictionary(quantity => quantity, _ => Measure.RmsRatio([float.NaN], [1f])));
        Assert.Equal(Verdict.Fail, row.Verdict);
    }

    [Fact]
    public void Measure_KnownValues_IsTheRatioOfRootMeanSquares()
    {
        Assert.Equal(0.2, Measure.RmsRatio([3f, 5], [3f, 4]), 1e-7);
        Assert.Equal(Math.Sqrt(2), Measure.RmsRatio([1f, 1], [0f, 0]), 1e-7);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (GoldenTool.Run(arguments, output, error, Progress.None), output.ToString(), error.ToString());
    }

    private static void Copy(TemporaryFolder folder, params string[] names)
    {
        using var index = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenSpec.Folder, "index.json")));
        var kept = index.RootElement.EnumerateArray().Where(entry => names.Contains(entry.GetProperty("name").GetString()));
        File.WriteAllText(folder.File("index.json"), $"[{string.Join(',', kept.Select(entry => entry.GetRawText()))}]");
        foreach (var name in names)
        {
            File.Copy(Path.Combine(GoldenSpec.Folder, name + ".safetensors"), folder.File(name + ".safetensors"));
        }
    }
}
