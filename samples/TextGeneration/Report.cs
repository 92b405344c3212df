using System;
using System.Globalization;
using System.IO;
using System.Runtime.Intrinsics;
using TextGeneration.Dense;

namespace TextGeneration;

/// <summary>What the program says of itself at the end.</summary>
internal static class Report
{
    public static void WriteSpeed(TextWriter to, int length, TimeSpan first, TimeSpan generation)
    {
        double rate = length > 1 ? (length - 1) / generation.TotalSeconds : 0;
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{length} bytes, {rate:F0} tokens/s after the first, which came after {first.TotalMilliseconds:F1} ms"));
    }

    /// <summary>
    /// Two columns of times: all that comes before the first byte, where the prompt and the JIT are, and the average of a later one.
    /// </summary>
    public static void WriteStats(TextWriter to, SwaxModel model, Options options, ReadOnlySpan<double> firstMilliseconds)
    {
        to.WriteLine($"{"part",-16}{"first, ms",12}{"later, µs",12}");
        foreach (Part part in Enum.GetValues<Part>())
        {
            double first = firstMilliseconds[(int)part];
            double each = (model.Timings.Milliseconds(part) - first) * 1000 / Math.Max(options.Length - 1, 1);
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part,-16}{first,12:F2}{each,12:F2}"));
        }

        int widest = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            prompt          {options.Prompt.Length} bytes, window {options.Window}
            weights         {model.Parameters} in {model.WeightBytes} bytes
            state           {model.StateBytes} bytes, whatever the length of the text
            vectors         dense layers {32 * Linear.Lanes} bits, the machine's widest {widest} bits
            """));
    }
}
