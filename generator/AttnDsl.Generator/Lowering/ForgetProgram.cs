using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// The forget gates of softmax attention: G, the running sum of a head's log-gates, as two floats a token, so that G_i − G_j is as
/// good after 32 thousand tokens as after one.
/// </summary>
internal static class ForgetProgram
{
    /// <summary>Less than any score can outweigh; finite, so that a gate of zero leaves a sum that can go on.</summary>
    private const double Closed = -1e4;

    private static readonly Dim One = Dim.One, C = Dim.C;

    /// <summary>The sums, for the queries of a call and beside its keys.</summary>
    public static TileProgram Sums(DynamicalSystem system, string name)
    {
        var p = new ProgramBuilder(name, C);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        b.Begin("G ← G + g.", "A gate's gradient is that of all sums behind it.");
        var g = b.Map("logForget", x => Ex.Max(x, Closed), Sources.LogDecay(system, head, b, C));
        var (sum, rest) = (p.Open("gateSum", new(One, One)), p.Open("gateRest", new(One, One)));
        var sums = b.Emit("sums", new CompensatedSum(Rest: false), g, sum.Start, rest.Start);
        var rests = b.Emit("rests", new CompensatedSum(Rest: true), g, sum.Start, rest.Start);
        b.Store("gateSums", sums);
        b.Store("keyGates", sums);
        b.Store("gateRests", rests);
        b.Store("keyGateRests", rests);
        p.Carry("gateSum", head.Load("gateSum", One, One, Access.Whole), sum, b.Emit("sumNext", new EdgeRow(Last: true), sums));
        p.Carry("gateRest", head.Load("gateRest", One, One, Access.Whole, isFixed: true), rest, b.Emit("restNext", new EdgeRow(Last: true), rests));
        tail.Store("gateSum", sum.Final, Access.Whole);
        tail.Store("gateRest", rest.Final, Access.Whole);
        return p.Build();
    }
}
