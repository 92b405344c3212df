using System;
using System.Globalization;

namespace AttnDsl.Benchmarks;

/// <param name="Filter">Part of a row's name, case ignored; empty takes all.</param>
/// <param name="Seconds">Time spent on a row, warm-up not counted.</param>
internal sealed record LayerOptions(string Filter, double Seconds)
{
    public static bool TryParse(ReadOnlySpan<string> args, out LayerOptions options)
    {
        options = new LayerOptions("", 1);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                return false;
            }

            switch (args[i])
            {
                case "--filter":
                    options = options with { Filter = args[i + 1] };
                    break;
                case "--time" when double.TryParse(args[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                    options = options with { Seconds = seconds };
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
