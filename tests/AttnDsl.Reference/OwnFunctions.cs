using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace AttnDsl.Reference;

/// <summary>What becomes of a scaled score, given the positions of query and key and the head, and what that has learned, by its names.</summary>
public delegate T OwnScore<T>(T score, long query, long key, int head, Func<string, ArraySegment<T>> learned);

/// <summary>Parts of a layer that are functions of its own, in one precision. Those that are missing are not its own.</summary>
public sealed record OwnFunctions<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    /// <summary>φ of a row, given the learned tensors of its head by their names.</summary>
    public Func<T[], Func<string, ArraySegment<T>>, T[]>? Map { get; init; }

    /// <summary>From the gate's input to the log-decay, given what its head has learned.</summary>
    public Func<T, Func<string, ArraySegment<T>>, T>? Gate { get; init; }

    public OwnScore<T>? Score { get; init; }

    /// <summary>From the key sum to what is divided by, given what its head has learned.</summary>
    public Func<T, Func<string, ArraySegment<T>>, T>? Divisor { get; init; }
}

/// <summary>The same functions in every precision.</summary>
/// <param name="ofEach">An <see cref="OwnFunctions{T}"/> of each.</param>
public sealed class OwnFunctions(params object[] ofEach)
{
    /// <summary>F of the map; 0 without one.</summary>
    public int Features { get; init; }

    /// <summary>Lengths of the axes of what they learn, behind that of the heads.</summary>
    public IReadOnlyDictionary<string, int[]> Parameters { get; init; } = new Dictionary<string, int[]>();

    /// <summary>Whether a query sees a key, given their positions and the head.</summary>
    public Func<long, long, int, bool>? Mask { get; init; }

    public OwnFunctions<T> Of<T>()
        where T : struct, IBinaryFloatingPointIeee754<T> => ofEach.OfType<OwnFunctions<T>>().Single();
}
