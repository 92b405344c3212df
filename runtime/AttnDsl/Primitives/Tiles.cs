using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Rearranging copies.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Tiles
{
    /// <summary>y[j,i] = x[i,j].</summary>
    /// <param name="rows">Rows of x, columns of y.</param>
    /// <param name="cols">Columns of x, rows of y.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">y [cols,rows], apart from x.</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Transpose<TVec>(int rows, int cols, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        int i = 0;
        if (TVec.Count >= 8 && Avx.IsSupported)
        {
            for (; i + 8 <= rows; i += 8)
            {
                Strip8(cols, ref Unsafe.Add(ref x, i * xRow), xRow, ref Unsafe.Add(ref y, i), yRow);
            }
        }

        if (TVec.Count >= 4 && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            for (; i + 4 <= rows; i += 4)
            {
                Strip4(cols, ref Unsafe.Add(ref x, i * xRow), xRow, ref Unsafe.Add(ref y, i), yRow);
            }
        }

        for (; i < rows; i++)
        {
            Scatter(cols, ref Unsafe.Add(ref x, i * xRow), ref Unsafe.Add(ref y, i), yRow);
        }
    }

    /// <summary>y[i,j] = x[i,j].</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">y [rows,cols], apart from x.</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Copy<TVec>(int rows, int cols, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < rows; i++)
        {
            int j = 0;
            for (; j + TVec.Count <= cols; j += TVec.Count)
            {
                TVec.Store(TVec.Load(in x, j), ref y, j);
            }

            if (j < cols)
            {
                TVec.Store(TVec.Load(in x, j, cols - j), ref y, j, cols - j);
            }

            x = ref Unsafe.Add(ref x, xRow);
            y = ref Unsafe.Add(ref y, yRow);
        }
    }

    /// <summary>y = diag(factors) x.</summary>
    [MethodImpl(Jit.Kernel)]
    internal static void ScaleRows<TVec>(int rows, int cols, ref float factors, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < rows; i++)
        {
            TVec factor = TVec.Splat(in factors, i);
            int j = 0;
            for (; j + TVec.Count <= cols; j += TVec.Count)
            {
                TVec.Store(TVec.Load(in x, j) * factor, ref y, j);
            }

            if (j < cols)
            {
                TVec.Store(TVec.Load(in x, j, cols - j) * factor, ref y, j, cols - j);
            }

            x = ref Unsafe.Add(ref x, xRow);
            y = ref Unsafe.Add(ref y, yRow);
        }
    }

    /// <summary>y[i] = x[i·step].</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Gather(int n, ref float x, nint step, ref float y)
    {
        for (nint i = 0; i < n; i++)
        {
            Unsafe.Add(ref y, i) = Unsafe.Add(ref x, i * step);
        }
    }

    /// <summary>y[i·step] = x[i].</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Scatter(int n, ref float x, ref float y, nint step)
    {
        for (nint i = 0; i < n; i++)
        {
            Unsafe.Add(ref y, i * step) = Unsafe.Add(ref x, i);
        }
    }

    /// <summary>y[i] = x[(first + i) / every] where (first + i) mod every is the phase, else the fill: rows of a tensor that has fewer.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Spread(int rows, int cols, ref float x, nint xRow, int first, int every, int phase, ref float y, nint yRow, float fill)
    {
        for (int i = 0; i < rows; i++)
        {
            var row = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref y, i * yRow), cols);
            if ((first + i) % every == phase) MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref x, (first + i) / every * xRow), cols).CopyTo(row);
            else row.Fill(fill);
        }
    }

    /// <summary>y[(first + i) / every] = x[i] where (first + i) mod every is the phase; what <see cref="Spread"/> made more of, back.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Pick(int rows, int cols, ref float x, nint xRow, ref float y, nint yRow, int first, int every, int phase, bool accumulate)
    {
        int skipped = (phase - (first % every) + every) % every;
        for (int i = skipped; i < rows; i += every)
        {
            ref float from = ref Unsafe.Add(ref x, i * xRow);
            ref float to = ref Unsafe.Add(ref y, (first + i) / every * yRow);
            if (!accumulate)
            {
                MemoryMarshal.CreateReadOnlySpan(ref from, cols).CopyTo(MemoryMarshal.CreateSpan(ref to, cols));
                continue;
            }

            for (int j = 0; j < cols; j++) Unsafe.Add(ref to, j) += Unsafe.Add(ref from, j);
        }
    }

    /// <summary>Eight rows, four columns at a time: each register holds row r below row r + 4.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Strip8(int cols, ref float x, nint xRow, ref float y, nint yRow)
    {
        int j = 0;
        for (; j + 4 <= cols; j += 4)
        {
            Vector256<float> r0 = RowPair(ref x, j, 4 * xRow);
            Vector256<float> r1 = RowPair(ref x, j + xRow, 4 * xRow);
            Vector256<float> r2 = RowPair(ref x, j + (2 * xRow), 4 * xRow);
            Vector256<float> r3 = RowPair(ref x, j + (3 * xRow), 4 * xRow);
            Vector256<float> low01 = Avx.UnpackLow(r0, r1);
            Vector256<float> high01 = Avx.UnpackHigh(r0, r1);
            Vector256<float> low23 = Avx.UnpackLow(r2, r3);
            Vector256<float> high23 = Avx.UnpackHigh(r2, r3);
            ref float target = ref Unsafe.Add(ref y, j * yRow);
            Avx.Shuffle(low01, low23, 0b01_00_01_00).StoreUnsafe(ref target);
            Avx.Shuffle(low01, low23, 0b11_10_11_10).StoreUnsafe(ref Unsafe.Add(ref target, yRow));
            Avx.Shuffle(high01, high23, 0b01_00_01_00).StoreUnsafe(ref Unsafe.Add(ref target, 2 * yRow));
            Avx.Shuffle(high01, high23, 0b11_10_11_10).StoreUnsafe(ref Unsafe.Add(ref target, 3 * yRow));
        }

        for (; j < cols; j++)
        {
            Gather(8, ref Unsafe.Add(ref x, j), xRow, ref Unsafe.Add(ref y, j * yRow));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> RowPair(ref float x, nint index, nint distance) =>
        Vector256.Create(Vector128.LoadUnsafe(ref x, (nuint)index), Vector128.LoadUnsafe(ref x, (nuint)(index + distance)));

    /// <summary>Four rows, four columns at a time.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Strip4(int cols, ref float x, nint xRow, ref float y, nint yRow)
    {
        int j = 0;
        for (; j + 4 <= cols; j += 4)
        {
            Simd128 r0 = Simd128.Load(in x, j);
            Simd128 r1 = Simd128.Load(in x, j + xRow);
            Simd128 r2 = Simd128.Load(in x, j + (2 * xRow));
            Simd128 r3 = Simd128.Load(in x, j + (3 * xRow));

            // Zipping rows 0 and 2, 1 and 3, and then the results, is a transposition.
            Simd128 low02 = Simd128.ZipLow(r0, r2);
            Simd128 high02 = Simd128.ZipHigh(r0, r2);
            Simd128 low13 = Simd128.ZipLow(r1, r3);
            Simd128 high13 = Simd128.ZipHigh(r1, r3);
            nint target = j * yRow;
            Simd128.Store(Simd128.ZipLow(low02, low13), ref y, target);
            Simd128.Store(Simd128.ZipHigh(low02, low13), ref y, target + yRow);
            Simd128.Store(Simd128.ZipLow(high02, high13), ref y, target + (2 * yRow));
            Simd128.Store(Simd128.ZipHigh(high02, high13), ref y, target + (3 * yRow));
        }

        for (; j < cols; j++)
        {
            Gather(4, ref Unsafe.Add(ref x, j), xRow, ref Unsafe.Add(ref y, j * yRow));
        }
    }
}
