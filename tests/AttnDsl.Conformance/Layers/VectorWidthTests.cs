using System;
using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class VectorWidthTests
{
    [Theory]
    [InlineData(null, 512)]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", 32)]
    public async Task GoldenTool_InstructionSetSwitchedOff_AllPass(string? switchedOff, int widest)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && path.EndsWith("dotnet", StringComparison.Ordinal) ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { "exec", typeof(GoldenTool).Assembly.Location, GoldenSpec.Folder, "--require", "all" })
        {
            start.ArgumentList.Add(argument);
        }

        if (switchedOff is not null)
        {
            start.Environment[switchedOff] = "0";
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var width = Regex.Match(await output, @"vector width (\d+) bits").Groups[1].Value;
        Assert.True(int.TryParse(width, out var bits) && bits <= widest, $"vectors of '{width}' bits, at most {widest} expected");
        Assert.True(process.ExitCode == GoldenTool.Passed, $"exit code {process.ExitCode}\n{await output}{await error}");
    }
}
