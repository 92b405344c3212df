using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Short causal convolutions, channel by channel: every row is a sum of the rows up to it, each times a tap.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Convolutions
{
    /// <summary>y[i] = Σ_w weights[w]·x[i − w]; in front of x stand the rows of the past, before those nothing.</summary>
    /// <param name="rows">Rows of x.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="kept">Rows of the past.</param>
    /// <param name="past">The past [kept,cols], the latest row last.</param>
    /// <param name="pastRow">Row stride of the past.</param>
    /// <param name="taps">Taps.</param>
    /// <param name="weights">Their weights [taps,cols].</param>
    /// <param name="weightRow">Row stride of the weights.</param>
    /// <param name="y">The result [rows,cols], apart from everything else.</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Rows<TVec>(int rows, int cols, ref float x, nint xRow, int kept, ref float past, nint pastRow, int taps, ref float weights, nint weightRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            int count = cols - j;
            int i = 0;
            for (; i < Math.Min(rows, taps - 1); i++)
            {
                TVec sum = TVec.Load(in weights, j, count) * TVec.Load(in x, (i * xRow) + j, count);
                for (int w = 1; w < Math.Min(taps, i + 1); w++)
                {
                    sum = TVec.MultiplyAdd(TVec.Load(in weights, (w * weightRow) + j, count), TVec.Load(in x, ((i - w) * xRow) + j, count), sum);
                }

                for (int w = i + 1; w < Math.Min(taps, i + 1 + kept); w++)
                {
                    sum = TVec.MultiplyAdd(TVec.Load(in weights, (w * weightRow) + j, count), TVec.Load(in past, ((kept + i - w) * pastRow) + j, count), sum);
                }

                TVec.Store(sum, ref y, (i * yRow) + j, count);
            }

            // Four rows share the load of a weight.
            for (; i + 4 <= rows; i += 4)
            {
                TVec y0 = default, y1 = default, y2 = default, y3 = default;
                for (int w = 0; w < taps; w++)
                {
                    TVec weight = TVec.Load(in weights, (w * weightRow) + j, count);
                    nint from = ((i - w) * xRow) + j;
                    y0 = TVec.MultiplyAdd(weight, TVec.Load(in x, from, count), y0);
                    y1 = TVec.MultiplyAdd(weight, TVec.Load(in x, from + xRow, count), y1);
                    y2 = TVec.MultiplyAdd(weight, TVec.Load(in x, from + (2 * xRow), count), y2);
                    y3 = TVec.MultiplyAdd(weight, TVec.Load(in x, from + (3 * xRow), count), y3);
                }

                nint to = (i * yRow) + j;
                TVec.Store(y0, ref y, to, count);
                TVec.Store(y1, ref y, to + yRow, count);
                TVec.Store(y2, ref y, to + (2 * yRow), count);
                TVec.Store(y3, ref y, to + (3 * yRow), count);
            }

            for (; i < rows; i++)
            {
                TVec sum = default;
                for (int w = 0; w < taps; w++)
                {
                    sum = TVec.MultiplyAdd(TVec.Load(in weights, (w * weightRow) + j, count), TVec.Load(in x, ((i - w) * xRow) + j, count), sum);
                }

                TVec.Store(sum, ref y, (i * yRow) + j, count);
            }
        }
    }

    /// <summary>x[j] = Σ_w weights[w]·y[j + w]: what rows receive from those that they reached.</summary>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="y">y [rows,cols].</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="taps">Taps.</param>
    /// <param name="weights">Their weights [taps,cols].</param>
    /// <param name="weightRow">Row stride of the weights.</param>
    /// <param name="x">The result [rows,cols], apart from everything else.</param>
    /// <param name="xRow">Row stride of x.</param>
    [MethodImpl(Jit.Kernel)]
    public static void BackToRows<TVec>(int rows, int cols, ref float y, nint yRow, int taps, ref float weights, nint weightRow, ref float x, nint xRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            int count = cols - j;
            int i = 0;
            for (; i + taps + 3 <= rows; i += 4)
            {
                TVec x0 = default, x1 = default, x2 = default, x3 = default;
                for (int w = 0; w < taps; w++)
                {
                    TVec weight = TVec.Load(in weights, (w * weightRow) + j, count);
                    nint from = ((i + w) * yRow) + j;
                    x0 = TVec.MultiplyAdd(weight, TVec.Load(in y, from, count), x0);
                    x1 = TVec.MultiplyAdd(weight, TVec.Load(in y, from + yRow, count), x1);
                    x2 = TVec.MultiplyAdd(weight, TVec.Load(in y, from + (2 * yRow), count), x2);
                    x3 = TVec.MultiplyAdd(weight, TVec.Load(in y, from + (3 * yRow), count), x3);
                }

                nint to = (i * xRow) + j;
                TVec.Store(x0, ref x, to, count);
                TVec.Store(x1, ref x, to + xRow, count);
                TVec.Store(x2, ref x, to + (2 * xRow), count);
                TVec.Store(x3, ref x, to + (3 * xRow), count);
            }

            for (; i < rows; i++)
            {
                TVec.Store(Received<TVec>(i, 0, rows, j, count, ref y, yRow, taps, ref weights, weightRow), ref x, (i * xRow) + j, count);
            }
        }
    }

    /// <summary>The same of the rows in front of the first.</summary>
    /// <param name="rows">Rows of y.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="y">y [rows,cols].</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="taps">Taps.</param>
    /// <param name="weights">Their weights [taps,cols].</param>
    /// <param name="weightRow">Row stride of the weights.</param>
    /// <param name="kept">Rows of the past.</param>
    /// <param name="past">The result [kept,cols], the latest row last, apart from everything else.</param>
    /// <param name="pastRow">Row stride of the past.</param>
    [MethodImpl(Jit.Kernel)]
    public static void BackToPast<TVec>(int rows, int cols, ref float y, nint yRow, int taps, ref float weights, nint weightRow, int kept, ref float past, nint pastRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            for (int i = 0; i < kept; i++)
            {
                TVec.Store(Received<TVec>(i - kept, kept - i, rows, j, cols - j, ref y, yRow, taps, ref weights, weightRow), ref past, (i * pastRow) + j, cols - j);
            }
        }
    }

    /// <summary>weights[w] = Σ_i y[i]·x[i − w]; in front of x stand the rows of the past, before those nothing.</summary>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="y">y [rows,cols].</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="kept">Rows of the past.</param>
    /// <param name="past">The past [kept,cols], the latest row last.</param>
    /// <param name="pastRow">Row stride of the past.</param>
    /// <param name="taps">Taps.</param>
    /// <param name="weights">The result [taps,cols], apart from everything else.</param>
    /// <param name="weightRow">Row stride of the weights.</param>
    [MethodImpl(Jit.Kernel)]
    public static void BackToTaps<TVec>(int rows, int cols, ref float y, nint yRow, ref float x, nint xRow, int kept, ref float past, nint pastRow, int taps, ref float weights, nint weightRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            int count = cols - j;
            for (int w = 0; w < taps; w++)
            {
                TVec even = default, odd = default;
                for (int i = Math.Max(0, w - kept); i < Math.Min(rows, w); i++)
                {
                    even = TVec.MultiplyAdd(TVec.Load(in y, (i * yRow) + j, count), TVec.Load(in past, ((kept + i - w) * pastRow) + j, count), even);
                }

                int at = w;
                for (; at + 2 <= rows; at += 2)
                {
                    even = TVec.MultiplyAdd(TVec.Load(in y, (at * yRow) + j, count), TVec.Load(in x, ((at - w) * xRow) + j, count), even);
                    odd = TVec.MultiplyAdd(TVec.Load(in y, ((at + 1) * yRow) + j, count), TVec.Load(in x, ((at + 1 - w) * xRow) + j, count), odd);
                }

                if (at < rows)
                {
                    odd = TVec.MultiplyAdd(TVec.Load(in y, (at * yRow) + j, count), TVec.Load(in x, ((at - w) * xRow) + j, count), odd);
                }

                TVec.Store(even + odd, ref weights, (w * weightRow) + j, count);
            }
        }
    }

    /// <summary>Σ_w weights[w]·y[row + w] from a first tap on, as far as y goes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Received<TVec>(int row, int first, int rows, int j, int count, ref float y, nint yRow, int taps, ref float weights, nint weightRow)
        where TVec : struct, ISimd<TVec>
    {
        TVec sum = default;
        for (int w = first; w < Math.Min(taps, rows - row); w++)
        {
            sum = TVec.MultiplyAdd(TVec.Load(in weights, (w * weightRow) + j, count), TVec.Load(in y, ((row + w) * yRow) + j, count), sum);
        }

        return sum;
    }
}
