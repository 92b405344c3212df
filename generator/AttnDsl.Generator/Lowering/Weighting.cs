using System;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>Which rows meet, and which gates lie between them.</summary>
internal enum Reach
{
    /// <summary>j ≤ i, gates after j up to and including i's own.</summary>
    Own,

    /// <summary>j &lt; i, the same gates.</summary>
    Earlier,

    /// <summary>j &lt; i, the gates between the two: what row i meets before its own gate acts.</summary>
    Before,
}

/// <summary>
/// How strongly what one row wrote counts in another: the decay between them, times the exponential input gate where there is
/// one, under a running maximum. The one place in which no, constant, per-head, per-channel decay and input gates differ.
/// </summary>
/// <remarks>
/// A maximum is taken off the input gate before the decay is added: both may be large, and a sum of the gate and the decay would be
/// rounded to their size. Where signed terms all but cancel in a normaliser, that rounding is most of its error.
/// </remarks>
internal sealed class Weighting
{
    private readonly DynamicalSystem _system;

    private readonly RegionBuilder _b;

    /// <summary>Log-decay of this block's rows: C×1, C×F, C×V, or none.</summary>
    private readonly Tile? _g;

    /// <summary>Logarithm of each row's write strength, C×1; none without an exponential gate.</summary>
    private readonly Tile? _i;

    private readonly string _of;

    /// <param name="of">Before the names of its tiles, where a program weighs two blocks.</param>
    /// <param name="onValues">Whether a decay per channel runs along the values of the state, not along its keys.</param>
    public Weighting(DynamicalSystem system, ProgramBuilder p, RegionBuilder b, Dim rows, string of = "", bool? onValues = null)
    {
        (_system, _b, _of) = (system, b, of);
        if (system.Decay is { Shape: GateShape.Constant } constant)
        {
            p.Head.Stage = "The head's constant log-decay.";
            var g = p.Head.Fill("logDecay", new(Dim.One, Dim.One), FeatureMaps.HeadLogDecay(constant));
            _g = g.Shape.Rows == rows ? g : b.Map(Own("gates"), new Arg(0), new Shape(rows, Dim.One), g);
        }
        else if (system.Decay is not null)
        {
            _g = Sources.LogDecay(system, p.Head, b, rows, of);
        }

        if (system.IsStabilised) _i = b.LoadAs(Own("inputGate"), "inputGate", rows, Dim.One);
        var perChannel = _g is { Shape.Cols: var c } && c != Dim.One;
        IsPerValue = perChannel && (onValues ?? system.Decay!.Shape == GateShape.Value);
        IsPerKey = perChannel && !IsPerValue;
    }

    public bool IsPerKey { get; }

    public bool IsPerValue { get; }

    /// <summary>Log-decay of this block's rows; none where nothing decays.</summary>
    public Tile? Gates => _g;

    /// <summary>The decays themselves, for every row and channel.</summary>
    public static Tile Factors(RegionBuilder b, Tile? gates, Shape shape) => gates is null ? b.Fill("undecayed", shape, 1) : b.Map("decays", Ex.Exp(new Arg(0)), shape, gates);

    /// <summary>Keys and log-decays of rows each of which leaves the state relative to its own maximum.</summary>
    /// <param name="keys">What the rows write with.</param>
    /// <param name="before">The maximum in front of the block, 1×1.</param>
    /// <param name="max">The maximum behind each row, C×1.</param>
    public (Tile Key, Tile Gates) Along(Tile keys, Tile before, Tile max)
    {
        var previous = _b.Emit("maxBefore", new Shift(), max, before);
        return (
            _b.Map("kWeighed", (x, i, m) => x * Ex.Exp(i - m), keys, _i!, max),
            _g is null ? _b.Map("fall", (x, y) => x - y, previous, max) : _b.Map("logKept", (g, x, y) => g + (x - y), _g, previous, max));
    }

    /// <summary>Log-decay from before the block up to and including each row; none where nothing decays.</summary>
    public Tile? FromStart => _g is null ? null : _b.PrefixSum("fromStart", _g);

    /// <summary>Log-decay from after each row to the end of the block.</summary>
    public Tile? AfterRow => _g is null ? null : _b.SuffixSum("toEnd", _g);

    /// <summary>Log-decay of the whole block, 1×1, 1×F or 1×V.</summary>
    public Tile? Whole => _g is null ? null : _b.SumRows("total", _g);

    /// <summary>Log-weight that each row's write keeps at the end of the block.</summary>
    public Tile? ToEnd => (AfterRow, _i) switch
    {
        (null, var i) => i,
        (var g, null) => g,
        var (g, i) => _b.Add("logWrite", g, i),
    };

    /// <summary>Logarithm of each row's write strength, 1×C.</summary>
    public Tile? InputAcross => _i is null ? null : _b.Transpose(Own("inputGate") + "Across", _i);

    /// <summary>Log-weights of row j in row i (i down, j across), unmasked; only for scalar weights.</summary>
    public Tile? BetweenRows => (DecayBetween(Reach.Own), InputAcross) switch
    {
        (var decay, null) => decay,
        (null, var across) => across,
        var (decay, across) => _b.Add(Own("logWeights"), decay, across),
    };

