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

    /// <summary>The float at an address, so many floats on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref float At(nint address, nint floats) => ref Unsafe.Add(ref Unsafe.AsRef<float>((void*)address), floats);
}
