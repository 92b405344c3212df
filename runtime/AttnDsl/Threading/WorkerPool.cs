using System;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace AttnDsl.Runtime;

/// <summary>
/// The background threads of all layers. One launch at a time has them; its caller works too, and at the end waits only for
/// workers that have joined in, never for one that has not woken up yet.
/// </summary>
internal sealed unsafe class WorkerPool
{
    /// <summary>The pool of the process.</summary>
    public static readonly WorkerPool Shared = new();

    private Counters _counters;
    private Job _job;
    private ExceptionDispatchInfo? _failure;
    private Worker[] _workers = [];

    private WorkerPool() => _counters.Gate = Gate.Closed;

    /// <summary>Runs the job with up to <paramref name="threads"/> threads, or returns false at once when another call has the workers.</summary>
    public bool TryRun(in Job job, int threads)
    {
        if (Interlocked.CompareExchange(ref _counters.Busy, 1, 0) != 0)
        {
            return false;
        }

        try
        {
            StartWorkers(threads - 1);
            _job = job;
            _counters.Next = 0;
            Volatile.Write(ref _counters.Gate, Gate.Open);
            for (int i = 0; i < threads - 1; i++)
            {
                _workers[i].Wake();
            }

            TakeItems();
            CloseGate();
            ExceptionDispatchInfo? failure = _failure;
            _failure = null;
            failure?.Throw();
            return true;
        }
        finally
        {
            Volatile.Write(ref _counters.Busy, 0);
        }
    }

    /// <summary>What a woken worker does: joins the current job, unless that has ended.</summary>
    public void Join()
    {
        int gate = Volatile.Read(ref _counters.Gate);
        while (gate >= Gate.Open)
        {
            int seen = Interlocked.CompareExchange(ref _counters.Gate, gate + 1, gate);
            if (seen == gate)
            {
                TakeItems();
                Interlocked.Decrement(ref _counters.Gate);
                return;
            }

            gate = seen;
        }
    }

    private void TakeItems()
    {
        Job job = _job;
        try
        {
            while (true)
            {
                job.Cancellation.ThrowIfCancellationRequested();

                // 64 bits: late comers add to the counter beyond the last item.
                long from = Interlocked.Add(ref _counters.Next, job.Batch) - job.Batch;
                if (from >= job.Items)
                {
                    return;
                }

                job.Range(job.Work, (int)from, (int)Math.Min(from + job.Batch, job.Items), job.ScratchFloats);
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            Interlocked.Add(ref _counters.Next, job.Items);
        }
    }

    private void CloseGate()
    {
        Interlocked.Or(ref _counters.Gate, Gate.Closed);
        var wait = default(SpinWait);
        while (Volatile.Read(ref _counters.Gate) != Gate.Closed)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Only the caller that has set Busy comes here.</summary>
    private void StartWorkers(int count)
    {
        int started = _workers.Length;
        if (started >= count)
        {
            return;
        }

        var workers = new Worker[count];
        _workers.CopyTo(workers, 0);
        for (int i = started; i < count; i++)
        {
            workers[i] = new Worker(this, i + 1);
        }

        _workers = workers;
    }

    /// <summary>The states of the gate: open with so many workers inside, or closed with so many still inside.</summary>
    private static class Gate
    {
        public const int Open = 0;
        public const int Closed = int.MinValue;
    }

    /// <summary>What threads contend for, two cache lines apart because processors fetch lines in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct Counters
    {
        [FieldOffset(128)]
        public int Busy;

        [FieldOffset(256)]
        public int Gate;

        [FieldOffset(384)]
        public long Next;
    }
}
