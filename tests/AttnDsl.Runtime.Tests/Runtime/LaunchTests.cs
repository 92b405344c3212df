using System;
using System.Diagnostics;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using AttnDsl.Runtime;
using Xunit;

namespace AttnDsl.Tests.Runtime;

public sealed class LaunchTests : IDisposable
{
    private const double Heavy = 1e6;

    private readonly int _maxThreads = Machine.MaxThreads;

    public void Dispose() => Machine.MaxThreads = _maxThreads;

    [Fact]
    public void Run_Pins_BindsAddressesInOrder()
    {
        var first = new float[3];
        var last = new float[3];
        var pins = new Pins { P0 = ref first[1], P63 = ref last[0] };
        var work = new BindWork();
        Launch.Run(ref work, 1, 0, 0, in pins);
        Assert.True(work.SawPinnedMemory);
        Assert.Equal(42, first[1]);
        Assert.Equal(43, last[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_AnyThreads_GivesSameResults(int threads)
    {
        Machine.MaxThreads = threads;
        foreach (int items in new[] { 0, 1, 2, 7, 100, 1000 })
        {
            var results = new float[Math.Max(items, 1)];
            for (int repeat = 0; repeat < 50; repeat++)
            {
                Array.Clear(results);
                RunHash(results, items, Heavy);
                for (int item = 0; item < items; item++)
                {
                    Assert.Equal(Hash(item), results[item]);
                }
            }
        }
    }

    [Fact]
    public void Run_FiveThreads_UsesSeveral()
    {
        Machine.MaxThreads = 5;
        var seen = new float[256];
        var work = new ThreadWork();
        var pins = new Pins { P0 = ref seen[0] };
        Launch.Run(ref work, 40, 0, Heavy, in pins);
        Assert.InRange(seen.Distinct().Count(id => id != 0), 2, 5);
    }

    [Fact]
    public void Run_LittleWork_StaysOnCaller()
    {
        Machine.MaxThreads = 5;
        var seen = new float[256];
        var work = new ThreadWork();
        var pins = new Pins { P0 = ref seen[0] };
        Launch.Run(ref work, 40, 0, 50, in pins);
        Assert.Equal([Environment.CurrentManagedThreadId], seen.Where(id => id != 0).Distinct());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Run_ItemThrows_RethrowsAfterAllLeft(int threads)
    {
        Machine.MaxThreads = threads;
        for (int repeat = 0; repeat < 50; repeat++)
        {
            var counts = new int[2];
            var work = new ThrowingWork { Counts = counts };
            var exception = Assert.Throws<InvalidOperationException>(() => RunThrowing(ref work));
            Assert.Equal("item 5", exception.Message);
            Assert.Equal(counts[0], counts[1]);
            Assert.InRange(counts[0], 1, 100);
        }

        // The pool works on afterwards.
        var results = new float[100];
        RunHash(results, 100, Heavy);
        Assert.Equal(Hash(99), results[99]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Run_CancelledByAnItem_BeginsNoOther(int threads)
    {
        Machine.MaxThreads = threads;
        for (int repeat = 0; repeat < 50; repeat++)
        {
            using var source = new CancellationTokenSource();
            var counts = new int[1];
            var work = new CancellingWork { Counts = counts, Source = source };
            var exception = Assert.Throws<OperationCanceledException>(() => RunCancelling(ref work));
            Assert.Equal(source.Token, exception.CancellationToken);

            // Item 5 cancels: the others of that moment end, one a thread.
            Assert.InRange(counts[0], 1, 5 + threads);
        }

        var results = new float[100];
        RunHash(results, 100, Heavy);
        Assert.Equal(Hash(99), results[99]);
    }

    [Fact]
    public void Run_Over_LeavesTheProcessorIdle()
    {
        Machine.MaxThreads = 4;
        var results = new float[100];
        RunHash(results, 100, Heavy);
        Thread.Sleep(50);
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        Thread.Sleep(400);
        process.Refresh();
        Assert.InRange((process.TotalProcessorTime - before).TotalMilliseconds, 0, 200);
    }

    [Fact]
    public void Run_InsideItem_KeepsScratchOfBoth()
    {
        Machine.MaxThreads = 5;
        var results = new float[60];
        var work = new NestedWork();
        var pins = new Pins { P0 = ref results[0] };
        Launch.Run(ref work, 60, 64, Heavy, in pins);
        Assert.All(results, result => Assert.Equal(1, result));
    }

    [Fact]
    public void Run_SeveralCallers_AllGetTheirResults()
    {
        Machine.MaxThreads = 3;
        int failures = 0;
        var callers = new Thread[4];
        for (int c = 0; c < callers.Length; c++)
        {
            callers[c] = new Thread(() =>
            {
                var results = new float[200];
                for (int repeat = 0; repeat < 500; repeat++)
                {
                    Array.Clear(results);
                    RunHash(results, 200, Heavy);
                    for (int item = 0; item < 200; item++)
                    {
                        if (results[item] != Hash(item))
                        {
                            Interlocked.Increment(ref failures);
                        }
                    }
                }
            });
            callers[c].Start();
        }

        foreach (Thread caller in callers)
        {
            caller.Join();
        }

        Assert.Equal(0, failures);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Run_WorkersAsleepOrAwake_LosesNoCall(int pauseMilliseconds)
    {
        Machine.MaxThreads = 4;
        var results = new float[64];
        int calls = pauseMilliseconds == 0 ? 20000 : 200;
        for (int call = 0; call < calls; call++)
        {
            RunHash(results, 64, Heavy);
            if (pauseMilliseconds > 0)
            {
                Thread.Sleep(pauseMilliseconds);
            }
        }

        Assert.Equal(Hash(63), results[63]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_SteadyState_AllocatesNothing(int threads)
    {
        Machine.MaxThreads = threads;
        var results = new float[100];
        for (int call = 0; call < 1000; call++)
        {
            RunHash(results, 100, Heavy);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int call = 0; call < 1000; call++)
        {
            RunHash(results, 100, Heavy);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void MaxThreads_BelowOne_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => Machine.MaxThreads = 0);

    [Fact]
    public void VectorBits_OfThisMachine_IsAWidth() => Assert.Contains(Machine.VectorBits, new[] { 0, 128, 256, 512 });

    private static float Hash(int item)
    {
        float x = item;
        for (int i = 0; i < 20; i++)
        {
            x = (x * 0.73f) + (1 / (1 + x));
        }

        return x;
    }

    private static void RunHash(float[] results, int items, double nanoseconds)
    {
        var work = new HashWork();
        var pins = new Pins { P0 = ref results[0] };
        Launch.Run(ref work, items, 16, nanoseconds, in pins);
    }

    private static void RunThrowing(ref ThrowingWork work)
    {
        var pins = default(Pins);
        Launch.Run(ref work, 100, 0, Heavy, in pins);
    }

    private static void RunCancelling(ref CancellingWork work)
    {
        var pins = new Pins { Cancellation = work.Source.Token };
        Launch.Run(ref work, 100, 0, Heavy, in pins);
    }

    private struct CancellingWork : IWork
    {
        public int[] Counts { get; init; }

        public CancellationTokenSource Source { get; init; }

        public readonly void Bind(ReadOnlySpan<nint> addresses)
        {
        }

        public readonly void Run(int item, ref float scratch)
        {
            if (item == 5)
            {
                Source.Cancel();
            }
            else if (item > 5)
            {
                // Nobody gets far until then.
                Source.Token.WaitHandle.WaitOne();
            }

            Interlocked.Increment(ref Counts[0]);
        }
    }

    private unsafe struct BindWork : IWork
    {
        private nint _first;
        private nint _last;

        public bool SawPinnedMemory { get; private set; }

        public void Bind(ReadOnlySpan<nint> addresses)
        {
            _first = addresses[0];
            _last = addresses[63];
            SawPinnedMemory = addresses.Length == 64 && _first != 0 && _last != 0 && !addresses[1..63].ContainsAnyExcept((nint)0);
        }

        public readonly void Run(int item, ref float scratch)
        {
            *(float*)_first = 42;
            *(float*)_last = 43;
        }
    }

    private unsafe struct HashWork : IWork
    {
        private float* _results;

        public void Bind(ReadOnlySpan<nint> addresses) => _results = (float*)addresses[0];

        public readonly void Run(int item, ref float scratch)
        {
            scratch = Hash(item);
            _results[item] = scratch;
        }
    }

    private unsafe struct ThreadWork : IWork
    {
        private float* _seen;

        public void Bind(ReadOnlySpan<nint> addresses) => _seen = (float*)addresses[0];

        public readonly void Run(int item, ref float scratch)
        {
            _seen[item] = Environment.CurrentManagedThreadId;
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 2)
            {
                Thread.Yield();
            }
        }
    }

    private struct ThrowingWork : IWork
    {
        public int[] Counts { get; init; }

        public readonly void Bind(ReadOnlySpan<nint> addresses)
        {
        }

        public readonly void Run(int item, ref float scratch)
        {
            Interlocked.Increment(ref Counts[0]);
            try
            {
                if (item == 5)
                {
                    throw new InvalidOperationException("item 5");
                }
            }
            finally
            {
                Interlocked.Increment(ref Counts[1]);
            }
        }
    }

    private unsafe struct NestedWork : IWork
    {
        private float* _results;

        public void Bind(ReadOnlySpan<nint> addresses) => _results = (float*)addresses[0];

        public readonly void Run(int item, ref float scratch)
        {
            for (int i = 0; i < 64; i++)
            {
                Unsafe.Add(ref scratch, i) = item;
            }

            float* inner = stackalloc float[32];
            var work = new HashWork();
            var pins = new Pins { P0 = ref *inner };
            Launch.Run(ref work, 32, 64, Heavy, in pins);
            bool kept = true;
            for (int i = 0; i < 64; i++)
            {
                kept &= Unsafe.Add(ref scratch, i) == item;
            }

            _results[item] = kept && inner[31] == Hash(31) ? 1 : 0;
        }
    }
}
