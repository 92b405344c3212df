using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace AttnDsl.Samples.Tests;

/// <summary>Starts a sample as its users do. The build puts the samples beside the tests.</summary>
internal static class Launcher
{
    public static async Task<(int ExitCode, byte[] Output, string Error)> Run(string sample, params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, sample + ".dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        using MemoryStream output = new();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.BaseStream.CopyToAsync(output).WaitAsync(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, output.ToArray(), await error);
    }
}
