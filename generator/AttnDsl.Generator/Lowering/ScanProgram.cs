using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// States whose cells decay each on their own: h = a h + x, cell by cell, a linear scan down the rows. With keys and queries the cells
/// are those of S, row after row; without them there is one for each value channel.
/// </summary>
internal static class ScanProgram
{
    private static readonly Dim One = Dim.One, V = Dim.V;

    public static TileProgram Build(DynamicalSystem system, string name, Dim rows)
    {
        var p = new ProgramBuilder(name, rows);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var keyed = system.Writing.Key != KeySource.None;
        var K = keyed ? Dim.K : One;
        var cells = Dim.Product(K, V);
        var S = p.Open("S", new(One, cells));

        // A number a key channel, or a value channel, for every cell.
        Tile OverValues(string over, Tile x) => b.Emit(over, new Spread(K, V, OfOuter: true), x);
        Tile OverKeys(string over, Tile x) => b.Emit(over, new Spread(K, V, OfOuter: false), x);

        b.Begin(rows == One ? "How much of each cell the token keeps." : "How much of each cell every token keeps.", "The gradients of what decides how much is kept.");
        var kept = system.Decay!.Shape == GateShape.Full
            ? b.Map("kept", (step, rate) => Ex.Exp(-(Ex.Exp(rate) * step)), OverKeys("steps", Sources.Step(system, head, b, rows)), head.Load("logRate", One, cells, Access.Parameter))
            : b.Map("kept", x => Ex.Exp(x), Sources.LogDecay(system, head, b, rows));

        b.Begin("What is written into it.", "The gradients of what was written.");
        var v = Sources.Value(system, head, b, rows);
        var written = keyed ? b.Map("written", (x, y) => x * y, OverValues("keys", Sources.Key(system, head, b, rows).Features), OverKeys("values", v)) : v;

        b.Begin(
            rows == One ? "S ← kept S + written." : "S_i = kept_i S_{i−1} + written_i, row by row.",
            "From the last row up: what arrives for S_i is dwritten_i; times kept_i it goes on to S_{i−1}, times S_{i−1} it is dkept_i.");
        var states = b.Emit("states", new Scan(), kept, written, S.Start);

        b.Begin("The output.", "What the output gives to the states it read.");
        var read = keyed
            ? b.Emit("read", new Collect(K, V, OfOuter: false), b.Map("terms", (x, y) => x * y, OverValues("queries", Sources.Query(system, b, rows).Features), states))
            : b.Map("read", x => system.Scale * x, states);
        Sources.Output(system, head, b, read);

        b.Begin("The state behind the last row.", "The state's gradient arrives at the last row.");
        p.Carry("S", head.LoadAs("S0", "S", One, cells, Access.Whole), S, b.Emit("SNext", new EdgeRow(Last: true), states));
        tail.Store("S", S.Final, Access.Whole);
        return p.Build();
    }
}
