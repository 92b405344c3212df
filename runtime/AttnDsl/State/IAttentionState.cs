using System;
using System.Buffers;
using System.IO;

namespace AttnDsl;

/// <summary>
/// What the states of all layers have in common, for a model that treats those of its layers alike. A boxed state shares the memory of
/// the one it was boxed from, as every copy does.
/// </summary>
public interface IAttentionState
{
    /// <summary>B, the number of sequences.</summary>
    int Batch { get; }

    /// <summary>Tokens that every sequence has seen so far.</summary>
    /// <exception cref="InvalidOperationException">They have seen different numbers of tokens.</exception>
    long Position { get; }

    /// <summary>Tokens that a sequence has seen so far.</summary>
    long PositionOf(int slot);

    /// <summary>Forgets everything: the state is as new.</summary>
    void Reset();

    /// <summary>Forgets everything of one sequence: its slot is as new, for another sequence.</summary>
    void Reset(int slot);

    /// <summary>Makes one sequence stand where another one does.</summary>
    void CopySlot(int from, int to);

    /// <summary>Keeps these sequences, which become the first slots in this order, and forgets the others.</summary>
    /// <param name="slots">In ascending order, each once.</param>
    void Compact(ReadOnlySpan<int> slots);

    /// <summary>How many tokens of a sequence can be taken back now.</summary>
    int RollbackLimit(int slot);

    /// <summary>Takes back the last tokens of every sequence: the state is as it was in front of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">So many cannot be taken back. Nothing is changed.</exception>
    void Rollback(int tokens);

    /// <summary>Takes back the last tokens of one sequence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">So many cannot be taken back. Nothing is changed.</exception>
    void Rollback(int slot, int tokens);

    /// <summary>Bytes that <see cref="Save()"/> writes now.</summary>
    long SavedBytes { get; }

    /// <summary>The state as bytes, with a version, a checksum and the fingerprint of the layer's mathematics and shapes.</summary>
    byte[] Save();

    /// <summary>Writes the state to a buffer.</summary>
    void Save(IBufferWriter<byte> buffer);

    /// <summary>Writes the state where the stream stands.</summary>
    void Save(Stream stream);

    /// <summary>Takes over a saved state, which is exactly these bytes.</summary>
    /// <exception cref="InvalidDataException">It is truncated or damaged, of a newer version, or of another layer or size. The state is as it was.</exception>
    void Load(ReadOnlySpan<byte> saved);

    /// <summary>Takes over the saved state that begins where the stream stands, and leaves the stream behind it.</summary>
    /// <exception cref="InvalidDataException">It is truncated or damaged, of a newer version, or of another layer or size. The state is as it was.</exception>
    void Load(Stream stream);
}