    /// <summary>Log-decay from before the block up to each row, with or without the row's own.</summary>
    public Tile? From(Reach reach) => reach != Reach.Before || _g is null ? FromStart : _b.Emit("beforeRow", new PrefixSum(Exclusive: true), _g);

    /// <summary>What a state still gives to rows that read it: rows·S, decayed from the block's start.</summary>
    /// <param name="reading">From decayed rows to those that meet the state, where they are others.</param>
    public Tile FromState(string name, Tile rows, Tile state, Reach reach = Reach.Own, Func<Tile, Tile>? reading = null)
    {
        Tile Reading(Tile x) => reading is null ? x : reading(x);
        var from = From(reach);
        if (IsPerValue) return _b.Map(name, (x, l) => x * Ex.Exp(l), _b.MatMul(name + "Kept", Reading(rows), state), from!);
        return _b.MatMul(name, Reading(from is null ? rows : _b.Map(rows.Plain + "Decayed", (x, l) => x * Ex.Exp(l), rows, from)), state);
    }

    /// <summary>A block's rows under the weights that their writes keep at its end, relative to a maximum.</summary>
    public Tile AtEnd(string name, Tile x, Tile? max) => (AfterRow, _i, max) switch
    {
        (null, null, _) => x,
        ({ } decay, null, _) => _b.Map(name, (a, l) => a * Ex.Exp(l), x, decay),
        (null, { } input, { } m) => _b.Map(name, (a, i, r) => a * Ex.Exp(i - r), x, input, m),
        ({ } decay, { } input, { } m) => _b.Map(name, (a, l, i, r) => a * Ex.Exp(l + (i - r)), x, decay, input, m),
        _ => throw new ShapeException("an input gate needs a maximum"),
    };

    /// <summary>What the block's own rows give: scores times values, and the decay between them where it is the values'.</summary>
    public Tile FromBlock(string name, Tile scores, Tile values, Reach reach = Reach.Own) => IsPerValue
        ? _b.Emit(name, new DecayedApply(reach == Reach.Earlier, ToKeys: false, reach == Reach.Before), scores, values, _g!)
        : _b.MatMul(name, scores, values);

    /// <summary>Scores of the block's own rows, P_ij = q_i·k_j weighted; zero where j comes after i.</summary>
    /// <remarks>A polynomial kernel is taken of the product of the channels; under decays that differ from feature to feature, the features' is.</remarks>
    /// <param name="max">The running maximum of each row, C×1, under which the weights are taken.</param>
    public Tile Scores(string name, Operand q, Operand k, Tile? max = null, Reach reach = Reach.Own) => IsPerKey
        ? Scores(name, q.Features, k.Features, max, reach)
        : Weighted(name, _b.MatMulNT(Dots(name), q.Factors, k.Factors), Sources.KernelOf(_system, new Arg(0)), max, reach);

    /// <summary>The same of rows that are features already.</summary>
    public Tile Scores(string name, Tile q, Tile k, Tile? max = null, Reach reach = Reach.Own) => IsPerKey
        ? _b.Emit(name, new DecayedGram(reach == Reach.Earlier, reach == Reach.Before), q, k, _g!)
        : Weighted(name, _b.MatMulNT(Dots(name), q, k), new Arg(0), max, reach);

    /// <summary>Products of the block's own values, v_i·v_j under the decay between the rows; zero where j does not come before i.</summary>
    public Tile ValueScores(string name, Tile v) => IsPerValue
        ? _b.Emit(name, new DecayedGram(Strict: true), v, v, _g!)
        : Weighted(name, _b.MatMulNT(Dots(name), v, v), new Arg(0), null, Reach.Earlier);

    private Tile Weighted(string name, Tile dots, Expr kernel, Tile? max, Reach reach)
    {
        Expr Masked(Expr x) => reach == Reach.Own ? Ex.Causal(x) : Ex.StrictlyCausal(x);
        var shape = dots.Shape;
        return (IsPerValue ? null : DecayBetween(reach), InputAcross, max) switch
        {
            (null, null, _) => _b.Map(name, Masked(kernel), shape, dots),
            ({ } decay, null, _) => _b.Map(name, Masked(kernel * Ex.Exp(new Arg(1))), shape, dots, decay),
            (null, { } input, { } m) => _b.Map(name, Masked(kernel * Ex.Exp(new Arg(1) - new Arg(2))), shape, dots, input, m),
            ({ } decay, { } input, { } m) => _b.Map(name, Masked(kernel * Ex.Exp(new Arg(1) + (new Arg(2) - new Arg(3)))), shape, dots, decay, input, m),
            _ => throw new ShapeException("an input gate needs a maximum"),
        };
    }

    /// <summary>Log-decay between rows j and i (i down, j across), unmasked.</summary>
    private Tile? DecayBetween(Reach reach) => _g is null ? null : _b.Emit(Own("decay"), new SegmentSum(reach == Reach.Before), _g);

    private string Own(string name) => Sources.Named(_of, name);

    /// <summary>Scores have a name of their own before they are weighted: dots, ownDots.</summary>
    private static string Dots(string scores) => scores.Contains("cores") ? scores.Replace("Scores", "Dots").Replace("scores", "dots") : scores + "Dots";
}
