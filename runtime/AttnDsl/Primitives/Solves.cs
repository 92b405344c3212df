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
    public static void UnitLower<TVec>(int rows, int cols, ref float a, nint aRow, ref float x, nint xRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int first = 0; first < rows; first += BlockRows)
        {
            ref float aBlock = ref Unsafe.Add(ref a, first * aRow);
            ref float xBlock = ref Unsafe.Add(ref x, first * xRow);
            int count = Math.Min(BlockRows, rows - first);

            // All rows before the block in one product; then the rows inside it, one after the other.
            Products.Multiply<TVec>(count, first == 0 ? 0 : cols, first, ref aBlock, aRow, 1, ref x, xRow, ref xBlock, xRow, Update.Subtract);
            for (int i = 1; i < count; i++)
            {
                SubtractRows<TVec>(i, cols, ref Unsafe.Add(ref aBlock, (i * aRow) + first), ref xBlock, xRow, ref Unsafe.Add(ref xBlock, i * xRow));
            }
        }
    }

    /// <summary>x := (I + strictly lower part of a)⁻ᵀ x, by substitution from the last row up. The rest of a is not read.</summary>
    /// <inheritdoc cref="UnitLower" path="/param"/>
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

    private static void SubtractRows<TVec>(int count, int cols, ref float a, ref float x, nint xRow, ref float target)
        where TVec : struct, ISimd<TVec> =>
        Products.Multiply<TVec>(1, cols, count, ref a, 0, 1, ref x, xRow, ref target, 0, Update.Subtract);
}
