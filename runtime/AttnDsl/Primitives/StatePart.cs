using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>A part of a state, in registers from the first token to the last.</summary>
/// <remarks>
/// For each token k_i v is added to row i, and q_i times row i to the output; two sums, of every other row, shorten the wait for the one
/// before. Pairs of vectors as values of a struct would save half the lines, but the JIT then moves every sum from register to register.
/// </remarks>
internal static class StatePart
{
    /// <param name="tokens">Tokens.</param>
    /// <param name="q">The rows' channels of the first query.</param>
    /// <param name="k">The same of its key.</param>
    /// <param name="keyRow">Row stride of queries and keys.</param>
    /// <param name="v">The columns' channels of the first value.</param>
    /// <param name="o">The same of its output.</param>
    /// <param name="valueRow">Row stride of values and outputs.</param>
    /// <param name="s">The part of the state.</param>
    /// <param name="sRow">Its row stride.</param>
    /// <param name="begin">What the rows are multiplied with in front of the first token.</param>
    /// <param name="end">What they are multiplied with behind the last.</param>
    /// <param name="count">Columns of the last vector.</param>
    /// <param name="accumulate">Adds to the outputs instead of replacing them.</param>
    /// <param name="ahead">What will be needed next.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Run<TVec, TColumns, TRows>(
        int tokens, ref float q, ref float k, nint keyRow, ref float v, ref float o, nint valueRow, ref float s, nint sRow, ref float begin, ref float end, int count, bool accumulate, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
        where TColumns : struct, IPanel<TVec>
        where TRows : struct, ICount
    {
        nint line = ahead.Take(tokens, out nint lineStep);
        nint keyStep = keyRow * sizeof(float);
        nint valueStep = valueRow * sizeof(float);
        TVec zero = TVec.Create(0);
        ref float cells = ref s;
        TVec s00, s01, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        TVec s40 = default, s41 = default, s50 = default, s51 = default, s60 = default, s61 = default, s70 = default, s71 = default;
        TVec b0 = TVec.Splat(in begin, 0);
        s00 = TColumns.First(ref cells, count) * b0;
        s01 = TColumns.Second(ref cells, count) * b0;

        if (TRows.Count >= 4)
        {
            cells = ref Unsafe.Add(ref cells, sRow);
            TVec b1 = TVec.Splat(in begin, 1);
            s10 = TColumns.First(ref cells, count) * b1;
            s11 = TColumns.Second(ref cells, count) * b1;
            cells = ref Unsafe.Add(ref cells, sRow);
            TVec b2 = TVec.Splat(in begin, 2);
            s20 = TColumns.First(ref cells, count) * b2;
            s21 = TColumns.Second(ref cells, count) * b2;
            cells = ref Unsafe.Add(ref cells, sRow);
            TVec b3 = TVec.Splat(in begin, 3);
            s30 = TColumns.First(ref cells, count) * b3;
            s31 = TColumns.Second(ref cells, count) * b3;
        }

        if (TRows.Count == 8)
        {
            cells = ref Unsafe.Add(ref cells, sRow);
            TVec b4 = TVec.Splat(in begin, 4);
            s40 = TColumns.First(ref cells, count) * b4;
            s41 = TColumns.Second(ref cells, count) * b4;
            cells = ref Unsafe.Add(ref cells, sRow);
            TVec b5 = TVec.Splat(in begin, 5);
            s50 = TColumns.First(ref cells, count) * b5;
            s51 = TColumns.Second(ref cells, count) * b5;
            cells = ref Unsafe.Add(ref cells, sRow);
            TVec b6 = TVec.Splat(in begin, 6);
            s60 = TColumns.First(ref cells, count) * b6;
            s61 = TColumns.Second(ref cells, count) * b6;
            cells = ref Unsafe.Add(ref cells, sRow);
            TVec b7 = TVec.Splat(in begin, 7);
            s70 = TColumns.First(ref cells, count) * b7;
            s71 = TColumns.Second(ref cells, count) * b7;
        }

        for (int t = 0; t < tokens; t++)
        {
            Ahead.Fetch(line);
            TVec v0 = TColumns.First(ref v, count);
            TVec v1 = TColumns.Second(ref v, count);
            TVec o0 = accumulate ? TColumns.First(ref o, count) : zero;
            TVec o1 = accumulate ? TColumns.Second(ref o, count) : zero;
            TVec p0 = default, p1 = default;
            TVec k0 = TVec.Splat(in k, 0);
            s00 = TVec.MultiplyAdd(k0, v0, s00);
            if (TColumns.AreTwo) s01 = TVec.MultiplyAdd(k0, v1, s01);
            TVec q0 = TVec.Splat(in q, 0);
            o0 = TVec.MultiplyAdd(q0, s00, o0);
            if (TColumns.AreTwo) o1 = TVec.MultiplyAdd(q0, s01, o1);

            if (TRows.Count >= 4)
            {
                TVec k1 = TVec.Splat(in k, 1);
                s10 = TVec.MultiplyAdd(k1, v0, s10);
                if (TColumns.AreTwo) s11 = TVec.MultiplyAdd(k1, v1, s11);
                TVec q1 = TVec.Splat(in q, 1);
                p0 = q1 * s10;
                p1 = q1 * s11;
                TVec k2 = TVec.Splat(in k, 2);
                s20 = TVec.MultiplyAdd(k2, v0, s20);
                if (TColumns.AreTwo) s21 = TVec.MultiplyAdd(k2, v1, s21);
                TVec q2 = TVec.Splat(in q, 2);
                o0 = TVec.MultiplyAdd(q2, s20, o0);
                if (TColumns.AreTwo) o1 = TVec.MultiplyAdd(q2, s21, o1);
                TVec k3 = TVec.Splat(in k, 3);
                s30 = TVec.MultiplyAdd(k3, v0, s30);
                if (TColumns.AreTwo) s31 = TVec.MultiplyAdd(k3, v1, s31);
                TVec q3 = TVec.Splat(in q, 3);
                p0 = TVec.MultiplyAdd(q3, s30, p0);
                if (TColumns.AreTwo) p1 = TVec.MultiplyAdd(q3, s31, p1);
            }

            if (TRows.Count == 8)
            {
                TVec k4 = TVec.Splat(in k, 4);
                s40 = TVec.MultiplyAdd(k4, v0, s40);
                if (TColumns.AreTwo) s41 = TVec.MultiplyAdd(k4, v1, s41);
                TVec q4 = TVec.Splat(in q, 4);
                o0 = TVec.MultiplyAdd(q4, s40, o0);
                if (TColumns.AreTwo) o1 = TVec.MultiplyAdd(q4, s41, o1);
                TVec k5 = TVec.Splat(in k, 5);
                s50 = TVec.MultiplyAdd(k5, v0, s50);
                if (TColumns.AreTwo) s51 = TVec.MultiplyAdd(k5, v1, s51);
                TVec q5 = TVec.Splat(in q, 5);
                p0 = TVec.MultiplyAdd(q5, s50, p0);
                if (TColumns.AreTwo) p1 = TVec.MultiplyAdd(q5, s51, p1);
                TVec k6 = TVec.Splat(in k, 6);
                s60 = TVec.MultiplyAdd(k6, v0, s60);
                if (TColumns.AreTwo) s61 = TVec.MultiplyAdd(k6, v1, s61);
                TVec q6 = TVec.Splat(in q, 6);
                o0 = TVec.MultiplyAdd(q6, s60, o0);
                if (TColumns.AreTwo) o1 = TVec.MultiplyAdd(q6, s61, o1);
                TVec k7 = TVec.Splat(in k, 7);
                s70 = TVec.MultiplyAdd(k7, v0, s70);
                if (TColumns.AreTwo) s71 = TVec.MultiplyAdd(k7, v1, s71);
                TVec q7 = TVec.Splat(in q, 7);
                p0 = TVec.MultiplyAdd(q7, s70, p0);
                if (TColumns.AreTwo) p1 = TVec.MultiplyAdd(q7, s71, p1);
            }

            if (TRows.Count >= 4)
            {
                o0 += p0;
                o1 += p1;
            }

            TColumns.Store(o0, o1, ref o, count);
            line += lineStep;
            q = ref Unsafe.AddByteOffset(ref q, keyStep);
            k = ref Unsafe.AddByteOffset(ref k, keyStep);
            v = ref Unsafe.AddByteOffset(ref v, valueStep);
            o = ref Unsafe.AddByteOffset(ref o, valueStep);
        }

        TVec e0 = TVec.Splat(in end, 0);
        TColumns.Store(s00 * e0, s01 * e0, ref s, count);

        if (TRows.Count >= 4)
        {
            s = ref Unsafe.Add(ref s, sRow);
            TVec e1 = TVec.Splat(in end, 1);
            TColumns.Store(s10 * e1, s11 * e1, ref s, count);
            s = ref Unsafe.Add(ref s, sRow);
            TVec e2 = TVec.Splat(in end, 2);
            TColumns.Store(s20 * e2, s21 * e2, ref s, count);
            s = ref Unsafe.Add(ref s, sRow);
            TVec e3 = TVec.Splat(in end, 3);
            TColumns.Store(s30 * e3, s31 * e3, ref s, count);
        }

        if (TRows.Count == 8)
        {
            s = ref Unsafe.Add(ref s, sRow);
            TVec e4 = TVec.Splat(in end, 4);
            TColumns.Store(s40 * e4, s41 * e4, ref s, count);
            s = ref Unsafe.Add(ref s, sRow);
            TVec e5 = TVec.Splat(in end, 5);
            TColumns.Store(s50 * e5, s51 * e5, ref s, count);
            s = ref Unsafe.Add(ref s, sRow);
            TVec e6 = TVec.Splat(in end, 6);
            TColumns.Store(s60 * e6, s61 * e6, ref s, count);
            s = ref Unsafe.Add(ref s, sRow);
            TVec e7 = TVec.Splat(in end, 7);
            TColumns.Store(s70 * e7, s71 * e7, ref s, count);
        }
    }
}
