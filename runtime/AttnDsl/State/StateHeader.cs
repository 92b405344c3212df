using System;
using System.Runtime.InteropServices;

namespace AttnDsl.Runtime;

/// <summary>Where one sequence of a state stands. The headers of all sequences lie in front of the units.</summary>
[StructLayout(LayoutKind.Sequential, Size = Floats * sizeof(float))]
internal struct StateHeader
{
    /// <summary>Floats that a header takes.</summary>
    public const int Floats = 8;

    /// <summary>Tokens seen.</summary>
    public long Position;

    /// <summary>Position of the first cached row.</summary>
    public long FirstRow;

    /// <summary>Cached rows.</summary>
    public int Rows;

    /// <summary>How many of its last tokens can be taken back.</summary>
    public int Kept;

    /// <summary>Whether two sequences stand at the same place, so that one call can treat them alike.</summary>
    public readonly bool IsAlike(in StateHeader other) => Position == other.Position && FirstRow == other.FirstRow && Rows == other.Rows;

    /// <inheritdoc cref="CacheMemory.KeyFirst"/>
    public readonly int KeyFirst => (int)Math.Min(FirstRow, 1 << 30);

    /// <inheritdoc cref="CacheMemory.QueryFirst"/>
    public readonly int QueryFirst => KeyFirst + (int)(Position - FirstRow);
}
