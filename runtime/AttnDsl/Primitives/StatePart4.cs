using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Parts of a state of four rows, in registers from the first token to the last.</summary>
internal static class StatePart4
{
    /// <summary>Four rows of the state, two vectors of its columns, the second of <paramref name="count"/>.</summary>
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
        for (int t = 0; t < tokens; t++)
        {
            TVec v0 = TVec.Load(in v, 0);
            TVec v1 = TLast.Load(ref v, TVec.Count, count);
            TVec o0 = accumulate ? TVec.Load(in o, 0) : zero;
            TVec o1 = accumulate ? TLast.Load(ref o, TVec.Count, count) : zero;
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
            TVec p0 = q1 * s10;
            TVec p1 = q1 * s11;
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
    }

    /// <summary>Four rows of the state, one vector of <paramref name="count"/> of its columns.</summary>
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
        for (int t = 0; t < tokens; t++)
        {
            TVec v0 = TLast.Load(ref v, 0, count);
            TVec o0 = accumulate ? TLast.Load(ref o, 0, count) : zero;
            TVec k0 = TVec.Splat(in k, 0);
            s00 = TVec.MultiplyAdd(k0, v0, s00);
            TVec q0 = TVec.Splat(in q, 0);
            o0 = TVec.MultiplyAdd(q0, s00, o0);
            TVec k1 = TVec.Splat(in k, 1);
            s10 = TVec.MultiplyAdd(k1, v0, s10);
            TVec q1 = TVec.Splat(in q, 1);
            TVec p0 = q1 * s10;
            TVec k2 = TVec.Splat(in k, 2);
            s20 = TVec.MultiplyAdd(k2, v0, s20);
            TVec q2 = TVec.Splat(in q, 2);
            o0 = TVec.MultiplyAdd(q2, s20, o0);
            TVec k3 = TVec.Splat(in k, 3);
            s30 = TVec.MultiplyAdd(k3, v0, s30);
            TVec q3 = TVec.Splat(in q, 3);
            p0 = TVec.MultiplyAdd(q3, s30, p0);
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
    }
}
