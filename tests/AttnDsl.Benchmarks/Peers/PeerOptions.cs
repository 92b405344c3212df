using System;
using System.Globalization;
using System.Linq;

namespace AttnDsl.Benchmarks.Peers;

/// <param name="Filter">Part of a row's name, case ignored; empty takes all.</param>
/// <param name="Seconds">Time spent on a row, warm-up not counted.</param>
/// <param name="Processes">How many times all is measured, each in a process of its own.</param>
/// <param name="Widths">Head widths.</param>
/// <param name="Lines">A file that what is measured is added to; what it held before counts too. Empty for none.</param>
/// <param name="IsChild">Whether this is one of those processes: it measures, and prints for its parent.</param>
internal sealed record PeerOptions(string Filter, double Seconds, int Processes, int[] Widths, string Lines, bool IsChild)
{
    public static bool TryParse(ReadOnlySpan<string> args, out PeerOptions options)
    {
        options = new("", 1, 1, [64, 128], "", false);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--child")
            {
                options = options with { IsChild = true };
                continue;
            }

            if (i + 1 == args.Length)
            {
                return false;
            }

            switch (args[i++])
            {
                case "--filter":
                    options = options with { Filter = args[i] };
                    break;
                case "--lines":
                    options = options with { Lines = args[i] };
                    break;
                case "--time" when double.TryParse(args[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                    options = options with { Seconds = seconds };
                    break;
                case "--processes" when int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out var processes):
                    options = options with { Processes = processes };
                    break;
                case "--width" when args[i].Split(',').All(width => int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out _)):
                    options = options with { Widths = [.. args[i].Split(',').Select(width => int.Parse(width, CultureInfo.InvariantCulture))] };
                    break;
                default:
                    return false;
            }
        }

        // Without a process there is nothing to print but what a file holds.
        return options.Processes > 0 || options.Lines.Length > 0;
    }

    /// <summary>The command line of a child.</summary>
    public string[] ChildArguments =>
        ["peers", "--child", "--filter", Filter, "--time", Seconds.ToString(CultureInfo.InvariantCulture), "--width", string.Join(',', Widths)];
}
