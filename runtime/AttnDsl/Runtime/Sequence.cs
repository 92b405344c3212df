using System.ComponentModel;

namespace AttnDsl.Runtime;

/// <summary>One sequence of a call whose sequences differ: where its tokens lie, and where it stands.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Sequence
{
    /// <summary>Batch row of the inputs.</summary>
    public int Batch;

    /// <summary>First token of this turn.</summary>
    public int Start;

    /// <summary>Tokens of this turn.</summary>
    public int Time;

    /// <summary>Sequence of the state.</summary>
    public int Slot;

    /// <summary>Where its keys begin: its slot and row 0 of a cache, or where its tokens do, if the inputs themselves are the keys.</summary>
    public int KeyBatch, KeyStart;

    /// <summary>Rows of keys.</summary>
    public int KeyRows;

    /// <summary>Position of the first query, counted as <see cref="CacheMemory.KeyFirst"/> is.</summary>
    public int QueryFirst;

    /// <summary>Position of the first row of keys.</summary>
    public int KeyFirst;

    /// <summary>Tokens between the sinks of a window and the row behind them, where the two lie together.</summary>
    public int SinkGap;

    /// <summary>Blocks of a head in the pass that runs.</summary>
    public int Blocks;

    /// <summary>Its first item in the pass that runs.</summary>
    public int Item;

    /// <summary>Its first contribution to the gradients of learned parameters.</summary>
    public int Contribution;

    /// <summary>First row of the tables of angles.</summary>
    public int Angles;

    /// <summary>First row where those of every sequence begin at a multiple of 16.</summary>
    public int Padded;

    /// <summary>Its first chunk, and how many it has.</summary>
    public int Chunk, Chunks;

    /// <summary>Floats from a head's state to where the snapshot of it goes that is taken in front of this turn; 0 for none.</summary>
    public nint Snapshot;

    /// <summary>Position of the first token of this turn.</summary>
    internal long Position;

    /// <summary>Behind its last token.</summary>
    internal int End;

    /// <summary>Begins a turn behind the one before it.</summary>
    internal void Begin(bool isFirst)
    {
        if (!isFirst) Start += Time;
    }
}
