using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>
/// Scalar functions that are linear between points which they share, looked up: for every x the piece that it lies on, then
/// <c>value + slope·(x − base)</c> of every function. The work for an x does not grow with the pieces up to 257 of them.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PiecewiseLinear
{
    /// <summary>Starts that a search compares at once, once it is known which.</summary>
    private const int Block = 16;

    /// <summary>Floats of scratch that a lookup takes.</summary>
    /// <param name="pieces">I.</param>
    public static int ScratchFloats(int pieces) => Blocks(pieces) * Block + Padded(Blocks(pieces) - 1);

    /// <summary>y := the values of all functions at every x.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="groups">Arguments of a row.</param>
    /// <param name="pieces">I.</param>
    /// <param name="functions">L.</param>
    /// <param name="x">x [rows,groups].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="starts">Where each piece starts [I], ascending from the second on; the first is not read.</param>
    /// <param name="bases">The point of each piece that its values belong to [I].</param>
    /// <param name="slopes">Slopes [I,L].</param>
    /// <param name="slopesRow">Row stride of slopes.</param>
    /// <param name="values">Values [I,L].</param>
    /// <param name="valuesRow">Row stride of values.</param>
    /// <param name="y">y [rows,groups·L].</param>
    /// <param name="yRow">Row stride of y.</param>
    /// <param name="scratch">At least <see cref="ScratchFloats"/>.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Values<TVec>(
        int rows, int groups, int pieces, int functions, ref float x, nint xRow, ref float starts, ref float bases, ref float slopes, nint slopesRow, ref float values, nint valuesRow, ref float y, nint yRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        ref float fences = ref Fence<TVec>(pieces, ref starts, ref scratch);
        // A row of the table is as wide as there are functions: narrow ones leave most of a wide vector idle and its stores across lines.
        if (functions < Simd256.Count && TVec.Count > Simd128.Count) Rows<TVec, Simd128>(rows, groups, pieces, functions, ref x, xRow, ref bases, ref slopes, slopesRow, ref values, valuesRow, ref y, yRow, ref scratch, ref fences);
        else if (functions < Simd512.Count && TVec.Count > Simd256.Count) Rows<TVec, Simd256>(rows, groups, pieces, functions, ref x, xRow, ref bases, ref slopes, slopesRow, ref values, valuesRow, ref y, yRow, ref scratch, ref fences);
        else Rows<TVec, TVec>(rows, groups, pieces, functions, ref x, xRow, ref bases, ref slopes, slopesRow, ref values, valuesRow, ref y, yRow, ref scratch, ref fences);
    }

    /// <summary>y := the slopes of all functions at every x.</summary>
    /// <inheritdoc cref="Values"/>
    [MethodImpl(Jit.Kernel)]
    public static void Slopes<TVec>(int rows, int groups, int pieces, int functions, ref float x, nint xRow, ref float starts, ref float slopes, nint slopesRow, ref float y, nint yRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        ref float fences = ref Fence<TVec>(pieces, ref starts, ref scratch);
        for (int t = 0; t < rows; t++)
        {
            for (int group = 0; group < groups; group++)
            {
                ref float slope = ref Unsafe.Add(ref slopes, Piece<TVec>(pieces, Unsafe.Add(ref x, (t * xRow) + group), ref scratch, ref fences) * slopesRow);
                for (int l = 0; l < functions; l++)
                {
                    Unsafe.Add(ref y, (t * yRow) + (group * functions) + l) = Unsafe.Add(ref slope, l);
                }
            }
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Rows<TSearch, TVec>(
        int rows, int groups, int pieces, int functions, ref float x, nint xRow, ref float bases, ref float slopes, nint slopesRow, ref float values, nint valuesRow, ref float y, nint yRow, ref float turns, ref float fences)
        where TSearch : struct, ISimd<TSearch>
        where TVec : struct, ISimd<TVec>
    {
        int whole = functions - (functions % TVec.Count), rest = functions - whole;
        for (int t = 0; t < rows; t++)
        {
            ref float xt = ref Unsafe.Add(ref x, t * xRow);
            ref float yt = ref Unsafe.Add(ref y, t * yRow);
            for (int group = 0; group < groups; group++)
            {
                float at = Unsafe.Add(ref xt, group);
                int piece = Piece<TSearch>(pieces, at, ref turns, ref fences);
                var ahead = TVec.Create(at - Unsafe.Add(ref bases, piece));
                ref float slope = ref Unsafe.Add(ref slopes, piece * slopesRow);
                ref float value = ref Unsafe.Add(ref values, piece * valuesRow);
                int l = 0;
                for (; l < whole; l += TVec.Count)
                {
                    TVec.Store(TVec.MultiplyAdd(ahead, TVec.Load(ref slope, l), TVec.Load(ref value, l)), ref yt, l);
                }

                if (rest > 0)
                {
                    TVec.Store(TVec.MultiplyAdd(ahead, TVec.Load(ref slope, l, rest), TVec.Load(ref value, l, rest)), ref yt, l, rest);
                }

                yt = ref Unsafe.Add(ref yt, functions);
            }
        }
    }

    /// <summary>
    /// Copies where pieces behind the first start, to whole blocks, the last filled with what only +∞ reaches; and where every block but the
    /// first begins, behind them.
    /// </summary>
    private static ref float Fence<TVec>(int pieces, ref float starts, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        int padded = Blocks(pieces) * Block;
        for (int n = 0; n < padded; n += TVec.Count)
        {
            int left = pieces - 1 - n;
            TVec.Store(TVec.First(TVec.Load(ref starts, n + 1, left), left, float.PositiveInfinity), ref scratch, n);
        }

        ref float fences = ref Unsafe.Add(ref scratch, padded);
        for (int n = 0; n < Padded(Blocks(pieces) - 1); n++)
        {
            Unsafe.Add(ref fences, n) = n + 1 < Blocks(pieces) ? Unsafe.Add(ref scratch, (n + 1) * Block) : float.PositiveInfinity;
        }

        return ref fences;
    }

    /// <summary>The number of starts that x has reached: which block it is in, then how many of that. None of NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Search<TVec>(int pieces, float x, ref float turns, ref float fences)
        where TVec : struct, ISimd<TVec>
    {
        var own = TVec.Create(x);
        int block = 0;
        for (int n = 0; n < Padded(Blocks(pieces) - 1); n += TVec.Count)
        {
            block += TVec.CountSet(TVec.LessOrEqual(TVec.Load(ref fences, n), own));
        }

        int reached = block * Block;
        ref float first = ref Unsafe.Add(ref turns, reached);
        for (int n = 0; n < Block; n += TVec.Count)
        {
            reached += TVec.CountSet(TVec.LessOrEqual(TVec.Load(ref first, n), own));
        }

        return reached;
    }

    /// <summary>+∞ reaches what fills the last block too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Piece<TVec>(int pieces, float x, ref float turns, ref float fences)
        where TVec : struct, ISimd<TVec> =>
        System.Math.Min((int)Search<TVec>(pieces, x, ref turns, ref fences), pieces - 1);

    private static int Blocks(int pieces) => (pieces - 1 + Block - 1) / Block is > 0 and var blocks ? blocks : 1;

    private static int Padded(int floats) => (floats + 15) / 16 * 16;
}
