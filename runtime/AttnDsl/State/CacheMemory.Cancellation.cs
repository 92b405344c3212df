using System;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>
/// What a call that can be cancelled keeps of the cache. Without a window rows are only added, behind those that count: then the headers
/// and what is carried are all.
/// </summary>
public readonly partial struct CacheMemory
{
    /// <inheritdoc cref="StateMemory.Keep"/>
    public void Keep()
    {
        if (_window > 0) _state.Keep();
        else Keep(restore: false);
    }

    /// <inheritdoc cref="StateMemory.PutBack"/>
    public void PutBack()
    {
        if (_window > 0) _state.PutBack();
        else Keep(restore: true);
    }

    private void Keep(bool restore)
    {
        var headers = MemoryMarshal.Cast<StateHeader, float>(_state.Headers);
        var carried = (1 + _snapshots) * _carried;
        var kept = StateMemory.Kept(headers.Length + (Batch * _state.Heads * carried));
        Copy(headers, kept[..headers.Length], restore);
        for (var unit = 0; unit < Batch * _state.Heads; unit++)
        {
            Copy(_state.Unit(unit).Slice(Offset(4), carried), kept.Slice(headers.Length + (unit * carried), carried), restore);
        }
    }

    private static void Copy(Span<float> live, Span<float> kept, bool restore)
    {
        if (restore) kept.CopyTo(live);
        else live.CopyTo(kept);
    }
}
