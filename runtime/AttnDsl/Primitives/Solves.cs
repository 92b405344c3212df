using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Triangular systems.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Solves
{
    private const int BlockRows = 16;

    /// <summary>x := (I + strictly lower part of a)⁻¹ x, by forward substitution. The rest of a is not read.</summary>
    /// <param name="rows">Rows of x; rows and columns of a.</param>
    /// <param name="cols">Columns of x.</param>
    /// <param name="a">a [rows,rows].</param>
    /// <param name="aRow">Row stride of a.</param>
    /// <param name="x">Right sides [rows,cols], replaced by the solutions.</param>
    /// <param name="xRow">Row stride of x.</param>
    [MethodImpl(Jit.Kernel)]
    public static void UnitLower<TVec>(int rows, int cols, ref float a, nint aRow, ref float x, nint xRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int first = 0; first < rows; first += BlockRows)
        {
            ref float aBlock = ref Unsafe.Add(ref a, first * aRow);
            ref float xBlock = ref Unsafe.Add(ref x, first * xRow);
            int count = Math.Min(BlockRows, rows - first);

            // All rows before the block in one product; then the rows inside it, one after the other.
            if (first > 0)
            {
                Products.Multiply<TVec>(count, cols, first, ref aBlock, aRow, 1, ref x, xRow, ref xBlock, xRow, Update.Subtract);
            }

            ref float diagonal = ref Unsafe.Add(ref aBlock, first);
            int j = 0;
            for (; j + (4 * TVec.Count) <= cols; j += 4 * TVec.Count)
            {
                FourVectors<TVec>(count, ref diagonal, aRow, ref Unsafe.Add(ref xBlock, j), xRow);
            }

            for (; j < cols; j += TVec.Count)
            {
                OneVector<TVec>(count, ref diagonal, aRow, ref Unsafe.Add(ref xBlock, j), xRow, cols - j);
            }
        }
    }

    /// <summary>x := (I + strictly lower part of a)⁻ᵀ x, by substitution from the last row up. The rest of a is not read.</summary>
    /// <inheritdoc cref="UnitLower" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void UnitLowerTransposed<TVec>(int rows, int cols, ref float a, nint aRow, ref float x, nint xRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int first = (rows - 1) / BlockRows * BlockRows; first >= 0; first -= BlockRows)
        {
            ref float xBlock = ref Unsafe.Add(ref x, first * xRow);
            int count = Math.Min(BlockRows, rows - first);
            int end = first + count;

            // All rows behind the block in one product; then the rows inside it, one after the other.
            Products.Multiply<TVec>(count, end == rows ? 0 : cols, rows - end, ref Unsafe.Add(ref a, (end * aRow) + first), 1, aRow, ref Unsafe.Add(ref x, end * xRow), xRow, ref xBlock, xRow, Update.Subtract);
            for (int i = count - 2; i >= 0; i--)
            {
                Products.Multiply<TVec>(1, cols, count - 1 - i, ref Unsafe.Add(ref a, ((first + i + 1) * aRow) + first + i), 0, aRow, ref Unsafe.Add(ref xBlock, (i + 1) * xRow), xRow, ref Unsafe.Add(ref xBlock, i * xRow), 0, Update.Subtract);
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void FourVectors<TVec>(int rows, ref float a, nint aRow, ref float x, nint xRow)
        where TVec : struct, ISimd<TVec>
    {
        ref float target = ref x;
        for (int i = 1; i < rows; i++)
        {
            target = ref Unsafe.Add(ref target, xRow);
            a = ref Unsafe.Add(ref a, aRow);
            TVec s0 = default, s1 = default, s2 = default, s3 = default;
            nint at = 0;
            for (int j = 0; j < i; j++)
            {
                TVec factor = TVec.Splat(in a, j);
                s0 = TVec.MultiplyAdd(factor, TVec.Load(in x, at), s0);
                s1 = TVec.MultiplyAdd(factor, TVec.Load(in x, at + TVec.Count), s1);
                s2 = TVec.MultiplyAdd(factor, TVec.Load(in x, at + (2 * TVec.Count)), s2);
                s3 = TVec.MultiplyAdd(factor, TVec.Load(in x, at + (3 * TVec.Count)), s3);
                at += xRow;
            }

            TileEnd.Put<TVec, AllColumns<TVec>>(s0, ref target, 0, TVec.Count, Update.Subtract);
            TileEnd.Put<TVec, AllColumns<TVec>>(s1, ref target, TVec.Count, TVec.Count, Update.Subtract);
            TileEnd.Put<TVec, AllColumns<TVec>>(s2, ref target, 2 * TVec.Count, TVec.Count, Update.Subtract);
            TileEnd.Put<TVec, AllColumns<TVec>>(s3, ref target, 3 * TVec.Count, TVec.Count, Update.Subtract);
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void OneVector<TVec>(int rows, ref float a, nint aRow, ref float x, nint xRow, int count)
        where TVec : struct, ISimd<TVec>
    {
        ref float target = ref x;
        for (int i = 1; i < rows; i++)
        {
            target = ref Unsafe.Add(ref target, xRow);
            a = ref Unsafe.Add(ref a, aRow);
            TVec sum = default;
            nint at = 0;
            for (int j = 0; j < i; j++)
            {
                sum = TVec.MultiplyAdd(TVec.Splat(in a, j), TVec.Load(in x, at, count), sum);
                at += xRow;
            }

            TileEnd.Put<TVec, FirstColumns<TVec>>(sum, ref target, 0, count, Update.Subtract);
        }
    }
}
