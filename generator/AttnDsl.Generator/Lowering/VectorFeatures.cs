using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Model;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// A user's map of all channels to one feature after the other: a map over the features whose arguments are tiles too, channels taken by
/// the feature's number and sums over channels.
/// </summary>
internal sealed class VectorFeatures
{
    private static readonly Dim One = Dim.One, K = Dim.K;

    private readonly FunctionDeclaration _function;
    private readonly RegionBuilder _b;
    private readonly string _name;
    private readonly Tile _x;
    private readonly Dim _f;
    private readonly int _channels;

    /// <summary>Learned matrices that are read cell by cell, not only by products.</summary>
    private readonly HashSet<Vector> _cells;

    /// <param name="name">How names of tiles begin: q or k.</param>
    public VectorFeatures(DynamicalSystem system, FunctionDeclaration function, RegionBuilder b, string name, Tile x)
    {
        (_function, _b, _name, _x, _f, _channels) = (function, b, name, x, Sources.Features(system), system.KeyDim);
        _cells = [.. AllTotals(function.Body!).Where(t => VectorProducts.Of(t.Body) is null).SelectMany(t => Vectors.Elements(t.Body)).Select(e => e.Of)];
    }

    /// <summary>Over what an expression is computed.</summary>
    private enum Over { Features, Channels, Cells }

    public Tile Map() => Compute("Mapped", _function.Body!, Over.Features);

    private Tile Compute(string name, Expr e, Over over)
    {
        var tiles = new List<Tile>();
        var expr = e.Rewrite(part => part switch
        {
            Arg a => Read(_b.Parameter(Functions.Tensor(_function.Learned[a.Index - 1]))),
            Channel c => Number(c, over),
            Element x => Read(Taken(x, over)),
            Total t => Read(t.UsesFeature() && over == Over.Cells ? OverCells(Summed(t), ofFeature: true) : Summed(t)),
            _ => null,
        });
        return _b.Map(_name + name, expr, new Shape(_x.Shape.Rows, over switch { Over.Features => _f, Over.Channels => K, _ => Dim.Product(_f, K) }), [.. tiles]);

        Arg Read(Tile tile)
        {
            tiles.Add(tile);
            return new(tiles.Count - 1);
        }
    }

    private Expr Number(Channel c, Over over) =>
        over != Over.Cells ? Ex.ColNumber
        : c.IsSummed ? Ex.ColNumber - _channels * Ex.Quotient(Ex.ColNumber, _channels)
        : Ex.Quotient(Ex.ColNumber, _channels);

    private Tile Taken(Element e, Over over)
    {
        if (e.Of.Name.Length > 0 && e.Index.UsesFeature() && e.Index.UsesSummed()) return Learned(e.Of, One, Dim.Product(_f, K));
        var ofFeature = e.Index.UsesFeature();
        if (!ofFeature && !e.Index.UsesSummed()) return OneChannel(e.Index);
        var tile = e.Of.Name.Length > 0 ? Learned(e.Of, One, ofFeature ? _f : K)
            : e.Index == Vectors.Summed || (e.Index == Vectors.Feature && _f == K) ? _x
            : _b.MatMulNT(_name + "Taken", _x, Choice(e.Index, ofFeature ? _f : K));
        return over == Over.Cells ? OverCells(tile, ofFeature) : tile;
    }

    private Tile OverCells(Tile tile, bool ofFeature) => _b.Emit(tile.Plain + "OverCells", new Spread(_f, K, ofFeature), tile);

    private Tile OneChannel(Expr index) =>
        _b.SumCols(_name + "Channel", _b.Map(_name + "OnlyChannel", Conditions.Choose(Conditions.Equal(index, Ex.ColNumber), new Arg(0), 0), _x.Shape, _x));

    /// <summary>A row for each feature or channel: 1 at the channel that it reads, 0 else. A product with it takes the channels, exactly.</summary>
    private Tile Choice(Expr index, Dim rows)
    {
        var head = _b.Head;
        var stage = head.Stage;
        head.Stage = "Which channel each feature reads.";
        var choice = head.Fill("choice", new(rows, K), Conditions.Choose(Conditions.Equal(index.Rewrite(e => e is Channel ? Ex.RowNumber : null), Ex.ColNumber), 1, 0));
        head.Stage = stage;
        return choice;
    }

    private Tile Learned(Vector vector, Dim rows, Dim cols) => _b.Head.Load(Functions.Tensor(vector.Name), rows, cols, Access.Parameter);

    private Tile Summed(Total t)
    {
        var body = t.From == 0 && t.To == _channels ? t.Body
            : Conditions.Choose(Conditions.And(Conditions.LessOrEqual(t.From, Vectors.Summed), Conditions.Less(Vectors.Summed, t.To)), t.Body, t.IsMaximum ? Ex.NoScore : 0);
        if (!t.UsesFeature())
        {
            var terms = Compute("Terms", body, Over.Channels);
            return t.IsMaximum ? _b.MaxCols(_name + "Largest", terms) : _b.SumCols(_name + "Sum", terms);
        }

        return VectorProducts.Of(body) is var (matrix, factor) && !_cells.Contains(matrix)
            ? _b.MatMulNT(_name + "Projected", Compute("Factors", factor, Over.Channels), Learned(matrix, _f, K))
            : _b.Emit(_name + "Sums", new Collect(_f, K, OfOuter: true), Compute("Cells", body, Over.Cells));
    }

    private static IEnumerable<Total> AllTotals(Expr e) => Vectors.Totals(e).SelectMany(t => AllTotals(t.Body).Prepend(t));
}
