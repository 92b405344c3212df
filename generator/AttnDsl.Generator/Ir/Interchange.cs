using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Ir;

/// <summary>
/// Swaps the grid over queries with the loop over keys, so that each block of keys collects its own gradients and no two items
/// write to one place. Legal because every carried tile is a sum that the body does not read.
/// </summary>
internal static class Interchange
{
    /// <summary>The part of a backward program that writes the queries' gradients: the loop stays over keys.</summary>
    public static TileProgram ForQueries(TileProgram p, string name) =>
        DeadCode.Eliminate(p with { Name = name, Body = new(p.Body.Where(s => s.Op is not Store)) });

    /// <summary>The part that writes the keys' gradients: grid over keys, loop over the queries that see them.</summary>
    public static TileProgram ForKeys(TileProgram p, string name)
    {
        if (p.Carries.Any(c => p.Body.Any(s => s.Args.Contains(c.Start) && s.Result != c.Next)))
            throw new ShapeException($"{p.Name}: a carried tile is read inside the loop, so the loops cannot change places");
        var ofKeys = new HashSet<Tile>();
        foreach (var s in p.Body.Where(s => s.Result is not null))
        {
            if (s.Op is Load { Shape.Rows: var rows } ? rows == p.Loop : s.Args.Count > 0 && s.Args.All(ofKeys.Contains)) ofKeys.Add(s.Result!);
        }

        var b = new ProgramBuilder(name, p.Grid ?? throw new InvalidOperationException(), p.Loop, Visits.Seeing);
        foreach (var s in p.Body.Where(s => s.Result is { } r && ofKeys.Contains(r))) b.Head.Append(s);
        foreach (var s in p.Head) b.Body.Append(s);
        foreach (var s in p.Body.Where(s => s.Result is { } r && !ofKeys.Contains(r) && p.Carries.All(c => c.Next != r))) b.Body.Append(s);
        foreach (var s in p.Body)
        {
            if (s.Op is not Store store) continue;
            var contribution = s.Args[0];
            b.Head.Stage = "Sums begin at zero.";
            b.Body.Stage = "Add up the gradients of this block of keys.";
            var sum = b.Open(contribution.Name + "Sum", contribution.Shape);
            b.Carry(sum.Start.Name, b.Head.Fill("no" + char.ToUpperInvariant(contribution.Name[0]) + contribution.Name.Substring(1), contribution.Shape, 0), sum, b.Body.Add(sum.Start.Name + "Next", sum.Start, contribution));
            b.Tail.Stage = "Store them.";
            b.Tail.Store(store.Tensor, sum.Final, store.Access, store.Accumulate);
        }

        return b.Build();
    }

    /// <summary>A carried tile that the loop hands on unchanged is its initial value, under its name: so the adjoint of a sum leaves the loop.</summary>
    public static TileProgram InlineInvariants(TileProgram p)
    {
        var (invariant, one) = (p.Carries.Where(c => c.Next == c.Start).ToList(), new Dictionary<Tile, Tile>());
        foreach (var c in invariant)
            one[c.Initial] = one[c.Start] = one[c.Final] = one.TryGetValue(c.Initial, out var tile) ? tile : new(c.Start.Name, c.Start.Shape);
        return DeadCode.Eliminate(TileNaming.Rename(p with { Carries = new(p.Carries.Except(invariant)) }, one));
    }
}
