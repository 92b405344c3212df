using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttnDsl.Runtime;

/// <summary>References into pinned or native memory, for generated code that is compiled without unsafe blocks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class Native
{
    /// <summary>The float at an address, so many floats on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref float At(nint address, nint floats) => ref Unsafe.Add(ref Unsafe.AsRef<float>((void*)address), floats);
}
