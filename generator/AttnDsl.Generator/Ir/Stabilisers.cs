using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Ir;

/// <summary>
/// Replaces a running maximum and the sum under it by their last values, kept as a log-sum-exp. The result does not depend on a
/// stabiliser, so this is the same function; but e^{m − m'} becomes 1 in the simplifier, carried tiles become plain sums, and the
/// backward pass needs neither states nor an order. This is how flash attention's backward falls out of its forward.
/// </summary>
internal static class Stabilisers
{
    /// <summary>The program with its running maximum replaced by the log-sum-exp of <paramref name="tensor"/>, under which the sum ends as 1.</summary>
    public static TileProgram Freeze(TileProgram p, string tensor)
    {
        var reference = p.Carries.Single(c => c.IsReference);
        var sum = p.Carries.Single(c => c != reference && c.Start.Shape == reference.Start.Shape);
        var b = new ProgramBuilder(p.Name, p.Loop, p.Grid, p.Visits);
        var renamed = new Dictionary<Tile, Tile>();
        b.Head.Stage = "log Σ e^score of each query, kept by the forward pass.";
        var frozen = b.Head.Load(tensor, reference.Start.Shape.Rows, reference.Start.Shape.Cols, Access.Rows, isFixed: true);
        renamed[reference.Start] = renamed[reference.Next] = renamed[reference.Final] = renamed[reference.Initial] = frozen;

        bool IsReference(Tile t) => t == reference.Initial || t == reference.Start || t == reference.Next || t == reference.Final;
        Tile Map(Tile t) => renamed.TryGetValue(t, out var to) ? to : t;
        void Rewrite(RegionBuilder to, IEnumerable<Statement> statements)
        {
            foreach (var s in statements)
            {
                Tile[] args = [.. s.Args.Select(Map)];
                to.Begin(s.Args.Any(IsReference) ? s.Stage + " Here m is log Σ e^score, as the forward pass kept it." : s.Stage, s.Backward);
                if (s.Op is Store store) to.Store(store.Tensor, args[0], store.Access, store.Accumulate);
                else if (!renamed.ContainsKey(s.Result!)) renamed[s.Result!] = s.Op is Map m ? to.Map(s.Result!.Name, m.Expr, m.Shape, args) : to.Emit(s.Result!.Name, s.Op, args);
            }
        }

        Rewrite(b.Head, p.Head);
        Rewrite(b.Body, p.Body);
        foreach (var c in p.Carries.Where(c => c != reference)) b.Carry(c with { Initial = Map(c.Initial), Next = Map(c.Next) });
        // Not rewritten through the simplifier: the quotient by the sum must stay visible to its derivative.
        foreach (var s in p.Tail) b.Tail.Append(s with { Args = new(s.Args.Select(Map)) });
        return b.Build() with { FinalValues = new([(sum.Final, new Map(1, sum.Final.Shape))]) };
    }

    /// <summary>The forward program, which also stores its log-sum-exp.</summary>
    public static TileProgram Keeping(TileProgram p, string name, string tensor)
    {
        var reference = p.Carries.Single(c => c.IsReference);
        var sum = p.Carries.Single(c => c != reference && c.Start.Shape == reference.Start.Shape);
        var total = new Tile(tensor, sum.Final.Shape);
        const string stage = "What the backward pass needs: log Σ e^score of each query.";
        return p with
        {
            Name = name,
            Tail = new(p.Tail.Concat<Statement>([
                new(new Map(new Arg(0) + Ex.Log(new Arg(1)), total.Shape), new([reference.Final, sum.Final]), total, stage),
                new(new Store(tensor, Access.Rows), new([total]), null, stage),
            ])),
        };
    }
}
