using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Rows moved, and columns repeated over the cells of a matrix.</summary>
public static partial class Tiles
{
    /// <summary>y[0] = edge, y[i] = x[i−1].</summary>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="edge">The row that enters, [cols].</param>
    /// <param name="y">y [rows,cols], apart from x.</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void ShiftDown(int rows, int cols, ref float x, nint xRow, ref float edge, ref float y, nint yRow)
    {
        CopyRow(cols, ref edge, ref y);
        for (int i = 1; i < rows; i++)
        {
            CopyRow(cols, ref Unsafe.Add(ref x, (i - 1) * xRow), ref Unsafe.Add(ref y, i * yRow));
        }
    }

    /// <summary>y[i] = x[i+1], the last row is edge.</summary>
    /// <inheritdoc cref="ShiftDown" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void ShiftUp(int rows, int cols, ref float x, nint xRow, ref float edge, ref float y, nint yRow)
    {
        for (int i = 1; i < rows; i++)
        {
            CopyRow(cols, ref Unsafe.Add(ref x, i * xRow), ref Unsafe.Add(ref y, (i - 1) * yRow));
        }

        CopyRow(cols, ref edge, ref Unsafe.Add(ref y, (rows - 1) * yRow));
    }

    /// <summary>The first <paramref name="joining"/> rows of a and, behind them, b.</summary>
    /// <param name="rows">Rows of a.</param>
    /// <param name="joining">Rows of b.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="a">a [rows,cols].</param>
    /// <param name="aRow">Row stride of a.</param>
    /// <param name="b">b [joining,cols].</param>
    /// <param name="bRow">Row stride of b.</param>
    /// <param name="y">y, apart from both.</param>
    /// <param name="yRow">Row stride of y.</param>
    public static void Leave(int rows, int joining, int cols, ref float a, nint aRow, ref float b, nint bRow, ref float y, nint yRow)
    {
        int ofFirst = Math.Min(rows, joining);
        CopyRows(ofFirst, cols, ref a, aRow, ref y, yRow);
        CopyRows(joining - ofFirst, cols, ref b, bRow, ref Unsafe.Add(ref y, ofFirst * yRow), yRow);
    }

    /// <summary>The last <paramref name="rows"/> rows of a and, behind them, b.</summary>
    /// <param name="rows">Rows of a.</param>
    /// <param name="joining">Rows of b.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="a">a [rows,cols].</param>
    /// <param name="aRow">Row stride of a.</param>
    /// <param name="b">b [joining,cols].</param>
    /// <param name="bRow">Row stride of b.</param>
    /// <param name="y">y, apart from b; may be a itself.</param>
    /// <param name="yRow">Row stride of y.</param>
    public static void Stay(int rows, int joining, int cols, ref float a, nint aRow, ref float b, nint bRow, ref float y, nint yRow)
    {
        int ofSecond = Math.Min(rows, joining), ofFirst = rows - ofSecond;
        CopyRows(ofFirst, cols, ref Unsafe.Add(ref a, ofSecond * aRow), aRow, ref y, yRow);
        CopyRows(ofSecond, cols, ref Unsafe.Add(ref b, (joining - ofSecond) * bRow), bRow, ref Unsafe.Add(ref y, ofFirst * yRow), yRow);
    }

    /// <summary>y[i] = x of the token that lies so many rows below and so many columns to the right of token first + i on a grid; zeros beside the grid.</summary>
    /// <param name="rows">Rows of y.</param>
    /// <param name="cols">Columns of x and y.</param>
    /// <param name="x">The first token's row of x.</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="first">Token of the first row of y.</param>
    /// <param name="time">Tokens, whole rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="down">Rows of the grid down.</param>
    /// <param name="right">Columns of the grid to the right.</param>
    /// <param name="y">y [rows,cols].</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Neighbours(int rows, int cols, ref float x, nint xRow, int first, int time, int columns, int down, int right, ref float y, nint yRow)
    {
        for (int i = 0; i < rows; i++)
        {
            ref float row = ref Unsafe.Add(ref y, i * yRow);
            if (Neighbour(first + i, time, columns, down, right) is >= 0 and int token)
            {
                CopyRow(cols, ref Unsafe.Add(ref x, token * xRow), ref row);
            }
            else
            {
                MemoryMarshal.CreateSpan(ref row, cols).Clear();
            }
        }
    }

