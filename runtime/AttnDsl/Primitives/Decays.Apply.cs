using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <content>
/// The two products that differentiate the Gram matrix. Like it, they are products of matrices where nothing decays so far inside the rows
/// that it may not be divided by; else a row is decayed once more for each that it passes.
/// </content>
public static partial class Decays
{
    /// <summary>y[i,c] = Σ_{j≤i} w[i,j]·x[j,c]·exp(Σ_{j&lt;r≤i} g[r,c]).</summary>
    /// <param name="rows">Rows of all matrices, columns of w.</param>
    /// <param name="k">Channels.</param>
    /// <param name="w">Weights [rows,rows]; above the diagonal not read.</param>
    /// <param name="wRow">Row stride of the weights.</param>
    /// <param name="x">What is weighted [rows,k].</param>
    /// <param name="xRow">Row stride of x.</param>
    /// <param name="g">Log-decays [rows,k], ≤ 0.</param>
    /// <param name="gRow">Row stride of the log-decays.</param>
    /// <param name="y">Result [rows,k].</param>
    /// <param name="yRow">Row stride of the result.</param>
    /// <param name="strict">Only j &lt; i.</param>
    /// <param name="scratch"><see cref="ApplyScratchFloats"/> floats.</param>
    [MethodImpl(Jit.Kernel)]
    public static void ApplyToQueries<TVec>(
        int rows, int k, ref float w, nint wRow, ref float x, nint xRow, ref float g, nint gRow, ref float y, nint yRow, bool strict, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        if (FallFromStart<TVec>(rows, k, ref g, gRow, ref scratch))
        {
            nint row = PaddedRow(k);
            nint weightsRow = KeysRow(rows);
            ref float raised = ref Unsafe.Add(ref scratch, rows * row);
            ref float weights = ref Unsafe.Add(ref raised, rows * row);
            Lower<TVec>(rows, ref w, wRow, ref weights, weightsRow, strict);
            RaiseKeys<TVec>(rows, k, ref x, xRow, ref scratch, ref raised, row);
            Products.MultiplyLower<TVec>(rows, k, ref weights, weightsRow, 1, ref raised, row, ref y, yRow, accumulate: false);
            Scale<TVec>(rows, k, ref y, yRow, ref scratch, row);
            return;
        }

        nint stride = DecayFactors<TVec>(rows, k, ref g, gRow, ref scratch);
        for (int c = 0; c < k; c += TVec.Count)
        {
            int count = k - c;
            for (int i = 0; i < rows; i++) TVec.Store(TVec.Create(0), ref y, (i * yRow) + c, count);
            for (int j = 0; j < rows; j++)
            {
                // x_j as row i sees it: one more decay for each row in between, so no sum of gates is ever exponentiated.
                var seen = TVec.Load(ref x, (j * xRow) + c, count);
                for (int i = j; i < rows; i++)
                {
                    if (i > j) seen *= TVec.Load(ref scratch, (i * stride) + c);
                    else if (strict) continue;
                    TVec.Store(TVec.MultiplyAdd(TVec.Splat(ref w, (i * wRow) + j), seen, TVec.Load(ref y, (i * yRow) + c, count)), ref y, (i * yRow) + c, count);
                }
            }
        }
    }

    /// <summary>y[j,c] = Σ_{i≥j} w[i,j]·x[i,c]·exp(Σ_{j&lt;r≤i} g[r,c]).</summary>
    /// <inheritdoc cref="ApplyToQueries" path="/param"/>
    [MethodImpl(Jit.Kernel)]
    public static void ApplyToKeys<TVec>(
        int rows, int k, ref float w, nint wRow, ref float x, nint xRow, ref float g, nint gRow, ref float y, nint yRow, bool strict, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        if (FallFromStart<TVec>(rows, k, ref g, gRow, ref scratch))
        {
            nint row = PaddedRow(k);
            nint weightsRow = KeysRow(rows);
            ref float decayed = ref Unsafe.Add(ref scratch, rows * row);
            ref float weights = ref Unsafe.Add(ref decayed, rows * row);
            Lower<TVec>(rows, ref w, wRow, ref weights, weightsRow, strict);
            DecayQueries<TVec>(rows, k, ref x, xRow, ref scratch, ref decayed, row);
            Products.MultiplyUpper<TVec>(rows, k, ref weights, 1, weightsRow, ref decayed, row, ref y, yRow, accumulate: false);
            Divide<TVec>(rows, k, ref y, yRow, ref scratch, row);
            return;
        }

        nint stride = DecayFactors<TVec>(rows, k, ref g, gRow, ref scratch);
        for (int c = 0; c < k; c += TVec.Count)
        {
            int count = k - c;
            for (int j = 0; j < rows; j++) TVec.Store(TVec.Create(0), ref y, (j * yRow) + c, count);
            for (int i = 0; i < rows; i++)
            {
                var handed = TVec.Load(ref x, (i * xRow) + c, count);
                for (int j = i; j >= 0; j--)
                {
                    if (j < i) handed *= TVec.Load(ref scratch, ((j + 1) * stride) + c);
                    else if (strict) continue;
                    TVec.Store(TVec.MultiplyAdd(TVec.Splat(ref w, (i * wRow) + j), handed, TVec.Load(ref y, (j * yRow) + c, count)), ref y, (j * yRow) + c, count);
                }
            }
        }
    }

