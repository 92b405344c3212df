using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>Parts of a state of one row, in registers from the first token to the last.</summary>
internal static class StatePart1
{
    /// <summary>One row of the state, two vectors of its columns, the second of <paramref name="count"/>.</summary>
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
            TVec.Store(o0, ref o, 0);
            TLast.Store(o1, ref o, TVec.Count, count);
            q = ref Unsafe.AddByteOffset(ref q, qStep);
            k = ref Unsafe.AddByteOffset(ref k, kStep);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
        }

        TVec e0 = TVec.Splat(in end, 0);
        TVec.Store(s00 * e0, ref s, 0);
        TLast.Store(s01 * e0, ref s, TVec.Count, count);
    }

    /// <summary>One row of the state, one vector of <paramref name="count"/> of its columns.</summary>
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
        for (int t = 0; t < tokens; t++)
        {
            TVec v0 = TLast.Load(ref v, 0, count);
            TVec o0 = accumulate ? TLast.Load(ref o, 0, count) : zero;
            TVec k0 = TVec.Splat(in k, 0);
            s00 = TVec.MultiplyAdd(k0, v0, s00);
            TVec q0 = TVec.Splat(in q, 0);
            o0 = TVec.MultiplyAdd(q0, s00, o0);
            TLast.Store(o0, ref o, 0, count);
            q = ref Unsafe.AddByteOffset(ref q, qStep);
            k = ref Unsafe.AddByteOffset(ref k, kStep);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
        }

        TVec e0 = TVec.Splat(in end, 0);
        TLast.Store(s00 * e0, ref s, 0, count);
    }
}
