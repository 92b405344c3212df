using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Infrastructure;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Ir;

/// <summary>
/// Reverse mode, program to program: blocks in reverse order, the forward body again from the states with which each block
/// began, then the body backwards, with the adjoint of every carried tile carried from its last value to its first.
/// </summary>
internal static class Reverse
{
    /// <summary>Name of the tensor in which a forward pass keeps a carried tile.</summary>
    public static string KeptName(string carry) => "kept" + char.ToUpperInvariant(carry[0]) + carry.Substring(1);

    /// <param name="forward">The program; its stabilisers already frozen where they run over a grid.</param>
    /// <param name="upstream">Tensors whose gradients arrive.</param>
    /// <param name="shared">Tensors whose gradients several heads add to.</param>
    /// <param name="frame">What turns with the program's angles, where that alone changes nothing.</param>
    public static TileProgram Backward(TileProgram forward, string name, ICollection<string> upstream, ICollection<string> shared, Frame? frame = null)
    {
        var visits = forward.Grid is null ? Visits.AllDescending : forward.Visits;
        var b = new ProgramBuilder(name, forward.Loop, forward.Grid, visits);
        // A grid's outputs are read back; a chunk's are cheaper to compute again than to keep for the whole sequence.
        var readBack = forward.Grid is not null;
        Recompute(b.Head, forward.Head, readBack);

        // The head of the backward pass is the reverse of the tail, from the last values.
        foreach (var c in forward.Carries)
        {
            var known = forward.FinalValues.FirstOrDefault(f => f.Tile == c.Final);
            b.Head.Append(new(known.Op ?? new Load(frame?.Turns(c) == true ? c.Name : "final" + c.Name, c.Final.Shape, forward.Grid is null ? Access.Whole : Access.Rows, IsFixed: true), default, c.Final, ""));
        }

        Recompute(b.Head, forward.Tail, readBack);
        var tail = new Adjoints(b.Head, upstream, shared);
        tail.Reverse(forward.Tail);

        var body = new Adjoints(b.Body, upstream, shared);
        var carried = new List<(Carry Forward, (Tile Start, Tile Final) Adjoint)>();
        foreach (var c in forward.Carries)
        {
            b.Body.Append(new(new Load(KeptName(c.Name), c.Start.Shape, Access.Slot, IsFixed: true), default, c.Start, "The states with which this block began, as the forward pass kept them."));
            // The result does not depend on a stabiliser: it has no adjoint.
            if (c.IsReference) continue;
            var adjoint = b.Open(Adjoints.NameOf(c.Start), c.Start.Shape, Adjoints.NameOf(c.Initial));
            body.Call(c.Start, Adjoints.NameOf(c.Start) + "Next");
            carried.Add((c, adjoint));
            body.Add(c.Next, _ => adjoint.Start);
        }

        // A turn of the last block's changes nothing behind it.
        var turns = frame is null ? default : b.Open("dTurnsLater", new(Dim.One, Dim.P));
        if (frame is not null) body.Handed = (load, adjoint) => load.Tensor != frame.Angles ? adjoint : b.Body.Add("dTurns", b.Body.Emit("dTurnsHere", new PrefixSum(Reversed: true), adjoint), turns.Start);

        foreach (var tile in forward.Head.Select(s => s.Result).OfType<Tile>()) body.Call(tile, Adjoints.NameOf(tile) + "Part");
        Recompute(b.Body, forward.Body, readBack);
        body.Reverse(forward.Body);

        // The tail is the reverse of the head, seeded with what left the loop.
        var head = new Adjoints(b.Tail, upstream, shared);
        b.Body.Stage = "The gradient of the state with which this block began.";
        var starts = new List<(Tile Start, Tile Adjoint)>();
        foreach (var (c, adjoint) in carried)
        {
            var arriving = body.Of(c.Start) ?? b.Body.Fill("none", c.Start.Shape, 0);
            b.Carry(adjoint.Start.Name, tail.Of(c.Final) ?? Zero(Adjoints.NameOf(c.Final), c.Final.Shape), adjoint, arriving);
            head.Add(c.Initial, _ => adjoint.Final);
            starts.Add((c.Start, arriving));
        }

        if (frame is not null)
        {
            b.Body.Stage = "What the turns of the block before receive of all that is behind it: turning that is turning the state with which this block began back.";
            var begun = frame.Turning(b.Body, "turned", carried.Zip(starts, (c, s) => (c.Forward, Begun: s)).Where(x => frame.Turns(x.Forward)).Select(x => x.Begun));
            b.Head.Stage = "What turning the last states changes.";
            var ended = carried.Where(c => frame.Turns(c.Forward) && tail.Of(c.Forward.Final) is not null).Select(c => (c.Forward.Final, tail.Of(c.Forward.Final)!)).ToList();
            var last = ended.Count == 0 ? Zero("unturned", turns.Start.Shape) : frame.Turning(b.Head, "turnedLast", ended);
            b.Carry(turns.Start.Name, Zero("noTurns", turns.Start.Shape), turns, b.Body.Map("dTurnsNext", (x, y) => x - y, last, begun));
        }

        // What is relative to e^m all grows with m: dm = Σ S ⊙ dS. The loop ends with the first block, so what it carries last is the initial state's.
        foreach (var c in forward.Carries.Where(c => c.IsReference && forward.Head.Any(s => s.Result == c.Initial && s.Op is Load)))
        {
            b.Body.Stage = $"The gradient of {c.Start.Plain}, to which the others are relative: the sum of their products with their gradients.";
            var adjoint = b.Open(Adjoints.NameOf(c.Start), c.Start.Shape);
            var sum = starts.Select(x => b.Body.SumRows("weighed", b.Body.SumCols("weighedRows", b.Body.Map("weighedCells", (y, dy) => y * dy, x.Start, x.Adjoint)))).Aggregate((x, y) => b.Body.Add(adjoint.Start.Plain + "Next", x, y));
            b.Carry(adjoint.Start.Name, Zero("noD" + c.Start.Plain, c.Start.Shape), adjoint, sum);
            head.Add(c.Initial, _ => adjoint.Final);
        }

        // A tile of the head that the body reads collects its adjoint over all turns.
        b.Body.Stage = "";
        foreach (var tile in forward.Head.Select(s => s.Result).OfType<Tile>())
        {
            var sum = tail.Of(tile);
            if (body.Of(tile) is { } contribution)
            {
                var adjoint = b.Open(Adjoints.NameOf(tile), tile.Shape);
                b.Carry(adjoint.Start.Name, sum ?? Zero("no" + char.ToUpperInvariant(adjoint.Start.Plain[0]) + adjoint.Start.Plain.Substring(1), tile.Shape), adjoint, b.Body.Add(adjoint.Start.Plain + "Next", adjoint.Start, contribution));
                sum = adjoint.Final;
            }

            if (sum is not null) head.Add(tile, _ => sum);
        }

        head.Reverse(forward.Head);
        return TileNaming.Settle(b.Build());

        Tile Zero(string zero, Shape shape)
        {
            b.Head.Stage = "Sums begin at zero.";
            return b.Head.Fill(zero, shape, 0);
        }
    }

