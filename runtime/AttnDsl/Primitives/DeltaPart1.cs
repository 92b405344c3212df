using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>A state that is corrected along the tokens, one of them in one pass over it.</summary>
internal static class DeltaPart1
{
    /// <summary>Two vectors of the columns, the second of <paramref name="count"/>.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Wide<TVec, TLast>(
        int tokens, int rows, ref float query, ref float read, ref float write, nint tokenRow, ref float pairs, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        nint row = tokenRow * sizeof(float);
        nint vStep = vRow * sizeof(float);
        nint oStep = oRow * sizeof(float);
        nint sStep = sRow * sizeof(float);

        // What the first tokens retrieve of the state and read of it, before they correct it.
        TVec r00 = default, r01 = default;
        TVec o00 = default, o01 = default;
        ref float q = ref query;
        ref float r = ref read;
        ref float cell = ref s;
        for (int i = 0; i < rows; i++)
        {
            TVec factor = TVec.Splat(in begin, i);
            TVec s0 = TVec.Load(in cell, 0) * factor;
            TVec s1 = TLast.Load(ref cell, TVec.Count, count) * factor;
            TVec.Store(s0, ref cell, 0);
            TLast.Store(s1, ref cell, TVec.Count, count);
            TVec r0 = TVec.Splat(in r, 0);
            r00 = TVec.MultiplyAdd(r0, s0, r00);
            r01 = TVec.MultiplyAdd(r0, s1, r01);
            TVec q0 = TVec.Splat(in q, 0);
            o00 = TVec.MultiplyAdd(q0, s0, o00);
            o01 = TVec.MultiplyAdd(q0, s1, o01);
            q = ref Unsafe.Add(ref q, 1);
            r = ref Unsafe.Add(ref r, 1);
            cell = ref Unsafe.AddByteOffset(ref cell, sStep);
        }

