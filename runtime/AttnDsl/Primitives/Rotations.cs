using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Rotary positions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Rotations
{
    /// <summary>Rows that one pair of sines and cosines is turned along before it is computed afresh.</summary>
    private const int RowsPerStart = 64;

    /// <summary>Turns the pairs (a, b) of every row into (a cos − b sin, a sin + b cos).</summary>
    /// <param name="rows">Rows, one a token.</param>
    /// <param name="k">Channels, even.</param>
    /// <param name="layout">Which channels make a pair.</param>
    /// <param name="x">x [rows,k].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="cos">Cosines [rows,k/2].</param>
    /// <param name="sin">Sines [rows,k/2].</param>
    /// <param name="tableRow">Row stride of both tables.</param>
    /// <param name="y">y [rows,k]; may be x itself.</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="back">Turns by the opposite angles.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Rotate<TVec>(
        int rows, int k, PairLayout layout, ref float x, nint xRow, ref float cos, ref float sin, nint tableRow, ref float y, nint yRow, bool back = false)
        where TVec : struct, ISimd<TVec>
    {
        for (int t = 0; t < rows; t++)
        {
            ref float xt = ref Unsafe.Add(ref x, t * xRow);
            ref float yt = ref Unsafe.Add(ref y, t * yRow);
            ref float ct = ref Unsafe.Add(ref cos, t * tableRow);
            ref float st = ref Unsafe.Add(ref sin, t * tableRow);
            if (layout == PairLayout.HalfSplit)
            {
                // Backwards, the halves change places: (a cos + b sin, b cos − a sin).
                int first = back ? k / 2 : 0;
                int second = back ? 0 : k / 2;
                RotateHalves<TVec>(k / 2, ref Unsafe.Add(ref xt, first), ref Unsafe.Add(ref xt, second), ref ct, ref st, ref Unsafe.Add(ref yt, first), ref Unsafe.Add(ref yt, second));
            }
            else
            {
                RotateNeighbours<TVec>(k / 2, back, ref xt, ref ct, ref st, ref yt);
            }
        }
    }

    /// <summary>Cosines and sines of position · step · base^(−i/pairs), in double precision until they are stored.</summary>
    /// <param name="firstPosition">Position of row 0; each row is one further.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="pairs">Columns.</param>
    /// <param name="numberBase">Base of the series of frequencies.</param>
    /// <param name="cos">Cosines [rows,pairs].</param>
    /// <param name="sin">Sines [rows,pairs].</param>
    /// <param name="tableRow">Row stride of both tables.</param>
    /// <param name="step">Radians from a position to the next in column 0.</param>
    [MethodImpl(Jit.Kernel)]
    public static void FillTable(long firstPosition, int rows, int pairs, double numberBase, ref float cos, ref float sin, nint tableRow, double step = 1)
    {
        for (int i = 0; i < pairs; i++)
        {
            double frequency = step * Math.Pow(numberBase, -(double)i / pairs);
            (double stepSin, double stepCos) = Math.SinCos(frequency);
            for (int start = 0; start < rows; start += RowsPerStart)
            {
                int end = Math.Min(rows, start + RowsPerStart);
                (double s, double c) = Math.SinCos((firstPosition + start) * frequency);
                for (int t = start; t < end; t++)
                {
                    Unsafe.Add(ref cos, (t * tableRow) + i) = (float)c;
                    Unsafe.Add(ref sin, (t * tableRow) + i) = (float)s;

                    // One step further on the circle: 64 steps stay below 1e-14.
                    (c, s) = ((c * stepCos) - (s * stepSin), (s * stepCos) + (c * stepSin));
                }
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void RotateHalves<TVec>(int pairs, ref float x, ref float x2, ref float cos, ref float sin, ref float y, ref float y2)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < pairs; i += TVec.Count)
        {
            int count = pairs - i;
            TVec a = TVec.Load(in x, i, count);
            TVec b = TVec.Load(in x2, i, count);
            TVec c = TVec.Load(in cos, i, count);
            TVec s = TVec.Load(in sin, i, count);
            TVec.Store((a * c) - (b * s), ref y, i, count);
            TVec.Store(TVec.MultiplyAdd(a, s, b * c), ref y2, i, count);
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void RotateNeighbours<TVec>(int pairs, bool back, ref float x, ref float cos, ref float sin, ref float y)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < pairs; i += TVec.Count)
        {
            int count = pairs - i;
            nint low = 2 * i;
            nint high = low + TVec.Count;
            int lowCount = 2 * count;
            int highCount = lowCount - TVec.Count;
            TVec x0 = TVec.Load(in x, low, lowCount);
            TVec x1 = TVec.Load(in x, high, highCount);
            TVec a = TVec.Even(x0, x1);
            TVec b = TVec.Odd(x0, x1);
            TVec c = TVec.Load(in cos, i, count);
            TVec s = TVec.Load(in sin, i, count);
            if (back) s = -s;
            TVec turnedA = (a * c) - (b * s);
            TVec turnedB = TVec.MultiplyAdd(a, s, b * c);
            TVec.Store(TVec.ZipLow(turnedA, turnedB), ref y, low, lowCount);
            TVec.Store(TVec.ZipHigh(turnedA, turnedB), ref y, high, highCount);
        }
    }
}
