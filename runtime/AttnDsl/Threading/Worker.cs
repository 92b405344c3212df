using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace AttnDsl.Runtime;

/// <summary>A background thread that joins jobs when called, spins for a moment after each and then sleeps.</summary>
internal sealed class Worker
{
    /// <summary>Long enough to bridge two layers of a network, too short to be noticed as load.</summary>
    private static readonly long s_spinTicks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency * 30 / 1_000_000 : 0;

    private readonly WorkerPool _pool;
    private readonly SemaphoreSlim _wake = new(0);
    private int _calls;
    private int _parked;

    public Worker(WorkerPool pool, int number)
    {
        _pool = pool;
        var thread = new Thread(Loop)
        {
            IsBackground = true,
            Name = string.Create(CultureInfo.InvariantCulture, $"AttnDsl worker {number}"),
        };
        thread.Start();
    }

    /// <summary>Calls the worker to the current job; costs a write when it is awake.</summary>
    public void Wake()
    {
        // Both sides write, fence, then read the other's field: a call is seen before parking, or the parking by the call.
        Interlocked.Increment(ref _calls);
        if (Interlocked.Exchange(ref _parked, 0) == 1)
        {
            _wake.Release();
        }
    }

    private void Loop()
    {
        int seen = 0;
        while (true)
        {
            if (!SpinForCall(seen))
            {
                Park(seen);
            }

            seen = Volatile.Read(ref _calls);
            _pool.Join();
        }
    }

    private bool SpinForCall(int seen)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < 16; i++)
            {
                if (Volatile.Read(ref _calls) != seen)
                {
                    return true;
                }

                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetTimestamp() - start < s_spinTicks);

        return false;
    }

    private void Park(int seen)
    {
        Interlocked.Exchange(ref _parked, 1);
        bool called = Volatile.Read(ref _calls) != seen;

        // Taking the mark back means that nobody will release the semaphore; otherwise a release is owed and must be used up.
        if (!called || Interlocked.Exchange(ref _parked, 0) == 0)
        {
            _wake.Wait();
        }
    }
}
