using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Scheduling;

/// <summary>
/// A costly part of an expression that does not change along a dimension is computed once for it: e^g of a head's gate for each
/// row, not for each element of the row.
/// </summary>
internal static class HoistInvariants
{
    public static TileProgram Apply(TileProgram p)
    {
        var names = new HashSet<string>(p.Statements.Where(s => s.Result is not null).Select(s => s.Result!.Name).Concat(p.Carries.Select(c => c.Start.Name)));
        var head = Apply(p.Head, names, null);
        return p with { Body = new(Apply(p.Body, names, head)), Tail = new(Apply(p.Tail, names, head)), Head = new(head) };
    }

    /// <param name="head">The statements of the program's head, to which goes what depends on the head alone; null for these themselves.</param>
    private static List<Statement> Apply(IEnumerable<Statement> region, HashSet<string> names, List<Statement>? head)
    {
        var result = new List<Statement>();
        // What is hoisted twice, from the same tiles, is computed once.
        var known = new Dictionary<(Map, EquatableArray<Tile>), Tile>();
        foreach (var statement in region)
        {
            var (expr, domain) = statement.Op switch
            {
                Map m => (m.Expr, m.Shape),
                Reduce r => (r.Expr, r.Domain),
                _ => (null, default),
            };
            if (expr is null)
            {
                result.Add(statement);
                continue;
            }

            var args = statement.Args.ToList();
            var rewritten = expr.Rewrite(e =>
            {
                if (!IsCostly(e) || ShapeOf(e, args) is not { } shape || shape == domain) return null;
                var used = args.Where((_, i) => e.Uses(i)).ToList();
                var map = new Map(e.Substitute(i => new Arg(used.IndexOf(args[i]))), shape);
                var key = (map, new EquatableArray<Tile>(used));
                if (used.Count == 0 && head?.FirstOrDefault(s => s.Op.Equals(map))?.Result is { } there) known[key] = there;
                if (!known.TryGetValue(key, out var tile))
                {
                    known[key] = tile = NewTile(Name(e, used.Count == 0 ? "head" : used[0].Plain), shape, names);
                    if (used.Count == 0 && head is not null) head.Add(new(map, default, tile, "What depends on the head alone."));
                    else result.Add(new(map, new(used), tile, statement.Stage));
                }

                args.Add(tile);
                return new Arg(args.Count - 1);
            });
            var kept = args.Where((_, i) => rewritten.Uses(i)).ToList();
            rewritten = rewritten.Substitute(i => new Arg(kept.IndexOf(args[i])));
            result.Add(statement with
            {
                Op = statement.Op is Reduce fold ? fold with { Expr = rewritten } : ((Map)statement.Op) with { Expr = rewritten },
                Args = new(kept),
            });
        }

        return result;
    }

    private static bool IsCostly(Expr e) => e.Any(x => x is Unary { Op: not (UnaryOp.Neg or UnaryOp.Abs) } or Binary { Op: BinaryOp.Div });

    /// <summary>The shape over which a part varies; null where it depends on positions or on nothing. A head has one value of what depends on it alone.</summary>
    private static Shape? ShapeOf(Expr e, IReadOnlyList<Tile> args)
    {
        if (e.Any(x => x is Position { Place: not Place.Head })) return null;
        var used = args.Where((_, i) => e.Uses(i)).ToList();
        if (used.Count > 0) return used.Select(a => a.Shape).Aggregate(Shape.Broadcast);
        return e.Any(x => x is Position) ? new(Dim.One, Dim.One) : null;
    }

    /// <summary>After the function and its first argument: <c>expTotal</c>.</summary>
    private static string Name(Expr e, string of) => e is Unary u
        ? u.Op.ToString().ToLowerInvariant() + char.ToUpperInvariant(of[0]) + of.Substring(1)
        : of + "Factor";

    private static Tile NewTile(string plain, Shape shape, HashSet<string> names)
    {
        var name = plain;
        for (var n = 2; !names.Add(name); n++) name = plain + n.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new(name, shape) { Plain = plain };
    }
}
