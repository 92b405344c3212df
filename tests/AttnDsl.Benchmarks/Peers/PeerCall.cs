using System;

namespace AttnDsl.Benchmarks.Peers;

/// <summary>Another library's call, ready to run: everything is allocated, bound and filled.</summary>
internal abstract class PeerCall : IDisposable
{
    public abstract void Run();

    /// <summary>What the last call computed, in the order and layout of ours: output, then the gradients of q, k, v.</summary>
    public abstract float[][] Results();

    public virtual void Dispose()
    {
    }
}
