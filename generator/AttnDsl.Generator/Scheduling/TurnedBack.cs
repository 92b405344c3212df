using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Scheduling;

/// <summary>A product with a transposed tile, turned back, is one with the tile itself: derivatives of products make such.</summary>
internal static class TurnedBack
{
    public static TileProgram Apply(TileProgram p)
    {
        var origins = p.Statements.Where(s => s.Op is Transpose && !s.Result!.Shape.IsVector).ToDictionary(s => s.Result!, s => s.Args[0]);
        if (!p.Statements.Any(IsTurned)) return p;
        return DeadCode.Eliminate(p with { Head = Of(p.Head), Body = Of(p.Body), Tail = Of(p.Tail) });

        bool IsTurned(Statement s) => s.Op is MatMul { TransposeA: false, TransposeB: true } && origins.ContainsKey(s.Args[1]);
        EquatableArray<Statement> Of(IEnumerable<Statement> region) => new(region.Select(s => IsTurned(s) ? s with { Op = new MatMul(), Args = new([s.Args[0], origins[s.Args[1]]]) } : s));
    }
}
