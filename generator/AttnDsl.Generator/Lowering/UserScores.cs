using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>The user's score and mask where the tiles of softmax attention want them.</summary>
/// <param name="across">Whether queries lie across the tile and keys down.</param>
internal sealed class UserScores(DynamicalSystem system, bool across)
{
    /// <summary>What becomes of a score; null without a function.</summary>
    public Expr? Score { get; } = Placed(system, system.ScoreFunction, across);

    private readonly Expr? _mask = Placed(system, system.MaskFunction, across);

    /// <summary>Whether a query may see no key at all.</summary>
    public bool MayHideAll => _mask is not null;

    public Expr Visible(Expr x, double hidden) => _mask switch
    {
        null => x,
        // One comparison chooses at once; several are made one number first, so that x is written once.
        Select { Then: Const, Otherwise: Const } or Const => Conditions.Choose(_mask, x, hidden),
        _ => Ex.Select(Comparison.Less, 0, _mask, x, hidden),
    };

    private static Expr? Placed(DynamicalSystem system, FunctionDeclaration? f, bool across)
    {
        if (f?.Body is not { } body) return null;
        if (system.Window is { SinkTokens: > 0 and var sinks }) body = body.Rewrite(e => e == Ex.Col ? Ex.Col - Ex.Select(Comparison.Less, Ex.Col, sinks, s_gap, 0) : null);
        body = Positions.Relative(across ? Positions.Transposed(body) : body);
        return system.Window is null ? body : body.Rewrite(e => e == Ex.Origin ? Ex.Origin + s_gap : null);
    }

    /// <summary>Backward, the rows of a window lie this far before their positions, the sinks in front of them.</summary>
    private static readonly Expr s_gap = new RunTimeValue(RunTimeValue.SinkGap);
}
