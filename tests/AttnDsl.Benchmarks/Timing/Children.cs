using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace AttnDsl.Benchmarks;

/// <summary>This program once more, in a process of its own.</summary>
internal static class Children
{
    /// <param name="line">Takes each line of its output; progress goes where this process's goes.</param>
    /// <param name="environment">Variables that it alone shall see.</param>
    /// <returns>Its exit code.</returns>
    public static int Run(IEnumerable<string> arguments, Action<string> line, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        if (System.IO.Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Insert(0, typeof(Children).Assembly.Location);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var child = Process.Start(start)!;
        while (child.StandardOutput.ReadLine() is { } text)
        {
            line(text);
        }

        child.WaitForExit();
        return child.ExitCode;
    }
}
