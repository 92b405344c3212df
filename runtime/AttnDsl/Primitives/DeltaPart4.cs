using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>A state that is corrected along the tokens, four of them in one pass over it.</summary>
internal static class DeltaPart4
{
    /// <summary>Two vectors of the columns, the second of <paramref name="count"/>; <paramref name="tokens"/> is a multiple of four.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Wide<TVec, TLast>(
        int tokens, int rows, ref float query, ref float read, ref float write, nint tokenRow, ref float pairs, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        nint row = tokenRow * sizeof(float);
        nint row3 = 3 * row;
        nint vStep = vRow * sizeof(float);
        nint oStep = oRow * sizeof(float);
        nint sStep = sRow * sizeof(float);

        // What the first tokens retrieve of the state and read of it, before they correct it.
        TVec r00 = default, r01 = default;
        TVec r10 = default, r11 = default;
        TVec r20 = default, r21 = default;
        TVec r30 = default, r31 = default;
        TVec o00 = default, o01 = default;
        TVec o10 = default, o11 = default;
        TVec o20 = default, o21 = default;
        TVec o30 = default, o31 = default;
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
            TVec r1 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row), 0);
            r10 = TVec.MultiplyAdd(r1, s0, r10);
            r11 = TVec.MultiplyAdd(r1, s1, r11);
            TVec r2 = TVec.Splat(in Unsafe.AddByteOffset(ref r, 2 * row), 0);
            r20 = TVec.MultiplyAdd(r2, s0, r20);
            r21 = TVec.MultiplyAdd(r2, s1, r21);
            TVec r3 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row3), 0);
            r30 = TVec.MultiplyAdd(r3, s0, r30);
            r31 = TVec.MultiplyAdd(r3, s1, r31);
            TVec q0 = TVec.Splat(in q, 0);
            o00 = TVec.MultiplyAdd(q0, s0, o00);
            o01 = TVec.MultiplyAdd(q0, s1, o01);
            TVec q1 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row), 0);
            o10 = TVec.MultiplyAdd(q1, s0, o10);
            o11 = TVec.MultiplyAdd(q1, s1, o11);
            TVec q2 = TVec.Splat(in Unsafe.AddByteOffset(ref q, 2 * row), 0);
            o20 = TVec.MultiplyAdd(q2, s0, o20);
            o21 = TVec.MultiplyAdd(q2, s1, o21);
            TVec q3 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row3), 0);
            o30 = TVec.MultiplyAdd(q3, s0, o30);
            o31 = TVec.MultiplyAdd(q3, s1, o31);
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
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            TVec beta1 = TVec.Splat(in pairs, 1);
            TVec u10 = beta1 * (TVec.Load(in v, 0) - r10);
            TVec u11 = beta1 * (TLast.Load(ref v, TVec.Count, count) - r11);
            TVec k10 = TVec.Splat(in pairs, 4);
            u10 = TVec.MultiplyAdd(k10, u00, u10);
            u11 = TVec.MultiplyAdd(k10, u01, u11);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            TVec beta2 = TVec.Splat(in pairs, 2);
            TVec u20 = beta2 * (TVec.Load(in v, 0) - r20);
            TVec u21 = beta2 * (TLast.Load(ref v, TVec.Count, count) - r21);
            TVec k20 = TVec.Splat(in pairs, 5);
            u20 = TVec.MultiplyAdd(k20, u00, u20);
            u21 = TVec.MultiplyAdd(k20, u01, u21);
            TVec k21 = TVec.Splat(in pairs, 6);
            u20 = TVec.MultiplyAdd(k21, u10, u20);
            u21 = TVec.MultiplyAdd(k21, u11, u21);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            TVec beta3 = TVec.Splat(in pairs, 3);
            TVec u30 = beta3 * (TVec.Load(in v, 0) - r30);
            TVec u31 = beta3 * (TLast.Load(ref v, TVec.Count, count) - r31);
            TVec k30 = TVec.Splat(in pairs, 7);
            u30 = TVec.MultiplyAdd(k30, u00, u30);
            u31 = TVec.MultiplyAdd(k30, u01, u31);
            TVec k31 = TVec.Splat(in pairs, 8);
            u30 = TVec.MultiplyAdd(k31, u10, u30);
            u31 = TVec.MultiplyAdd(k31, u11, u31);
            TVec k32 = TVec.Splat(in pairs, 9);
            u30 = TVec.MultiplyAdd(k32, u20, u30);
            u31 = TVec.MultiplyAdd(k32, u21, u31);
            TVec p00 = TVec.Splat(in pairs, 10);
            o00 = TVec.MultiplyAdd(p00, u00, o00);
            o01 = TVec.MultiplyAdd(p00, u01, o01);
            TVec.Store(o00, ref o, 0);
            TLast.Store(o01, ref o, TVec.Count, count);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            TVec p10 = TVec.Splat(in pairs, 11);
            o10 = TVec.MultiplyAdd(p10, u00, o10);
            o11 = TVec.MultiplyAdd(p10, u01, o11);
            TVec p11 = TVec.Splat(in pairs, 12);
            o10 = TVec.MultiplyAdd(p11, u10, o10);
            o11 = TVec.MultiplyAdd(p11, u11, o11);
            TVec.Store(o10, ref o, 0);
            TLast.Store(o11, ref o, TVec.Count, count);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            TVec p20 = TVec.Splat(in pairs, 13);
            o20 = TVec.MultiplyAdd(p20, u00, o20);
            o21 = TVec.MultiplyAdd(p20, u01, o21);
            TVec p21 = TVec.Splat(in pairs, 14);
            o20 = TVec.MultiplyAdd(p21, u10, o20);
            o21 = TVec.MultiplyAdd(p21, u11, o21);
            TVec p22 = TVec.Splat(in pairs, 15);
            o20 = TVec.MultiplyAdd(p22, u20, o20);
            o21 = TVec.MultiplyAdd(p22, u21, o21);
            TVec.Store(o20, ref o, 0);
            TLast.Store(o21, ref o, TVec.Count, count);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            TVec p30 = TVec.Splat(in pairs, 16);
            o30 = TVec.MultiplyAdd(p30, u00, o30);
            o31 = TVec.MultiplyAdd(p30, u01, o31);
            TVec p31 = TVec.Splat(in pairs, 17);
            o30 = TVec.MultiplyAdd(p31, u10, o30);
            o31 = TVec.MultiplyAdd(p31, u11, o31);
            TVec p32 = TVec.Splat(in pairs, 18);
            o30 = TVec.MultiplyAdd(p32, u20, o30);
            o31 = TVec.MultiplyAdd(p32, u21, o31);
            TVec p33 = TVec.Splat(in pairs, 19);
            o30 = TVec.MultiplyAdd(p33, u30, o30);
            o31 = TVec.MultiplyAdd(p33, u31, o31);
            TVec.Store(o30, ref o, 0);
            TLast.Store(o31, ref o, TVec.Count, count);
            pairs = ref Unsafe.Add(ref pairs, 20);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            ref float w = ref write;
            cell = ref s;
            tokens -= 4;
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
                    TVec w1 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row), 0);
                    s0 = TVec.MultiplyAdd(w1, u10, s0);
                    s1 = TVec.MultiplyAdd(w1, u11, s1);
                    TVec w2 = TVec.Splat(in Unsafe.AddByteOffset(ref w, 2 * row), 0);
                    s0 = TVec.MultiplyAdd(w2, u20, s0);
                    s1 = TVec.MultiplyAdd(w2, u21, s1);
                    TVec w3 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row3), 0);
                    s0 = TVec.MultiplyAdd(w3, u30, s0);
                    s1 = TVec.MultiplyAdd(w3, u31, s1);
                    TVec.Store(s0 * factor, ref cell, 0);
                    TLast.Store(s1 * factor, ref cell, TVec.Count, count);
                    w = ref Unsafe.Add(ref w, 1);
                    cell = ref Unsafe.AddByteOffset(ref cell, sStep);
                }

                return;
            }

            // The corrections go into the state, of which the next tokens retrieve and read in the same pass.
            query = ref Unsafe.AddByteOffset(ref query, 4 * row);
            read = ref Unsafe.AddByteOffset(ref read, 4 * row);
            write = ref Unsafe.AddByteOffset(ref write, 4 * row);
            q = ref query;
            r = ref read;
            r00 = default;
            r01 = default;
            r10 = default;
            r11 = default;
            r20 = default;
            r21 = default;
            r30 = default;
            r31 = default;
            o00 = default;
            o01 = default;
            o10 = default;
            o11 = default;
            o20 = default;
            o21 = default;
            o30 = default;
            o31 = default;
            for (int i = 0; i < rows; i++)
            {
                TVec s0 = TVec.Load(in cell, 0);
                TVec s1 = TLast.Load(ref cell, TVec.Count, count);
                TVec w0 = TVec.Splat(in w, 0);
                s0 = TVec.MultiplyAdd(w0, u00, s0);
                s1 = TVec.MultiplyAdd(w0, u01, s1);
                TVec w1 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row), 0);
                s0 = TVec.MultiplyAdd(w1, u10, s0);
                s1 = TVec.MultiplyAdd(w1, u11, s1);
                TVec w2 = TVec.Splat(in Unsafe.AddByteOffset(ref w, 2 * row), 0);
                s0 = TVec.MultiplyAdd(w2, u20, s0);
                s1 = TVec.MultiplyAdd(w2, u21, s1);
                TVec w3 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row3), 0);
                s0 = TVec.MultiplyAdd(w3, u30, s0);
                s1 = TVec.MultiplyAdd(w3, u31, s1);
                TVec.Store(s0, ref cell, 0);
                TLast.Store(s1, ref cell, TVec.Count, count);
                TVec r0 = TVec.Splat(in r, 0);
                r00 = TVec.MultiplyAdd(r0, s0, r00);
                r01 = TVec.MultiplyAdd(r0, s1, r01);
                TVec r1 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row), 0);
                r10 = TVec.MultiplyAdd(r1, s0, r10);
                r11 = TVec.MultiplyAdd(r1, s1, r11);
                TVec r2 = TVec.Splat(in Unsafe.AddByteOffset(ref r, 2 * row), 0);
                r20 = TVec.MultiplyAdd(r2, s0, r20);
                r21 = TVec.MultiplyAdd(r2, s1, r21);
                TVec r3 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row3), 0);
                r30 = TVec.MultiplyAdd(r3, s0, r30);
                r31 = TVec.MultiplyAdd(r3, s1, r31);
                TVec q0 = TVec.Splat(in q, 0);
                o00 = TVec.MultiplyAdd(q0, s0, o00);
                o01 = TVec.MultiplyAdd(q0, s1, o01);
                TVec q1 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row), 0);
                o10 = TVec.MultiplyAdd(q1, s0, o10);
                o11 = TVec.MultiplyAdd(q1, s1, o11);
                TVec q2 = TVec.Splat(in Unsafe.AddByteOffset(ref q, 2 * row), 0);
                o20 = TVec.MultiplyAdd(q2, s0, o20);
                o21 = TVec.MultiplyAdd(q2, s1, o21);
                TVec q3 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row3), 0);
                o30 = TVec.MultiplyAdd(q3, s0, o30);
                o31 = TVec.MultiplyAdd(q3, s1, o31);
                w = ref Unsafe.Add(ref w, 1);
                r = ref Unsafe.Add(ref r, 1);
                q = ref Unsafe.Add(ref q, 1);
                cell = ref Unsafe.AddByteOffset(ref cell, sStep);
            }
        }
    }

    /// <summary>One vector of <paramref name="count"/> columns; <paramref name="tokens"/> is a multiple of four.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Narrow<TVec, TLast>(
        int tokens, int rows, ref float query, ref float read, ref float write, nint tokenRow, ref float pairs, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count)
        where TVec : struct, ISimd<TVec>
        where TLast : struct, IColumns<TVec>
    {
        nint row = tokenRow * sizeof(float);
        nint row3 = 3 * row;
        nint vStep = vRow * sizeof(float);
        nint oStep = oRow * sizeof(float);
        nint sStep = sRow * sizeof(float);

        // What the first tokens retrieve of the state and read of it, before they correct it.
        TVec r00 = default;
        TVec r10 = default;
        TVec r20 = default;
        TVec r30 = default;
        TVec o00 = default;
        TVec o10 = default;
        TVec o20 = default;
        TVec o30 = default;
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
            TVec r1 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row), 0);
            r10 = TVec.MultiplyAdd(r1, s0, r10);
            TVec r2 = TVec.Splat(in Unsafe.AddByteOffset(ref r, 2 * row), 0);
            r20 = TVec.MultiplyAdd(r2, s0, r20);
            TVec r3 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row3), 0);
            r30 = TVec.MultiplyAdd(r3, s0, r30);
            TVec q0 = TVec.Splat(in q, 0);
            o00 = TVec.MultiplyAdd(q0, s0, o00);
            TVec q1 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row), 0);
            o10 = TVec.MultiplyAdd(q1, s0, o10);
            TVec q2 = TVec.Splat(in Unsafe.AddByteOffset(ref q, 2 * row), 0);
            o20 = TVec.MultiplyAdd(q2, s0, o20);
            TVec q3 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row3), 0);
            o30 = TVec.MultiplyAdd(q3, s0, o30);
            q = ref Unsafe.Add(ref q, 1);
            r = ref Unsafe.Add(ref r, 1);
            cell = ref Unsafe.AddByteOffset(ref cell, sStep);
        }

        while (true)
        {
            // Each token's correction is made of what it retrieved and of those before it, each output of what it read and of those up to it.
            TVec beta0 = TVec.Splat(in pairs, 0);
            TVec u00 = beta0 * (TLast.Load(ref v, 0, count) - r00);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            TVec beta1 = TVec.Splat(in pairs, 1);
            TVec u10 = beta1 * (TLast.Load(ref v, 0, count) - r10);
            TVec k10 = TVec.Splat(in pairs, 4);
            u10 = TVec.MultiplyAdd(k10, u00, u10);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            TVec beta2 = TVec.Splat(in pairs, 2);
            TVec u20 = beta2 * (TLast.Load(ref v, 0, count) - r20);
            TVec k20 = TVec.Splat(in pairs, 5);
            u20 = TVec.MultiplyAdd(k20, u00, u20);
            TVec k21 = TVec.Splat(in pairs, 6);
            u20 = TVec.MultiplyAdd(k21, u10, u20);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            TVec beta3 = TVec.Splat(in pairs, 3);
            TVec u30 = beta3 * (TLast.Load(ref v, 0, count) - r30);
            TVec k30 = TVec.Splat(in pairs, 7);
            u30 = TVec.MultiplyAdd(k30, u00, u30);
            TVec k31 = TVec.Splat(in pairs, 8);
            u30 = TVec.MultiplyAdd(k31, u10, u30);
            TVec k32 = TVec.Splat(in pairs, 9);
            u30 = TVec.MultiplyAdd(k32, u20, u30);
            TVec p00 = TVec.Splat(in pairs, 10);
            o00 = TVec.MultiplyAdd(p00, u00, o00);
            TLast.Store(o00, ref o, 0, count);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            TVec p10 = TVec.Splat(in pairs, 11);
            o10 = TVec.MultiplyAdd(p10, u00, o10);
            TVec p11 = TVec.Splat(in pairs, 12);
            o10 = TVec.MultiplyAdd(p11, u10, o10);
            TLast.Store(o10, ref o, 0, count);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            TVec p20 = TVec.Splat(in pairs, 13);
            o20 = TVec.MultiplyAdd(p20, u00, o20);
            TVec p21 = TVec.Splat(in pairs, 14);
            o20 = TVec.MultiplyAdd(p21, u10, o20);
            TVec p22 = TVec.Splat(in pairs, 15);
            o20 = TVec.MultiplyAdd(p22, u20, o20);
            TLast.Store(o20, ref o, 0, count);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            TVec p30 = TVec.Splat(in pairs, 16);
            o30 = TVec.MultiplyAdd(p30, u00, o30);
            TVec p31 = TVec.Splat(in pairs, 17);
            o30 = TVec.MultiplyAdd(p31, u10, o30);
            TVec p32 = TVec.Splat(in pairs, 18);
            o30 = TVec.MultiplyAdd(p32, u20, o30);
            TVec p33 = TVec.Splat(in pairs, 19);
            o30 = TVec.MultiplyAdd(p33, u30, o30);
            TLast.Store(o30, ref o, 0, count);
            pairs = ref Unsafe.Add(ref pairs, 20);
            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            ref float w = ref write;
            cell = ref s;
            tokens -= 4;
            if (tokens == 0)
            {
                for (int i = 0; i < rows; i++)
                {
                    TVec factor = TVec.Splat(in end, i);
                    TVec s0 = TLast.Load(ref cell, 0, count);
                    TVec w0 = TVec.Splat(in w, 0);
                    s0 = TVec.MultiplyAdd(w0, u00, s0);
                    TVec w1 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row), 0);
                    s0 = TVec.MultiplyAdd(w1, u10, s0);
                    TVec w2 = TVec.Splat(in Unsafe.AddByteOffset(ref w, 2 * row), 0);
                    s0 = TVec.MultiplyAdd(w2, u20, s0);
                    TVec w3 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row3), 0);
                    s0 = TVec.MultiplyAdd(w3, u30, s0);
                    TLast.Store(s0 * factor, ref cell, 0, count);
                    w = ref Unsafe.Add(ref w, 1);
                    cell = ref Unsafe.AddByteOffset(ref cell, sStep);
                }

                return;
            }

            // The corrections go into the state, of which the next tokens retrieve and read in the same pass.
            query = ref Unsafe.AddByteOffset(ref query, 4 * row);
            read = ref Unsafe.AddByteOffset(ref read, 4 * row);
            write = ref Unsafe.AddByteOffset(ref write, 4 * row);
            q = ref query;
            r = ref read;
            r00 = default;
            r10 = default;
            r20 = default;
            r30 = default;
            o00 = default;
            o10 = default;
            o20 = default;
            o30 = default;
            for (int i = 0; i < rows; i++)
            {
                TVec s0 = TLast.Load(ref cell, 0, count);
                TVec w0 = TVec.Splat(in w, 0);
                s0 = TVec.MultiplyAdd(w0, u00, s0);
                TVec w1 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row), 0);
                s0 = TVec.MultiplyAdd(w1, u10, s0);
                TVec w2 = TVec.Splat(in Unsafe.AddByteOffset(ref w, 2 * row), 0);
                s0 = TVec.MultiplyAdd(w2, u20, s0);
                TVec w3 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row3), 0);
                s0 = TVec.MultiplyAdd(w3, u30, s0);
                TLast.Store(s0, ref cell, 0, count);
                TVec r0 = TVec.Splat(in r, 0);
                r00 = TVec.MultiplyAdd(r0, s0, r00);
                TVec r1 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row), 0);
                r10 = TVec.MultiplyAdd(r1, s0, r10);
                TVec r2 = TVec.Splat(in Unsafe.AddByteOffset(ref r, 2 * row), 0);
                r20 = TVec.MultiplyAdd(r2, s0, r20);
                TVec r3 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row3), 0);
                r30 = TVec.MultiplyAdd(r3, s0, r30);
                TVec q0 = TVec.Splat(in q, 0);
                o00 = TVec.MultiplyAdd(q0, s0, o00);
                TVec q1 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row), 0);
                o10 = TVec.MultiplyAdd(q1, s0, o10);
                TVec q2 = TVec.Splat(in Unsafe.AddByteOffset(ref q, 2 * row), 0);
                o20 = TVec.MultiplyAdd(q2, s0, o20);
                TVec q3 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row3), 0);
                o30 = TVec.MultiplyAdd(q3, s0, o30);
                w = ref Unsafe.Add(ref w, 1);
                r = ref Unsafe.Add(ref r, 1);
                q = ref Unsafe.Add(ref q, 1);
                cell = ref Unsafe.AddByteOffset(ref cell, sStep);
            }
        }
    }
}
