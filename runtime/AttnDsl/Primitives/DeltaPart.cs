using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>A state that is corrected along the tokens, several of them in one pass over it.</summary>
internal static class DeltaPart
{
    /// <param name="tokens">Tokens, whole passes of them.</param>
    /// <param name="rows">Rows of the state.</param>
    /// <param name="query">Queries [tokens,rows].</param>
    /// <param name="read">Keys that retrieve [tokens,rows].</param>
    /// <param name="write">Keys that are written [tokens,rows].</param>
    /// <param name="tokenRow">Row stride of all three.</param>
    /// <param name="pairs">What <see cref="Deltas"/> says of the tokens of each pass.</param>
    /// <param name="v">The columns' channels of the first value.</param>
    /// <param name="vRow">Row stride of the values.</param>
    /// <param name="o">The columns' channels of the first output.</param>
    /// <param name="oRow">Row stride of the outputs.</param>
    /// <param name="s">The columns of the state.</param>
    /// <param name="sRow">Row stride of the state.</param>
    /// <param name="begin">What the rows are multiplied with in front of the first token.</param>
    /// <param name="end">What they are multiplied with behind the last.</param>
    /// <param name="count">Columns of the last vector.</param>
    /// <param name="ahead">What will be needed next.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Run<TVec, TColumns, TTokens>(
        int tokens, int rows, ref float query, ref float read, ref float write, nint tokenRow, ref float pairs, ref float v, nint vRow, ref float o, nint oRow, ref float s, nint sRow, ref float begin, ref float end, int count, ref Ahead ahead)
        where TVec : struct, ISimd<TVec>
        where TColumns : struct, IPanel<TVec>
        where TTokens : struct, ICount
    {
        nint row = tokenRow * sizeof(float);
        nint row3 = 3 * row;
        nint vStep = vRow * sizeof(float);
        nint oStep = oRow * sizeof(float);
        nint sStep = sRow * sizeof(float);

        // What the first tokens retrieve of the state and read of it, before they correct it.
        TVec r00 = default, r01 = default, r10 = default, r11 = default, r20 = default, r21 = default, r30 = default, r31 = default;
        TVec o00 = default, o01 = default, o10 = default, o11 = default, o20 = default, o21 = default, o30 = default, o31 = default;
        ref float q = ref query;
        ref float r = ref read;
        ref float cell = ref s;
        nint line = ahead.Take(rows, out nint lineStep);
        for (int i = 0; i < rows; i++)
        {
            Ahead.Fetch(line);
            TVec factor = TVec.Splat(in begin, i);
            TVec s0 = TColumns.First(ref cell, count) * factor;
            TVec s1 = TColumns.Second(ref cell, count) * factor;
            TColumns.Store(s0, s1, ref cell, count);
            TVec r0 = TVec.Splat(in r, 0);
            r00 = TVec.MultiplyAdd(r0, s0, r00);
            if (TColumns.AreTwo) r01 = TVec.MultiplyAdd(r0, s1, r01);
            TVec q0 = TVec.Splat(in q, 0);
            o00 = TVec.MultiplyAdd(q0, s0, o00);
            if (TColumns.AreTwo) o01 = TVec.MultiplyAdd(q0, s1, o01);

            if (TTokens.Count >= 2)
            {
                TVec r1 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row), 0);
                r10 = TVec.MultiplyAdd(r1, s0, r10);
                if (TColumns.AreTwo) r11 = TVec.MultiplyAdd(r1, s1, r11);
                TVec q1 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row), 0);
                o10 = TVec.MultiplyAdd(q1, s0, o10);
                if (TColumns.AreTwo) o11 = TVec.MultiplyAdd(q1, s1, o11);
            }

            if (TTokens.Count == 4)
            {
                TVec r2 = TVec.Splat(in Unsafe.AddByteOffset(ref r, 2 * row), 0);
                r20 = TVec.MultiplyAdd(r2, s0, r20);
                if (TColumns.AreTwo) r21 = TVec.MultiplyAdd(r2, s1, r21);
                TVec q2 = TVec.Splat(in Unsafe.AddByteOffset(ref q, 2 * row), 0);
                o20 = TVec.MultiplyAdd(q2, s0, o20);
                if (TColumns.AreTwo) o21 = TVec.MultiplyAdd(q2, s1, o21);
                TVec r3 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row3), 0);
                r30 = TVec.MultiplyAdd(r3, s0, r30);
                if (TColumns.AreTwo) r31 = TVec.MultiplyAdd(r3, s1, r31);
                TVec q3 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row3), 0);
                o30 = TVec.MultiplyAdd(q3, s0, o30);
                if (TColumns.AreTwo) o31 = TVec.MultiplyAdd(q3, s1, o31);
            }

            line += lineStep;
            q = ref Unsafe.Add(ref q, 1);
            r = ref Unsafe.Add(ref r, 1);
            cell = ref Unsafe.AddByteOffset(ref cell, sStep);
        }

        while (true)
        {
            // Each token's correction is made of what it retrieved and of those before it, each output of what it read and of those up to it.
            TVec u00, u01, u10 = default, u11 = default, u20 = default, u21 = default, u30 = default, u31 = default;
            ref float pair = ref pairs;
            TVec rise0 = TVec.Splat(in pair, 1);
            TVec strength0 = TVec.Splat(in pair, 0);
            u00 = strength0 * ((TColumns.First(ref v, count) * rise0) - r00);
            u01 = strength0 * ((TColumns.Second(ref v, count) * rise0) - r01);
            TVec p00 = TVec.Splat(in pair, 3);
            o00 = TVec.MultiplyAdd(p00, u00, o00);
            if (TColumns.AreTwo) o01 = TVec.MultiplyAdd(p00, u01, o01);
            TVec fall0 = TVec.Splat(in pair, 2);
            TColumns.Store(o00 * fall0, o01 * fall0, ref o, count);
            pair = ref Unsafe.Add(ref pair, 4);

            if (TTokens.Count >= 2)
            {
                v = ref Unsafe.AddByteOffset(ref v, vStep);
                o = ref Unsafe.AddByteOffset(ref o, oStep);
                TVec rise1 = TVec.Splat(in pair, 1);
                TVec strength1 = TVec.Splat(in pair, 0);
                u10 = strength1 * ((TColumns.First(ref v, count) * rise1) - r10);
                u11 = strength1 * ((TColumns.Second(ref v, count) * rise1) - r11);
                TVec k10 = TVec.Splat(in pair, 3);
                u10 = TVec.MultiplyAdd(k10, u00, u10);
                if (TColumns.AreTwo) u11 = TVec.MultiplyAdd(k10, u01, u11);
                TVec p10 = TVec.Splat(in pair, 4);
                o10 = TVec.MultiplyAdd(p10, u00, o10);
                if (TColumns.AreTwo) o11 = TVec.MultiplyAdd(p10, u01, o11);
                TVec p11 = TVec.Splat(in pair, 5);
                o10 = TVec.MultiplyAdd(p11, u10, o10);
                if (TColumns.AreTwo) o11 = TVec.MultiplyAdd(p11, u11, o11);
                TVec fall1 = TVec.Splat(in pair, 2);
                TColumns.Store(o10 * fall1, o11 * fall1, ref o, count);
                pair = ref Unsafe.Add(ref pair, 6);
            }

            if (TTokens.Count == 4)
            {
                v = ref Unsafe.AddByteOffset(ref v, vStep);
                o = ref Unsafe.AddByteOffset(ref o, oStep);
                TVec rise2 = TVec.Splat(in pair, 1);
                TVec strength2 = TVec.Splat(in pair, 0);
                u20 = strength2 * ((TColumns.First(ref v, count) * rise2) - r20);
                u21 = strength2 * ((TColumns.Second(ref v, count) * rise2) - r21);
                TVec k20 = TVec.Splat(in pair, 3);
                u20 = TVec.MultiplyAdd(k20, u00, u20);
                if (TColumns.AreTwo) u21 = TVec.MultiplyAdd(k20, u01, u21);
                TVec k21 = TVec.Splat(in pair, 4);
                u20 = TVec.MultiplyAdd(k21, u10, u20);
                if (TColumns.AreTwo) u21 = TVec.MultiplyAdd(k21, u11, u21);
                TVec p20 = TVec.Splat(in pair, 5);
                o20 = TVec.MultiplyAdd(p20, u00, o20);
                if (TColumns.AreTwo) o21 = TVec.MultiplyAdd(p20, u01, o21);
                TVec p21 = TVec.Splat(in pair, 6);
                o20 = TVec.MultiplyAdd(p21, u10, o20);
                if (TColumns.AreTwo) o21 = TVec.MultiplyAdd(p21, u11, o21);
                TVec p22 = TVec.Splat(in pair, 7);
                o20 = TVec.MultiplyAdd(p22, u20, o20);
                if (TColumns.AreTwo) o21 = TVec.MultiplyAdd(p22, u21, o21);
                TVec fall2 = TVec.Splat(in pair, 2);
                TColumns.Store(o20 * fall2, o21 * fall2, ref o, count);
                pair = ref Unsafe.Add(ref pair, 8);
                v = ref Unsafe.AddByteOffset(ref v, vStep);
                o = ref Unsafe.AddByteOffset(ref o, oStep);
                TVec rise3 = TVec.Splat(in pair, 1);
                TVec strength3 = TVec.Splat(in pair, 0);
                u30 = strength3 * ((TColumns.First(ref v, count) * rise3) - r30);
                u31 = strength3 * ((TColumns.Second(ref v, count) * rise3) - r31);
                TVec k30 = TVec.Splat(in pair, 3);
                u30 = TVec.MultiplyAdd(k30, u00, u30);
                if (TColumns.AreTwo) u31 = TVec.MultiplyAdd(k30, u01, u31);
                TVec k31 = TVec.Splat(in pair, 4);
                u30 = TVec.MultiplyAdd(k31, u10, u30);
                if (TColumns.AreTwo) u31 = TVec.MultiplyAdd(k31, u11, u31);
                TVec k32 = TVec.Splat(in pair, 5);
                u30 = TVec.MultiplyAdd(k32, u20, u30);
                if (TColumns.AreTwo) u31 = TVec.MultiplyAdd(k32, u21, u31);
                TVec p30 = TVec.Splat(in pair, 6);
                o30 = TVec.MultiplyAdd(p30, u00, o30);
                if (TColumns.AreTwo) o31 = TVec.MultiplyAdd(p30, u01, o31);
                TVec p31 = TVec.Splat(in pair, 7);
                o30 = TVec.MultiplyAdd(p31, u10, o30);
                if (TColumns.AreTwo) o31 = TVec.MultiplyAdd(p31, u11, o31);
                TVec p32 = TVec.Splat(in pair, 8);
                o30 = TVec.MultiplyAdd(p32, u20, o30);
                if (TColumns.AreTwo) o31 = TVec.MultiplyAdd(p32, u21, o31);
                TVec p33 = TVec.Splat(in pair, 9);
                o30 = TVec.MultiplyAdd(p33, u30, o30);
                if (TColumns.AreTwo) o31 = TVec.MultiplyAdd(p33, u31, o31);
                TVec fall3 = TVec.Splat(in pair, 2);
                TColumns.Store(o30 * fall3, o31 * fall3, ref o, count);
                pair = ref Unsafe.Add(ref pair, 10);
            }

            v = ref Unsafe.AddByteOffset(ref v, vStep);
            o = ref Unsafe.AddByteOffset(ref o, oStep);
            pairs = ref pair;
            ref float w = ref write;
            cell = ref s;
            tokens -= TTokens.Count;
            if (tokens == 0)
            {
                for (int i = 0; i < rows; i++)
                {
                    TVec factor = TVec.Splat(in end, i);
                    TVec s0 = TColumns.First(ref cell, count);
                    TVec s1 = TColumns.Second(ref cell, count);
                    TVec w0 = TVec.Splat(in w, 0);
                    s0 = TVec.MultiplyAdd(w0, u00, s0);
                    if (TColumns.AreTwo) s1 = TVec.MultiplyAdd(w0, u01, s1);

                    if (TTokens.Count >= 2)
                    {
                        TVec w1 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row), 0);
                        s0 = TVec.MultiplyAdd(w1, u10, s0);
                        if (TColumns.AreTwo) s1 = TVec.MultiplyAdd(w1, u11, s1);
                    }

                    if (TTokens.Count == 4)
                    {
                        TVec w2 = TVec.Splat(in Unsafe.AddByteOffset(ref w, 2 * row), 0);
                        s0 = TVec.MultiplyAdd(w2, u20, s0);
                        if (TColumns.AreTwo) s1 = TVec.MultiplyAdd(w2, u21, s1);
                        TVec w3 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row3), 0);
                        s0 = TVec.MultiplyAdd(w3, u30, s0);
                        if (TColumns.AreTwo) s1 = TVec.MultiplyAdd(w3, u31, s1);
                    }

                    TColumns.Store(s0 * factor, s1 * factor, ref cell, count);
                    w = ref Unsafe.Add(ref w, 1);
                    cell = ref Unsafe.AddByteOffset(ref cell, sStep);
                }

                return;
            }

            // The corrections go into the state, of which the next tokens retrieve and read in the same pass.
            query = ref Unsafe.AddByteOffset(ref query, TTokens.Count * row);
            read = ref Unsafe.AddByteOffset(ref read, TTokens.Count * row);
            write = ref Unsafe.AddByteOffset(ref write, TTokens.Count * row);
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
            line = ahead.Take(rows, out lineStep);
            for (int i = 0; i < rows; i++)
            {
                Ahead.Fetch(line);
                TVec s0 = TColumns.First(ref cell, count);
                TVec s1 = TColumns.Second(ref cell, count);
                TVec w0 = TVec.Splat(in w, 0);
                s0 = TVec.MultiplyAdd(w0, u00, s0);
                if (TColumns.AreTwo) s1 = TVec.MultiplyAdd(w0, u01, s1);

                if (TTokens.Count >= 2)
                {
                    TVec w1 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row), 0);
                    s0 = TVec.MultiplyAdd(w1, u10, s0);
                    if (TColumns.AreTwo) s1 = TVec.MultiplyAdd(w1, u11, s1);
                }

                if (TTokens.Count == 4)
                {
                    TVec w2 = TVec.Splat(in Unsafe.AddByteOffset(ref w, 2 * row), 0);
                    s0 = TVec.MultiplyAdd(w2, u20, s0);
                    if (TColumns.AreTwo) s1 = TVec.MultiplyAdd(w2, u21, s1);
                    TVec w3 = TVec.Splat(in Unsafe.AddByteOffset(ref w, row3), 0);
                    s0 = TVec.MultiplyAdd(w3, u30, s0);
                    if (TColumns.AreTwo) s1 = TVec.MultiplyAdd(w3, u31, s1);
                }

                TColumns.Store(s0, s1, ref cell, count);
                TVec r0 = TVec.Splat(in r, 0);
                r00 = TVec.MultiplyAdd(r0, s0, r00);
                if (TColumns.AreTwo) r01 = TVec.MultiplyAdd(r0, s1, r01);
                TVec q0 = TVec.Splat(in q, 0);
                o00 = TVec.MultiplyAdd(q0, s0, o00);
                if (TColumns.AreTwo) o01 = TVec.MultiplyAdd(q0, s1, o01);

                if (TTokens.Count >= 2)
                {
                    TVec r1 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row), 0);
                    r10 = TVec.MultiplyAdd(r1, s0, r10);
                    if (TColumns.AreTwo) r11 = TVec.MultiplyAdd(r1, s1, r11);
                    TVec q1 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row), 0);
                    o10 = TVec.MultiplyAdd(q1, s0, o10);
                    if (TColumns.AreTwo) o11 = TVec.MultiplyAdd(q1, s1, o11);
                }

                if (TTokens.Count == 4)
                {
                    TVec r2 = TVec.Splat(in Unsafe.AddByteOffset(ref r, 2 * row), 0);
                    r20 = TVec.MultiplyAdd(r2, s0, r20);
                    if (TColumns.AreTwo) r21 = TVec.MultiplyAdd(r2, s1, r21);
                    TVec q2 = TVec.Splat(in Unsafe.AddByteOffset(ref q, 2 * row), 0);
                    o20 = TVec.MultiplyAdd(q2, s0, o20);
                    if (TColumns.AreTwo) o21 = TVec.MultiplyAdd(q2, s1, o21);
                    TVec r3 = TVec.Splat(in Unsafe.AddByteOffset(ref r, row3), 0);
                    r30 = TVec.MultiplyAdd(r3, s0, r30);
                    if (TColumns.AreTwo) r31 = TVec.MultiplyAdd(r3, s1, r31);
                    TVec q3 = TVec.Splat(in Unsafe.AddByteOffset(ref q, row3), 0);
                    o30 = TVec.MultiplyAdd(q3, s0, o30);
                    if (TColumns.AreTwo) o31 = TVec.MultiplyAdd(q3, s1, o31);
                }

                line += lineStep;
                w = ref Unsafe.Add(ref w, 1);
                r = ref Unsafe.Add(ref r, 1);
                q = ref Unsafe.Add(ref q, 1);
                cell = ref Unsafe.AddByteOffset(ref cell, sStep);
            }
        }
    }
}
