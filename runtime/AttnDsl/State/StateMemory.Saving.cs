using System;
using System.Buffers;
using System.IO;

namespace AttnDsl.Runtime;

public readonly partial struct StateMemory
{
    /// <summary>Bytes of <see cref="Save(int, ulong)"/>.</summary>
    public long SavedBytes(int floats) => SavedState.Length(this, Contents(floats));

    /// <summary>The contents as bytes.</summary>
    /// <param name="floats">Floats of a unit that are used.</param>
    /// <param name="fingerprint">Of the layer's mathematics and shapes.</param>
    public byte[] Save(int floats, ulong fingerprint) => SavedState.Save(this, Contents(floats), fingerprint);

    /// <inheritdoc cref="Save(int, ulong)"/>
    public void Save(IBufferWriter<byte> buffer, int floats, ulong fingerprint) => SavedState.Save(buffer, this, Contents(floats), fingerprint);

    /// <inheritdoc cref="Save(int, ulong)"/>
    public void Save(Stream stream, int floats, ulong fingerprint) => SavedState.Save(stream, this, Contents(floats), fingerprint);

    /// <summary>Takes over saved contents, or throws and changes nothing.</summary>
    /// <inheritdoc cref="Save(int, ulong)" path="/param"/>
    /// <exception cref="InvalidDataException">They are damaged, or not of such a state.</exception>
    public void Load(ReadOnlySpan<byte> saved, int floats, ulong fingerprint) => SavedState.Load(saved, this, Contents(floats), fingerprint);

    /// <inheritdoc cref="Load(ReadOnlySpan{byte}, int, ulong)"/>
    public void Load(Stream stream, int floats, ulong fingerprint) => SavedState.Load(stream, this, Contents(floats), fingerprint);

    private static UnitContents Contents(int floats) => new(floats, 0, 0, 0, 0, 0, 0, 0, 0);
}
