using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Infrastructure;
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
            b.Body.Stage = "Add up the gradients of this block of keys.";
            var sum = b.Open(contribution.Name + "Sum", contribution.Shape);
            b.Carry(sum.Start.Name, b.Head.Fill("zero" + contribution.Name, contribution.Shape, 0), sum, b.Body.Add(sum.Start.Name + "Next", sum.Start, contribution));
            b.Tail.Stage = "Store them.";
            b.Tail.Store(store.Tensor, sum.Final, store.Access, store.Accumulate);
        }

        return b.Build();
    }

    /// <summary>A carried tile that the loop hands on unchanged is its initial value: so the adjoint of a sum leaves the loop.</summary>
    public static TileProgram InlineInvariants(TileProgram p)
    {
        var invariant = p.Carries.Where(c => c.Next == c.Start).ToList();
        Tile Of(Tile t) => invariant.FirstOrDefault(c => c.Start == t || c.Final == t)?.Initial ?? t;
        EquatableArray<Statement> In(EquatableArray<Statement> region) => new(region.Select(s => s with { Args = new(s.Args.Select(Of)) }));
        return DeadCode.Eliminate(p with
        {
            Head = In(p.Head),
            Body = In(p.Body),
            Tail = In(p.Tail),
            Carries = new(p.Carries.Except(invariant).Select(c => c with { Initial = Of(c.Initial), Next = Of(c.Next) })),
        });
    }
}
