using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Parts of a state of eight rows, in registers from the first token to the last.</summary>
/// <remarks>For each token k_i v is added to row i, and q_i times row i to the output; two sums, of every other row, shorten the wait for the one before.</remarks>
internal static class StatePart8
{
    /// <summary>Eight rows of the state, two vectors of its columns, the second of <paramref name="count"/>.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Wide<TVec, TLast>(
        int tokens, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count, bool accumulate)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        nint qStep = qRow * sizeof(float);
        nint kStep = kRow * sizeof(float);
        nint vStep = vRow * sizeof(float);
        nint oStep = oRow * sizeof(float);
        TVec zero = TVec.Create(0);
        ref float from = ref s;
        TVec b0 = TVec.Splat(in begin, 0);
        TVec s00 = TVec.Load(in from, 0) * b0;
        TVec s01 = TLast.Load(ref from, TVec.Count, count) * b0;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b1 = TVec.Splat(in begin, 1);
        TVec s10 = TVec.Load(in from, 0) * b1;
        TVec s11 = TLast.Load(ref from, TVec.Count, count) * b1;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b2 = TVec.Splat(in begin, 2);
        TVec s20 = TVec.Load(in from, 0) * b2;
        TVec s21 = TLast.Load(ref from, TVec.Count, count) * b2;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b3 = TVec.Splat(in begin, 3);
        TVec s30 = TVec.Load(in from, 0) * b3;
        TVec s31 = TLast.Load(ref from, TVec.Count, count) * b3;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b4 = TVec.Splat(in begin, 4);
        TVec s40 = TVec.Load(in from, 0) * b4;
        TVec s41 = TLast.Load(ref from, TVec.Count, count) * b4;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b5 = TVec.Splat(in begin, 5);
        TVec s50 = TVec.Load(in from, 0) * b5;
        TVec s51 = TLast.Load(ref from, TVec.Count, count) * b5;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b6 = TVec.Splat(in begin, 6);
        TVec s60 = TVec.Load(in from, 0) * b6;
        TVec s61 = TLast.Load(ref from, TVec.Count, count) * b6;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b7 = TVec.Splat(in begin, 7);
        TVec s70 = TVec.Load(in from, 0) * b7;
        TVec s71 = TLast.Load(ref from, TVec.Count, count) * b7;
        for (int t = 0; t < tokens; t++)
        {
            TVec v0 = TVec.Load(in v, 0);
            TVec v1 = TLast.Load(ref v, TVec.Count, count);
            TVec o0 = accumulate ? TVec.Load(in o, 0) : zero;
            TVec o1 = accumulate ? TLast.Load(ref o, TVec.Count, count) : zero;
            TVec p0 = zero;
            TVec p1 = zero;
            TVec k0 = TVec.Splat(in k, 0);
            s00 = TVec.MultiplyAdd(k0, v0, s00);
            s01 = TVec.MultiplyAdd(k0, v1, s01);
            TVec q0 = TVec.Splat(in q, 0);
            o0 = TVec.MultiplyAdd(q0, s00, o0);
            o1 = TVec.MultiplyAdd(q0, s01, o1);
            TVec k1 = TVec.Splat(in k, 1);
            s10 = TVec.MultiplyAdd(k1, v0, s10);
            s11 = TVec.MultiplyAdd(k1, v1, s11);
            TVec q1 = TVec.Splat(in q, 1);
            p0 = TVec.MultiplyAdd(q1, s10, p0);
            p1 = TVec.MultiplyAdd(q1, s11, p1);
            TVec k2 = TVec.Splat(in k, 2);
            s20 = TVec.MultiplyAdd(k2, v0, s20);
            s21 = TVec.MultiplyAdd(k2, v1, s21);
            TVec q2 = TVec.Splat(in q, 2);
            o0 = TVec.MultiplyAdd(q2, s20, o0);
            o1 = TVec.MultiplyAdd(q2, s21, o1);
            TVec k3 = TVec.Splat(in k, 3);
            s30 = TVec.MultiplyAdd(k3, v0, s30);
            s31 = TVec.MultiplyAdd(k3, v1, s31);
            TVec q3 = TVec.Splat(in q, 3);
            p0 = TVec.MultiplyAdd(q3, s30, p0);
            p1 = TVec.MultiplyAdd(q3, s31, p1);
            TVec k4 = TVec.Splat(in k, 4);
            s40 = TVec.MultiplyAdd(k4, v0, s40);
            s41 = TVec.MultiplyAdd(k4, v1, s41);
            TVec q4 = TVec.Splat(in q, 4);
            o0 = TVec.MultiplyAdd(q4, s40, o0);
            o1 = TVec.MultiplyAdd(q4, s41, o1);
            TVec k5 = TVec.Splat(in k, 5);
            s50 = TVec.MultiplyAdd(k5, v0, s50);
            s51 = TVec.MultiplyAdd(k5, v1, s51);
            TVec q5 = TVec.Splat(in q, 5);
            p0 = TVec.MultiplyAdd(q5, s50, p0);
            p1 = TVec.MultiplyAdd(q5, s51, p1);
            TVec k6 = TVec.Splat(in k, 6);
            s60 = TVec.MultiplyAdd(k6, v0, s60);
            s61 = TVec.MultiplyAdd(k6, v1, s61);
            TVec q6 = TVec.Splat(in q, 6);
            o0 = TVec.MultiplyAdd(q6, s60, o0);
            o1 = TVec.MultiplyAdd(q6, s61, o1);
            TVec k7 = TVec.Splat(in k, 7);
            s70 = TVec.MultiplyAdd(k7, v0, s70);
            s71 = TVec.MultiplyAdd(k7, v1, s71);
            TVec q7 = TVec.Splat(in q, 7);
            p0 = TVec.MultiplyAdd(q7, s70, p0);
            p1 = TVec.MultiplyAdd(q7, s71, p1);
            TVec.Store(o0 + p0, ref o, 0);
            TLast.Store(o1 + p1, ref o, TVec.Count, count);
            q = ref Unsafe.AddByteOffset(ref q, qStep);
            k = ref Unsafe.AddByteOffset(ref k, kStep);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
        }

        TVec e0 = TVec.Splat(in end, 0);
        TVec.Store(s00 * e0, ref s, 0);
        TLast.Store(s01 * e0, ref s, TVec.Count, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e1 = TVec.Splat(in end, 1);
        TVec.Store(s10 * e1, ref s, 0);
        TLast.Store(s11 * e1, ref s, TVec.Count, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e2 = TVec.Splat(in end, 2);
        TVec.Store(s20 * e2, ref s, 0);
        TLast.Store(s21 * e2, ref s, TVec.Count, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e3 = TVec.Splat(in end, 3);
        TVec.Store(s30 * e3, ref s, 0);
        TLast.Store(s31 * e3, ref s, TVec.Count, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e4 = TVec.Splat(in end, 4);
        TVec.Store(s40 * e4, ref s, 0);
        TLast.Store(s41 * e4, ref s, TVec.Count, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e5 = TVec.Splat(in end, 5);
        TVec.Store(s50 * e5, ref s, 0);
        TLast.Store(s51 * e5, ref s, TVec.Count, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e6 = TVec.Splat(in end, 6);
        TVec.Store(s60 * e6, ref s, 0);
        TLast.Store(s61 * e6, ref s, TVec.Count, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e7 = TVec.Splat(in end, 7);
        TVec.Store(s70 * e7, ref s, 0);
        TLast.Store(s71 * e7, ref s, TVec.Count, count);
    }

    /// <summary>Eight rows of the state, one vector of <paramref name="count"/> of its columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Narrow<TVec, TLast>(
        int tokens, ref float q, nint qRow, ref float k, nint kRow, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count, bool accumulate)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        nint qStep = qRow * sizeof(float);
        nint kStep = kRow * sizeof(float);
        nint vStep = vRow * sizeof(float);
        nint oStep = oRow * sizeof(float);
        TVec zero = TVec.Create(0);
        ref float from = ref s;
        TVec b0 = TVec.Splat(in begin, 0);
        TVec s00 = TLast.Load(ref from, 0, count) * b0;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b1 = TVec.Splat(in begin, 1);
        TVec s10 = TLast.Load(ref from, 0, count) * b1;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b2 = TVec.Splat(in begin, 2);
        TVec s20 = TLast.Load(ref from, 0, count) * b2;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b3 = TVec.Splat(in begin, 3);
        TVec s30 = TLast.Load(ref from, 0, count) * b3;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b4 = TVec.Splat(in begin, 4);
        TVec s40 = TLast.Load(ref from, 0, count) * b4;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b5 = TVec.Splat(in begin, 5);
        TVec s50 = TLast.Load(ref from, 0, count) * b5;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b6 = TVec.Splat(in begin, 6);
        TVec s60 = TLast.Load(ref from, 0, count) * b6;
        from = ref Unsafe.Add(ref from, sRow);
        TVec b7 = TVec.Splat(in begin, 7);
        TVec s70 = TLast.Load(ref from, 0, count) * b7;
        for (int t = 0; t < tokens; t++)
        {
            TVec v0 = TLast.Load(ref v, 0, count);
            TVec o0 = accumulate ? TLast.Load(ref o, 0, count) : zero;
            TVec p0 = zero;
            TVec k0 = TVec.Splat(in k, 0);
            s00 = TVec.MultiplyAdd(k0, v0, s00);
            TVec q0 = TVec.Splat(in q, 0);
            o0 = TVec.MultiplyAdd(q0, s00, o0);
            TVec k1 = TVec.Splat(in k, 1);
            s10 = TVec.MultiplyAdd(k1, v0, s10);
            TVec q1 = TVec.Splat(in q, 1);
            p0 = TVec.MultiplyAdd(q1, s10, p0);
            TVec k2 = TVec.Splat(in k, 2);
            s20 = TVec.MultiplyAdd(k2, v0, s20);
            TVec q2 = TVec.Splat(in q, 2);
            o0 = TVec.MultiplyAdd(q2, s20, o0);
            TVec k3 = TVec.Splat(in k, 3);
            s30 = TVec.MultiplyAdd(k3, v0, s30);
            TVec q3 = TVec.Splat(in q, 3);
            p0 = TVec.MultiplyAdd(q3, s30, p0);
            TVec k4 = TVec.Splat(in k, 4);
            s40 = TVec.MultiplyAdd(k4, v0, s40);
            TVec q4 = TVec.Splat(in q, 4);
            o0 = TVec.MultiplyAdd(q4, s40, o0);
            TVec k5 = TVec.Splat(in k, 5);
            s50 = TVec.MultiplyAdd(k5, v0, s50);
            TVec q5 = TVec.Splat(in q, 5);
            p0 = TVec.MultiplyAdd(q5, s50, p0);
            TVec k6 = TVec.Splat(in k, 6);
            s60 = TVec.MultiplyAdd(k6, v0, s60);
            TVec q6 = TVec.Splat(in q, 6);
            o0 = TVec.MultiplyAdd(q6, s60, o0);
            TVec k7 = TVec.Splat(in k, 7);
            s70 = TVec.MultiplyAdd(k7, v0, s70);
            TVec q7 = TVec.Splat(in q, 7);
            p0 = TVec.MultiplyAdd(q7, s70, p0);
            TLast.Store(o0 + p0, ref o, 0, count);
            q = ref Unsafe.AddByteOffset(ref q, qStep);
            k = ref Unsafe.AddByteOffset(ref k, kStep);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
        }

        TVec e0 = TVec.Splat(in end, 0);
        TLast.Store(s00 * e0, ref s, 0, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e1 = TVec.Splat(in end, 1);
        TLast.Store(s10 * e1, ref s, 0, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e2 = TVec.Splat(in end, 2);
        TLast.Store(s20 * e2, ref s, 0, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e3 = TVec.Splat(in end, 3);
        TLast.Store(s30 * e3, ref s, 0, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e4 = TVec.Splat(in end, 4);
        TLast.Store(s40 * e4, ref s, 0, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e5 = TVec.Splat(in end, 5);
        TLast.Store(s50 * e5, ref s, 0, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e6 = TVec.Splat(in end, 6);
        TLast.Store(s60 * e6, ref s, 0, count);
        s = ref Unsafe.Add(ref s, sRow);
        TVec e7 = TVec.Splat(in end, 7);
        TLast.Store(s70 * e7, ref s, 0, count);
    }
}
