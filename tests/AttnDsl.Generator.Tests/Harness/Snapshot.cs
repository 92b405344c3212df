using System;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using Xunit.Sdk;

namespace AttnDsl.Generator.Tests.Harness;

/// <summary>
/// Compares a text with <c>Name.verified.ext</c> in the Snapshots folder. On a difference it writes <c>Name.received.ext</c> beside
/// it and fails; with ATTNDSL_ACCEPT=1 it rewrites the verified file instead.
/// </summary>
internal static class Snapshot
{
    public static void Verify(string text, string extension, [CallerMemberName] string name = "")
    {
        var folder = Path.Combine(Repository.TestProject, "Snapshots");
        var verified = Path.Combine(folder, $"{name}.verified.{extension}");
        var received = Path.Combine(folder, $"{name}.received.{extension}");
        if (Environment.GetEnvironmentVariable("ATTNDSL_ACCEPT") == "1")
        {
            File.WriteAllText(verified, text);
            File.Delete(received);
            return;
        }

        var expected = File.Exists(verified) ? File.ReadAllText(verified).Replace("\r\n", "\n") : "";
        if (expected == text)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        throw new XunitException($"{Path.GetFileName(verified)} differs. Read {received}; to accept it, run the tests with ATTNDSL_ACCEPT=1.\n{Difference(expected, text)}");
    }

    /// <summary>The first lines that differ, with some before them.</summary>
    public static string Difference(string expected, string actual)
    {
        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        var same = before.Zip(after).TakeWhile(p => p.First == p.Second).Count();
        var tail = before.Reverse().Zip(after.Reverse()).Take(Math.Min(before.Length, after.Length) - same).TakeWhile(p => p.First == p.Second).Count();
        var text = new StringBuilder($"line {same + 1}:\n");
        foreach (var line in before.Take(same).TakeLast(3)) text.Append("  ").Append(line).Append('\n');
        foreach (var line in before[same..^tail].Take(12)) text.Append("- ").Append(line).Append('\n');
        foreach (var line in after[same..^tail].Take(12)) text.Append("+ ").Append(line).Append('\n');
        return text.ToString();
    }
}
