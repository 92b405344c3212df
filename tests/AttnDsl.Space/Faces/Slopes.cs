using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;

namespace AttnDsl.Space.Faces;

/// <summary>The slopes of the reference loops along random directions, beside those that gradients give.</summary>
internal sealed class Slopes(Slope slope, int seed, int directions, string @case)
{
    /// <summary>Directions that decide where the first few are over the bar: the ratio of two rounding errors along four is all but chance.</summary>
    private const int Deciding = 16;

    /// <summary>A gradient smaller than this part of the largest one of its layer is measured as if it were this part.</summary>
    public const double LeastPart = 0.1;

    private readonly Dictionary<string, Known> _known = [];

    /// <summary>The gradients of all tensors.</summary>
    public IEnumerable<Measure> Gradients(string face, IReadOnlyDictionary<string, float[]> gradients)
    {
        // Exactly opposite terms leave what rounding makes of them, and their size is that of the other gradients.
        // What vanishes altogether is a difference of sums that are multiplied by the elements of s·k or s·q.
        var (least, all) = (LeastPart * gradients.Values.Max(Rms), LeastPart * gradients.Values.Max(Norm) * Math.Max(1, slope.Spec.QueryScale * Math.Sqrt(slope.Spec.KeyDim)));
        foreach (var (tensor, gradient) in gradients) yield return Gradient($"{@case}, {face}, gradient of {tensor}", tensor, gradient, least * Math.Sqrt(gradient.Length), all);
    }

    private Measure Gradient(string what, string tensor, float[] gradient, double least, double all)
    {
        if (!_known.TryGetValue(tensor, out var known)) _known[tensor] = known = new(slope, tensor, gradient.Length, unchecked(seed + tensor.Length + tensor[^1]));
        var error = known.Error(gradient, directions);
        if (error <= Tolerances.Float32Gradient) return new(what, Grade.Met, error);
        (error, var float32) = (known.Error(gradient, Deciding), known.Float32(Deciding));
        // What is nothing at all, as q's and k's at a single key, is the difference of sums over the elements of the other gradients.
        var cancels = known.Error(gradient, Deciding, known.Vanishes(Deciding) ? Math.Max(least, all) : least) <= Tolerances.Float32Gradient;
        var grade = cancels && float32 > 1 ? Grade.Cancelling : error <= Float32.Factor * float32 ? Grade.Conditioned : cancels ? Grade.Cancelling : Grade.Failed;
        return new(what, grade, error, float32);
    }

    private static double Rms(float[] values) => values.Length == 0 ? 0 : Norm(values) / Math.Sqrt(values.Length);

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(x => (double)x * x));

    /// <summary>Slopes along the first directions of one tensor, each taken once.</summary>
    private sealed class Known(Slope slope, string tensor, int length, int seed)
    {
        private readonly Draw _draw = new(seed);
        private readonly List<(float[] Direction, double Expected)> _along = [];
        private double? _float32;

        public double Error(float[] gradient, int directions, double least = 0)
        {
            var along = Along(directions);
            return ErrorRatio.Of([.. along.Select(a => Dot(gradient, a.Direction))], [.. along.Select(a => a.Expected)], least);
        }

        public bool Vanishes(int directions) => Along(directions).All(a => a.Expected == 0);

        /// <summary>How far off the derivative of the float32 loop is.</summary>
        public double Float32(int directions) => _float32 ??= Faces.Float32.Typical(Faces.Float32.Neighbours(slope.Inputs).Select(inputs =>
            ErrorRatio.Of([.. Along(directions).Select(a => (slope with { Inputs = inputs }).AlongIn<float>(tensor, a.Direction))], [.. Along(directions).Select(a => a.Expected)])));

        private List<(float[] Direction, double Expected)> Along(int directions)
        {
            while (_along.Count < directions)
            {
                var direction = _draw.Normal(length, 1);
                _along.Add((direction, slope.Along(tensor, direction)));
            }

            return _along[..directions];
        }

        private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
    }
}
