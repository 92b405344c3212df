using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// How strongly what one row wrote counts in another: the decay between them, times the exponential input gate where there is
/// one, under a running maximum. The one place in which no, constant, per-head, per-key decay and input gates differ.
/// </summary>
/// <remarks>
/// A maximum is taken off the input gate before the decay is added: both may be large, and a sum of the gate and the decay would be
/// rounded to their size. Where signed terms all but cancel in a normaliser, that rounding is most of its error.
/// </remarks>
internal sealed class Weighting
{
    private readonly RegionBuilder _b;

    /// <summary>Log-decay of this block's rows: C×1, C×K, or none.</summary>
    private readonly Tile? _g;

    /// <summary>Logarithm of each row's write strength, C×1; none without an exponential gate.</summary>
    private readonly Tile? _i;

    public Weighting(DynamicalSystem system, ProgramBuilder p, RegionBuilder b, Dim rows)
    {
        _b = b;
        if (system.Decay is { Shape: GateShape.Constant } constant)
        {
            p.Head.Stage = "The head's constant log-decay.";
            var g = p.Head.Fill("logDecay", new(Dim.One, Dim.One), FeatureMaps.HeadLogDecay(constant.Constants));
            _g = b.Map("g", x => x, g).Shape.Rows == rows ? g : b.Map("g", new Arg(0), new Shape(rows, Dim.One), g);
        }
        else if (system.Decay is { } decay)
        {
            var z = b.Load("g", rows, decay.Shape == GateShape.Key ? Dim.K : Dim.One);
            _g = b.Map("logDecay", x => FeatureMaps.LogDecay(decay, x), z);
        }

        if (system.IsStabilised) _i = b.Load("inputGate", rows, Dim.One);
    }

    public bool IsPerKey => _g is { Shape.Cols: var c } && c == Dim.K;

    /// <summary>Log-decay from before the block up to and including each row; none where nothing decays.</summary>
    public Tile? FromStart => _g is null ? null : _b.PrefixSum("fromStart", _g);

    /// <summary>Log-decay from after each row to the end of the block.</summary>
    public Tile? AfterRow => _g is null ? null : _b.SuffixSum("toEnd", _g);

    /// <summary>Log-decay of the whole block, 1×1 or 1×K.</summary>
    public Tile? Whole => _g is null ? null : _b.SumRows("total", _g);

    /// <summary>Log-weight that each row's write keeps at the end of the block.</summary>
    public Tile? ToEnd => (AfterRow, _i) switch
    {
        (null, var i) => i,
        (var g, null) => g,
        var (g, i) => _b.Add("logWrite", g, i),
    };

    /// <summary>Logarithm of each row's write strength, 1×C.</summary>
    public Tile? InputAcross => _i is null ? null : _b.Transpose("iAcross", _i);

    /// <summary>Log-weights of row j in row i (i down, j across), unmasked; only for scalar weights.</summary>
    public Tile? BetweenRows => (DecayBetween, InputAcross) switch
    {
        (var decay, null) => decay,
        (null, var across) => across,
        var (decay, across) => _b.Add("logWeight", decay, across),
    };

    private Tile? DecayBetween => _g is null ? null : _b.Emit("decay", new SegmentSum(), _g);

    /// <summary>A block's rows under the weights that their writes keep at its end, relative to a maximum.</summary>
    public Tile AtEnd(string name, Tile x, Tile? max) => (AfterRow, _i, max) switch
    {
        (null, null, _) => x,
        ({ } decay, null, _) => _b.Map(name, (a, l) => a * Ex.Exp(l), x, decay),
        (null, { } input, { } m) => _b.Map(name, (a, i, r) => a * Ex.Exp(i - r), x, input, m),
        ({ } decay, { } input, { } m) => _b.Map(name, (a, l, i, r) => a * Ex.Exp(l + (i - r)), x, decay, input, m),
        _ => throw new ShapeException("an input gate needs a maximum"),
    };

    /// <summary>Scores of the block's own rows, P_ij = q_i·k_j weighted; zero where j comes after i.</summary>
    /// <param name="max">The running maximum of each row, C×1, under which the weights are taken.</param>
    public Tile Scores(string name, Tile q, Tile k, Tile? max = null, bool strict = false)
    {
        if (IsPerKey) return _b.Emit(name, new DecayedGram(strict), q, k, _g!);
        var dots = _b.MatMulNT(name + "Dots", q, k);
        Expr Masked(Expr x) => strict ? Ex.StrictlyCausal(x) : Ex.Causal(x);
        var shape = dots.Shape;
        return (DecayBetween, InputAcross, max) switch
        {
            (null, null, _) => _b.Map(name, Masked(new Arg(0)), shape, dots),
            ({ } decay, null, _) => _b.Map(name, Masked(new Arg(0) * Ex.Exp(new Arg(1))), shape, dots, decay),
            (null, { } input, { } m) => _b.Map(name, Masked(new Arg(0) * Ex.Exp(new Arg(1) - new Arg(2))), shape, dots, input, m),
            ({ } decay, { } input, { } m) => _b.Map(name, Masked(new Arg(0) * Ex.Exp(new Arg(1) + (new Arg(2) - new Arg(3)))), shape, dots, decay, input, m),
            _ => throw new ShapeException("an input gate needs a maximum"),
        };
    }
}
