using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Infrastructure;

namespace AttnDsl.Generator.Ir;

/// <summary>
/// Names while a program is built must differ from everything that is built beside them; most of that is fused or dead in the end.
/// Then each tile gets its plain name, and a number only where two still want the same.
/// </summary>
internal static class TileNaming
{
    public static TileProgram Settle(TileProgram p)
    {
        var tiles = p.Head.Select(s => s.Result).Concat(p.Carries.Select(c => c.Start)).Concat(p.Body.Select(s => s.Result))
            .Concat(p.Carries.Select(c => c.Final)).Concat(p.Tail.Select(s => s.Result)).OfType<Tile>().Distinct().ToList();
        var taken = new HashSet<string>(tiles.Where(t => t.Name == t.Plain).Select(t => t.Name));
        var renamed = new Dictionary<Tile, Tile>();
        foreach (var tile in tiles.Where(t => t.Name != t.Plain))
        {
            var name = tile.Plain;
            for (var n = 2; !taken.Add(name); n++) name = tile.Plain + n.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (name != tile.Name) renamed[tile] = new Tile(name, tile.Shape) { Plain = tile.Plain };
        }

        return renamed.Count == 0 ? p : Rename(p, renamed);
    }

    /// <summary>The program with tiles in the place of others.</summary>
    public static TileProgram Rename(TileProgram p, IReadOnlyDictionary<Tile, Tile> renamed)
    {
        Tile Of(Tile t) => renamed.TryGetValue(t, out var to) ? to : t;
        EquatableArray<Statement> In(EquatableArray<Statement> region) =>
            new(region.Select(s => s with { Args = new(s.Args.Select(Of)), Result = s.Result is { } r ? Of(r) : null }));
        return p with
        {
            Head = In(p.Head),
            Body = In(p.Body),
            Tail = In(p.Tail),
            Carries = new(p.Carries.Select(c => c with { Initial = Of(c.Initial), Start = Of(c.Start), Next = Of(c.Next), Final = Of(c.Final) })),
            FinalValues = new(p.FinalValues.Select(f => (Of(f.Tile), f.Op))),
        };
    }
}