    /// <summary>The forward statements again, without their stores; what was written out and kept is read back.</summary>
    private static void Recompute(RegionBuilder to, EquatableArray<Statement> region, bool readBack)
    {
        foreach (var s in region)
        {
            if (s.Result is null) continue;
            var output = region.FirstOrDefault(o => o.Op is Store { Access: Access.Rows } && (o.Args[0] == s.Result || Transposed(region, o.Args[0]) == s.Result));
            if (!readBack || output?.Op is not Store store)
            {
                to.Append(s);
            }
            else if (output.Args[0] == s.Result)
            {
                // Already there when its transpose was read back.
                if (Transposed(region, s.Result) is null) to.Append(new(new Load(store.Tensor, s.Result.Shape, Access.Rows, IsFixed: true), default, s.Result, ReadBack(store)));
            }
            else
            {
                to.Append(new(new Load(store.Tensor, output.Args[0].Shape, Access.Rows, IsFixed: true), default, output.Args[0], ReadBack(store)));
                to.Append(new(new Transpose(), new([output.Args[0]]), s.Result, ReadBack(store)));
            }
        }
    }

    private static string ReadBack(Store store) => $"{store.Tensor}, as the forward pass left it.";

    /// <summary>Of which tile this one is the transpose, if it is one.</summary>
    private static Tile? Transposed(EquatableArray<Statement> region, Tile tile) => region.FirstOrDefault(s => s.Result == tile && s.Op is Transpose)?.Args[0];

    /// <summary>The forward program with stores for those states that the backward one reads, and without its outputs unless they are wanted.</summary>
    public static TileProgram Keeping(TileProgram forward, TileProgram backward, string name, bool outputs = false)
    {
        var kept = backward.Statements.Select(s => s.Op).OfType<Load>().Where(l => l.Access == Access.Slot).Select(l => l.Tensor).ToList();
        var stores = forward.Carries.Where(c => kept.Contains(KeptName(c.Name)))
            .Select(c => new Statement(new Store(KeptName(c.Name), Access.Slot), new([c.Start]), null, "Keep the states with which this block begins."));
        return DeadCode.Eliminate(forward with { Name = name, Body = new(stores.Concat(forward.Body.Where(s => outputs || s.Op is not Store { Access: Access.Rows }))) });
    }
}
