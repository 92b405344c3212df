using System;
using System.Collections;
using System.Diagnostics;
using System.Threading.Tasks;
using Xunit;

namespace AttnDsl.Package.Tests;

/// <param name="ExitCode">Zero when all went well.</param>
/// <param name="Text">What it wrote, both streams.</param>
internal sealed record Outcome(int ExitCode, string Text)
{
    public Outcome Succeeded()
    {
        Assert.True(ExitCode == 0, Text);
        return this;
    }
}

/// <summary>Runs the dotnet command line as a person would: without what the test host left in the environment.</summary>
internal static class DotNet
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public static Outcome Run(string folder, string? packages, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.Ordinal))
            {
                start.Environment.Remove(name);
            }
        }

        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";

        // Servers that stay behind keep the pipes open, and the wait for the end of the output with them.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";

        // The audit asks a package source for news; these tests ask none for anything.
        start.Environment["NuGetAudit"] = "false";
        if (packages is not null)
        {
            start.Environment["NUGET_PACKAGES"] = packages;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)} did not end within {s_patience.TotalMinutes} minutes");
        }

        Task.WaitAll(output, errors);
        return new Outcome(process.ExitCode, output.Result + errors.Result);
    }
}
