using System;
using System.Threading;

namespace AttnDsl.Runtime;

/// <summary>How a call goes through a state.</summary>
public readonly partial struct StateMemory
{
    /// <summary>Tokens of a turn between which a call can be cancelled: whole blocks of every size, and about a millisecond of a head.</summary>
    private const int CancellableTurn = 1024;

    /// <summary>Refuses inputs that belong to another state.</summary>
    /// <exception cref="InvalidOperationException">The state is <c>default</c>.</exception>
    /// <exception cref="ArgumentException">Batch, slots or head count differ.</exception>
    public void Match(scoped in Packing packing, int batch, int heads)
    {
        if (packing.HasSlots) packing.CheckSlots(Layer, Batch);
        else if (packing.IsPacked && packing.Count(batch) != Batch)
            throw new ArgumentException($"cuSeqLens describes {packing.Count(batch)} sequences, but this state of {_layer} was made for {Batch}; pass the slots of those that go on", "cuSeqLens");
        Match(packing.HasSlots || packing.IsPacked ? Batch : batch, heads);
    }

    /// <inheritdoc cref="Match(in Packing, int, int)"/>
    public void Match(int batch, int heads)
    {
        _ = Checked;
        if (batch != Batch) throw new ArgumentException($"the inputs have batch B = {batch}, but this state of {_layer} was made for B = {Batch}; make a state for each batch size");
        if (heads != Heads) throw new ArgumentException($"the inputs have {heads} heads, but this state of {_layer} was made for {Heads}");
    }

    /// <summary>Begins the next turn; false behind the last token. A call without a state passes <c>default</c>.</summary>
    /// <param name="sequences">The sequences, where they differ.</param>
    /// <param name="end">Tokens of the call, where they are alike.</param>
    /// <param name="start">The turn's first token.</param>
    /// <param name="time">The turn's tokens, 0 before the first turn; the mean where sequences differ.</param>
    /// <param name="snapshot">Floats from a head's state to where it is copied first; 0 where it is not.</param>
    /// <param name="cancellation">Where it can end the call, a turn is so short that it soon does.</param>
    /// <remarks>A state that keeps snapshots takes its last tokens one by one, a snapshot in front of each.</remarks>
    public bool Next(Sequences sequences, int end, ref int start, ref int time, ref nint snapshot, CancellationToken cancellation = default)
    {
        var longestTurn = cancellation.CanBeCanceled ? CancellableTurn : int.MaxValue;
        if (sequences.AreAlike)
        {
            start += time;
            var left = end - start;
            time = left > Snapshots ? Math.Min(left - Snapshots, longestTurn) : Math.Min(left, 1);
            snapshot = left > 0 && left <= Snapshots ? SnapshotOffset(Position) : 0;
            return left > 0;
        }

        var longest = 0;
        foreach (ref var s in sequences.Table)
        {
            s.Begin(time == 0);
            longest = Math.Max(longest, s.End - s.Start);
        }

        // First all that have more tokens than snapshots are kept of, then all their last tokens.
        snapshot = 0;
        foreach (ref var s in sequences.Table)
        {
            var left = s.End - s.Start;
            s.Time = longest > Snapshots ? Math.Clamp(left - Snapshots, 0, longestTurn) : Math.Min(left, 1);
            if (_layer is not null) s.Position = Headers[s.Slot].Position;
            s.Snapshot = longest > Snapshots || left == 0 ? 0 : SnapshotOffset(s.Position);
            snapshot = s.Snapshot == 0 ? snapshot : s.Snapshot;
        }

        time = sequences.MeanTime();
        return time > 0;
    }

    /// <summary>Takes note of a turn's tokens.</summary>
    public void Commit(Sequences sequences, int time, nint snapshot)
    {
        var headers = Headers;
        if (sequences.AreAlike)
        {
            foreach (ref var header in headers) Commit(ref header, time, snapshot);
        }

        foreach (ref readonly var s in sequences.Table) Commit(ref headers[s.Slot], s.Time, s.Snapshot);
    }

    private void Commit(ref StateHeader header, int time, nint snapshot)
    {
        header.Position += time;
        if (time > 0) header.Kept = snapshot == 0 ? 0 : Math.Min(header.Kept + 1, Snapshots);
    }
}
