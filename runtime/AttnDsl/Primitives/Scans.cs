using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Running sums and linear recurrences.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Scans
{
    /// <summary>Running sums down the rows, each column on its own.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="y">The sums [rows,cols]; may be x itself.</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="reversed">Sums from the last row up.</param>
    /// <param name="exclusive">Leaves a row's own element out of its sum.</param>
    [MethodImpl(Jit.Kernel)]
    public static void PrefixSum<TVec>(int rows, int cols, ref float x, nint xRow, ref float y, nint yRow, bool reversed, bool exclusive)
        where TVec : struct, ISimd<TVec>
    {
        if (reversed && rows > 0)
        {
            x = ref Unsafe.Add(ref x, (rows - 1) * xRow);
            y = ref Unsafe.Add(ref y, (rows - 1) * yRow);
            xRow = -xRow;
            yRow = -yRow;
        }

        int j = 0;
        for (; j + (4 * TVec.Count) <= cols; j += 4 * TVec.Count)
        {
            FourVectors<TVec>(rows, ref Unsafe.Add(ref x, j), xRow, ref Unsafe.Add(ref y, j), yRow, exclusive);
        }

        for (; j < cols; j += TVec.Count)
        {
            OneVector<TVec>(rows, cols - j, ref Unsafe.Add(ref x, j), xRow, ref Unsafe.Add(ref y, j), yRow, exclusive);
        }
    }

    /// <summary>Running sums of a vector of n; y may be x itself.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void PrefixSum(int n, ref float x, ref float y, bool reversed, bool exclusive)
    {
        float sum = 0;
        for (int step = 0; step < n; step++)
        {
            nint i = reversed ? n - 1 - step : step;
            float before = sum;
            sum += Unsafe.Add(ref x, i);
            Unsafe.Add(ref y, i) = exclusive ? before : sum;
        }
    }

    /// <summary>
    /// Running sums as two floats each, sum and rest: terms are rounded, the sum is not, so differences of such sums do not cancel, however
    /// far they have run. Writes one of the two.
    /// </summary>
    /// <param name="n">Length.</param>
    /// <param name="x">What is added [n].</param>
    /// <param name="start">The sum before the first element.</param>
    /// <param name="rest">Its rest.</param>
    /// <param name="isRest">Whether rests are wanted.</param>
    /// <param name="y">The sums, or their rests [n]; apart from x.</param>
    [MethodImpl(Jit.Kernel)]
    public static void CompensatedSum(int n, ref float x, ref float start, ref float rest, bool isRest, ref float y)
    {
        (float sum, float low) = (start, rest);
        for (nint i = 0; i < n; i++)
        {
            float term = Unsafe.Add(ref x, i) + low;
            float next = sum + term;
            float added = next - sum;
            low = (sum - (next - added)) + (term - added);
            sum = next;
            Unsafe.Add(ref y, i) = isRest ? low : sum;
        }
    }

    /// <summary>d[i,j] = Σ_{j&lt;r≤i} g[r] for j ≤ i, so 0 on the diagonal; 0 above it.</summary>
    /// <param name="n">Rows and columns of d.</param>
    /// <param name="g">g [n]; −∞ is allowed.</param>
    /// <param name="d">d [n,n].</param>
    /// <param name="dRow">Row stride of d.</param>
    [MethodImpl(Jit.Kernel)]
    public static void SegmentSums<TVec>(int n, ref float g, ref float d, nint dRow)
        where TVec : struct, ISimd<TVec>
    {
        TVec zero = TVec.Create(0);

        // Row i is row i − 1 plus g[i]: differences of prefix sums would cancel, and give ∞ − ∞ after an infinite g.
        ref float above = ref d;
        ref float row = ref d;
        for (int i = 0; i < n; i++)
        {
            TVec own = TVec.Splat(in g, i);
            int j = 0;
            for (; j + TVec.Count <= i; j += TVec.Count)
            {
                TVec.Store(TVec.Load(in above, j) + own, ref row, j);
            }

            if (j < i)
            {
                TVec sum = TVec.Load(in above, j, n - j) + own;
                TVec.Store(TVec.First(sum, i - j, 0), ref row, j, n - j);
                j += TVec.Count;
            }

            for (; j < n; j += TVec.Count)
            {
                TVec.Store(zero, ref row, j, n - j);
            }

            above = ref row;
            row = ref Unsafe.Add(ref row, dRow);
        }
    }

    /// <summary>y[i] = a[i]·y[i−1] + x[i] down the rows, each column on its own.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="a">a [rows,cols].</param>
    /// <param name="aRow">Row stride of a.</param>
    /// <param name="x">x [rows,cols].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="start">y before the first row, [cols].</param>
    /// <param name="y">The result [rows,cols]; may be x or a itself.</param>
    /// <param name="yRow">Row stride of y.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Linear<TVec>(int rows, int cols, ref float a, nint aRow, ref float x, nint xRow, ref float start, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            int count = cols - j;
            TVec state = TVec.Load(in start, j, count);
            for (int i = 0; i < rows; i++)
            {
                state = TVec.MultiplyAdd(TVec.Load(in a, (i * aRow) + j, count), state, TVec.Load(in x, (i * xRow) + j, count));
                TVec.Store(state, ref y, (i * yRow) + j, count);
            }
        }
    }

    /// <summary>y[i] = x[i] + a[i+1]·y[i+1] up the rows, each column on its own, nothing behind the last.</summary>
    /// <inheritdoc cref="Linear" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void LinearReversed<TVec>(int rows, int cols, ref float a, nint aRow, ref float x, nint xRow, ref float y, nint yRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < cols; j += TVec.Count)
        {
            int count = cols - j;
            TVec behind = default;
            for (int i = rows - 1; i >= 0; i--)
            {
                TVec own = TVec.Load(in x, (i * xRow) + j, count) + behind;
                behind = TVec.Load(in a, (i * aRow) + j, count) * own;
                TVec.Store(own, ref y, (i * yRow) + j, count);
            }
        }
    }

    /// <summary>d[i,j] = Σ_{j&lt;r&lt;i} g[r] for j &lt; i, else 0: the sums as row i meets them before its own gate acts.</summary>
    /// <inheritdoc cref="SegmentSums" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void SegmentSumsBefore<TVec>(int n, ref float g, ref float d, nint dRow)
        where TVec : struct, ISimd<TVec>
    {
        for (int j = 0; j < n; j += TVec.Count)
        {
            TVec.Store(TVec.Create(0), ref d, j, n - j);
        }

        SegmentSums<TVec>(n - 1, ref g, ref Unsafe.Add(ref d, dRow), dRow);
        for (int i = 1; i < n; i++)
        {
            Unsafe.Add(ref d, (i * dRow) + n - 1) = 0;
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void FourVectors<TVec>(int rows, ref float x, nint xRow, ref float y, nint yRow, bool exclusive)
        where TVec : struct, ISimd<TVec>
    {
        TVec s0 = default, s1 = default, s2 = default, s3 = default;
        nint xAt = 0;
        nint yAt = 0;
        for (int i = 0; i < rows; i++)
        {
            TVec n0 = s0 + TVec.Load(in x, xAt);
            TVec n1 = s1 + TVec.Load(in x, xAt + TVec.Count);
            TVec n2 = s2 + TVec.Load(in x, xAt + (2 * TVec.Count));
            TVec n3 = s3 + TVec.Load(in x, xAt + (3 * TVec.Count));
            TVec.Store(exclusive ? s0 : n0, ref y, yAt);
            TVec.Store(exclusive ? s1 : n1, ref y, yAt + TVec.Count);
            TVec.Store(exclusive ? s2 : n2, ref y, yAt + (2 * TVec.Count));
            TVec.Store(exclusive ? s3 : n3, ref y, yAt + (3 * TVec.Count));
            s0 = n0;
            s1 = n1;
            s2 = n2;
            s3 = n3;
            xAt += xRow;
            yAt += yRow;
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void OneVector<TVec>(int rows, int count, ref float x, nint xRow, ref float y, nint yRow, bool exclusive)
        where TVec : struct, ISimd<TVec>
    {
        TVec sum = default;
        nint xAt = 0;
        nint yAt = 0;
        for (int i = 0; i < rows; i++)
        {
            TVec next = sum + TVec.Load(in x, xAt, count);
            TVec.Store(exclusive ? sum : next, ref y, yAt, count);
            sum = next;
            xAt += xRow;
            yAt += yRow;
        }
    }
}
