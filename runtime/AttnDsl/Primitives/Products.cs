using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Matrix products of small row-major matrices. Strides count floats; the destination overlaps no operand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Products
{
    /// <summary>C[i,j] (+)= Σ_p a[i·aRow + p·aInner] · b[p·bRow + j]: A·B with aInner = 1, Aᵀ·B with aRow = 1 and aInner the row stride of A.</summary>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C and of B.</param>
    /// <param name="k">Rows of B; with 0, C becomes zero or stays.</param>
    /// <param name="a">A.</param>
    /// <param name="aRow">Floats from row to row of C in A.</param>
    /// <param name="aInner">Floats from term to term of the sum in A.</param>
    /// <param name="b">B [k,n].</param>
    /// <param name="bRow">Row stride of B.</param>
    /// <param name="c">C [m,n].</param>
    /// <param name="cRow">Row stride of C.</param>
    /// <param name="accumulate">Adds to C instead of replacing it.</param>
    public static void Multiply<TVec>(
        int m, int n, int k, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, bool accumulate)
        where TVec : struct, ISimd<TVec> =>
        Multiply<TVec>(m, n, k, ref a, aRow, aInner, ref b, bRow, ref c, cRow, accumulate ? Update.Add : Update.Set);

    /// <summary>The same with an A [m,m] that is zero above its diagonal, which is not multiplied.</summary>
    /// <inheritdoc cref="Multiply{TVec}(int, int, int, ref float, nint, nint, ref float, nint, ref float, nint, bool)" path="/param"/>
    public static void MultiplyLower<TVec>(
        int m, int n, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, bool accumulate)
        where TVec : struct, ISimd<TVec> =>
        Multiply<TVec>(m, n, m, ref a, aRow, aInner, ref b, bRow, ref c, cRow, accumulate ? Update.Add : Update.Set, Triangle.Lower);

    /// <summary>The same with an A [m,m] that is zero below its diagonal: the transpose of what <see cref="MultiplyLower"/> takes.</summary>
    /// <inheritdoc cref="Multiply{TVec}(int, int, int, ref float, nint, nint, ref float, nint, ref float, nint, bool)" path="/param"/>
    public static void MultiplyUpper<TVec>(
        int m, int n, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, bool accumulate)
        where TVec : struct, ISimd<TVec> =>
        Multiply<TVec>(m, n, m, ref a, aRow, aInner, ref b, bRow, ref c, cRow, accumulate ? Update.Add : Update.Set, Triangle.Upper);

    /// <summary>C[i,j] (+)= Σ_p a[i·aRow + p] · b[j·bRow + p].</summary>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C, rows of B.</param>
    /// <param name="k">Columns of A and B.</param>
    /// <param name="a">A [m,k].</param>
    /// <param name="aRow">Row stride of A.</param>
    /// <param name="b">B [n,k].</param>
    /// <param name="bRow">Row stride of B.</param>
    /// <param name="c">C [m,n].</param>
    /// <param name="cRow">Row stride of C.</param>
    /// <param name="accumulate">Adds to C instead of replacing it.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    public static void MultiplyTransposed<TVec>(
        int m, int n, int k, ref float a, nint aRow, ref float b, nint bRow, ref float c, nint cRow, bool accumulate, ref float scratch)
        where TVec : struct, ISimd<TVec> =>
        MultiplyTransposed<TVec>(m, n, k, ref a, aRow, ref b, bRow, ref c, cRow, accumulate, ref scratch, Triangle.None);

    /// <summary>Of A·Bᵀ [m,m] what stands on and below the diagonal; what is above it is left undefined.</summary>
    /// <inheritdoc cref="MultiplyTransposed{TVec}(int, int, int, ref float, nint, ref float, nint, ref float, nint, bool, ref float)" path="/param"/>
    public static void MultiplyTransposedLower<TVec>(
        int m, int k, ref float a, nint aRow, ref float b, nint bRow, ref float c, nint cRow, bool accumulate, ref float scratch)
        where TVec : struct, ISimd<TVec> =>
        MultiplyTransposed<TVec>(m, m, k, ref a, aRow, ref b, bRow, ref c, cRow, accumulate, ref scratch, Triangle.OfResult);

    /// <summary>Scratch of <see cref="MultiplyTransposed{TVec}(int, int, int, ref float, nint, ref float, nint, ref float, nint, bool, ref float)"/> for B [n,k].</summary>
    public static int ScratchFloats(int n, int k) => checked(k * PackedRow(n));

    /// <summary><see cref="Multiply{TVec}(int, int, int, ref float, nint, nint, ref float, nint, ref float, nint, bool)"/> with all ways to end, and of triangles.</summary>
    [MethodImpl(Jit.Kernel)]
    internal static void Multiply<TVec>(
        int m, int n, int k, ref float a, nint aRow, nint aInner, ref float b, nint bRow, ref float c, nint cRow, Update update, Triangle triangle = Triangle.None)
        where TVec : struct, ISimd<TVec>
    {
        // Panels of two vectors of columns: the panel of B stays in the first cache while the rows pass.
        int width = 2 * TVec.Count;
        for (int j = 0; j < n; j += width)
        {
            int columns = n - j;
            ref float bPanel = ref Unsafe.Add(ref b, j);
            ref float cPanel = ref Unsafe.Add(ref c, j);
            int i = 0;
            if (HasManyRegisters<TVec>())
            {
                for (; i + 8 <= m; i += 8)
                {
                    if (triangle == Triangle.OfResult && i + 8 <= j)
                    {
                        continue;
                    }

                    int first = FirstTerm(triangle, i);
                    int terms = TermsEnd(triangle, i + 8, k) - first;
                    ref float aTile = ref Unsafe.Add(ref a, (i * aRow) + (first * aInner));
                    ref float bTile = ref Unsafe.Add(ref bPanel, first * bRow);
                    ref float cTile = ref Unsafe.Add(ref cPanel, i * cRow);
                    if (columns >= width)
                    {
                        Tile8.Two<TVec, AllColumns<TVec>>(terms, ref aTile, aRow, aInner, ref bTile, bRow, ref cTile, cRow, TVec.Count, update);
                    }
                    else if (columns > TVec.Count)
                    {
                        Tile8.Two<TVec, FirstColumns<TVec>>(terms, ref aTile, aRow, aInner, ref bTile, bRow, ref cTile, cRow, columns - TVec.Count, update);
                    }
                    else if (columns == TVec.Count)
                    {
                        Tile8.One<TVec, AllColumns<TVec>>(terms, ref aTile, aRow, aInner, ref bTile, bRow, ref cTile, cRow, columns, update);
                    }
                    else
                    {
                        Tile8.One<TVec, FirstColumns<TVec>>(terms, ref aTile, aRow, aInner, ref bTile, bRow, ref cTile, cRow, columns, update);
                    }
                }
            }

            for (; i + 4 <= m; i += 4)
            {
                if (triangle == Triangle.OfResult && i + 4 <= j)
                {
                    continue;
                }

                int first = FirstTerm(triangle, i);
                int terms = TermsEnd(triangle, i + 4, k) - first;
                ref float aTile = ref Unsafe.Add(ref a, (i * aRow) + (first * aInner));
                ref float bTile = ref Unsafe.Add(ref bPanel, first * bRow);
                ref float cTile = ref Unsafe.Add(ref cPanel, i * cRow);
                if (columns >= width)
                {
                    Tile4.Two<TVec, AllColumns<TVec>>(terms, ref aTile, aRow, aInner, ref bTile, bRow, ref cTile, cRow, TVec.Count, update);
                }
                else if (columns > TVec.Count)
                {
                    Tile4.Two<TVec, FirstColumns<TVec>>(terms, ref aTile, aRow, aInner, ref bTile, bRow, ref cTile, cRow, columns - TVec.Count, update);
                }
                else if (columns == TVec.Count)
                {
                    Tile4.One<TVec, AllColumns<TVec>>(terms, ref aTile, aRow, aInner, ref bTile, bRow, ref cTile, cRow, columns, update);
                }
                else
                {
                    Tile4.One<TVec, FirstColumns<TVec>>(terms, ref aTile, aRow, aInner, ref bTile, bRow, ref cTile, cRow, columns, update);
                }
            }
        }

        for (int i = m & ~3; i < m; i++)
        {
            int first = FirstTerm(triangle, i);
            int terms = TermsEnd(triangle, i + 1, k) - first;
            Row<TVec>(n, terms, ref Unsafe.Add(ref a, (i * aRow) + (first * aInner)), aInner, ref Unsafe.Add(ref b, first * bRow), bRow, ref Unsafe.Add(ref c, i * cRow), update);
        }
    }

    /// <summary>The first term of the sum that is not zero in a row and those below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FirstTerm(Triangle triangle, int row) => triangle == Triangle.Upper ? row : 0;

    /// <summary>Behind the last term that is not zero in the rows above one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TermsEnd(Triangle triangle, int rows, int k) => triangle == Triangle.Lower ? Math.Min(rows, k) : k;

    [MethodImpl(Jit.Kernel)]
    private static void MultiplyTransposed<TVec>(
        int m, int n, int k, ref float a, nint aRow, ref float b, nint bRow, ref float c, nint cRow, bool accumulate, ref float scratch, Triangle triangle)
        where TVec : struct, ISimd<TVec>
    {
        // So few rows would not repay the transposition.
        if (m <= 4)
        {
            for (int i = 0; i < m; i++)
            {
                DotProducts.Run<TVec>(n, k, ref Unsafe.Add(ref a, i * aRow), ref b, bRow, ref Unsafe.Add(ref c, i * cRow), accumulate);
            }

            return;
        }

        nint packedRow = PackedRow(n);
        Tiles.Transpose<TVec>(n, k, ref b, bRow, ref scratch, packedRow);
        Multiply<TVec>(m, n, k, ref a, aRow, 1, ref scratch, packedRow, ref c, cRow, accumulate ? Update.Add : Update.Set, triangle);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Row<TVec>(int n, int k, ref float a, nint aInner, ref float b, nint bRow, ref float c, Update update)
        where TVec : struct, ISimd<TVec>
    {
        int j = 0;
        for (; j + (4 * TVec.Count) <= n; j += 4 * TVec.Count)
        {
            Tile1.Four<TVec>(k, ref a, aInner, ref Unsafe.Add(ref b, j), bRow, ref Unsafe.Add(ref c, j), update);
        }

        for (; j < n; j += TVec.Count)
        {
            Tile1.One<TVec>(k, ref a, aInner, ref Unsafe.Add(ref b, j), bRow, ref Unsafe.Add(ref c, j), n - j, update);
        }
    }

    /// <summary>32 vector registers hold a tile of 8 × 2 vectors, 16 only one of 4 × 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool HasManyRegisters<TVec>()
        where TVec : struct, ISimd<TVec> => TVec.Count == 16 || AdvSimd.IsSupported;

    /// <summary>n rounded up to whole vectors, and off the multiples of a kibibyte whose rows would share cache sets.</summary>
    private static int PackedRow(int n)
    {
        int row = (n + 15) & ~15;
        return row % 256 == 0 ? row + 16 : row;
    }
}