    /// <summary>Adds rows to the tokens from which <see cref="Neighbours"/> takes them.</summary>
    /// <param name="rows">Rows of x.</param>
    /// <param name="cols">Columns of x and y.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">The first token's row of y.</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="first">Token of the first row of x.</param>
    /// <param name="time">Tokens, whole rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="down">Rows of the grid down.</param>
    /// <param name="right">Columns of the grid to the right.</param>
    [MethodImpl(Jit.Kernel)]
    public static void AddToNeighbours(int rows, int cols, ref float x, nint xRow, ref float y, nint yRow, int first, int time, int columns, int down, int right)
    {
        for (int i = 0; i < rows; i++)
        {
            if (Neighbour(first + i, time, columns, down, right) is not (>= 0 and int token))
            {
                continue;
            }

            ref float from = ref Unsafe.Add(ref x, i * xRow);
            ref float to = ref Unsafe.Add(ref y, token * yRow);
            for (int j = 0; j < cols; j++)
            {
                Unsafe.Add(ref to, j) += Unsafe.Add(ref from, j);
            }
        }
    }

    /// <summary>The token there, −1 beside the grid.</summary>
    private static int Neighbour(int token, int time, int columns, int down, int right)
    {
        int column = (token % columns) + right;
        int there = token + (down * columns) + right;
        return column >= 0 && column < columns && there >= 0 && there < time ? there : -1;
    }

    [MethodImpl(Jit.Kernel)]
    private static void CopyRows(int rows, int cols, ref float x, nint xRow, ref float y, nint yRow)
    {
        for (int i = 0; i < rows; i++)
        {
            CopyRow(cols, ref Unsafe.Add(ref x, i * xRow), ref Unsafe.Add(ref y, i * yRow));
        }
    }

    /// <summary>y = x.</summary>
    public static void CopyRow(int cols, ref float x, ref float y) => MemoryMarshal.CreateReadOnlySpan(ref x, cols).CopyTo(MemoryMarshal.CreateSpan(ref y, cols));

    /// <summary>y[r, o·inner + i] = x[r, o].</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="outer">Rows of the matrix that a row of y holds.</param>
    /// <param name="inner">Columns of that matrix.</param>
    /// <param name="x">x [rows,outer].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">y [rows,outer·inner], apart from x.</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void SpreadRows<TVec>(int rows, int outer, int inner, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int r = 0; r < rows; r++)
        {
            for (int o = 0; o < outer; o++)
            {
                TVec value = TVec.Splat(in x, (r * xRow) + o);
                nint at = (r * yRow) + ((nint)o * inner);
                for (int i = 0; i < inner; i += TVec.Count)
                {
                    TVec.Store(value, ref y, at + i, inner - i);
                }
            }
        }
    }

    /// <summary>y[r, o·inner + i] = x[r, i].</summary>
    /// <inheritdoc cref="SpreadRows" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void SpreadColumns<TVec>(int rows, int outer, int inner, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int r = 0; r < rows; r++)
        {
            for (int i = 0; i < inner; i += TVec.Count)
            {
                TVec value = TVec.Load(in x, (r * xRow) + i, inner - i);
                for (int o = 0; o < outer; o++)
                {
                    TVec.Store(value, ref y, (r * yRow) + ((nint)o * inner) + i, inner - i);
                }
            }
        }
    }

    /// <summary>y[r, o] = Σ_i x[r, o·inner + i].</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="outer">Rows of the matrix that a row of x holds.</param>
    /// <param name="inner">Columns of that matrix.</param>
    /// <param name="x">x [rows,outer·inner].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">The sums, apart from x.</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void CollectRows<TVec>(int rows, int outer, int inner, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int r = 0; r < rows; r++)
        {
            for (int o = 0; o < outer; o++)
            {
                TVec sum = default;
                nint at = (r * xRow) + ((nint)o * inner);
                for (int i = 0; i < inner; i += TVec.Count)
                {
                    sum += TVec.Load(in x, at + i, inner - i);
                }

                Unsafe.Add(ref y, (r * yRow) + o) = TVec.Sum(sum);
            }
        }
    }

    /// <summary>y[r, i] = Σ_o x[r, o·inner + i].</summary>
    /// <inheritdoc cref="CollectRows" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void CollectColumns<TVec>(int rows, int outer, int inner, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int r = 0; r < rows; r++)
        {
            for (int i = 0; i < inner; i += TVec.Count)
            {
                TVec sum = default;
                for (int o = 0; o < outer; o++)
                {
                    sum += TVec.Load(in x, (r * xRow) + ((nint)o * inner) + i, inner - i);
                }

                TVec.Store(sum, ref y, (r * yRow) + i, inner - i);
            }
        }
    }
}