        while (true)
        {
            // Each token's correction is made of what it retrieved and of those before it, each output of what it read and of those up to it.
            TVec beta0 = TVec.Splat(in pairs, 0);
            TVec u00 = beta0 * (TVec.Load(in v, 0) - r00);
            TVec u01 = beta0 * (TLast.Load(ref v, TVec.Count, count) - r01);
            TVec p00 = TVec.Splat(in pairs, 1);
            o00 = TVec.MultiplyAdd(p00, u00, o00);
            o01 = TVec.MultiplyAdd(p00, u01, o01);
            TVec.Store(o00, ref o, 0);
            TLast.Store(o01, ref o, TVec.Count, count);
            pairs = ref Unsafe.Add(ref pairs, 2);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            ref float w = ref write;
            cell = ref s;
            tokens -= 1;
            if (tokens == 0)
            {
                for (int i = 0; i < rows; i++)
                {
                    TVec factor = TVec.Splat(in end, i);
                    TVec s0 = TVec.Load(in cell, 0);
                    TVec s1 = TLast.Load(ref cell, TVec.Count, count);
                    TVec w0 = TVec.Splat(in w, 0);
                    s0 = TVec.MultiplyAdd(w0, u00, s0);
                    s1 = TVec.MultiplyAdd(w0, u01, s1);
                    TVec.Store(s0 * factor, ref cell, 0);
                    TLast.Store(s1 * factor, ref cell, TVec.Count, count);
                    w = ref Unsafe.Add(ref w, 1);
                    cell = ref Unsafe.AddByteOffset(ref cell, sStep);
                }

                return;
            }

            // The corrections go into the state, of which the next tokens retrieve and read in the same pass.
            query = ref Unsafe.AddByteOffset(ref query, 1 * row);
            read = ref Unsafe.AddByteOffset(ref read, 1 * row);
            write = ref Unsafe.AddByteOffset(ref write, 1 * row);
            q = ref query;
            r = ref read;
            r00 = default;
            r01 = default;
            o00 = default;
            o01 = default;
            for (int i = 0; i < rows; i++)
            {
                TVec s0 = TVec.Load(in cell, 0);
                TVec s1 = TLast.Load(ref cell, TVec.Count, count);
                TVec w0 = TVec.Splat(in w, 0);
                s0 = TVec.MultiplyAdd(w0, u00, s0);
                s1 = TVec.MultiplyAdd(w0, u01, s1);
                TVec.Store(s0, ref cell, 0);
                TLast.Store(s1, ref cell, TVec.Count, count);
                TVec r0 = TVec.Splat(in r, 0);
                r00 = TVec.MultiplyAdd(r0, s0, r00);
                r01 = TVec.MultiplyAdd(r0, s1, r01);
                TVec q0 = TVec.Splat(in q, 0);
                o00 = TVec.MultiplyAdd(q0, s0, o00);
                o01 = TVec.MultiplyAdd(q0, s1, o01);
                w = ref Unsafe.Add(ref w, 1);
                r = ref Unsafe.Add(ref r, 1);
                q = ref Unsafe.Add(ref q, 1);
                cell = ref Unsafe.AddByteOffset(ref cell, sStep);
            }
        }
    }

    /// <summary>One vector of <paramref name="count"/> columns.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Narrow<TVec, TLast>(
        int tokens, int rows, ref float query, ref float read, ref float write, nint tokenRow, ref float pairs, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        nint row = tokenRow * sizeof(float);
        nint vStep = vRow * sizeof(float);
        nint oStep = oRow * sizeof(float);
        nint sStep = sRow * sizeof(float);

        // What the first tokens retrieve of the state and read of it, before they correct it.
        TVec r00 = default;
        TVec o00 = default;
        ref float q = ref query;
        ref float r = ref read;
        ref float cell = ref s;
        for (int i = 0; i < rows; i++)
        {
            TVec factor = TVec.Splat(in begin, i);
            TVec s0 = TLast.Load(ref cell, 0, count) * factor;
            TLast.Store(s0, ref cell, 0, count);
            TVec r0 = TVec.Splat(in r, 0);
            r00 = TVec.MultiplyAdd(r0, s0, r00);
            TVec q0 = TVec.Splat(in q, 0);
            o00 = TVec.MultiplyAdd(q0, s0, o00);
            q = ref Unsafe.Add(ref q, 1);
            r = ref Unsafe.Add(ref r, 1);
            cell = ref Unsafe.AddByteOffset(ref cell, sStep);
        }

        while (true)
        {
            // Each token's correction is made of what it retrieved and of those before it, each output of what it read and of those up to it.
            TVec beta0 = TVec.Splat(in pairs, 0);
            TVec u00 = beta0 * (TLast.Load(ref v, 0, count) - r00);
            TVec p00 = TVec.Splat(in pairs, 1);
            o00 = TVec.MultiplyAdd(p00, u00, o00);
            TLast.Store(o00, ref o, 0, count);
            pairs = ref Unsafe.Add(ref pairs, 2);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            ref float w = ref write;
            cell = ref s;
            tokens -= 1;
            if (tokens == 0)
            {
                for (int i = 0; i < rows; i++)
                {
                    TVec factor = TVec.Splat(in end, i);
                    TVec s0 = TLast.Load(ref cell, 0, count);
                    TVec w0 = TVec.Splat(in w, 0);
                    s0 = TVec.MultiplyAdd(w0, u00, s0);
                    TLast.Store(s0 * factor, ref cell, 0, count);
                    w = ref Unsafe.Add(ref w, 1);
                    cell = ref Unsafe.AddByteOffset(ref cell, sStep);
                }

                return;
            }

            // The corrections go into the state, of which the next tokens retrieve and read in the same pass.
            query = ref Unsafe.AddByteOffset(ref query, 1 * row);
            read = ref Unsafe.AddByteOffset(ref read, 1 * row);
            write = ref Unsafe.AddByteOffset(ref write, 1 * row);
            q = ref query;
            r = ref read;
            r00 = default;
            o00 = default;
            for (int i = 0; i < rows; i++)
            {
                TVec s0 = TLast.Load(ref cell, 0, count);
                TVec w0 = TVec.Splat(in w, 0);
                s0 = TVec.MultiplyAdd(w0, u00, s0);
                TLast.Store(s0, ref cell, 0, count);
                TVec r0 = TVec.Splat(in r, 0);
                r00 = TVec.MultiplyAdd(r0, s0, r00);
                TVec q0 = TVec.Splat(in q, 0);
                o00 = TVec.MultiplyAdd(q0, s0, o00);
                w = ref Unsafe.Add(ref w, 1);
                r = ref Unsafe.Add(ref r, 1);
                q = ref Unsafe.Add(ref q, 1);
                cell = ref Unsafe.AddByteOffset(ref cell, sStep);
            }
        }
    }
}
