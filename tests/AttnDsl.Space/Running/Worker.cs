using System;
using System.IO;
using System.Linq;

namespace AttnDsl.Space.Running;

/// <summary>The process that does what a <see cref="Foreman"/> asks for: lines of indices come in, findings go out, and <see cref="Done"/> behind each.</summary>
internal static class Worker
{
    public const string Done = "done";

    public static void Run(ISpace space, TextReader input, TextWriter output)
    {
        var writer = TextWriter.Synchronized(output);
        while (input.ReadLine() is { } line)
        {
            space.Prove([.. line.Split(' ').Select(int.Parse)], finding => writer.WriteLine(ReportFile.ToLine(finding)));

            // Compilations and the assemblies that they were loaded as.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            writer.WriteLine(Done);
        }
    }
}
