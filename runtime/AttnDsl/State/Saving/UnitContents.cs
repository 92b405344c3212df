using System;

namespace AttnDsl.Runtime;

/// <summary>Which floats of a head's unit hold something: all of a matrix state, the rows in use of a cache.</summary>
/// <param name="Floats">Floats of a matrix state, without what pads it to whole cache lines.</param>
/// <param name="Capacity">Rows of a cache; 0 for a matrix state.</param>
/// <param name="Window">The window's (largest) length; 0 without one.</param>
/// <param name="Keep">Rows that a window needs, with those it needs again when tokens are taken back.</param>
/// <param name="KeyDim">Width of a row of keys.</param>
/// <param name="ValueDim">Width of a row of values.</param>
/// <param name="Sinks">Sink tokens.</param>
/// <param name="Carried">Floats of a cache that are carried from token to token.</param>
/// <param name="Snapshots">Tokens of a cache that can be taken back.</param>
internal readonly record struct UnitContents(int Floats, int Capacity, int Window, int Keep, int KeyDim, int ValueDim, int Sinks, int Carried, int Snapshots)
{
    public bool IsCache => Capacity > 0;

    /// <summary>Ranges of a unit: one of a matrix state; keys, values, sink keys, sink values and what is carried of a cache. Snapshots of that follow.</summary>
    public int Parts => !IsCache ? 1 : Carried > 0 ? 5 : 4;

    /// <summary>Floats of a token, or of a whole matrix state: what two states have in common that can hold each other's contents.</summary>
    public int Width => IsCache ? KeyDim + ValueDim : Floats;

    /// <summary>Where a part begins in its unit, how many rows of it are in use, and how wide they are.</summary>
    public (int Offset, int Rows, int Width) Part(int part, in StateHeader header)
    {
        if (!IsCache) return (0, 1, Floats);
        var (rows, width) = part switch
        {
            0 => (header.Rows, KeyDim),
            1 => (header.Rows, ValueDim),
            2 => ((int)Math.Min(header.Position, Sinks), KeyDim),
            3 => ((int)Math.Min(header.Position, Sinks), ValueDim),
            4 => (1, Carried),
            _ => (Snapshots, Carried),
        };
        return (Offset(part), rows, width);
    }

    /// <summary>Where a part of a cache begins in its unit.</summary>
    public int Offset(int part) => part switch
    {
        0 => 0,
        1 => Capacity * KeyDim,
        2 => Capacity * (KeyDim + ValueDim),
        3 => Capacity * (KeyDim + ValueDim) + Sinks * KeyDim,
        4 => (Capacity + Sinks) * (KeyDim + ValueDim),
        _ => (Capacity + Sinks) * (KeyDim + ValueDim) + Carried,
    };

    /// <summary>Floats of a unit that are in use.</summary>
    public long InUse(in StateHeader header)
    {
        var floats = 0L;
        for (var part = 0; part < Parts; part++) floats += Part(part, in header) is var (_, rows, width) ? (long)rows * width : 0;
        return floats;
    }

    /// <summary>Rows of a cache that had more room which are left behind here: those that no query will see.</summary>
    public int Surplus(in StateHeader header) => Window > 0 && header.Rows > Capacity ? header.Rows - Keep : 0;
}
