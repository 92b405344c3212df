using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// Gated slot attention: two states with M slots between them. A query meets the slots' keys as it meets a state whose value channels
/// are slots; softmax over the slots makes the query that reads their values, a state whose key channels are slots.
/// </summary>
internal static class SlotProgram
{
    private static readonly Dim M = Dim.M, V = Dim.V;

    public static TileProgram Build(DynamicalSystem system, string name, Dim rows)
    {
        var p = new ProgramBuilder(name, rows);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        var F = Sources.Features(system);
        var slotKeys = p.Open("slotKeys", new(F, M));
        var slotValues = p.Open("slotValues", new(M, V));

        b.Begin(
            rows == Dim.One ? "The token's query, key, value, slot weights and gate." : "The chunk's queries, keys, values, slot weights and gates.",
            "The gradients of the inputs.");
        var q = Sources.Query(system, b, rows);
        var k = Sources.Key(system, head, b, rows);
        var v = ConvolutionProgram.Load(system, b, "v", rows, V);
        var s = b.Load("slotWrite", rows, M);
        var asValues = new Weighting(system, p, b, rows, onValues: true);
        var asKeys = new Weighting(system, p, b, rows, onValues: false);

        b.Begin(
            "How well each slot's key fits the query: slots are what this state holds as values.",
            "dfit meets the slots' keys, and what the chunk wrote into them: from there dq, dk and ds.");
        var fit = b.Add("fit", asValues.FromState("fitState", q.Features, slotKeys.Start), asValues.FromBlock("fitBlock", asValues.Scores("keyScores", q, k), s));

        b.Begin("Softmax over the slots.", "Softmax: dfit = p ⊙ (dp − p·dp).");
        // Gradients go through the maximum, as in FeatureProgram.Softmax.
        var weight = b.Map("weight", (x, m) => Ex.Exp(x - m), fit, b.MaxCols("most", fit));
        var slots = b.Map("slots", (x, sum) => x / sum, weight, b.SumCols("weightSum", weight));

        b.Begin(
            "o: the slots' values, weighted; slots are what this state holds as keys.",
            "do meets the slots' values, and what the chunk wrote into them: from there dp, ds and dv.");
        var read = b.Add("read", asKeys.FromState("fromState", slots, slotValues.Start), asKeys.FromBlock("fromBlock", asKeys.Scores("scores", slots, s), v));
        Sources.Output(system, head, b, read);

        b.Begin("Both states decay slot by slot, then the key and the value are written.", "What the chunk wrote into both states, and what it kept of them.");
        var (total, toEnd) = (asKeys.Whole, asKeys.ToEnd);
        var sWritten = toEnd is null ? s : b.Map("sWritten", (x, l) => x * Ex.Exp(l), s, toEnd);
        Tile Kept(string kept, Tile state, bool slotsDown) =>
            total is null ? state : b.Map(kept, (x, l) => x * Ex.Exp(l), state, slotsDown ? b.Transpose("totalDown", total) : total);
        p.Carry("slotKeys", head.LoadAs("slotKeys0", "slotKeys", F, M, Access.Whole), slotKeys, b.Add("slotKeysNext", Kept("keysKept", slotKeys.Start, slotsDown: false), b.MatMulTN("keyWrites", k.Features, sWritten)));
        p.Carry("slotValues", head.LoadAs("slotValues0", "slotValues", M, V, Access.Whole), slotValues, b.Add("slotValuesNext", Kept("valuesKept", slotValues.Start, slotsDown: true), b.MatMulTN("valueWrites", sWritten, v)));
        tail.Store("slotKeys", slotKeys.Final, Access.Whole);
        tail.Store("slotValues", slotValues.Final, Access.Whole);
        return p.Build();
    }
}
