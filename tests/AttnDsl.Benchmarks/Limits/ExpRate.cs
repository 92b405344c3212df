using System;
using System.Runtime.CompilerServices;
using AttnDsl.Simd;

namespace AttnDsl.Benchmarks;

/// <summary>Values a second of AttnDsl's own vector exp on numbers in the first cache: the ceiling of layers that are made of exponentials.</summary>
internal static class ExpRate
{
    private const double SecondsEach = 0.01;
    private const int Repetitions = 9, Count = 2048;

    /// <summary>10⁹ a second on that many threads.</summary>
    public static double Measure(int threads) => AttnDsl.Runtime.Machine.VectorBits switch
    {
        512 => Measure<Simd512>(threads),
        256 => Measure<Simd256>(threads),
        _ => Measure<Simd128>(threads),
    };

    private static double Measure<TVec>(int threads)
        where TVec : struct, ISimd<TVec>
    {
        var values = new float[threads][];
        for (var t = 0; t < threads; t++)
        {
            values[t] = new float[2 * Count];
            for (var i = 0; i < Count; i++)
            {
                values[t][i] = -8f * i / Count;
            }
        }

        Work work = (thread, rounds) => Run<TVec>(values[thread], rounds);
        var rounds = Stopwatching.RoundsFor(SecondsEach, work);
        System.Collections.Generic.List<double> rates = [];
        for (var i = 0; i < Repetitions; i++)
        {
            rates.Add((double)threads * rounds * Count / Stopwatching.Seconds(threads, rounds, work) / 1e9);
        }

        return Stopwatching.Median(rates);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Run<TVec>(float[] values, long rounds)
        where TVec : struct, ISimd<TVec>
    {
        ref var source = ref values[0];
        ref var target = ref values[Count];
        for (long r = 0; r < rounds; r++)
        {
            for (nint i = 0; i < Count; i += 4 * TVec.Count)
            {
                var a = TVec.Exp(TVec.Load(in source, i));
                var b = TVec.Exp(TVec.Load(in source, i + TVec.Count));
                var c = TVec.Exp(TVec.Load(in source, i + (2 * TVec.Count)));
                var d = TVec.Exp(TVec.Load(in source, i + (3 * TVec.Count)));
                TVec.Store(a, ref target, i);
                TVec.Store(b, ref target, i + TVec.Count);
                TVec.Store(c, ref target, i + (2 * TVec.Count));
                TVec.Store(d, ref target, i + (3 * TVec.Count));
            }
        }
    }
}
