using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Primitives;

/// <summary>One row times many rows: c[j] (+)= Σ_p a[p]·b[j·bRow + p].</summary>
internal static class DotProducts
{
    [MethodImpl(Jit.Kernel)]
    public static void Run<TVec>(int n, int k, ref float a, ref float b, nint bRow, ref float c, bool accumulate)
        where TVec : struct, ISimd<TVec>
    {
        int j = 0;
        for (; j + 4 <= n; j += 4)
        {
            ref float b0 = ref Unsafe.Add(ref b, j * bRow);
            ref float b1 = ref Unsafe.Add(ref b0, bRow);
            ref float b2 = ref Unsafe.Add(ref b1, bRow);
            ref float b3 = ref Unsafe.Add(ref b2, bRow);
            TVec s0 = default, s1 = default, s2 = default, s3 = default;
            int p = 0;
            for (; p + TVec.Count <= k; p += TVec.Count)
            {
                TVec x = TVec.Load(in a, p);
                s0 = TVec.MultiplyAdd(x, TVec.Load(in b0, p), s0);
                s1 = TVec.MultiplyAdd(x, TVec.Load(in b1, p), s1);
                s2 = TVec.MultiplyAdd(x, TVec.Load(in b2, p), s2);
                s3 = TVec.MultiplyAdd(x, TVec.Load(in b3, p), s3);
            }

            if (p < k)
            {
                TVec x = TVec.Load(in a, p, k - p);
                s0 = TVec.MultiplyAdd(x, TVec.Load(in b0, p, k - p), s0);
                s1 = TVec.MultiplyAdd(x, TVec.Load(in b1, p, k - p), s1);
                s2 = TVec.MultiplyAdd(x, TVec.Load(in b2, p, k - p), s2);
                s3 = TVec.MultiplyAdd(x, TVec.Load(in b3, p, k - p), s3);
            }

            ref float target = ref Unsafe.Add(ref c, j);
            Put(TVec.Sum(s0), ref target, accumulate);
            Put(TVec.Sum(s1), ref Unsafe.Add(ref target, 1), accumulate);
            Put(TVec.Sum(s2), ref Unsafe.Add(ref target, 2), accumulate);
            Put(TVec.Sum(s3), ref Unsafe.Add(ref target, 3), accumulate);
        }

        for (; j < n; j++)
        {
            ref float b0 = ref Unsafe.Add(ref b, j * bRow);
            TVec sum = default;
            for (int p = 0; p < k; p += TVec.Count)
            {
                sum = TVec.MultiplyAdd(TVec.Load(in a, p, k - p), TVec.Load(in b0, p, k - p), sum);
            }

            Put(TVec.Sum(sum), ref Unsafe.Add(ref c, j), accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float sum, ref float c, bool accumulate) => c = accumulate ? c + sum : sum;
}
