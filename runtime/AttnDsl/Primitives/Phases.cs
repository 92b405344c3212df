using System;
using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttnDsl.Primitives;

/// <summary>
/// Phases that inputs add to: Θ_t = Θ_{t−1} + τ ⊙ φ_t, wrapped to (−π, π]. Sums and what tokens add run in double precision, sums rounded to
/// multiples of 2^−44, which two floats hold: a phase after a million tokens is as good as after one, and the same bits wherever it was handed on.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Phases
{
    private const double Turn = 2 * Math.PI;

    /// <summary>From 256 to 512 doubles are multiples of 2^−44: added and taken away, it rounds an angle to these.</summary>
    private const double Grid = 384;

    /// <summary>τ_i = most · base^(−i/pairs).</summary>
    public static double[] Geometric(int pairs, double numberBase, double most)
    {
        var table = new double[pairs];
        for (int i = 0; i < pairs; i++)
        {
            table[i] = most * Math.Pow(numberBase, -(double)i / pairs);
        }

        return table;
    }

    /// <summary>τ_i = most · tan(θ_i/2) / tan(θ/2), θ_i evenly from 0 to θ = angle·π: the variance that random features want.</summary>
    public static double[] Tangent(int pairs, double angle, double most)
    {
        var table = new double[pairs];
        for (int i = 0; i < pairs; i++)
        {
            table[i] = most * Math.Tan(0.5 * Math.PI * angle * i / (pairs - 1)) / Math.Tan(0.5 * Math.PI * angle);
        }

        return table;
    }

    /// <summary>Θ after every row.</summary>
    /// <param name="rows">Rows, one a token.</param>
    /// <param name="pairs">Columns.</param>
    /// <param name="phi">φ [rows,pairs].</param>
    /// <param name="phiRow">Row stride of φ.</param>
    /// <param name="start">Θ before the first row [pairs].</param>
    /// <param name="rest">What rounding Θ to a float left [pairs].</param>
    /// <param name="gate">Logits w [rows] or [rows,pairs]: a row counts σ(w) times.</param>
    /// <param name="gateRow">Row stride of w.</param>
    /// <param name="gateWidth">Columns of w: 0 without a gate, 1, or as many as there are pairs.</param>
    /// <param name="bias">Logarithms b [pairs] of what joins every φ.</param>
    /// <param name="biased">Whether it does.</param>
    /// <param name="last">φ before the first row [pairs], where rows count by what they changed.</param>
    /// <param name="differenced">Whether they do.</param>
    /// <param name="temperatures">τ [pairs].</param>
    /// <param name="angles">Θ [rows,pairs]; nothing behind its columns is written.</param>
    /// <param name="angleRow">Row stride of Θ.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Sum(
        int rows, int pairs, ref float phi, nint phiRow, ref float start, ref float rest, ref float gate, nint gateRow, int gateWidth, ref float bias, bool biased, ref float last, bool differenced,
        double[] temperatures, ref float angles, nint angleRow)
    {
        Span<double> angle = stackalloc double[pairs];
        Begin(angle, ref start, ref rest);
        Span<double> added = stackalloc double[biased ? pairs : 0];
        Exp(added, ref bias);
        for (int t = 0; t < rows; t++)
        {
            Advance(angle, ref Unsafe.Add(ref phi, t * phiRow), ref Unsafe.Add(ref gate, t * gateRow), gateWidth, added, ref Before(t, ref phi, phiRow, ref last), differenced, temperatures);
            ref float row = ref Unsafe.Add(ref angles, t * angleRow);
            for (int i = 0; i < pairs; i++)
            {
                Unsafe.Add(ref row, i) = (float)angle[i];
            }
        }
    }

    /// <summary>Θ after the last row, or what rounding it to a float leaves; operands as <see cref="Sum"/> has.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void End(
        int rows, int pairs, ref float phi, nint phiRow, ref float start, ref float rest, ref float gate, nint gateRow, int gateWidth, ref float bias, bool biased, ref float last, bool differenced,
        double[] temperatures, bool isRest, ref float end)
    {
        Span<double> angle = stackalloc double[pairs];
        Begin(angle, ref start, ref rest);
        Span<double> added = stackalloc double[biased ? pairs : 0];
        Exp(added, ref bias);
        for (int t = 0; t < rows; t++)
        {
            Advance(angle, ref Unsafe.Add(ref phi, t * phiRow), ref Unsafe.Add(ref gate, t * gateRow), gateWidth, added, ref Before(t, ref phi, phiRow, ref last), differenced, temperatures);
        }

        for (int i = 0; i < pairs; i++)
        {
            float rounded = (float)angle[i];
            Unsafe.Add(ref end, i) = isRest ? (float)(angle[i] - rounded) : rounded;
        }
    }

    /// <summary>y = τ ⊙ x, row by row; y may be x itself.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Temper(int rows, int pairs, ref float x, nint xRow, double[] temperatures, ref float y, nint yRow)
    {
        for (int t = 0; t < rows; t++)
        {
            for (int i = 0; i < pairs; i++)
            {
                Unsafe.Add(ref y, (t * yRow) + i) = (float)(temperatures[i] * Unsafe.Add(ref x, (t * xRow) + i));
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Begin(Span<double> angle, ref float start, ref float rest)
    {
        for (int i = 0; i < angle.Length; i++)
        {
            angle[i] = (double)Unsafe.Add(ref start, i) + Unsafe.Add(ref rest, i);
        }
    }

    /// <summary>e^x.</summary>
    private static void Exp(Span<double> y, ref float x)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Math.Exp(Unsafe.Add(ref x, i));
        }
    }

    private static ref float Before(int t, ref float phi, nint phiRow, ref float last) => ref t == 0 ? ref last : ref Unsafe.Add(ref phi, (t - 1) * phiRow);

    /// <summary>One token: angle += τ ⊙ σ(gate) ⊙ (φ − before + added), wrapped.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Advance(Span<double> angle, ref float phi, ref float gate, int gateWidth, ReadOnlySpan<double> added, ref float before, bool differenced, double[] temperatures)
    {
        double share = gateWidth == 1 ? Sigmoid(gate) : 1;
        bool gated = gateWidth > 1;
        int width = Vector<double>.Count;
        int i = 0;
        for (; i + (2 * width) <= angle.Length; i += 2 * width)
        {
            Vector.Widen(Vector.LoadUnsafe(ref phi, (nuint)i), out Vector<double> low, out Vector<double> high);
            if (differenced)
            {
                Vector.Widen(Vector.LoadUnsafe(ref before, (nuint)i), out Vector<double> lowBefore, out Vector<double> highBefore);
                low -= lowBefore;
                high -= highBefore;
            }

            if (added.Length > 0)
            {
                ref double joins = ref Unsafe.AsRef(in added[i]);
                low += Vector.LoadUnsafe(ref joins);
                high += Vector.LoadUnsafe(ref joins, (nuint)width);
            }

            if (gated)
            {
                Vector.Widen(Vector.LoadUnsafe(ref gate, (nuint)i), out Vector<double> lowGate, out Vector<double> highGate);
                low /= Vector<double>.One + Vector.Exp(-lowGate);
                high /= Vector<double>.One + Vector.Exp(-highGate);
            }

            ref double at = ref angle[i];
            ref double tau = ref temperatures[i];
            Vector.StoreUnsafe(Wrap(Vector.LoadUnsafe(ref at) + (Vector.LoadUnsafe(ref tau) * share * low)), ref at);
            Vector.StoreUnsafe(Wrap(Vector.LoadUnsafe(ref at, (nuint)width) + (Vector.LoadUnsafe(ref tau, (nuint)width) * share * high)), ref at, (nuint)width);
        }

        for (; i < angle.Length; i++)
        {
            double step = Unsafe.Add(ref phi, i);
            if (differenced) step -= Unsafe.Add(ref before, i);
            if (added.Length > 0) step += added[i];
            if (gated) step *= Sigmoid(Unsafe.Add(ref gate, i));
            angle[i] = Wrap(angle[i] + (temperatures[i] * share * step));
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Wrap(double angle) => angle - (Turn * Math.Round(angle * (1 / Turn))) + Grid - Grid;

    private static Vector<double> Wrap(Vector<double> angle)
    {
        Vector<double> grid = Vector.Create(Grid);
        return angle - (Vector.Round(angle * (1 / Turn)) * Turn) + grid - grid;
    }
}
