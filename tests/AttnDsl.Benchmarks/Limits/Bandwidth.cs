using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AttnDsl.Benchmarks;

/// <summary>Bytes a second from each level of the memory: the ceiling of kernels with little arithmetic, such as Step.</summary>
internal static unsafe class Bandwidth
{
    private const int Repetitions = 9;
    private const double SecondsEach = 0.02;

    public static void Print()
    {
        switch (Machine.VectorBits)
        {
            case 512: Print<Vector512<float>, Lanes512>(); break;
            case 256: Print<Vector256<float>, Lanes256>(); break;
            default: Print<Vector128<float>, Lanes128>(); break;
        }
    }

    /// <summary>GB/s of reading so many bytes over and over; each level of the memory is measured when it is first asked for.</summary>
    public static Func<long, double> Meter(int threads) => Machine.VectorBits switch
    {
        512 => Meter<Vector512<float>, Lanes512>(threads),
        256 => Meter<Vector256<float>, Lanes256>(threads),
        _ => Meter<Vector128<float>, Lanes128>(threads),
    };

    /// <summary>GB/s of reading the third cache.</summary>
    public static double OfThirdCache(int threads) => Meter(threads)(Levels(threads)[2].Bytes * threads);

    private static Func<long, double> Meter<TVector, TLanes>(int threads)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        var levels = Levels(threads);
        var rates = new double[levels.Length];
        return bytes =>
        {
            // A level holds what is not larger than itself: twice what was measured, of each thread's own.
            var level = Array.FindIndex(levels, l => bytes <= 2 * l.Bytes * threads);
            level = level < 0 ? levels.Length - 1 : level;
            return rates[level] > 0 ? rates[level] : rates[level] = Measure<TVector, TLanes>(threads, levels[level].Bytes).Read;
        };
    }

    /// <summary>Half of a level's own memory, so that the stack and the other way of the copy do not push it out; L3 and DRAM are shared.</summary>
    private static (string Name, long Bytes)[] Levels(int threads)
    {
        long l1 = Machine.CacheBytes(1, 32 << 10), l2 = Machine.CacheBytes(2, 512 << 10), l3 = Machine.CacheBytes(3, 16 << 20);
        return [("L1", l1 / 2), ("L2", l2 / 2), ("L3", l3 / 2 / threads), ("DRAM", Math.Max(256L << 20, 8 * l3) / threads)];
    }

    private static void Print<TVector, TLanes>()
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        var table = new Table($"memory, {TLanes.Bits} bits", "threads", "bytes/thread", "read GB/s", "copy GB/s");
        foreach (var threads in new[] { 1, Machine.Threads }.Distinct())
        {
            foreach (var (name, bytes) in Levels(threads))
            {
                Table.Progress($"{name}, {threads} thread(s)");
                var (read, copy) = Measure<TVector, TLanes>(threads, bytes);
                table.Add(name, $"{threads}", $"{bytes >> 10} KiB", Table.Number(read), Table.Number(copy));
            }
        }

        table.Print();
        Console.WriteLine("copy counts the bytes read and the bytes written; it is the better of a vector loop and Buffer.MemoryCopy");
    }

    private static (double Read, double Copy) Measure<TVector, TLanes>(int threads, long bytes)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        // Whole turns of the loops below: 8 vectors, in either half.
        var turn = 8 * (TLanes.Bits / 8) * 2;
        var count = (nint)(bytes / turn * turn / sizeof(float));
        var buffers = new nint[threads];
        try
        {
            for (var t = 0; t < threads; t++)
            {
                buffers[t] = (nint)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 4096);
                new Span<float>((void*)buffers[t], (int)count).Fill(1);
            }

            var half = count / 2;
            var read = Rate(threads, count, (t, rounds) => Read<TVector, TLanes>((float*)buffers[t], count, rounds));
            var loop = Rate(threads, count, (t, rounds) => Copy<TVector, TLanes>((float*)buffers[t], (float*)buffers[t] + half, half, rounds));
            var library = Rate(threads, count, (t, rounds) =>
            {
                for (long r = 0; r < rounds; r++)
                {
                    Buffer.MemoryCopy((float*)buffers[t], (float*)buffers[t] + half, half * sizeof(float), half * sizeof(float));
                }
            });
            return (read, Math.Max(loop, library));
        }
        finally
        {
            foreach (var buffer in buffers)
            {
                NativeMemory.AlignedFree((void*)buffer);
            }
        }
    }

    /// <summary>GB/s when one round touches <paramref name="count"/> floats; the first timing is the warm-up.</summary>
    private static double Rate(int threads, nint count, Work work)
    {
        var rounds = Stopwatching.RoundsFor(SecondsEach, work);
        var rates = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            rates.Add(threads * rounds * (double)count * sizeof(float) / Stopwatching.Seconds(threads, rounds, work) / 1e9);
        }

        return Stopwatching.Median(rates);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Read<TVector, TLanes>(float* source, nint count, long rounds)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        nint n = TLanes.Bits / 32;
        TVector a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (long r = 0; r < rounds; r++)
        {
            for (nint i = 0; i < count; i += 8 * n)
            {
                a = TLanes.Add(a, TLanes.Load(source + i));
                b = TLanes.Add(b, TLanes.Load(source + i + n));
                c = TLanes.Add(c, TLanes.Load(source + i + (2 * n)));
                d = TLanes.Add(d, TLanes.Load(source + i + (3 * n)));
                e = TLanes.Add(e, TLanes.Load(source + i + (4 * n)));
                f = TLanes.Add(f, TLanes.Load(source + i + (5 * n)));
                g = TLanes.Add(g, TLanes.Load(source + i + (6 * n)));
                h = TLanes.Add(h, TLanes.Load(source + i + (7 * n)));
            }
        }

        return TLanes.Sum(TLanes.Add(TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, d)), TLanes.Add(TLanes.Add(e, f), TLanes.Add(g, h))));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Copy<TVector, TLanes>(float* source, float* target, nint count, long rounds)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        nint n = TLanes.Bits / 32;
        for (long r = 0; r < rounds; r++)
        {
            for (nint i = 0; i < count; i += 4 * n)
            {
                TLanes.Store(TLanes.Load(source + i), target + i);
                TLanes.Store(TLanes.Load(source + i + n), target + i + n);
                TLanes.Store(TLanes.Load(source + i + (2 * n)), target + i + (2 * n));
                TLanes.Store(TLanes.Load(source + i + (3 * n)), target + i + (3 * n));
            }
        }
    }
}
