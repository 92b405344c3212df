using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Emit.Cpu;
using AttnDsl.Generator.Emit.Gpu;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Scheduling;

namespace AttnDsl.Generator.Ir.Primitives;

/// <summary>What <see cref="StateReads"/> and <see cref="StateAfter"/> have in common: the decays along a block of rows, what is written, and the call.</summary>
internal sealed class StateSteps
{
    private readonly RegionBuilder _b;

    private readonly Correction? _correction;

    private readonly Tile _v;

    private StateSteps(RegionBuilder b, Tile k, Tile v, Tile state, Tile? beta, Tile? gates)
    {
        (_b, _v, Given) = (b, v, gates);
        Gates = gates is null || gates.Shape == k.Shape ? gates : b.Map("gatesOfRows", new Arg(0), k.Shape, gates);
        _correction = beta is null ? null : new(this, b, k, v, state, beta);
    }

    /// <summary>The gates as they were given.</summary>
    public Tile? Given { get; }

    /// <summary>A gate for every row and channel; none where nothing decays.</summary>
    public Tile? Gates { get; }

    public Tile? FromStart => Gates is null ? null : _b.PrefixSum("fromStart", Gates);

    public Tile? ToEnd => Gates is null ? null : _b.SuffixSum("toEnd", Gates);

    public Tile? Whole => Gates is null ? null : _b.SumRows("total", Gates);

    /// <summary>What the tokens write with their keys.</summary>
    public Tile Written => _correction?.Written ?? _v;

    /// <param name="b">Where statements go.</param>
    /// <param name="args">k, v, S, then β and the gates where there are any.</param>
    /// <param name="corrects">Whether there is a β.</param>
    public static StateSteps Of(RegionBuilder b, IReadOnlyList<Tile> args, bool corrects) => new(b, args[0], args[1], args[2], corrects ? args[3] : null, GatesOf(args, 2, corrects));

    /// <param name="args">A primitive's arguments.</param>
    /// <param name="state">Which of them is the state.</param>
    /// <param name="corrects">Whether a β follows.</param>
    public static Tile? GatesOf(IReadOnlyList<Tile> args, int state, bool corrects) => args.Skip(state + (corrects ? 2 : 1)).FirstOrDefault();

    public static void RequireGates(IReadOnlyList<Tile> args, int state, Shape k, bool corrects)
    {
        var oneARow = new Shape(k.Rows, Dim.One);
        if (corrects && args[state + 1].Shape != oneARow) throw new ShapeException($"strengths {args[state + 1].Shape} of keys {k}");
        if (GatesOf(args, state, corrects) is { } g && g.Shape != k && g.Shape != oneARow) throw new ShapeException($"gates {g.Shape} of keys {k}");
    }

    /// <summary>Hands on what the written rows receive: to the values, or through the corrections.</summary>
    public void Hand(Adjoints d, Func<string, Tile> adjoint)
    {
        if (_correction is null) d.Add(_v, adjoint);
        else _correction.Differentiate(d, adjoint("dCorrections"));
    }

    public Tile Times(string name, Tile x, Tile? log) => log is null ? x : _b.Map(name, (a, l) => a * Ex.Exp(l), x, log);

    public Tile Scores(string name, Tile q, Tile keys, bool strict = false) => Gates is { } g
        ? _b.Emit(name, new DecayedGram(strict), q, keys, g)
        : _b.Map(name, x => strict ? Ex.StrictlyCausal(x) : Ex.Causal(x), _b.MatMulNT(strict ? "keyDots" : "dots", q, keys));

    public Tile Apply(string name, Tile weights, Tile x, bool toKeys) => Gates is { } g ? _b.Emit(name, new DecayedApply(false, toKeys, false), weights, x, g)
        : toKeys ? _b.MatMulTN(name, weights, x) : _b.MatMul(name, weights, x);

    /// <summary>along k, v, corrected by beta, under g</summary>
    public static string Say(IReadOnlyList<string> args, int k, bool corrects)
    {
        var gates = k + (corrects ? 4 : 3);
        return $"{(k == 0 ? "behind" : "along")} {args[k]}, {args[k + 1]}{(corrects ? $", corrected by {args[k + 3]}" : "")}{(args.Count > gates ? $" under {args[gates]}" : "")}";
    }

