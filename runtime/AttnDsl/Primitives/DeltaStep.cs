using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>A state corrected by a single token: its rows pass once to be read and once to be written, as they lie in memory.</summary>
internal static class DeltaStep
{
    /// <summary>u = β (v − Sᵀ(decay ⊙ k)), S ← diag(decay) S + k uᵀ and o = Sᵀq.</summary>
    /// <param name="rows">Rows of S.</param>
    /// <param name="cols">Columns of S.</param>
    /// <param name="q">Query.</param>
    /// <param name="k">Key.</param>
    /// <param name="v">Value.</param>
    /// <param name="beta">β.</param>
    /// <param name="decay">What is left of each row of S: whole vectors.</param>
    /// <param name="s">S.</param>
    /// <param name="o">Output.</param>
    /// <param name="scratch">Room for two rows of whole vectors.</param>
    [MethodImpl(Jit.Kernel)]
    public static void Run<TVec>(int rows, int cols, ref float q, ref float k, ref float v, float beta, ref float decay, ref float s, ref float o, ref float scratch)
        where TVec : struct, ISimd<TVec>
    {
        // The decayed state is read by decayed keys and queries.
        ref float query = ref scratch;
        ref float read = ref Unsafe.Add(ref scratch, (rows + 15) & ~15);
        TVec fits = default;
        for (int i = 0; i < rows; i += TVec.Count)
        {
            TVec factor = TVec.Load(in decay, i);
            TVec key = TVec.Load(in k, i, rows - i);
            TVec asked = TVec.Load(in q, i, rows - i);
            fits = TVec.MultiplyAdd(asked, key, fits);
            TVec.Store(key * factor, ref read, i);
            TVec.Store(asked * factor, ref query, i);
        }

        float fit = TVec.Sum(fits);
        int j = 0;
        for (; j + (4 * TVec.Count) <= cols; j += 4 * TVec.Count)
        {
            Four<TVec>(rows, ref query, ref read, ref k, ref Unsafe.Add(ref v, j), beta, fit, ref decay, ref Unsafe.Add(ref s, j), cols, ref Unsafe.Add(ref o, j));
        }

        for (; j < cols; j += TVec.Count)
        {
            One<TVec>(rows, ref query, ref read, ref k, ref Unsafe.Add(ref v, j), beta, fit, ref decay, ref Unsafe.Add(ref s, j), cols, ref Unsafe.Add(ref o, j), cols - j);
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Four<TVec>(int rows, ref float query, ref float read, ref float k, ref float v, float beta, float fit, ref float decay, ref float s, nint sRow, ref float o)
        where TVec : struct, ISimd<TVec>
    {
        TVec r0 = default, r1 = default, r2 = default, r3 = default;
        TVec o0 = default, o1 = default, o2 = default, o3 = default;
        ref float cell = ref s;
        for (nint i = 0; i < rows; i++)
        {
            TVec key = TVec.Splat(in read, i);
            TVec asked = TVec.Splat(in query, i);
            TVec s0 = TVec.Load(in cell, 0);
            TVec s1 = TVec.Load(in cell, TVec.Count);
            TVec s2 = TVec.Load(in cell, 2 * TVec.Count);
            TVec s3 = TVec.Load(in cell, 3 * TVec.Count);
            r0 = TVec.MultiplyAdd(key, s0, r0);
            r1 = TVec.MultiplyAdd(key, s1, r1);
            r2 = TVec.MultiplyAdd(key, s2, r2);
            r3 = TVec.MultiplyAdd(key, s3, r3);
            o0 = TVec.MultiplyAdd(asked, s0, o0);
            o1 = TVec.MultiplyAdd(asked, s1, o1);
            o2 = TVec.MultiplyAdd(asked, s2, o2);
            o3 = TVec.MultiplyAdd(asked, s3, o3);
            cell = ref Unsafe.Add(ref cell, sRow);
        }

        TVec strength = TVec.Create(beta);
        TVec own = TVec.Create(fit);
        TVec u0 = strength * (TVec.Load(in v, 0) - r0);
        TVec u1 = strength * (TVec.Load(in v, TVec.Count) - r1);
        TVec u2 = strength * (TVec.Load(in v, 2 * TVec.Count) - r2);
        TVec u3 = strength * (TVec.Load(in v, 3 * TVec.Count) - r3);
        TVec.Store(TVec.MultiplyAdd(own, u0, o0), ref o, 0);
        TVec.Store(TVec.MultiplyAdd(own, u1, o1), ref o, TVec.Count);
        TVec.Store(TVec.MultiplyAdd(own, u2, o2), ref o, 2 * TVec.Count);
        TVec.Store(TVec.MultiplyAdd(own, u3, o3), ref o, 3 * TVec.Count);
        for (nint i = 0; i < rows; i++)
        {
            TVec kept = TVec.Splat(in decay, i);
            TVec key = TVec.Splat(in k, i);
            TVec.Store(TVec.MultiplyAdd(key, u0, TVec.Load(in s, 0) * kept), ref s, 0);
            TVec.Store(TVec.MultiplyAdd(key, u1, TVec.Load(in s, TVec.Count) * kept), ref s, TVec.Count);
            TVec.Store(TVec.MultiplyAdd(key, u2, TVec.Load(in s, 2 * TVec.Count) * kept), ref s, 2 * TVec.Count);
            TVec.Store(TVec.MultiplyAdd(key, u3, TVec.Load(in s, 3 * TVec.Count) * kept), ref s, 3 * TVec.Count);
            s = ref Unsafe.Add(ref s, sRow);
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void One<TVec>(int rows, ref float query, ref float read, ref float k, ref float v, float beta, float fit, ref float decay, ref float s, nint sRow, ref float o, int count)
        where TVec : struct, ISimd<TVec>
    {
        TVec retrieved = default;
        TVec answer = default;
        ref float cell = ref s;
        for (nint i = 0; i < rows; i++)
        {
            TVec state = TVec.Load(in cell, 0, count);
            retrieved = TVec.MultiplyAdd(TVec.Splat(in read, i), state, retrieved);
            answer = TVec.MultiplyAdd(TVec.Splat(in query, i), state, answer);
            cell = ref Unsafe.Add(ref cell, sRow);
        }

        TVec change = TVec.Create(beta) * (TVec.Load(in v, 0, count) - retrieved);
        TVec.Store(TVec.MultiplyAdd(TVec.Create(fit), change, answer), ref o, 0, count);
        for (nint i = 0; i < rows; i++)
        {
            TVec.Store(TVec.MultiplyAdd(TVec.Splat(in k, i), change, TVec.Load(in s, 0, count) * TVec.Splat(in decay, i)), ref s, 0, count);
            s = ref Unsafe.Add(ref s, sRow);
        }
    }
}
