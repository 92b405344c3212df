using System.Threading;

namespace AttnDsl.Runtime;

/// <summary>A launch as the workers see it: untyped, and valid until its caller returns.</summary>
internal unsafe struct Job
{
    /// <summary>Runs items from … to − 1 of the work with a scratch of so many floats.</summary>
    public delegate*<void*, int, int, int, void> Range;

    /// <summary>The caller's work.</summary>
    public void* Work;

    /// <summary>Number of items.</summary>
    public int Items;

    /// <summary>Floats of scratch for each thread.</summary>
    public int ScratchFloats;

    /// <summary>Asked before each batch of items.</summary>
    public CancellationToken Cancellation;

    /// <summary>Items taken at a time.</summary>
    public int Batch;
}
