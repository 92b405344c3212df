using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;

namespace AttnDsl.Space.Faces;

/// <summary>
/// How far off float32 itself is on given inputs: the naive loops in float32, on these inputs and on neighbouring ones. One run alone
/// would be a matter of luck wherever one near-zero denominator makes most of the error.
/// </summary>
internal static class Float32
{
    /// <summary>A result over its bar may be as far off as this many typical errors: few results are, by chance, and a wrong one is not one of them.</summary>
    public const double Factor = 4;

    public const int Runs = 8;

    /// <summary>The inputs, and the same with every number moved to one of its two neighbours.</summary>
    public static IEnumerable<LayerInputs> Neighbours(LayerInputs inputs) => Enumerable.Range(1, Runs - 1).Select(seed => new Draw(seed).Nudged(inputs)).Prepend(inputs);

    /// <summary>RMS over the runs.</summary>
    public static double Typical(IEnumerable<double> errors) => Math.Sqrt(errors.Average(e => e * e));
}
