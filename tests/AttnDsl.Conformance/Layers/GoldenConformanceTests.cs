using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden;
using AttnDsl.Golden.Printing;
using AttnDsl.Golden.Vectors;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class GoldenConformanceTests
{
    /// <summary>Every case, required of every form, of states and of gradients.</summary>
    [Fact]
    public void GoldenTool_AllCases_Pass()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = GoldenTool.Run([GoldenSpec.Folder, "--require", "all"], output, error, Progress.None);
        Assert.True(code == GoldenTool.Passed, $"exit code {code}\n{output}{error}");
        Assert.Equal(47, Directory.GetFiles(GoldenSpec.Folder, "*.safetensors").Length);
    }

    [Theory]
    [InlineData("out.o")]
    [InlineData("out.state")]
    [InlineData("grad.gk")]
    public void GoldenTool_WrongAnswerInTheFile_Fails(string tensor)
    {
        using var folder = new TemporaryFolder();
        Copy(folder, "gla", entry => entry);
        var file = File.ReadAllBytes(folder.File("gla.safetensors"));
        var answers = SafeTensors.Parse(file, "gla")[tensor].Data;
        var at = file.AsSpan().IndexOf(MemoryMarshal.AsBytes(answers.AsSpan()));
        MemoryMarshal.AsBytes<float>([answers[0] + 0.01f]).CopyTo(file.AsSpan(at));
        File.WriteAllBytes(folder.File("gla.safetensors"), file);
        var (code, output) = Run(folder.Path);
        Assert.Equal(GoldenTool.Failed, code);
        Assert.Contains("FAIL", output, StringComparison.Ordinal);
    }

    [Fact]
    public void GoldenTool_WrongGradientInTheFile_SaysHowFarEachIsOff()
    {
        using var folder = new TemporaryFolder();
        Copy(folder, "simple_gla_initial_state", entry => entry);
        var path = folder.File("simple_gla_initial_state.safetensors");
        var file = File.ReadAllBytes(path);
        var answers = SafeTensors.Parse(file, "case")["grad.s0"].Data;
        var at = file.AsSpan().IndexOf(MemoryMarshal.AsBytes(answers.AsSpan()));
        MemoryMarshal.AsBytes<float>([answers[0] + 0.01f]).CopyTo(file.AsSpan(at));
        File.WriteAllBytes(path, file);
        var (_, output) = Run(folder.Path);
        Assert.Matches(@"backward: grad\.g [0-9.]+e-\d+, .*grad\.s0 [0-9.]+e-0[1-5]", output);
        Assert.Contains("backward split: ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("softmax_window", "\"window\": 9", "\"window\": 10")]
    [InlineData("gla", "\"params\": {}", "\"params\": {\"tau\": 16}")]
    [InlineData("rope_softmax", "10000.0", "500000.0")]
    [InlineData("rope_softmax", "half-split", "interleaved")]
    public void GoldenTool_OtherParameters_AreNotTheDeclaration(string name, string given, string changed)
    {
        using var folder = new TemporaryFolder();
        Copy(folder, name, entry => entry.Replace(given, changed, StringComparison.Ordinal));
        var (_, output) = Run(folder.Path);
        var rows = output.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal)).ToList();
        // A run-time window is declared for any window; every other declaration is for its own parameters only.
        Assert.All(rows, row => Assert.True(row.Contains("missing") || row.Contains("[run-time window]"), row));
        Assert.NotEmpty(rows);
    }

    private static (int Code, string Output) Run(string folder)
    {
        var output = new StringWriter();
        return (GoldenTool.Run([folder], output, output, Progress.None), output.ToString());
    }

    private static void Copy(TemporaryFolder folder, string name, Func<string, string> change)
    {
        using var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenSpec.Folder, "index.json")));
        var entry = index.RootElement.EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name).GetRawText();
        File.WriteAllText(folder.File("index.json"), $"[{change(entry)}]");
        File.Copy(Path.Combine(GoldenSpec.Folder, name + ".safetensors"), folder.File(name + ".safetensors"));
    }
}
