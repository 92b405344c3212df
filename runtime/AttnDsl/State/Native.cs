using System;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>References into pinned or native memory, for generated code that is compiled without unsafe blocks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class Native
{
    /// <summary>Copies floats to so many floats behind them.</summary>
    public static void Copy(ref float from, nint offset, int floats) =>
        MemoryMarshal.CreateReadOnlySpan(ref from, floats).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref from, offset), floats));

    /// <summary>
    /// Zeros that begin with a line of the caches and stay where they are: a state's rows are whole vectors, and one across two lines takes twice as long.
    /// </summary>
    public static Memory<float> Aligned(int floats)
    {
        const int lineBytes = 64, lineFloats = lineBytes / sizeof(float);
        var memory = GC.AllocateArray<float>(checked(floats + lineFloats - 1), pinned: true);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        return memory.AsMemory((int)(-address & (lineBytes - 1)) / sizeof(float), floats);
    }

    /// <summary>The float at an address, so many floats on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref float At(nint address, nint floats) => ref Unsafe.Add(ref Unsafe.AsRef<float>((void*)address), floats);
}
