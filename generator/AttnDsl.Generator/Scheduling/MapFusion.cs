using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Scheduling;

/// <summary>A map that only one map or reduction of the same shape reads becomes part of it: no tile, no pass over memory.</summary>
internal static class MapFusion
{
    public static TileProgram Fuse(TileProgram p)
    {
        var uses = Uses(p);
        return p with { Head = Fuse(p.Head, uses), Body = Fuse(p.Body, uses), Tail = Fuse(p.Tail, uses) };
    }

    /// <summary>How often each tile is read, by statements and by the loop's carrying.</summary>
    public static Dictionary<Tile, int> Uses(TileProgram p)
    {
        var uses = new Dictionary<Tile, int>();
        foreach (var tile in p.Statements.SelectMany(s => s.Args).Concat(p.Carries.SelectMany(c => new[] { c.Initial, c.Next })))
            uses[tile] = (uses.TryGetValue(tile, out var n) ? n : 0) + 1;
        return uses;
    }

    private static EquatableArray<Statement> Fuse(IEnumerable<Statement> region, IReadOnlyDictionary<Tile, int> uses)
    {
        var statements = region.ToList();
        for (var at = 0; at < statements.Count; at++)
        {
            while (Producer(statements, at, uses) is { } from)
            {
                var (producer, consumer) = (statements[from], statements[at]);
                statements[at] = Merge((Map)producer.Op, producer, consumer);
                statements.RemoveAt(from);
                at--;
            }
        }

        return new(statements);
    }

    private static int? Producer(List<Statement> statements, int at, IReadOnlyDictionary<Tile, int> uses)
    {
        if (Domain(statements[at].Op) is not { } domain) return null;
        for (var n = 0; n < at; n++)
        {
            if (statements[n] is { Op: Map, Result: { } tile } && tile.Shape == domain && uses[tile] == 1 && statements[at].Args.Contains(tile)) return n;
        }

        return null;
    }

    private static Shape? Domain(Primitive op) => op switch
    {
        Map m => m.Shape,
        Reduce r => r.Domain,
        _ => null,
    };

    private static Statement Merge(Map inner, Statement producer, Statement consumer)
    {
        var args = new List<Tile>();
        int IndexOf(Tile tile)
        {
            if (!args.Contains(tile)) args.Add(tile);
            return args.IndexOf(tile);
        }

        var innerExpr = inner.Expr.Substitute(i => new Arg(IndexOf(producer.Args[i])));
        Expr Outer(Expr expr) => expr.Substitute(i => consumer.Args[i] == producer.Result ? innerExpr : new Arg(IndexOf(consumer.Args[i])));
        Primitive op = consumer.Op is Reduce r ? r with { Expr = Outer(r.Expr) } : ((Map)consumer.Op) with { Expr = Outer(((Map)consumer.Op).Expr) };
        return consumer with { Op = op, Args = new(args) };
    }
}
