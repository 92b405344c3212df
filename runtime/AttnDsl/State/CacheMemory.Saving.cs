using System;
using System.Buffers;
using System.IO;

namespace AttnDsl.Runtime;

public readonly partial struct CacheMemory
{
    /// <summary>Bytes of <see cref="Save(ulong)"/>.</summary>
    public long SavedBytes => SavedState.Length(_state, Contents);

    /// <summary>The contents as bytes: the rows in use.</summary>
    /// <param name="fingerprint">Of the layer's mathematics and shapes.</param>
    public byte[] Save(ulong fingerprint) => SavedState.Save(_state, Contents, fingerprint);

    /// <inheritdoc cref="Save(ulong)"/>
    public void Save(IBufferWriter<byte> buffer, ulong fingerprint) => SavedState.Save(buffer, _state, Contents, fingerprint);

    /// <inheritdoc cref="Save(ulong)"/>
    public void Save(Stream stream, ulong fingerprint) => SavedState.Save(stream, _state, Contents, fingerprint);

    /// <summary>Takes over saved contents, or throws and changes nothing.</summary>
    /// <inheritdoc cref="Save(ulong)" path="/param"/>
    /// <exception cref="InvalidDataException">They are damaged, or not of such a state.</exception>
    public void Load(ReadOnlySpan<byte> saved, ulong fingerprint) => SavedState.Load(saved, _state, Contents, fingerprint);

    /// <inheritdoc cref="Load(ReadOnlySpan{byte}, ulong)"/>
    public void Load(Stream stream, ulong fingerprint) => SavedState.Load(stream, _state, Contents, fingerprint);

    private UnitContents Contents => new(0, _capacity, _window, _keep, _keyDim, _valueDim, _sinks, _carried, _snapshots);
}
