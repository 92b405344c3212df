using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;

namespace AttnDsl.Space.Faces;

/// <summary>The slopes of the reference loops along random directions, beside those that gradients give.</summary>
internal sealed class Slopes(Slope slope, int seed, int directions, string @case)
{
    /// <summary>Directions that decide where the first few are over the bar: the ratio of two rounding errors along four is all but chance.</summary>
    private const int Deciding = 16;

    /// <summary>A gradient smaller than this part of the largest one of its layer is measured as if it were this part.</summary>
    public const double LeastPart = 0.1;

    /// <summary>A gradient that is no more than this part of what goes through the numerators alone is nothing at all: float32 cannot tell it from 0.</summary>
    private const double Nothing = 1e-6;

    private readonly Dictionary<string, Known> _known = [];

    /// <summary>The gradients of all tensors.</summary>
    public IEnumerable<Measure> Gradients(string face, IReadOnlyDictionary<string, float[]> gradients)
    {
        // Exactly opposite terms leave what rounding makes of them, and their size is that of the other gradients.
        var least = LeastPart * gradients.Values.Max(Rms);
        foreach (var (tensor, gradient) in gradients) yield return Gradient($"{@case}, {face}, gradient of {tensor}", tensor, gradient, least * Math.Sqrt(gradient.Length));
    }

    private Measure Gradient(string what, string tensor, float[] gradient, double least)
    {
        if (!_known.TryGetValue(tensor, out var known)) _known[tensor] = known = new(slope, tensor, gradient.Length, unchecked(seed + tensor.Length + tensor[^1]));
        var error = known.Error(gradient, directions);
        if (error > Tolerances.Float32Gradient) error = known.Error(gradient, Deciding);
        if (error <= Tolerances.Float32Gradient) return new(what, Grade.Met, error);
        var cancels = known.Error(gradient, Deciding, Math.Max(least, known.Parts(Deciding))) <= Tolerances.Float32Gradient;
        var float32 = known.Float32(Deciding, error / Float32.Factor);
        var grade = cancels && float32 > 1 ? Grade.Cancelling : error <= Float32.Factor * float32 ? Grade.Conditioned : cancels ? Grade.Cancelling : Grade.Failed;
        return new(what, grade, error, float32);
    }

    private static double Rms(float[] values) => Rms(Array.ConvertAll(values, x => (double)x));

    private static double Rms(double[] values) => values.Length == 0 ? 0 : Math.Sqrt(values.Average(x => x * x));

    /// <summary>Slopes along the first directions of one tensor, each taken once.</summary>
    private sealed class Known(Slope slope, string tensor, int length, int seed)
    {
        private readonly Draw _draw = new(seed);
        private readonly List<(float[] Direction, double Expected)> _along = [];
        private readonly List<double> _inOrder = [], _inPairs = [];
        private double? _parts;

        public double Error(float[] gradient, int directions, double least = 0)
        {
            var along = Along(directions);
            return ErrorRatio.Of([.. along.Select(a => Dot(gradient, a.Direction))], [.. along.Select(a => a.Expected)], least);
        }

        /// <summary>
        /// Of a gradient that is nothing at all the size of the two that it is the difference of: an average over weights (or a read over a key sum, q·S / q·z)
        /// has one through its numerator and one through its divisor. At a single token, or of a single key channel, they are equal, whatever
        /// q and k are, and each is as exact as float32 makes it. Everywhere else 0: what is something is held to its own size.
        /// </summary>
        public double Parts(int directions)
        {
            if (_parts is { } parts) return parts;
            var through = slope with { Spec = slope.Spec with { HoldsDenominator = true }, HoldsMaximum = true };
            var (whole, held) = (Rms([.. Along(directions).Select(a => a.Expected)]), Rms([.. Along(directions).Select(a => through.AlongIn<double>(tensor, a.Direction))]));
            return (_parts = whole <= Nothing * held ? held : 0).Value;
        }

        /// <summary>
        /// How far off the derivative of the float32 loops is: of as many as it takes to know that it is typically more than <paramref name="enough"/>, or of all of
        /// them. Token by token first; where that is more exact, over every pair of tokens, as blocks of tokens are computed.
        /// </summary>
        public double Float32(int directions, double enough)
        {
            var inOrder = Float32(_inOrder, slope, directions, enough);
            return inOrder >= enough || !Oracle.HasOtherRoute(slope.Spec) ? inOrder : Math.Max(inOrder, Float32(_inPairs, slope with { Otherwise = true }, directions, enough));
        }

        private double Float32(List<double> errors, Slope loops, int directions, double enough)
        {
            var expected = Along(directions).Select(a => a.Expected).ToList();
            foreach (var inputs in Faces.Float32.Neighbours(slope.Inputs).Skip(errors.Count))
            {
                if (errors.Sum(e => e * e) >= Faces.Float32.Runs * enough * enough) break;
                errors.Add(ErrorRatio.Of([.. Along(directions).Select(a => (loops with { Inputs = inputs }).AlongIn<float>(tensor, a.Direction))], expected));
            }

            return Faces.Float32.Typical(errors);
        }

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
