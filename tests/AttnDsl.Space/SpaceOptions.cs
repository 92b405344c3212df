using System;
using System.Collections.Generic;
using System.Globalization;

namespace AttnDsl.Space;

/// <summary>The command line.</summary>
/// <param name="Count">Valid points of a random sample; 0 for a covering array.</param>
/// <param name="Seed">Seed of the points.</param>
/// <param name="All">Whether every point of <see cref="Points.Sampling.Pairs"/> is tried.</param>
/// <param name="CompileOnly">Whether it is enough that layers compile.</param>
/// <param name="Point">The attributes of the one point to try.</param>
internal sealed record SpaceOptions(int Count, int Seed, bool All, bool CompileOnly, string? Point)
{
    public const string Usage = """
        usage: AttnDsl.Space [--seed S] [--count N | --all | --point ATTRIBUTES] [--compile-only]
          without any   every two choices of the attribute space, in as few points as that takes
          --count N     N random valid points
          --all         every two choices with every family of layers: thousands of points
          --point TEXT  one point, such as --point "[AttentionLayer(KeyDim = 7, ValueDim = 16)] [Gate(GateShape.Key)]"
          --compile-only  compiled or refused, but not run
        """;

    /// <exception cref="FormatException">The command line does not say what to do.</exception>
    public static SpaceOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SpaceOptions(0, 1, All: false, CompileOnly: false, Point: null);
        for (var i = 0; i < arguments.Count; i++)
        {
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value");
            options = arguments[i] switch
            {
                "--count" => options with { Count = Number("--count", Value(), least: 1) },
                "--seed" => options with { Seed = Number("--seed", Value(), least: 0) },
                "--all" => options with { All = true },
                "--compile-only" => options with { CompileOnly = true },
                "--point" => options with { Point = Value() },
                var unknown => throw new FormatException($"unknown option '{unknown}'"),
            };
        }

        if ((options.Count > 0 ? 1 : 0) + (options.All ? 1 : 0) + (options.Point is null ? 0 : 1) > 1) throw new FormatException("--count, --all and --point exclude each other");
        return options;
    }

    private static int Number(string option, string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least ? value : throw new FormatException($"{option} needs a number from {least}, not '{text}'");
}
