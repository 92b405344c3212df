using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Ir;

/// <summary>
/// Numbers of queries that two programs compute: the one whose grid they belong to keeps them, the other, which would compute them in every
/// turn, loads them.
/// </summary>
internal static class SharedVectors
{
    /// <param name="queries">The program with a grid over queries, which runs first.</param>
    /// <param name="keys">The program that loops over them, made from the same statements.</param>
    public static (TileProgram Queries, TileProgram Keys) Keep(TileProgram queries, TileProgram keys)
    {
        var made = new HashSet<Tile>(queries.Head.Where(s => s.Result is not null).Select(s => s.Result!));
        var shared = keys.Body.Where(s => s.Op is not (Load or Transpose) && s.Result is { Shape.IsVector: true } r && r.Shape.Length == keys.Loop && made.Contains(r)).ToList();
        const string stage = "What the pass over keys asks of each query.";
        string Name(Tile t) => "kept" + char.ToUpperInvariant(t.Name[0]) + t.Name.Substring(1);
        return (
            queries with { Tail = new(queries.Tail.Concat(shared.Select(s => new Statement(new Store(Name(s.Result!), Access.Rows), new([s.Result!]), null, stage)))) },
            DeadCode.Eliminate(keys with { Body = new(keys.Body.Select(s => shared.Contains(s) ? s with { Op = new Load(Name(s.Result!), s.Result!.Shape, Access.Rows, IsFixed: true), Args = default, Stage = stage } : s)) }));
    }
}
