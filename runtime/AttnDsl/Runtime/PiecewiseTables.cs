using System;
using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>
/// Learned functions <c>ψ_l(p) = factor·(Σ_u outer_lu a(inner_u p + innerBias_u) + outerBias_l)</c> as tables, where the activation a has one
/// slope below 0 and slope 1 above it: such a function is linear between the points where a unit turns on or off.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PiecewiseTables
{
    /// <summary>
    /// For each head, one behind the other: where every piece starts, in ascending order (the first has no start that anyone asks for); a
    /// point of every piece, the nearest to 0, from which values are counted so that nothing cancels; every function's slope on each piece; its value at that point.
    /// </summary>
    /// <param name="heads">Heads with parameters of their own, or 1.</param>
    /// <param name="pieces">I: one more than there are hidden units, or 1 where no unit bends.</param>
    /// <param name="functions">L.</param>
    /// <param name="isShared">Whether all functions have the same hidden units.</param>
    /// <param name="below">The slope of the activation below 0.</param>
    /// <param name="factor">What everything is multiplied by.</param>
    /// <param name="inner">Weights of the hidden units.</param>
    /// <param name="innerBias">Biases of the hidden units.</param>
    /// <param name="outer">Weights of the functions.</param>
    /// <param name="outerBias">Biases of the functions.</param>
    public static float[] Of(
        int heads,
        int pieces,
        int functions,
        bool isShared,
        double below,
        double factor,
        in ReadOnlyTensorSpan<float> inner,
        in ReadOnlyTensorSpan<float> innerBias,
        in ReadOnlyTensorSpan<float> outer,
        in ReadOnlyTensorSpan<float> outerBias)
    {
        int floats = 2 * pieces * (1 + functions);
        var table = new float[heads * floats];
        for (int head = 0; head < heads; head++)
        {
            Span<float> own = table.AsSpan(head * floats, floats);
            var units = new Units(Part(in inner, head, heads), Part(in innerBias, head, heads), Part(in outer, head, heads), Part(in outerBias, head, heads), isShared, below);
            Span<float> starts = own[..pieces];
            units.Starts(starts);
            for (int piece = 0; piece < pieces; piece++)
            {
                float at = own[pieces + piece] = NearestTo0(starts[piece], piece + 1 < pieces ? starts[piece + 1] : float.PositiveInfinity);
                for (int l = 0; l < functions; l++)
                {
                    (double value, double slope) = units.Line(l, pieces == 1 ? float.NegativeInfinity : starts[piece], at);
                    own[(2 * pieces) + (piece * functions) + l] = (float)(factor * slope);
                    own[((2 + functions) * pieces) + (piece * functions) + l] = (float)(factor * value);
                }
            }
        }

        return table;
    }

    /// <summary>Beyond what a float reaches there is no point; pieces there are not looked at but by infinite arguments.</summary>
    private static float NearestTo0(float start, float end) => Math.Max(start, Math.Min(end, 0f)) is var at && float.IsFinite(at) ? at : 0f;

    private static ReadOnlySpan<float> Part(in ReadOnlyTensorSpan<float> tensor, int head, int heads)
    {
        int floats = (int)(tensor.FlattenedLength / heads);
        return MemoryMarshal.CreateReadOnlySpan(in tensor.GetPinnableReference(), floats * heads).Slice(head * floats, floats);
    }

    /// <summary>The hidden units of one head.</summary>
    private readonly ref struct Units(ReadOnlySpan<float> inner, ReadOnlySpan<float> innerBias, ReadOnlySpan<float> outer, ReadOnlySpan<float> outerBias, bool isShared, double below)
    {
        private readonly ReadOnlySpan<float> _inner = inner, _innerBias = innerBias, _outer = outer, _outerBias = outerBias;

        /// <summary>−∞, then the points where units turn on or off, rounded once, so that everything else goes by what a lookup compares with.</summary>
        public void Starts(Span<float> starts)
        {
            starts[0] = float.NegativeInfinity;
            for (int u = 1; u < starts.Length; u++)
            {
                starts[u] = Turn(u - 1);
            }

            starts[1..].Sort();
        }

        /// <summary>A function's line on the piece that starts there, at a point: summed over all units in double precision.</summary>
        public (double Value, double Slope) Line(int function, float start, float at)
        {
            double value = _outerBias[function], slope = 0;
            int hidden = _outer.Length / _outerBias.Length;
            for (int n = 0; n < hidden; n++)
            {
                int u = isShared ? n : (function * hidden) + n;
                double weight = (double)_outer[(function * hidden) + n] * (IsOn(u, start) ? 1 : below);
                value += weight * (((double)_inner[u] * at) + _innerBias[u]);
                slope += weight * _inner[u];
            }

            return (value, slope);
        }

        private bool IsOn(int unit, float start) =>
            _inner[unit] > 0 ? start >= Turn(unit) : _inner[unit] < 0 ? start < Turn(unit) : _innerBias[unit] > 0;

        /// <summary>A unit without a slope turns nowhere.</summary>
        private float Turn(int unit) => (float)(-(double)_innerBias[unit] / _inner[unit]) is var turn && _inner[unit] != 0 && !float.IsNaN(turn) ? turn : float.PositiveInfinity;
    }
}
