using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Emit;

/// <summary>What the letters stand for that a layer's kernels give as shapes.</summary>
internal static class KernelLetters
{
    private static readonly IReadOnlyDictionary<string, string> s_meanings = new Dictionary<string, string>
    {
        ["J"] = "projections",
        ["L"] = "learned functions",
        ["U"] = "hidden units of each",
        ["I"] = "linear pieces of each",
        ["W"] = "taps of a convolution",
        ["D"] = "tokens before that it needs",
        ["E"] = "levels of the past",
        ["X"] = "tokens of the window",
    };

    public static string Of(DynamicalSystem system)
    {
        var letters = new List<string> { "B batch", "T time", "H heads", "K key width", "V value width" };
        if (!system.Map.KeepsChannels) letters.Add("F features");
        if (system.Rotation is not null || system.Decay?.Shape == GateShape.Pair) letters.Add("P pairs of channels");
        if (system.Writing.Slots > 0) letters.Add("M slots");
        letters.AddRange(system.Widths.Where(w => w.Size > 1).Select(w => $"{w.Letter} {s_meanings[w.Letter]}"));
        letters.AddRange(["C tokens of a chunk", "R queries of a block"]);
        return string.Join(", ", letters);
    }
}
