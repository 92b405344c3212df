using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttnDsl.Runtime;

/// <summary>Runs the items of a call, on the calling thread alone or with the background workers.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class Launch
{
    /// <summary>Waking a worker costs about as much; less work than this for each thread is not worth sharing.</summary>
    private const double NanosecondsPerThread = 4000;

    /// <summary>
    /// Pins what <paramref name="pins"/> refers to, binds <paramref name="work"/> to the addresses and runs its items
    /// 0 … <paramref name="items"/> − 1. Results do not depend on the number of threads. Calls may come from several threads at
    /// once and from inside an item. The first exception of an item comes out here, once no thread works on the call any more.
    /// </summary>
    public static void Run<TWork>(ref TWork work, int items, int scratchFloats, double nanosecondsPerItem, in Pins pins)
        where TWork : struct, IWork
    {
        fixed (float* p0 = &pins.P0, p1 = &pins.P1, p2 = &pins.P2, p3 = &pins.P3)
        fixed (float* p4 = &pins.P4, p5 = &pins.P5, p6 = &pins.P6, p7 = &pins.P7)
        fixed (float* p8 = &pins.P8, p9 = &pins.P9, p10 = &pins.P10, p11 = &pins.P11)
        fixed (float* p12 = &pins.P12, p13 = &pins.P13, p14 = &pins.P14, p15 = &pins.P15)
        fixed (float* p16 = &pins.P16, p17 = &pins.P17, p18 = &pins.P18, p19 = &pins.P19)
        fixed (float* p20 = &pins.P20, p21 = &pins.P21, p22 = &pins.P22, p23 = &pins.P23)
        fixed (float* p24 = &pins.P24, p25 = &pins.P25, p26 = &pins.P26, p27 = &pins.P27)
        fixed (float* p28 = &pins.P28, p29 = &pins.P29, p30 = &pins.P30, p31 = &pins.P31)
        {
            work.Bind(
            [
                (nint)p0, (nint)p1, (nint)p2, (nint)p3, (nint)p4, (nint)p5, (nint)p6, (nint)p7,
                (nint)p8, (nint)p9, (nint)p10, (nint)p11, (nint)p12, (nint)p13, (nint)p14, (nint)p15,
                (nint)p16, (nint)p17, (nint)p18, (nint)p19, (nint)p20, (nint)p21, (nint)p22, (nint)p23,
                (nint)p24, (nint)p25, (nint)p26, (nint)p27, (nint)p28, (nint)p29, (nint)p30, (nint)p31,
            ]);

            int threads = (int)Math.Min(Math.Min(Machine.MaxThreads, items), items * nanosecondsPerItem / NanosecondsPerThread);
            if (threads <= 1 || !RunShared(ref work, items, scratchFloats, nanosecondsPerItem, threads))
            {
                RunRange(ref work, 0, items, scratchFloats);
            }
        }
    }

    private static bool RunShared<TWork>(ref TWork work, int items, int scratchFloats, double nanosecondsPerItem, int threads)
        where TWork : struct, IWork
    {
        // The workers see the caller's struct itself; pinning it covers the case that it lives in an object.
        fixed (byte* pinned = &Unsafe.As<TWork, byte>(ref work))
        {
            return WorkerPool.Shared.TryRun(new Job
            {
                Range = &RunRange<TWork>,
                Work = pinned,
                Items = items,
                ScratchFloats = scratchFloats,
                Batch = BatchSize(items, nanosecondsPerItem, threads),
            }, threads);
        }
    }

    /// <summary>Items handed out at a time: about a microsecond's worth, but enough portions to even out the threads.</summary>
    private static int BatchSize(int items, double nanosecondsPerItem, int threads) =>
        (int)Math.Max(1, Math.Min(1000 / Math.Max(nanosecondsPerItem, 1), items / (8.0 * threads)));

    private static void RunRange<TWork>(void* work, int from, int to, int scratchFloats)
        where TWork : struct, IWork => RunRange(ref Unsafe.AsRef<TWork>(work), from, to, scratchFloats);

    private static void RunRange<TWork>(ref TWork work, int from, int to, int scratchFloats)
        where TWork : struct, IWork
    {
        ref float scratch = ref Workspace.Rent(0, scratchFloats);
        Workspace.EnterLevel();
        try
        {
            for (int item = from; item < to; item++)
            {
                work.Run(item, ref scratch);
            }
        }
        finally
        {
            Workspace.LeaveLevel();
        }
    }
}