    /// <summary>Scratch of both: the decays, what they were taken of, and the weights.</summary>
    public static int ApplyScratchFloats(int rows, int k) => checked(rows * ((2 * PaddedRow(k)) + KeysRow(rows)));

    /// <summary>What is left of 1 from the first row up to each, its own decay not counted, each row whole vectors; false where it is too faint to be divided by, or no number.</summary>
    [MethodImpl(Jit.Kernel)]
    private static bool FallFromStart<TVec>(int rows, int k, ref float g, nint gRow, ref float fall)
        where TVec : struct, ISimd<TVec>
    {
        nint row = PaddedRow(k);
        TVec one = TVec.Create(1);
        TVec faintest = TVec.Create(Faintest);
        TVec isFine = one;
        for (int c = 0; c < k; c += TVec.Count)
        {
            TVec running = one;
            TVec.Store(running, ref fall, c);
            for (int i = 1; i < rows; i++)
            {
                running *= TVec.Exp(TVec.Load(in g, (i * gRow) + c, k - c));
                TVec.Store(running, ref fall, (i * row) + c);
            }

            // Lanes behind the last channel hold the decay of what is not there: e^0.
            isFine = TVec.Select(TVec.LessOrEqual(faintest, running), isFine, TVec.Create(0));
        }

        return TVec.MaxLane(one - isFine) <= 0;
    }

    /// <summary>Weights with zeros above the diagonal, and on it where only earlier rows count.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Lower<TVec>(int rows, ref float w, nint wRow, ref float weights, nint weightsRow, bool strict)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < rows; i++)
        {
            int wanted = strict ? i : i + 1;
            for (int j = 0; j < rows; j += TVec.Count)
            {
                TVec.Store(TVec.Load(in w, (i * wRow) + j, wanted - j), ref weights, (i * weightsRow) + j);
            }
        }
    }

    /// <summary>y ⊙ fall, in place.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Scale<TVec>(int rows, int k, ref float y, nint yRow, ref float fall, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < rows; i++)
        {
            for (int c = 0; c < k; c += TVec.Count)
            {
                TVec.Store(TVec.Load(in y, (i * yRow) + c, k - c) * TVec.Load(in fall, (i * row) + c), ref y, (i * yRow) + c, k - c);
            }
        }
    }

    /// <summary>y / fall, in place.</summary>
    [MethodImpl(Jit.Kernel)]
    private static void Divide<TVec>(int rows, int k, ref float y, nint yRow, ref float fall, nint row)
        where TVec : struct, ISimd<TVec>
    {
        for (int i = 0; i < rows; i++)
        {
            for (int c = 0; c < k; c += TVec.Count)
            {
                TVec.Store(TVec.Load(in y, (i * yRow) + c, k - c) / TVec.Load(in fall, (i * row) + c), ref y, (i * yRow) + c, k - c);
            }
        }
    }

    /// <summary>e^g of every row and channel into scratch; returns its row stride.</summary>
    [MethodImpl(Jit.Kernel)]
    private static nint DecayFactors<TVec>(int rows, int k, ref float g, nint gRow, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        nint stride = (k + 15) / 16 * 16;
        for (int i = 0; i < rows; i++)
            for (int c = 0; c < k; c += TVec.Count)
                TVec.Store(TVec.Exp(TVec.Load(ref g, (i * gRow) + c, k - c)), ref scratch, (i * stride) + c);
        return stride;
    }
}
