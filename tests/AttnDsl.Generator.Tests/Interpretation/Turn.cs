using System;
using System.Collections.Generic;
using AttnDsl.Generator.Ir;

namespace AttnDsl.Generator.Tests.Interpretation;

/// <summary>Where and how a program runs.</summary>
/// <param name="Sizes">The length of each dimension, of blocks the greatest.</param>
/// <param name="Time">Tokens.</param>
internal sealed record Setting(Func<Dim, int> Sizes, int Time)
{
    public int Head { get; init; }

    public IReadOnlyDictionary<string, int> RunTimeValues { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// Whether <c>StopGradient</c> and carried stabilisers pass no slope on, as derivatives take them: then slopes are those of the function
    /// in which they are constants. Values are the same.
    /// </summary>
    public bool HoldsStabilisers { get; init; }
}

/// <summary>A block of tokens: its dimension, its first token and how many there are.</summary>
internal readonly record struct Block(Dim Dim, int First, int Count);

/// <summary>Which blocks are being worked on: that of the grid, that of the loop, or both.</summary>
internal sealed record Turn(Setting Setting, Block? Grid, Block? Loop, Dim LoopDim)
{
    public int Size(Dim dim)
    {
        if (dim == Dim.One) return 1;
        if (BlockOf(dim) is { } block) return block.Count;
        if (dim == LoopDim) throw new InvalidOperationException($"outside of the loop there is no block {dim}");
        return Setting.Sizes(dim);
    }

    /// <summary>The position of an index along a dimension: of a token, of a tap or of a row of the past; null where there is none.</summary>
    public int? PositionOf(Dim dim, int index) => dim == Dim.W || dim == Dim.D || dim == Dim.E || dim == Dim.X ? index : BlockOf(dim)?.First + index;

    /// <summary>The block whose tokens lie along a dimension; a single token has no letter of its own.</summary>
    public Block? BlockOf(Dim dim) => Loop is { } loop && loop.Dim == dim ? loop : Grid is { } grid && grid.Dim == dim ? grid : null;
}
