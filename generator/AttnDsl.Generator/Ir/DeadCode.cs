using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Infrastructure;

namespace AttnDsl.Generator.Ir;

/// <summary>Keeps what a store needs. A carried tile that only feeds itself goes with the rest.</summary>
internal static class DeadCode
{
    public static TileProgram Eliminate(TileProgram p)
    {
        var live = new HashSet<Tile>();
        for (var before = -1; before != live.Count;)
        {
            before = live.Count;
            foreach (var s in p.Statements.Reverse())
                if (s.Result is null || live.Contains(s.Result)) live.UnionWith(s.Args);
            foreach (var c in p.Carries.Where(IsLive)) live.UnionWith([c.Initial, c.Next, c.Start, c.Final]);
        }

        bool IsLive(Carry c) => live.Contains(c.Start) || live.Contains(c.Final);
        EquatableArray<Statement> Keep(IEnumerable<Statement> region) => new(region.Where(s => s.Result is null || live.Contains(s.Result)));
        return p with { Head = Keep(p.Head), Carries = new(p.Carries.Where(IsLive)), Body = Keep(p.Body), Tail = Keep(p.Tail) };
    }
}
