using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO;

namespace AttnDsl.Runtime;

/// <summary>Saves states and loads them: <see cref="SavedHeader"/> has the format.</summary>
internal static class SavedState
{
    /// <summary>More than any stream has, and few enough to be counted on from.</summary>
    private const long MostTokens = 1L << 62;

    /// <summary>Bytes of a state when it is saved.</summary>
    public static long Length(StateMemory state, in UnitContents contents) =>
        SavedHeader.Bytes(state.Layer) + state.Batch * (long)SavedHeader.SlotBytes + ContentBytes(state.Headers, state.Heads, in contents) + sizeof(uint);

    public static byte[] Save(StateMemory state, in UnitContents contents, ulong fingerprint)
    {
        var length = Length(state, in contents);
        if (length > Array.MaxLength) throw new InvalidOperationException($"this state of {state.Layer} takes {length} bytes when saved, more than an array has: save it to a stream");
        var bytes = new byte[length];
        Write(new SpanSink(bytes), state, in contents, fingerprint);
        return bytes;
    }

    public static void Save(IBufferWriter<byte> buffer, StateMemory state, in UnitContents contents, ulong fingerprint)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        Write(new BufferSink(buffer), state, in contents, fingerprint);
    }

    public static void Save(Stream stream, StateMemory state, in UnitContents contents, ulong fingerprint)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Write(new StreamSink(stream), state, in contents, fingerprint);
    }

    /// <summary>Takes over a saved state that is exactly these bytes.</summary>
    public static void Load(ReadOnlySpan<byte> saved, StateMemory state, in UnitContents contents, ulong fingerprint)
    {
        var reader = new SavedStateReader<SpanSource>(new SpanSource(saved), state.Layer);
        var header = SavedHeader.Read(ref reader);
        if (saved.Length < header.Length) throw reader.Refuse($"is truncated: it has {saved.Length} of {header.Length} bytes; save the state again, or fetch it again from where it came");
        if (saved.Length > header.Length) throw reader.Refuse($"has {header.Length} bytes, but {saved.Length} were passed; cut off what follows it");

        // Everything is checked here, so that the contents can be read to where they belong.
        var checksum = new Crc32C();
        checksum.Add(saved[..^sizeof(uint)]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(saved[^sizeof(uint)..]) != checksum.Value) throw reader.Damaged();
        var headers = ReadHeaders(ref reader, in header, state, in contents, fingerprint);
        ReadUnits(ref reader, headers, state, in contents);
    }

    /// <summary>Takes over the saved state that begins where the stream stands, and leaves the stream behind it.</summary>
    public static void Load(Stream stream, StateMemory state, in UnitContents contents, ulong fingerprint)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var reader = new SavedStateReader<StreamSource>(new StreamSource(stream), state.Layer);
        var header = SavedHeader.Read(ref reader);
        var headers = ReadHeaders(ref reader, in header, state, in contents, fingerprint);
        var staged = state.Fork();
        ReadUnits(ref reader, headers, staged, in contents);
        reader.ReadChecksum();
        state.Take(staged);
    }

    private static void Write<TSink>(TSink sink, StateMemory state, in UnitContents contents, ulong fingerprint)
        where TSink : ISavedStateSink, allows ref struct
    {
        var writer = new SavedStateWriter<TSink>(sink);
        new SavedHeader(Length(state, in contents), fingerprint, state.Batch, state.Heads, contents.Width, contents.Capacity, contents.Sinks, state.Layer).Write(ref writer);
        foreach (ref readonly var header in state.Headers)
        {
            writer.Write(header.Position);
            writer.Write(header.FirstRow);
            writer.Write(header.Rows);
        }

        for (var unit = 0; unit < state.Batch * state.Heads; unit++)
        {
            for (var part = 0; part < contents.Parts; part++)
            {
                var (offset, rows, width) = contents.Part(part, in state.Headers[unit / state.Heads]);
                writer.Write(state.Unit(unit).Slice(offset, rows * width));
            }
        }

        writer.WriteChecksum();
    }

    /// <summary>Reads where the sequences stand and refuses what the state cannot take over.</summary>
    private static StateHeader[] ReadHeaders<TSource>(ref SavedStateReader<TSource> reader, in SavedHeader saved, StateMemory state, in UnitContents contents, ulong fingerprint)
        where TSource : ISavedStateSource, allows ref struct
    {
        if (saved.Fingerprint != fingerprint) throw reader.Refuse($"was saved by {saved.Layer} with other mathematics or shapes than {state.Layer} has; load it into a state of the declaration that saved it");
        if (saved.Batch != state.Batch) throw reader.Refuse($"has {saved.Batch} sequences, but this state was made for {state.Batch}; make a state for {saved.Batch}");
        if (saved.Heads != state.Heads) throw reader.Refuse($"has {saved.Heads} heads, but this state was made for {state.Heads}; make a state for {saved.Heads}");
        if (saved.Width != contents.Width || saved.Sinks != contents.Sinks) throw reader.Damaged();
        var headers = new StateHeader[state.Batch];
        foreach (ref var header in headers.AsSpan())
        {
            (header.Position, header.FirstRow) = (reader.ReadInt64(), reader.ReadInt64());
            var rows = reader.ReadInt64();
            var isCache = contents.IsCache && header.FirstRow >= 0 && rows <= saved.Capacity && header.FirstRow + rows == header.Position && (contents.Window == 0 ? header.FirstRow == 0 : rows >= Math.Min(header.Position, contents.Window - 1));
            if (header.Position is < 0 or > MostTokens || rows < 0 || !(isCache || (!contents.IsCache && rows == 0 && header.FirstRow == 0))) throw reader.Damaged();
            header.Rows = (int)rows;
            if (contents.IsCache && contents.Window == 0 && rows > contents.Capacity)
                throw reader.Refuse($"holds {rows} tokens, but this state has room for {contents.Capacity}; make it with a larger capacity");
        }

        var length = SavedHeader.Bytes(saved.Layer) + saved.Batch * (long)SavedHeader.SlotBytes + ContentBytes(headers, saved.Heads, contents with { Capacity = saved.Capacity }) + sizeof(uint);
        return length == saved.Length ? headers : throw reader.Damaged();
    }

    private static void ReadUnits<TSource>(ref SavedStateReader<TSource> reader, ReadOnlySpan<StateHeader> headers, StateMemory state, in UnitContents contents)
        where TSource : ISavedStateSource, allows ref struct
    {
        for (var unit = 0; unit < state.Batch * state.Heads; unit++)
        {
            ref readonly var header = ref headers[unit / state.Heads];
            for (var part = 0; part < contents.Parts; part++)
            {
                var (offset, rows, width) = contents.Part(part, in header);
                var surplus = part < 2 ? contents.Surplus(in header) : 0;
                reader.Skip((long)surplus * width);
                reader.Read(state.Unit(unit).Slice(offset, (rows - surplus) * width));
            }
        }

        for (var slot = 0; slot < headers.Length; slot++)
        {
            var surplus = contents.Surplus(in headers[slot]);
            state.Headers[slot] = headers[slot] with { FirstRow = headers[slot].FirstRow + surplus, Rows = headers[slot].Rows - surplus };
        }
    }

    private static long ContentBytes(ReadOnlySpan<StateHeader> headers, int heads, in UnitContents contents)
    {
        var bytes = 0L;
        foreach (ref readonly var header in headers) bytes += sizeof(float) * heads * contents.InUse(in header);
        return bytes;
    }
}
