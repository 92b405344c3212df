using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Ir.Primitives;

namespace AttnDsl.Generator.Ir;

/// <summary>Adjoints under construction in one region of a backward program.</summary>
/// <param name="to">Where statements go.</param>
/// <param name="upstream">The tensors whose gradients are given.</param>
/// <param name="shared">The tensors whose gradients several heads write.</param>
internal sealed class Adjoints(RegionBuilder to, ICollection<string> upstream, ICollection<string> shared)
{
    private readonly Dictionary<Tile, Tile> _adjoints = [];

    public RegionBuilder To => to;

    public Tile? Of(Tile tile) => _adjoints.TryGetValue(tile, out var adjoint) ? adjoint : null;

    public bool IsShared(string tensor) => shared.Contains(tensor);

    /// <summary>Name of the tensor that holds another's gradient.</summary>
    public static string GradientOf(string tensor) => tensor + "Grad";

    /// <summary>Name of a tile's adjoint.</summary>
    public static string NameOf(Tile tile) => "d" + char.ToUpperInvariant(tile.Name[0]) + tile.Name.Substring(1);

    /// <summary>Adds a contribution; one that is wider than the tile is summed over the dimensions along which the tile was repeated.</summary>
    public void Add(Tile tile, Func<string, Tile> contribution)
    {
        var name = NameOf(tile);
        var part = contribution(name);
        if (part.Shape.Rows != tile.Shape.Rows && tile.Shape.Rows == Dim.One) part = To.SumRows(name, part);
        if (part.Shape.Cols != tile.Shape.Cols && tile.Shape.Cols == Dim.One) part = To.SumCols(name, part);
        if (part.Shape != tile.Shape) throw new ShapeException($"adjoint of {tile} is {part.Shape}, not {tile.Shape}");
        _adjoints[tile] = Of(tile) is { } sum ? To.Add(name, sum, part) : part;
    }

    /// <summary>Walks a region backwards, primitive by primitive.</summary>
    public void Reverse(IEnumerable<Statement> region)
    {
        foreach (var s in region.Reverse())
        {
            To.Stage = s.Stage.Length == 0 ? "" : "Gradient of: " + s.Stage;
            if (s.Op is Store store)
            {
                if (!upstream.Contains(store.Tensor)) continue;
                store.Differentiate(this, s, To.Emit(NameOf(s.Args[0]), new Load(GradientOf(store.Tensor), s.Args[0].Shape, store.Access, IsFixed: true, store.Pattern)));
            }
            else if (Of(s.Result!) is { } adjoint)
            {
                s.Op.Differentiate(this, s, adjoint);
            }
        }
    }
}
