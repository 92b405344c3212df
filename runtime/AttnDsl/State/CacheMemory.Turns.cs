using System;

namespace AttnDsl.Runtime;

/// <summary>
/// How a call goes through a cache: in turns, each as long as there is room. Where something is carried and snapshots are kept of it, the
/// last tokens go one by one, a snapshot in front of each.
/// </summary>
public readonly partial struct CacheMemory
{
    /// <summary>Refuses inputs that belong to another state, or more tokens than fit; changes nothing.</summary>
    public void Match(scoped in Packing packing, int batch, int heads, int time)
    {
        _state.Match(in packing, batch, heads);
        for (var i = 0; _window == 0 && i < packing.Count(batch); i++)
        {
            var (seen, more) = (_state.Headers[packing.Slot(i)].Position, packing.Place(i, time).Time);
            if (seen + more > _capacity)
                throw new InvalidOperationException($"this state of {_layer} holds {_capacity} tokens and has seen {seen}: {more} more do not fit; make it with a larger capacity, or declare a [Window]");
        }
    }

    /// <summary>Begins the next turn and makes room for its tokens; false behind the last token.</summary>
    /// <param name="sequences">The sequences, where they differ.</param>
    /// <param name="end">Tokens of the call, where they are alike.</param>
    /// <param name="start">The turn's first token.</param>
    /// <param name="time">The turn's tokens, 0 before the first turn; the mean where sequences differ.</param>
    public bool Next(Sequences sequences, int end, ref int start, ref int time)
    {
        if (sequences.AreAlike)
        {
            start += time;
            if (start == end) return false;
            for (var slot = 0; slot < _state.Batch; slot++) time = BeginTurn(slot, end - start);
            return true;
        }

        foreach (ref var s in sequences.Table)
        {
            s.Begin(time == 0);
            s.Time = BeginTurn(s.Slot, s.End - s.Start);
            ref readonly var header = ref _state.Headers[s.Slot];
            (s.Position, s.QueryFirst, s.KeyFirst, s.KeyRows) = (header.Position, header.QueryFirst, header.KeyFirst, header.Rows + s.Time);
        }

        time = sequences.MeanTime();
        return time > 0;
    }

    /// <summary>Takes note of a turn's rows, which were appended; the first tokens of a sequence are kept as sinks.</summary>
    /// <returns>Rows that there now are; the most where sequences differ.</returns>
    public int Commit(Sequences sequences, int time)
    {
        var rows = 0;
        if (sequences.AreAlike)
        {
            for (var slot = 0; slot < _state.Batch; slot++) rows = Commit(slot, time);
            return rows;
        }

        foreach (ref readonly var s in sequences.Table) rows = Math.Max(rows, Commit(s.Slot, s.Time));
        return rows;
    }

    private int BeginTurn(int slot, int left)
    {
        var keeps = _carried > 0 && _snapshots > 0;
        var tokens = MakeRoom(slot, keeps ? left > _snapshots ? left - _snapshots : Math.Min(left, 1) : left);
        if (keeps && tokens == 1) Carry(slot, _state.Headers[slot].Position, restore: false);
        return tokens;
    }

    private int MakeRoom(int slot, int tokens)
    {
        ref var header = ref _state.Headers[slot];
        if (_window == 0 || tokens == 0) return tokens;
        if (header.Rows + Math.Min(tokens, _capacity - _keep) > _capacity)
        {
            var kept = Math.Min(_keep, header.Rows);
            var dropped = header.Rows - kept;
            for (var head = 0; head < _state.Heads; head++)
            {
                var rows = _state.Unit(slot * _state.Heads + head);
                rows.Slice(dropped * _keyDim, kept * _keyDim).CopyTo(rows);
                var values = rows[(_capacity * _keyDim)..];
                values.Slice(dropped * _valueDim, kept * _valueDim).CopyTo(values);
            }

            (header.Rows, header.FirstRow) = (kept, header.FirstRow + dropped);
        }

        return Math.Min(tokens, _capacity - header.Rows);
    }

    private int Commit(int slot, int tokens)
    {
        ref var header = ref _state.Headers[slot];
        for (var p = header.Position; p < Math.Min(header.Position + tokens, _sinks); p++)
        {
            var row = (int)(p - header.FirstRow);
            for (var head = 0; head < _state.Heads; head++)
            {
                var rows = _state.Unit(slot * _state.Heads + head);
                var sinks = rows[(_capacity * (_keyDim + _valueDim))..];
                rows.Slice(row * _keyDim, _keyDim).CopyTo(sinks[((int)p * _keyDim)..]);
                rows.Slice(_capacity * _keyDim + row * _valueDim, _valueDim).CopyTo(sinks[(_sinks * _keyDim + (int)p * _valueDim)..]);
            }
        }

        header.Position += tokens;
        // Rows stay so much longer; what is carried has a snapshot in front of tokens that went alone.
        if (tokens > 0) header.Kept = _carried > 0 && tokens > 1 ? 0 : Math.Min(header.Kept + tokens, _snapshots);
        return header.Rows += tokens;
    }
}
