using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>A state taken over a single token: rows pass as they lie in memory, each is read, decayed, written and answers the query at once.</summary>
internal static class StateStep
{
    /// <summary>S ← diag(decay) S + k vᵀ and o = Sᵀq.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Run<TVec>(int rows, int cols, ref float q, ref float k, ref float v, ref float decay, ref float s, ref float o)
        where TVec : struct, ISimd<TVec>
    {
        int j = 0;
        for (; j + (4 * TVec.Count) <= cols; j += 4 * TVec.Count)
        {
            Four<TVec>(rows, ref q, ref k, ref Unsafe.Add(ref v, j), ref decay, ref Unsafe.Add(ref s, j), cols, ref Unsafe.Add(ref o, j));
        }

        for (; j < cols; j += TVec.Count)
        {
            One<TVec>(rows, ref q, ref k, ref Unsafe.Add(ref v, j), ref decay, ref Unsafe.Add(ref s, j), cols, ref Unsafe.Add(ref o, j), cols - j);
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Four<TVec>(int rows, ref float q, ref float k, ref float v, ref float decay, ref float s, nint sRow, ref float o)
        where TVec : struct, ISimd<TVec>
    {
        TVec v0 = TVec.Load(in v, 0), v1 = TVec.Load(in v, TVec.Count), v2 = TVec.Load(in v, 2 * TVec.Count), v3 = TVec.Load(in v, 3 * TVec.Count);
        TVec o0 = default, o1 = default, o2 = default, o3 = default;
        for (nint i = 0; i < rows; i++)
        {
            TVec kept = TVec.Splat(in decay, i);
            TVec key = TVec.Splat(in k, i);
            TVec query = TVec.Splat(in q, i);
            TVec s0 = TVec.MultiplyAdd(key, v0, TVec.Load(in s, 0) * kept);
            TVec s1 = TVec.MultiplyAdd(key, v1, TVec.Load(in s, TVec.Count) * kept);
            TVec s2 = TVec.MultiplyAdd(key, v2, TVec.Load(in s, 2 * TVec.Count) * kept);
            TVec s3 = TVec.MultiplyAdd(key, v3, TVec.Load(in s, 3 * TVec.Count) * kept);
            TVec.Store(s0, ref s, 0);
            TVec.Store(s1, ref s, TVec.Count);
            TVec.Store(s2, ref s, 2 * TVec.Count);
            TVec.Store(s3, ref s, 3 * TVec.Count);
            o0 = TVec.MultiplyAdd(query, s0, o0);
            o1 = TVec.MultiplyAdd(query, s1, o1);
            o2 = TVec.MultiplyAdd(query, s2, o2);
            o3 = TVec.MultiplyAdd(query, s3, o3);
            s = ref Unsafe.Add(ref s, sRow);
        }

        TVec.Store(o0, ref o, 0);
        TVec.Store(o1, ref o, TVec.Count);
        TVec.Store(o2, ref o, 2 * TVec.Count);
        TVec.Store(o3, ref o, 3 * TVec.Count);
    }

    [MethodImpl(Jit.Kernel)]
    private static void One<TVec>(int rows, ref float q, ref float k, ref float v, ref float decay, ref float s, nint sRow, ref float o, int count)
        where TVec : struct, ISimd<TVec>
    {
        TVec value = TVec.Load(in v, 0, count);
        TVec sum = default;
        for (nint i = 0; i < rows; i++)
        {
            TVec state = TVec.MultiplyAdd(TVec.Splat(in k, i), value, TVec.Load(in s, 0, count) * TVec.Splat(in decay, i));
            TVec.Store(state, ref s, 0, count);
            sum = TVec.MultiplyAdd(TVec.Splat(in q, i), state, sum);
            s = ref Unsafe.Add(ref s, sRow);
        }

        TVec.Store(sum, ref o, 0, count);
    }
}
