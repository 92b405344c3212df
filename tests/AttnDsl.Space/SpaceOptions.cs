using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace AttnDsl.Space;

/// <summary>The command line.</summary>
internal sealed record SpaceOptions
{
    public const string Usage = """
        usage: AttnDsl.Space [--seed S] [--count N | --all | --point ATTRIBUTES | --functions N | --function SEED] [--compile-only]
                             [--workers N] [--shard I/N] [--report FILE] [--minutes M]
               AttnDsl.Space --summary FILE…
          without any   every two choices of the attribute space, in as few points as that takes
          --count N     N random valid points
          --all         every two choices with every family of layers: thousands of points
          --point TEXT  one point, such as --point "[AttentionLayer(KeyDim = 7, ValueDim = 16)] [Gate(GateShape.Key)]"
          --functions N N layers parts of which are random methods
          --function S  one of them
          --compile-only  compiled or refused, but not run
          --workers N   N processes at a time; 0 for this one alone; without it one a processor, for few points none
          --shard I/N   part I of N, from 1
          --report FILE a line for each point; what it has already is not tried again
          --minutes M   begins nothing after M minutes; with --report the same command goes on from there
          --summary     counts what is in reports
        """;

    /// <summary>Valid points of a random sample; 0 for a covering array.</summary>
    public int Count { get; init; }

    /// <summary>Seed of the points.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether every point of <see cref="Points.Sampling.Pairs"/> is tried.</summary>
    public bool All { get; init; }

    /// <summary>Layers of random functions.</summary>
    public int Functions { get; init; }

    /// <summary>Seed of the one of them to try.</summary>
    public int? Function { get; init; }

    /// <summary>Whether it is enough that layers compile.</summary>
    public bool CompileOnly { get; init; }

    /// <summary>The attributes of the one point to try.</summary>
    public string? Point { get; init; }

    /// <summary>Processes; null where that is left open.</summary>
    public int? Workers { get; init; }

    public int Shard { get; init; } = 1;

    public int Shards { get; init; } = 1;

    public string? Report { get; init; }

    public int? Minutes { get; init; }

    /// <summary>The reports to count.</summary>
    public IReadOnlyList<string> Summary { get; init; } = [];

    /// <summary>Whether this is a process of <see cref="Running.Foreman"/>.</summary>
    public bool IsWorker { get; init; }

    /// <exception cref="FormatException">The command line does not say what to do.</exception>
    public static SpaceOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SpaceOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value");
            options = arguments[i] switch
            {
                "--count" => options with { Count = Number("--count", Value(), least: 1) },
                "--seed" => options with { Seed = Number("--seed", Value(), least: 0) },
                "--all" => options with { All = true },
                "--functions" => options with { Functions = Number("--functions", Value(), least: 1) },
                "--function" => options with { Function = Number("--function", Value(), least: 0) },
                "--compile-only" => options with { CompileOnly = true },
                "--point" => options with { Point = Value() },
                "--workers" => options with { Workers = Number("--workers", Value(), least: 0) },
                "--shard" => Sharded(options, Value()),
                "--report" => options with { Report = Value() },
                "--minutes" => options with { Minutes = Number("--minutes", Value(), least: 1) },
                "--summary" => options with { Summary = [Value(), .. arguments.Skip(i + 1)] },
                "--worker" => options with { IsWorker = true },
                var unknown => throw new FormatException($"unknown option '{unknown}'"),
            };
            if (options.Summary.Count > 0) break;
        }

        if (new[] { options.Count > 0, options.All, options.Point is not null, options.Functions > 0, options.Function is not null }.Count(given => given) > 1)
            throw new FormatException("--count, --all, --point, --functions and --function exclude each other");
        return options;
    }

    private static SpaceOptions Sharded(SpaceOptions options, string text)
    {
        if (text.Split('/') is not [var part, var parts]) throw new FormatException($"--shard needs a part and how many there are, such as 1/4, not '{text}'");
        options = options with { Shard = Number("--shard", part, least: 1), Shards = Number("--shard", parts, least: 1) };
        return options.Shard <= options.Shards ? options : throw new FormatException($"--shard: there is no part {part} of {parts}");
    }

    private static int Number(string option, string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least ? value : throw new FormatException($"{option} needs a number from {least}, not '{text}'");
}
