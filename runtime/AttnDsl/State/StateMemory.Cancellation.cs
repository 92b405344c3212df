using System;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>What a call that can be cancelled keeps of the state, in memory of the calling thread, and puts back.</summary>
public readonly partial struct StateMemory
{
    private const int KeptSlot = 8;

    /// <summary>Keeps all that the state holds, until the thread's next call does.</summary>
    public void Keep() => Checked.Span.CopyTo(Kept(Checked.Length));

    /// <summary>Makes the state again what it was at <see cref="Keep"/>.</summary>
    public void PutBack() => Kept(Checked.Length).CopyTo(Checked.Span);

    /// <summary>The thread's memory for what is kept.</summary>
    internal static Span<float> Kept(int floats) => MemoryMarshal.CreateSpan(ref Workspace.Rent(KeptSlot, floats), floats);
}
