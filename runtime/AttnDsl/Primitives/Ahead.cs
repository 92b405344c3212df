using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AttnDsl.Primitives;

/// <summary>Asks for memory before it is needed: rows of one head lie apart, and hardware does not guess the next ones.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Ahead
{
    private const int LineFloats = 16;

    /// <summary>Has rows brought near the core while it works on others. They need not exist.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="cols">Floats of each.</param>
    /// <param name="x">The first.</param>
    /// <param name="xRow">Floats from row to row.</param>
    [MethodImpl(Jit.Kernel)]
    public static unsafe void Fetch(int rows, int cols, ref float x, nint xRow)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        byte* row = (byte*)Unsafe.AsPointer(ref x);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < cols; j += LineFloats)
            {
                Sse.Prefetch0(row + (j * sizeof(float)));
            }

            row += xRow * sizeof(float);
        }
    }
}
