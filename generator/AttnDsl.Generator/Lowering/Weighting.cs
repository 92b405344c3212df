using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// How strongly what one row wrote counts in another: the decay between them, times the exponential input gate where there is
/// one, under a running maximum. The one place in which no, constant, per-head, per-key decay and input gates differ.
/// </summary>
internal sealed class Weighting
{
    private readonly DynamicalSystem _system;
    private readonly RegionBuilder _b;

    /// <summary>Log-decay of this block's rows: C×1, C×F, or none.</summary>
    private readonly Tile? _g;

    /// <summary>Logarithm of each row's write strength, C×1; none without an exponential gate.</summary>
    private readonly Tile? _i;

    public Weighting(DynamicalSystem system, ProgramBuilder p, RegionBuilder b, Dim rows)
    {
        (_system, _b) = (system, b);
        if (system.Decay is { Shape: GateShape.Constant } constant)
        {
            p.Head.Stage = "The head's constant log-decay.";
            var g = p.Head.Fill("logDecay", new(Dim.One, Dim.One), FeatureMaps.HeadLogDecay(constant.Constants));
            _g = b.Map("g", x => x, g).Shape.Rows == rows ? g : b.Map("g", new Arg(0), new Shape(rows, Dim.One), g);
        }
        else if (system.Decay is { } decay)
        {
            var z = b.Load("g", rows, decay.Shape switch { GateShape.Key => Sources.Features(system), GateShape.Pair => Dim.P, _ => Dim.One });
            _g = b.Map("logDecay", x => FeatureMaps.LogDecay(decay, x), z);
            if (decay.Shape == GateShape.Pair) _g = b.Emit("pairDecay", new SpreadPairs(system.Rotation?.Layout ?? default), _g);
        }

        if (system.IsStabilised) _i = b.Load("inputGate", rows, Dim.One);
    }

    public bool IsPerKey => _g is { Shape.Cols: var c } && c != Dim.One;

    /// <summary>Log-decay from before the block up to and including each row; none where nothing decays.</summary>
    public Tile? FromStart => _g is null ? null : _b.PrefixSum("fromStart", _g);

    /// <summary>Log-decay from after each row to the end of the block.</summary>
    public Tile? AfterRow => _g is null ? null : _b.SuffixSum("toEnd", _g);

    /// <summary>Log-decay of the whole block, 1×1 or 1×F.</summary>
    public Tile? Whole => _g is null ? null : _b.SumRows("total", _g);

    /// <summary>Log-weight that each row's write keeps at the end of the block.</summary>
    public Tile? ToEnd => (AfterRow, _i) switch
    {
        (null, var i) => i,
        (var g, null) => g,
        var (g, i) => _b.Add("logWrite", g, i),
    };

    /// <summary>Log-weights of row j in row i (i down, j across), unmasked; only for scalar weights.</summary>
    public Tile? BetweenRows
    {
        get
        {
            var decay = _g is null ? null : _b.Emit("decay", new SegmentSum(), _g);
            if (_i is null) return decay;
            var across = _b.Transpose("iAcross", _i);
            return decay is null ? across : _b.Add("logWeight", decay, across);
        }
    }

    /// <summary>Scores of the block's own rows, P_ij = q_i·k_j weighted; zero where j comes after i.</summary>
    /// <remarks>A polynomial kernel is taken of the product of the channels; under decays that differ from feature to feature, the features' is.</remarks>
    /// <param name="max">The running maximum of each row, C×1, under which the weights are taken.</param>
    public Tile Scores(string name, Operand q, Operand k, Tile? max = null, bool strict = false)
    {
        if (IsPerKey) return _b.Emit(name, new DecayedGram(strict), q.Features, k.Features, _g!);
        var dots = _b.MatMulNT(name + "Dots", q.Factors, k.Factors);
        var kernel = Sources.Kernel(_system, new Arg(0));
        Expr Masked(Expr x) => strict ? Ex.StrictlyCausal(x) : Ex.Causal(x);
        var shape = dots.Shape;
        return (BetweenRows, max) switch
        {
            (null, _) => _b.Map(name, Masked(kernel), shape, dots),
            ({ } w, null) => _b.Map(name, Masked(kernel * Ex.Exp(new Arg(1))), shape, dots, w),
            ({ } w, { } m) => _b.Map(name, Masked(kernel * Ex.Exp(new Arg(1) - new Arg(2))), shape, dots, w, m),
        };
    }
}
