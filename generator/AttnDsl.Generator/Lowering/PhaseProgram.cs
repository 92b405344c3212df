using System.Collections.Generic;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>The angles of a selective rotation, Θ_t = Θ_{t−1} + τ ⊙ φ_t, or of a learned one, Θ_t = Θ_{t−1} + θ, for every token of a head of keys: what rotations then load.</summary>
internal static class PhaseProgram
{
    private static readonly Dim One = Dim.One, C = Dim.C, P = Dim.P;

    public static TileProgram Angles(DynamicalSystem system, string name)
    {
        var phase = system.Phase!;
        var p = new ProgramBuilder(name, C);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        b.Stage = phase.IsLearned ? "Θ ← Θ + θ, wrapped." : "Θ ← Θ + τ φ, wrapped.";
        var phi = phase.IsLearned ? b.Map("steps", new Arg(0), new Shape(C, P), head.Load("theta", One, P, Access.Parameter)) : b.Load("phi", C, P);
        var (angle, rest) = (p.Open("phase", new(One, P)), p.Open("phaseRest", new(One, P)));
        var operands = new List<Tile> { phi, angle.Start, rest.Start };
        var gated = phase.Gate != PhaseGate.None;
        if (gated) operands.Add(b.Load("phaseGate", C, phase.Gate == PhaseGate.Head ? One : P));
        if (phase.HasBias) operands.Add(head.Load("phaseBias", One, P, Access.Parameter));
        if (phase.Differenced)
        {
            var last = p.Open("lastPhi", new(One, P));
            operands.Add(last.Start);
            p.Carry("lastPhi", head.Load("lastPhi", One, P, Access.Whole), last, b.Emit("phiNext", new EdgeRow(Last: true), phi));
            tail.Store("lastPhi", last.Final, Access.Whole);
        }

        var sum = new PhaseSum(phase.Temperatures, gated, phase.HasBias, phase.Differenced);
        Tile End(string name, bool isRest) => b.Emit(name, new PhaseEnd(sum, isRest), [.. operands]);
        b.Store("angles", b.Emit("angles", sum, [.. operands]));
        p.Carry("phase", head.Load("phase", One, P, Access.Whole), angle, End("phaseNext", isRest: false));
        p.Carry("phaseRest", head.Load("phaseRest", One, P, Access.Whole, isFixed: true), rest, End("phaseRestNext", isRest: true));
        tail.Store("phase", angle.Final, Access.Whole);
        tail.Store("phaseRest", rest.Final, Access.Whole);
        return p.Build();
    }

    /// <summary>
    /// What each token turns by, and the first also where the angle stood: for gradients, where the turns have them and not the angles, which are their sums.
    /// </summary>
    public static TileProgram Turns(DynamicalSystem system, string name)
    {
        var phase = system.Phase!;
        var p = new ProgramBuilder(name, C);
        var (head, b, tail) = (p.Head, p.Body, p.Tail);
        b.Stage = phase.IsLearned ? "What each token turns by: θ." : "What each token turns by: τ φ.";
        var row = new Shape(One, P);
        var phi = phase.IsLearned ? b.Map("steps", new Arg(0), new Shape(C, P), head.Load("theta", One, P, Access.Parameter)) : b.Load("phi", C, P);
        var step = phi;
        if (phase.Differenced)
        {
            var last = p.Open("lastPhi", row);
            step = b.Map("change", (x, y) => x - y, phi, b.Emit("before", new Shift(), phi, last.Start));
            p.Carry("lastPhi", head.Load("lastPhi", One, P, Access.Whole), last, b.Emit("phiNext", new EdgeRow(Last: true), phi));
            tail.Store("lastPhi", last.Final, Access.Whole);
        }

        if (phase.HasBias) step = b.Map("moved", (x, y) => x + Ex.Exp(y), step, head.Load("phaseBias", One, P, Access.Parameter));
        if (phase.Gate != PhaseGate.None) step = b.Map("admitted", (x, w) => x * Ex.Sigmoid(w), step, b.Load("phaseGate", C, phase.Gate == PhaseGate.Head ? One : P));
        var turns = phase.Temperatures.AreOne ? step : b.Emit("turns", new Temper(phase.Temperatures), step);
        var (angle, start) = (p.Open("phase", row), p.Open("start", row));
        var begun = head.Load("phase", One, P, Access.Whole);
        b.Store("angles", b.Add("turnsFromStart", turns, b.Emit("startRow", new Shift(), b.Fill("nothing", turns.Shape, 0), start.Start)));
        p.Carry("phase", begun, angle, b.Add("phaseNext", angle.Start, b.SumRows("turned", turns)));
        p.Carry("start", begun, start, b.Fill("behindStart", row, 0));
        tail.Store("phase", angle.Final, Access.Whole);
        return p.Build();
    }

    /// <summary>The queries of one head, turned and scaled: a pass of its own where gradients of the angles come from several heads.</summary>
    public static TileProgram RotateQueries(DynamicalSystem system, string name)
    {
        var p = new ProgramBuilder(name, C);
        var b = p.Body;
        b.Stage = "Rotate one block of queries, and scale it.";
        b.Store("queries", b.Map("qScaled", x => system.Scale * x, Sources.Rotated(system, b, b.Load("q", C, Dim.K), "qRotated")));
        return p.Build();
    }
}
