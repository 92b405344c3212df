using System.Collections.Generic;
using System.Linq;
using System.Text;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Ir;

/// <summary>One assignment; without a result, a store.</summary>
/// <param name="Stage">The sentence of the stage to which it belongs; heads the stage in the emitted code.</param>
internal sealed record Statement(Primitive Op, EquatableArray<Tile> Args, Tile? Result, string Stage)
{
    /// <summary>The sentence that heads its derivative.</summary>
    public string Backward { get; init; } = "";

    public override string ToString() => ToString(0);

    /// <param name="width">Room for the name, so that the statements of a program stand below each other.</param>
    public string ToString(int width) =>
        (Result is null ? "" : $"{Result.Name.PadRight(width)} {Result.Shape} = ") + Op.Describe([.. Args.Select(a => a.Name)]);
}

/// <summary>A loop-carried tile. <c>Start</c> is what a turn sees, <c>Next</c> what it leaves, <c>Final</c> what stands after the loop.</summary>
/// <param name="IsReference">A stabiliser (a running maximum): the result does not depend on it, so any value may stand in for it. The other carried tiles are relative to e^it.</param>
internal sealed record Carry(string Name, Tile Initial, Tile Start, Tile Next, Tile Final, bool IsReference = false);

/// <summary>Which blocks of keys a block of queries visits.</summary>
internal enum Visits
{
    /// <summary>Every block, first to last.</summary>
    All,

    /// <summary>The blocks that hold a key visible to some query: up to the diagonal, from where the window begins.</summary>
    Visible,

    /// <summary>The blocks before the queries' own, last to first.</summary>
    BeforeDescending,

    /// <summary>Every block, last to first: a program run backwards.</summary>
    AllDescending,

    /// <summary>The grid is over keys and the loop over the blocks of queries that see them.</summary>
    Seeing,
}

/// <summary>
/// Head; one loop over blocks of time with carried tiles; Tail. With a <c>Grid</c> dimension the whole is repeated,
/// independently, for every block of that dimension (blocks of queries).
/// </summary>
/// <param name="Loop">Rows of one turn: <c>C</c>, or <c>1</c> for the recurrent form.</param>
internal sealed record TileProgram(
    string Name,
    Dim Loop,
    Dim? Grid,
    Visits Visits,
    EquatableArray<Statement> Head,
    EquatableArray<Carry> Carries,
    EquatableArray<Statement> Body,
    EquatableArray<Statement> Tail)
{
    /// <summary>Last values of carried tiles that are known without running the loop; used by the backward pass.</summary>
    public EquatableArray<(Tile Tile, Primitive Op)> FinalValues { get; init; }

    public IEnumerable<Statement> Statements => Head.Concat(Body).Concat(Tail);

    public override string ToString()
    {
        var text = new StringBuilder($"program {Name}\n");
        var indent = "  ";
        if (GridText is { } grid)
        {
            text.Append($"  {grid}\n");
            indent += "  ";
        }

        var width = Statements.Select(s => s.Result?.Name.Length ?? 0).DefaultIfEmpty(0).Max();
        foreach (var s in Head) text.Append($"{indent}{s.ToString(width)}\n");
        text.Append($"{indent}{LoopText}");
        text.Append(Carries.Count == 0 ? "\n" : $" carrying {string.Join(", ", Carries.Select(c => $"{c.Start}[{c.Start.Shape}] from {c.Initial}"))}\n");
        foreach (var s in Body) text.Append($"{indent}  {s.ToString(width)}\n");
        foreach (var c in Carries) text.Append($"{indent}  next {c.Start} = {c.Next}\n");
        foreach (var s in Tail) text.Append($"{indent}{s.ToString(width)}\n");
        return text.ToString();
    }

    /// <summary>The outer loop of a program that is repeated for blocks.</summary>
    public string? GridText => Grid is { } grid ? $"for each block {grid} of {(grid == Dim.R ? "queries" : "keys")}" : null;

    public string LoopText => $"for {Describe(Visits)} block {Loop}";

    private static string Describe(Visits visits) => visits switch
    {
        Visits.All => "every",
        Visits.Visible => "every visible",
        Visits.AllDescending => "every (last first)",
        Visits.Seeing => "every seeing",
        _ => "every earlier",
    };
}