    /// <param name="args">k, v, S, then β and the gates where there are any.</param>
    public static string Call(CpuKernelWriter w, Tile q, IReadOnlyList<Tile> args, bool corrects, string state, string output, string scratch)
    {
        var (keys, v, g) = (args[0], args[1], GatesOf(args, 2, corrects));
        var isByRow = g is not null && g.Shape.Cols == keys.Shape.Cols && keys.Shape.Cols != Dim.One;
        var beta = corrects ? $", {w.Ref(args[3])}" : "";
        var gate = g is null ? "" : $", {w.Ref(g)}{(isByRow ? $", {w.Stride(g)}" : "")}";
        return $"{(corrects ? "Deltas" : "States")}.{(g is null ? "Advance" : isByRow ? "AdvanceRowsDecayed" : "AdvanceDecayed")}<TVec>({w.Size(keys.Shape.Rows)}, {w.Size(keys.Shape.Cols)}, {w.Size(v.Shape.Cols)}, {w.Ref(q)}, {w.Stride(q)}, {w.Ref(keys)}, {w.Stride(keys)}, {w.Ref(v)}, {w.Stride(v)}{beta}{gate}, {state}, {output}, {scratch}, ref ahead);";
    }

    public static string Decayed(GpuKernelWriter w, Tile? g, string row, string channel, string x) =>
        g is null ? x : $"GpuMath.Exp({w.At(g, row, g.Shape.Cols == Dim.One ? "0" : channel)}) * {x}";

    /// <summary>What States.ScratchFloats and Deltas.ScratchFloats say.</summary>
    public static int Scratch(Func<Dim, int> size, Shape state, bool corrects) =>
        corrects ? (99 * CpuPlan.Padded(size(state.Rows))) + 256 : (66 * CpuPlan.Padded(size(state.Rows))) + (64 * CpuPlan.Padded(size(state.Cols))) + 64;
}

/// <summary>
/// What a delta rule writes, of products: u = (I + κ)⁻¹ β (v − Sᵀ(k e^{L})), κ_ij = β_i Σ_c k_ic k_jc e^{L_i − L_j} for j &lt; i.
/// </summary>
internal sealed class Correction
{
    private readonly StateSteps _along;

    private readonly Tile _k, _v, _state, _beta, _decayed, _off, _scores, _kappa;

    public Correction(StateSteps along, RegionBuilder b, Tile k, Tile v, Tile state, Tile beta)
    {
        (_along, _k, _v, _state, _beta) = (along, k, v, state, beta);
        _decayed = along.Times("kDecayed", k, along.FromStart);
        _off = b.Map("off", (x, y) => x - y, v, b.MatMul("seen", _decayed, state));
        _scores = along.Scores("keyScores", k, k, strict: true);
        _kappa = b.Map("kappa", (x, y) => x * y, beta, _scores);
        Written = b.Emit("corrections", new UnitLowerSolve(), _kappa, b.Map("change", (x, y) => x * y, beta, _off));
    }

    public Tile Written { get; }

    /// <param name="d">Where gradients go.</param>
    /// <param name="adjoint">What the corrections receive.</param>
    public void Differentiate(Adjoints d, Tile adjoint)
    {
        var b = d.To;
        var change = b.Emit("dChange", new UnitLowerSolve(Transposed: true), _kappa, adjoint);
        var kappa = b.Map("dKappa", x => Ex.StrictlyCausal(-x), b.MatMulNT("outer", change, Written));
        var off = b.Map("dOff", (x, y) => x * y, _beta, change);
        var weights = b.Map("dKeyScores", (x, y) => x * y, _beta, kappa);
        var toState = _along.Times("dOffState", b.MatMulNT("dOffS", off, _state), _along.FromStart);
        d.Add(_v, _ => off);
        d.Add(_beta, n => b.Add(n, b.SumCols(n + "OfChange", b.Map("changeTerms", (x, y) => x * y, change, _off)), b.SumCols(n + "OfKappa", b.Map("kappaTerms", (x, y) => x * y, kappa, _scores))));
        d.Add(_k, n => b.Map(n, (x, y, z) => x + y - z, _along.Apply(n + "Later", weights, _k, toKeys: false), _along.Apply(n + "Earlier", weights, _k, toKeys: true), toState));
        d.Add(_state, n => b.Map(n, x => -x, b.MatMulTN(n + "Looked", _decayed, off)));
        if (_along.Gates is not { } g) return;
        d.Add(_along.Given!, n => b.Map(n, (x, y) => x - y, b.Emit(n + "OfKeys", new DecayedCrossing(), weights, _k, _k, g), b.Emit(n + "OfSeen", new PrefixSum(Reversed: true), b.Map("seenTerms", (x, y) => x * y, toState, _k))));
    }
}
