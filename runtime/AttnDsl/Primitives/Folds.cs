using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>What is left of the rows of a tile.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Folds
{
    /// <summary>y[j] = max_i x[i,j]; whole vectors are read and written.</summary>
    /// <param name="rows">Rows of x.</param>
    /// <param name="cols">Columns of x.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">y [cols].</param>
    [MethodImpl(Jit.Kernel)]
    public static void MaxDown<TVec>(int rows, int cols, ref float x, nint xRow, ref float y)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            // Four chains: one would wait for its own last result at every row.
            TVec max0 = TVec.Create(float.NegativeInfinity);
            TVec max1 = max0, max2 = max0, max3 = max0;
            ref float row = ref Unsafe.Add(ref x, j);
            int i = 0;
            for (; i + 4 <= rows; i += 4)
            {
                max0 = TVec.Max(max0, TVec.Load(in row, 0));
                max1 = TVec.Max(max1, TVec.Load(in row, xRow));
                max2 = TVec.Max(max2, TVec.Load(in row, 2 * xRow));
                max3 = TVec.Max(max3, TVec.Load(in row, 3 * xRow));
                row = ref Unsafe.Add(ref row, 4 * xRow);
            }

            for (; i < rows; i++)
            {
                max0 = TVec.Max(max0, TVec.Load(in row, 0));
                row = ref Unsafe.Add(ref row, xRow);
            }

            TVec.Store(TVec.Max(TVec.Max(max0, max1), TVec.Max(max2, max3)), ref y, j);
        }
    }
}
