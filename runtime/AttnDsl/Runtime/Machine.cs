using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading;

namespace AttnDsl.Runtime;

/// <summary>What the layers run on, and how much of it they may use.</summary>
public static class Machine
{
    private static int s_maxThreads = Environment.ProcessorCount;

    /// <summary>Bits of the vectors that kernels use: 512, 256, 128, or 0 for a machine without any.</summary>
    public static int VectorBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128
            : 0;
    }

    /// <summary>
    /// Most threads that one call may use, its own included; at first the number of processors. With 1 nothing leaves the calling thread.
    /// Results do not depend on it, bit for bit.
    /// </summary>
    public static int MaxThreads
    {
        get => Volatile.Read(ref s_maxThreads);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Volatile.Write(ref s_maxThreads, value);
        }
    }
}
