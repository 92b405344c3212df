using System;
using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>
/// The levels of log-linear attention: token s lies on level bitLength(t xor s) of what token t has behind it, at most on a last one. Places are
/// token numbers modulo 2^24, which a float holds.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Levels
{
    private const int Places = 1 << 24;

    /// <summary>The level of one place seen from another; −1 is the place before the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Level(float place, float other, int last) => Math.Min(last, 32 - BitOperations.LeadingZeroCount((uint)((int)place ^ (int)other)));

    /// <summary>Places of so many tokens.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void FillPlaces(long first, int rows, ref float places)
    {
        for (int t = 0; t < rows; t++)
        {
            Unsafe.Add(ref places, t) = (first + t) & (Places - 1);
        }
    }

    /// <summary>The levels of places seen from one.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="places">Places [rows].</param>
    /// <param name="other">The one.</param>
    /// <param name="last">The last level.</param>
    /// <param name="levels">Levels [rows]; may be the places themselves.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Of(int rows, ref float places, ref float other, int last, ref float levels)
    {
        float from = other;
        for (int t = 0; t < rows; t++)
        {
            Unsafe.Add(ref levels, t) = Level(Unsafe.Add(ref places, t), from, last);
        }
    }

    /// <summary>y_ij = x_i,level(own_i, other_j).</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Columns of y.</param>
    /// <param name="x">x [rows,levels].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="own">Places of the rows.</param>
    /// <param name="other">Places of the columns.</param>
    /// <param name="last">The last level.</param>
    /// <param name="y">y [rows,cols].</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Weights(int rows, int cols, ref float x, nint xRow, ref float own, ref float other, int last, ref float y, nint yRow)
    {
        for (int i = 0; i < rows; i++)
        {
            ref float scales = ref Unsafe.Add(ref x, i * xRow);
            ref float row = ref Unsafe.Add(ref y, i * yRow);
            float place = Unsafe.Add(ref own, i);
            for (int j = 0; j < cols; j++)
            {
                Unsafe.Add(ref row, j) = Unsafe.Add(ref scales, Level(place, Unsafe.Add(ref other, j), last));
            }
        }
    }

    /// <summary>y_il = Σ_j x_ij of the columns on level l.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Columns of x.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="own">Places of the rows.</param>
    /// <param name="other">Places of the columns.</param>
    /// <param name="last">The last level.</param>
    /// <param name="y">y [rows,last + 1].</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Sums(int rows, int cols, ref float x, nint xRow, ref float own, ref float other, int last, ref float y, nint yRow)
    {
        for (int i = 0; i < rows; i++)
        {
            ref float row = ref Unsafe.Add(ref x, i * xRow);
            ref float sums = ref Unsafe.Add(ref y, i * yRow);
            float place = Unsafe.Add(ref own, i);
            for (int l = 0; l <= last; l++)
            {
                Unsafe.Add(ref sums, l) = 0;
            }

            for (int j = 0; j < cols; j++)
            {
                Unsafe.Add(ref sums, Level(place, Unsafe.Add(ref other, j), last)) += Unsafe.Add(ref row, j);
            }
        }
    }

    /// <summary>Time moves on: what lay below a level now lies on it. With back, where it came from: every level below gets what the level has.</summary>
    /// <param name="levels">Levels of x.</param>
    /// <param name="inner">Rows of each.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="back">The adjoint.</param>
    /// <param name="x">x [levels·inner,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="level">The level.</param>
    /// <param name="y">y, shaped as x, apart from it.</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Merge<TVec>(int levels, int inner, int cols, bool back, ref float x, nint xRow, ref float level, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        int at = (int)level;
        for (int l = 0; l < levels; l++)
        {
            // The levels of x that this one of y is the sum of.
            (int from, int to) = back ? (Math.Max(l, at), Math.Max(l, at)) : l < at ? (1, 0) : l == at ? (0, at) : (l, l);
            for (int c = 0; c < inner; c++)
            {
                ref float row = ref Unsafe.Add(ref y, ((l * inner) + c) * yRow);
                for (int j = 0; j < cols; j += TVec.Count)
                {
                    TVec sum = TVec.Create(0f);
                    for (int m = from; m <= to; m++)
                    {
                        sum += TVec.Load(ref Unsafe.Add(ref x, ((m * inner) + c) * xRow), j, cols - j);
                    }

                    TVec.Store(sum, ref row, j, cols - j);
                }
            }
        }
    }
}
