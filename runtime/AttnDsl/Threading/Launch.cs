using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Threading;

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
    /// once and from inside an item. The first exception of an item comes out here, once no thread works on the call any more; so does
    /// the <see cref="OperationCanceledException"/> of a call that is cancelled, which leaves the items that have not begun.
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
        fixed (float* p32 = &pins.P32, p33 = &pins.P33, p34 = &pins.P34, p35 = &pins.P35)
        fixed (float* p36 = &pins.P36, p37 = &pins.P37, p38 = &pins.P38, p39 = &pins.P39)
        fixed (float* p40 = &pins.P40, p41 = &pins.P41, p42 = &pins.P42, p43 = &pins.P43)
        fixed (float* p44 = &pins.P44, p45 = &pins.P45, p46 = &pins.P46, p47 = &pins.P47)
        fixed (float* p48 = &pins.P48, p49 = &pins.P49, p50 = &pins.P50, p51 = &pins.P51)
        fixed (float* p52 = &pins.P52, p53 = &pins.P53, p54 = &pins.P54, p55 = &pins.P55)
        fixed (float* p56 = &pins.P56, p57 = &pins.P57, p58 = &pins.P58, p59 = &pins.P59)
        fixed (float* p60 = &pins.P60, p61 = &pins.P61, p62 = &pins.P62, p63 = &pins.P63)
        {
            work.Bind(
            [
                (nint)p0, (nint)p1, (nint)p2, (nint)p3, (nint)p4, (nint)p5, (nint)p6, (nint)p7,
                (nint)p8, (nint)p9, (nint)p10, (nint)p11, (nint)p12, (nint)p13, (nint)p14, (nint)p15,
                (nint)p16, (nint)p17, (nint)p18, (nint)p19, (nint)p20, (nint)p21, (nint)p22, (nint)p23,
                (nint)p24, (nint)p25, (nint)p26, (nint)p27, (nint)p28, (nint)p29, (nint)p30, (nint)p31,
                (nint)p32, (nint)p33, (nint)p34, (nint)p35, (nint)p36, (nint)p37, (nint)p38, (nint)p39,
                (nint)p40, (nint)p41, (nint)p42, (nint)p43, (nint)p44, (nint)p45, (nint)p46, (nint)p47,
                (nint)p48, (nint)p49, (nint)p50, (nint)p51, (nint)p52, (nint)p53, (nint)p54, (nint)p55,
                (nint)p56, (nint)p57, (nint)p58, (nint)p59, (nint)p60, (nint)p61, (nint)p62, (nint)p63,
            ]);

            int threads = (int)Math.Min(Math.Min(Machine.MaxThreads, items), items * nanosecondsPerItem / NanosecondsPerThread);
            if (threads <= 1 || !RunShared(ref work, items, scratchFloats, nanosecondsPerItem, threads, pins.Cancellation))
            {
                RunRange(ref work, 0, items, scratchFloats, pins.Cancellation);
            }
        }
    }

    private static bool RunShared<TWork>(ref TWork work, int items, int scratchFloats, double nanosecondsPerItem, int threads, CancellationToken cancellation)
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
                Cancellation = cancellation,
                Batch = BatchSize(items, nanosecondsPerItem, threads),
            }, threads);
        }
    }

    /// <summary>Items handed out at a time: about a microsecond's worth, but enough portions to even out the threads.</summary>
    private static int BatchSize(int items, double nanosecondsPerItem, int threads) =>
        (int)Math.Max(1, Math.Min(1000 / Math.Max(nanosecondsPerItem, 1), items / (8.0 * threads)));

    private static void RunRange<TWork>(void* work, int from, int to, int scratchFloats)
        where TWork : struct, IWork => RunRange(ref Unsafe.AsRef<TWork>(work), from, to, scratchFloats, CancellationToken.None);

    private static void RunRange<TWork>(ref TWork work, int from, int to, int scratchFloats, CancellationToken cancellation)
        where TWork : struct, IWork
    {
        ref float scratch = ref Workspace.Rent(0, scratchFloats);
        Workspace.EnterLevel();
        try
        {
            for (int item = from; item < to; item++)
            {
                cancellation.ThrowIfCancellationRequested();
                work.Run(item, ref scratch);
            }
        }
        finally
        {
            Workspace.LeaveLevel();
        }
    }
}
