using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using TextGeneration;

const int Success = 0, Failed = 1, BadOptions = 2;

Options options;
try
{
    options = Options.Parse(args);
}
catch (OptionException problem)
{
    Console.Error.WriteLine(problem.Message);
    return BadOptions;
}

if (options.Help)
{
    Console.WriteLine(Options.Usage);
    return Success;
}

SwaxModel model;
try
{
    model = SwaxModel.Load(Path.Combine(AppContext.BaseDirectory, "model"));
}
catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"The model cannot be loaded: {problem.Message}");
    return Failed;
}

model.Window = options.Window;
model.Timings.Enabled = options.Stats;
if (options.EchoPrompt)
{
    Console.Error.Write(Encoding.UTF8.GetString(options.Prompt));
}

long start = Stopwatch.GetTimestamp();
ReadPrompt();
double[] firstParts = [];
(TimeSpan first, TimeSpan others) = Generate();

Console.Error.WriteLine();
Report.WriteSpeed(Console.Error, options.Length, first, others);
if (options.Stats)
{
    Report.WriteStats(Console.Error, model, options, firstParts);
}

return Success;

// The state carries over from piece to piece, so a prompt may be cut anywhere: here, where the bar should move.
void ReadPrompt()
{
    const int Piece = 1024;
    ProgressBar bar = new("reading the prompt", options.Prompt.Length);
    for (int done = 0; done < options.Prompt.Length; done += Piece)
    {
        model.Prefill(options.Prompt.AsSpan(done, Math.Min(Piece, options.Prompt.Length - done)));
        if (options.Prompt.Length > 4 * Piece)
        {
            bar.Report(Math.Min(done + Piece, options.Prompt.Length));
        }
    }

    if (options.Prompt.Length > 4 * Piece)
    {
        bar.Clear();
    }
}

(TimeSpan First, TimeSpan Others) Generate()
{
    using Stream stream = Console.OpenStandardOutput();
    ByteOutput output = new(stream);
    Sampler sampler = new(options.Temperature, options.Seed);
    long firstAt = start;
    for (int i = 0; i < options.Length; i++)
    {
        model.Timings.Start();
        byte next = sampler.Next(model.Logits);
        model.Timings.Lap(Part.Sampling);
        output.Write(next);
        model.Timings.Lap(Part.Output);
        if (i == 0)
        {
            firstAt = Stopwatch.GetTimestamp();
            firstParts = [.. Enum.GetValues<Part>().Select(model.Timings.Milliseconds)];
        }

        if (i + 1 < options.Length)
        {
            model.Step(next);
        }
    }

    output.Flush();
    return (Stopwatch.GetElapsedTime(start, firstAt), Stopwatch.GetElapsedTime(firstAt));
}
