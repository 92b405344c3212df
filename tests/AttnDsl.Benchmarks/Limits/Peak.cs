using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;

namespace AttnDsl.Benchmarks;

/// <summary>Fused multiply-adds a second, two operations each: the ceiling of every kernel.</summary>
internal static class Peak
{
    private const int Repetitions = 15;
    private const double SecondsEach = 0.01;

    public static void Print()
    {
        var table = new Table("FMA, fp32", "threads", "GFLOP/s", "chains");
        Add<Vector512<float>, Lanes512>(table);
        Add<Vector256<float>, Lanes256>(table);
        Add<Vector128<float>, Lanes128>(table);
        table.Print();
    }

    /// <summary>A meter of the widest vectors on <paramref name="threads"/> threads: each call measures for a few milliseconds and gives GFLOP/s.</summary>
    public static System.Func<double> Meter(int threads) => Machine.VectorBits switch
    {
        512 => Meter<Vector512<float>, Lanes512>(threads),
        256 => Meter<Vector256<float>, Lanes256>(threads),
        _ => Meter<Vector128<float>, Lanes128>(threads),
    };

    private static System.Func<double> Meter<TVector, TLanes>(int threads)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        var (_, chains) = Best<TVector, TLanes>(threads);
        Work work = (_, rounds) => FmaChains<TVector, TLanes>.Run(chains, rounds);
        var rounds = Stopwatching.RoundsFor(SecondsEach / 4, work);
        return () => threads * rounds * FmaChains<TVector, TLanes>.FlopsPerRound(chains) / Stopwatching.Seconds(threads, rounds, work) / 1e9;
    }

    private static void Add<TVector, TLanes>(Table table)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        if (TLanes.Bits > Machine.VectorBits)
        {
            table.Add($"{TLanes.Bits} bits", "", "none", "");
            return;
        }

        foreach (var threads in new[] { 1, Machine.Threads }.Distinct())
        {
            Table.Progress($"FMA {TLanes.Bits} bits, {threads} thread(s)");
            var (rate, chains) = Best<TVector, TLanes>(threads);
            table.Add($"{TLanes.Bits} bits", $"{threads}", Table.Number(rate), $"{chains}");
        }
    }

    /// <summary>Best median over the numbers of chains; repetitions go round the chains so that a disturbance meets all of them.</summary>
    private static (double Rate, int Chains) Best<TVector, TLanes>(int threads)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        var counts = FmaChains<TVector, TLanes>.Counts;
        var rates = counts.Select(_ => new List<double>()).ToArray();
        var rounds = counts.Select(n => Stopwatching.RoundsFor(SecondsEach, (_, r) => FmaChains<TVector, TLanes>.Run(n, r))).ToArray();
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                var chains = counts[i];
                var seconds = Stopwatching.Seconds(threads, rounds[i], (_, r) => FmaChains<TVector, TLanes>.Run(chains, r));
                rates[i].Add(threads * rounds[i] * FmaChains<TVector, TLanes>.FlopsPerRound(chains) / seconds / 1e9);
            }
        }

        return counts.Select((chains, i) => (Stopwatching.Median(rates[i]), chains)).Max();
    }
}
