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
        if (across) body = Positions.Transposed(body);
        if (system.Window is not { } window) return Positions.Relative(body);

        // Of a window rows may lie nearer to the sinks than their positions. All positions count from behind the gap, but the sinks'.
        var (key, gap) = (across ? Ex.Row : Ex.Col, new RunTimeValue(RunTimeValue.SinkGap));
        var sinks = window.SinkTokens == 0 ? (Expr)0 : Ex.Select(Comparison.Less, key, window.SinkTokens, -gap, 0);
        return Behind(Positions.Relative(body.Rewrite(e => e == key + Ex.Origin ? key + Ex.Origin + sinks : null)), gap);
    }

    private static Expr Behind(Expr e, Expr gap) => e.Rewrite(x => x == Ex.Origin ? Ex.Origin + gap : null);
}
