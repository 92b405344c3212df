using System;
using System.Globalization;
using System.Linq;

namespace AttnDsl.Benchmarks;

/// <param name="Filter">Part of a row's name, case ignored; empty takes all.</param>
/// <param name="Seconds">Time spent on a row, warm-up not counted.</param>
/// <param name="Widths">Head widths.</param>
/// <param name="Time">Tokens.</param>
/// <param name="BestOnly">Whether of a layer's forms only the fastest is timed, and no gradients or steps.</param>
internal sealed record LayerOptions(string Filter, double Seconds, int[] Widths, int Time, bool BestOnly)
{
    public static LayerOptions Default { get; } = new("", 1, [64], 2048, false);

    public static bool TryParse(ReadOnlySpan<string> args, out LayerOptions options)
    {
        options = Default;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--best")
            {
                options = options with { BestOnly = true };
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
                case "--time" when double.TryParse(args[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                    options = options with { Seconds = seconds };
                    break;
                case "--tokens" when int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time > 0:
                    options = options with { Time = time };
                    break;
                case "--width" when args[i].Split(',').All(width => int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out _)):
                    options = options with { Widths = [.. args[i].Split(',').Select(width => int.Parse(width, CultureInfo.InvariantCulture))] };
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
