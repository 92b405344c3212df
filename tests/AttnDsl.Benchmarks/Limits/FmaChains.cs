using System;
using System.Runtime.CompilerServices;

namespace AttnDsl.Benchmarks;

/// <summary>
/// Loops of nothing but fused multiply-adds on accumulators in registers. A core needs latency × ports independent chains to be
/// always busy, and runs out of registers beyond some number of them: so there are several, and the best counts.
/// The sum behind each loop stays in registers too: collected in memory, the JIT stored every accumulator in every turn of the loop.
/// </summary>
internal static class FmaChains<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    // x ← x·Factor + Summand converges to 1: no overflow, no denormals, however long it runs.
    private const float Factor = 0.999f;
    private const float Summand = 0.001f;

    public static int[] Counts { get; } = [12, 16, 20, 24, 28];

    /// <summary>Floating-point operations of one round of <paramref name="chains"/> chains.</summary>
    public static double FlopsPerRound(int chains) => 2.0 * chains * (TLanes.Bits / 32);

    public static float Run(int chains, long rounds) => chains switch
    {
        12 => Chains12(rounds),
        16 => Chains16(rounds),
        20 => Chains20(rounds),
        24 => Chains24(rounds),
        28 => Chains28(rounds),
        _ => throw new ArgumentOutOfRangeException(nameof(chains)),
    };

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Chains12(long rounds)
    {
        var x = TLanes.Create(Factor);
        var y = TLanes.Create(Summand);
        TVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (long r = 0; r < rounds; r++)
        {
            c0 = TLanes.MultiplyAdd(c0, x, y); c1 = TLanes.MultiplyAdd(c1, x, y); c2 = TLanes.MultiplyAdd(c2, x, y); c3 = TLanes.MultiplyAdd(c3, x, y);
            c4 = TLanes.MultiplyAdd(c4, x, y); c5 = TLanes.MultiplyAdd(c5, x, y); c6 = TLanes.MultiplyAdd(c6, x, y); c7 = TLanes.MultiplyAdd(c7, x, y);
            c8 = TLanes.MultiplyAdd(c8, x, y); c9 = TLanes.MultiplyAdd(c9, x, y); c10 = TLanes.MultiplyAdd(c10, x, y); c11 = TLanes.MultiplyAdd(c11, x, y);
        }

        c0 = TLanes.Add(c0, c1); c0 = TLanes.Add(c0, c2); c0 = TLanes.Add(c0, c3); c0 = TLanes.Add(c0, c4);
        c0 = TLanes.Add(c0, c5); c0 = TLanes.Add(c0, c6); c0 = TLanes.Add(c0, c7); c0 = TLanes.Add(c0, c8);
        c0 = TLanes.Add(c0, c9); c0 = TLanes.Add(c0, c10); c0 = TLanes.Add(c0, c11);
        return TLanes.Sum(c0);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Chains16(long rounds)
    {
        var x = TLanes.Create(Factor);
        var y = TLanes.Create(Summand);
        TVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x, c12 = x, c13 = x, c14 = x, c15 = x;
        for (long r = 0; r < rounds; r++)
        {
            c0 = TLanes.MultiplyAdd(c0, x, y); c1 = TLanes.MultiplyAdd(c1, x, y); c2 = TLanes.MultiplyAdd(c2, x, y); c3 = TLanes.MultiplyAdd(c3, x, y);
            c4 = TLanes.MultiplyAdd(c4, x, y); c5 = TLanes.MultiplyAdd(c5, x, y); c6 = TLanes.MultiplyAdd(c6, x, y); c7 = TLanes.MultiplyAdd(c7, x, y);
            c8 = TLanes.MultiplyAdd(c8, x, y); c9 = TLanes.MultiplyAdd(c9, x, y); c10 = TLanes.MultiplyAdd(c10, x, y); c11 = TLanes.MultiplyAdd(c11, x, y);
            c12 = TLanes.MultiplyAdd(c12, x, y); c13 = TLanes.MultiplyAdd(c13, x, y); c14 = TLanes.MultiplyAdd(c14, x, y); c15 = TLanes.MultiplyAdd(c15, x, y);
        }

        c0 = TLanes.Add(c0, c1); c0 = TLanes.Add(c0, c2); c0 = TLanes.Add(c0, c3); c0 = TLanes.Add(c0, c4);
        c0 = TLanes.Add(c0, c5); c0 = TLanes.Add(c0, c6); c0 = TLanes.Add(c0, c7); c0 = TLanes.Add(c0, c8);
        c0 = TLanes.Add(c0, c9); c0 = TLanes.Add(c0, c10); c0 = TLanes.Add(c0, c11); c0 = TLanes.Add(c0, c12);
        c0 = TLanes.Add(c0, c13); c0 = TLanes.Add(c0, c14); c0 = TLanes.Add(c0, c15);
        return TLanes.Sum(c0);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Chains20(long rounds)
    {
        var x = TLanes.Create(Factor);
        var y = TLanes.Create(Summand);
        TVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x, c12 = x, c13 = x, c14 = x, c15 = x, c16 = x, c17 = x, c18 = x, c19 = x;
        for (long r = 0; r < rounds; r++)
        {
            c0 = TLanes.MultiplyAdd(c0, x, y); c1 = TLanes.MultiplyAdd(c1, x, y); c2 = TLanes.MultiplyAdd(c2, x, y); c3 = TLanes.MultiplyAdd(c3, x, y);
            c4 = TLanes.MultiplyAdd(c4, x, y); c5 = TLanes.MultiplyAdd(c5, x, y); c6 = TLanes.MultiplyAdd(c6, x, y); c7 = TLanes.MultiplyAdd(c7, x, y);
            c8 = TLanes.MultiplyAdd(c8, x, y); c9 = TLanes.MultiplyAdd(c9, x, y); c10 = TLanes.MultiplyAdd(c10, x, y); c11 = TLanes.MultiplyAdd(c11, x, y);
            c12 = TLanes.MultiplyAdd(c12, x, y); c13 = TLanes.MultiplyAdd(c13, x, y); c14 = TLanes.MultiplyAdd(c14, x, y); c15 = TLanes.MultiplyAdd(c15, x, y);
            c16 = TLanes.MultiplyAdd(c16, x, y); c17 = TLanes.MultiplyAdd(c17, x, y); c18 = TLanes.MultiplyAdd(c18, x, y); c19 = TLanes.MultiplyAdd(c19, x, y);
        }

        c0 = TLanes.Add(c0, c1); c0 = TLanes.Add(c0, c2); c0 = TLanes.Add(c0, c3); c0 = TLanes.Add(c0, c4);
        c0 = TLanes.Add(c0, c5); c0 = TLanes.Add(c0, c6); c0 = TLanes.Add(c0, c7); c0 = TLanes.Add(c0, c8);
        c0 = TLanes.Add(c0, c9); c0 = TLanes.Add(c0, c10); c0 = TLanes.Add(c0, c11); c0 = TLanes.Add(c0, c12);
        c0 = TLanes.Add(c0, c13); c0 = TLanes.Add(c0, c14); c0 = TLanes.Add(c0, c15); c0 = TLanes.Add(c0, c16);
        c0 = TLanes.Add(c0, c17); c0 = TLanes.Add(c0, c18); c0 = TLanes.Add(c0, c19);
        return TLanes.Sum(c0);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Chains24(long rounds)
    {
        var x = TLanes.Create(Factor);
        var y = TLanes.Create(Summand);
        TVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x, c12 = x, c13 = x, c14 = x, c15 = x, c16 = x, c17 = x, c18 = x, c19 = x, c20 = x, c21 = x, c22 = x, c23 = x;
        for (long r = 0; r < rounds; r++)
        {
            c0 = TLanes.MultiplyAdd(c0, x, y); c1 = TLanes.MultiplyAdd(c1, x, y); c2 = TLanes.MultiplyAdd(c2, x, y); c3 = TLanes.MultiplyAdd(c3, x, y);
            c4 = TLanes.MultiplyAdd(c4, x, y); c5 = TLanes.MultiplyAdd(c5, x, y); c6 = TLanes.MultiplyAdd(c6, x, y); c7 = TLanes.MultiplyAdd(c7, x, y);
            c8 = TLanes.MultiplyAdd(c8, x, y); c9 = TLanes.MultiplyAdd(c9, x, y); c10 = TLanes.MultiplyAdd(c10, x, y); c11 = TLanes.MultiplyAdd(c11, x, y);
            c12 = TLanes.MultiplyAdd(c12, x, y); c13 = TLanes.MultiplyAdd(c13, x, y); c14 = TLanes.MultiplyAdd(c14, x, y); c15 = TLanes.MultiplyAdd(c15, x, y);
            c16 = TLanes.MultiplyAdd(c16, x, y); c17 = TLanes.MultiplyAdd(c17, x, y); c18 = TLanes.MultiplyAdd(c18, x, y); c19 = TLanes.MultiplyAdd(c19, x, y);
            c20 = TLanes.MultiplyAdd(c20, x, y); c21 = TLanes.MultiplyAdd(c21, x, y); c22 = TLanes.MultiplyAdd(c22, x, y); c23 = TLanes.MultiplyAdd(c23, x, y);
        }

        c0 = TLanes.Add(c0, c1); c0 = TLanes.Add(c0, c2); c0 = TLanes.Add(c0, c3); c0 = TLanes.Add(c0, c4);
        c0 = TLanes.Add(c0, c5); c0 = TLanes.Add(c0, c6); c0 = TLanes.Add(c0, c7); c0 = TLanes.Add(c0, c8);
        c0 = TLanes.Add(c0, c9); c0 = TLanes.Add(c0, c10); c0 = TLanes.Add(c0, c11); c0 = TLanes.Add(c0, c12);
        c0 = TLanes.Add(c0, c13); c0 = TLanes.Add(c0, c14); c0 = TLanes.Add(c0, c15); c0 = TLanes.Add(c0, c16);
        c0 = TLanes.Add(c0, c17); c0 = TLanes.Add(c0, c18); c0 = TLanes.Add(c0, c19); c0 = TLanes.Add(c0, c20);
        c0 = TLanes.Add(c0, c21); c0 = TLanes.Add(c0, c22); c0 = TLanes.Add(c0, c23);
        return TLanes.Sum(c0);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Chains28(long rounds)
    {
        var x = TLanes.Create(Factor);
        var y = TLanes.Create(Summand);
        TVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x, c12 = x, c13 = x, c14 = x, c15 = x, c16 = x, c17 = x, c18 = x, c19 = x, c20 = x, c21 = x, c22 = x, c23 = x, c24 = x, c25 = x, c26 = x, c27 = x;
        for (long r = 0; r < rounds; r++)
        {
            c0 = TLanes.MultiplyAdd(c0, x, y); c1 = TLanes.MultiplyAdd(c1, x, y); c2 = TLanes.MultiplyAdd(c2, x, y); c3 = TLanes.MultiplyAdd(c3, x, y);
            c4 = TLanes.MultiplyAdd(c4, x, y); c5 = TLanes.MultiplyAdd(c5, x, y); c6 = TLanes.MultiplyAdd(c6, x, y); c7 = TLanes.MultiplyAdd(c7, x, y);
            c8 = TLanes.MultiplyAdd(c8, x, y); c9 = TLanes.MultiplyAdd(c9, x, y); c10 = TLanes.MultiplyAdd(c10, x, y); c11 = TLanes.MultiplyAdd(c11, x, y);
            c12 = TLanes.MultiplyAdd(c12, x, y); c13 = TLanes.MultiplyAdd(c13, x, y); c14 = TLanes.MultiplyAdd(c14, x, y); c15 = TLanes.MultiplyAdd(c15, x, y);
            c16 = TLanes.MultiplyAdd(c16, x, y); c17 = TLanes.MultiplyAdd(c17, x, y); c18 = TLanes.MultiplyAdd(c18, x, y); c19 = TLanes.MultiplyAdd(c19, x, y);
            c20 = TLanes.MultiplyAdd(c20, x, y); c21 = TLanes.MultiplyAdd(c21, x, y); c22 = TLanes.MultiplyAdd(c22, x, y); c23 = TLanes.MultiplyAdd(c23, x, y);
            c24 = TLanes.MultiplyAdd(c24, x, y); c25 = TLanes.MultiplyAdd(c25, x, y); c26 = TLanes.MultiplyAdd(c26, x, y); c27 = TLanes.MultiplyAdd(c27, x, y);
        }

        c0 = TLanes.Add(c0, c1); c0 = TLanes.Add(c0, c2); c0 = TLanes.Add(c0, c3); c0 = TLanes.Add(c0, c4);
        c0 = TLanes.Add(c0, c5); c0 = TLanes.Add(c0, c6); c0 = TLanes.Add(c0, c7); c0 = TLanes.Add(c0, c8);
        c0 = TLanes.Add(c0, c9); c0 = TLanes.Add(c0, c10); c0 = TLanes.Add(c0, c11); c0 = TLanes.Add(c0, c12);
        c0 = TLanes.Add(c0, c13); c0 = TLanes.Add(c0, c14); c0 = TLanes.Add(c0, c15); c0 = TLanes.Add(c0, c16);
        c0 = TLanes.Add(c0, c17); c0 = TLanes.Add(c0, c18); c0 = TLanes.Add(c0, c19); c0 = TLanes.Add(c0, c20);
        c0 = TLanes.Add(c0, c21); c0 = TLanes.Add(c0, c22); c0 = TLanes.Add(c0, c23); c0 = TLanes.Add(c0, c24);
        c0 = TLanes.Add(c0, c25); c0 = TLanes.Add(c0, c26); c0 = TLanes.Add(c0, c27);
        return TLanes.Sum(c0);
    }
}
