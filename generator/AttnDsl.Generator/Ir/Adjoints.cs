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
    private readonly Dictionary<Tile, string> _names = [];

    /// <summary>Adjoints of a single contribution so far, which has the adjoint's name as long as it stays alone.</summary>
    private readonly Dictionary<Tile, (Tile Part, string Via)> _only = [];

    /// <summary>The result through which contributions come.</summary>
    private Tile? _via;

    public RegionBuilder To => to;

    /// <summary>What stands in for the adjoint of a tensor's rows before it is handed on.</summary>
    public Func<Load, Tile, Tile>? Handed { get; set; }

    public Tile? Of(Tile tile) => _adjoints.TryGetValue(tile, out var adjoint) ? adjoint : null;

    public bool IsShared(string tensor) => shared.Contains(tensor);

    /// <summary>Name of the tensor that holds another's gradient.</summary>
    public static string GradientOf(string tensor) => tensor + "Grad";

    /// <summary>Name of a tile's adjoint: dq, dS, dScores.</summary>
    public static string NameOf(Tile tile) => "d" + (tile.Plain.Length == 1 ? tile.Plain : Capital(tile.Plain));

    /// <summary>Adds a contribution; one that is wider than the tile is summed over the dimensions along which the tile was repeated.</summary>
    /// <param name="contribution">Gets the name of what it emits: that of the adjoint, or with others, after the way it came (dvViaWrites).</param>
    public void Add(Tile tile, Func<string, Tile> contribution)
    {
        var name = Called(tile);
        var via = name + (_via is null ? "" : "Via" + Capital(_via.Plain));
        var part = Summed(tile, via, contribution(via));
        if (part.Shape != tile.Shape) throw new ShapeException($"adjoint of {tile} is {part.Shape}, not {tile.Shape}");
        if (Of(tile) is not { } sum)
        {
            _adjoints[tile] = part;
            if (part.Plain != via) return;
            part.Plain = name;
            _only[tile] = (part, via);
            return;
        }

        if (_only.TryGetValue(tile, out var first)) first.Part.Plain = first.Via;
        else if (sum.Plain == name) sum.Plain = name + "SoFar";
        _only.Remove(tile);
        _adjoints[tile] = To.Add(name, sum, part);
    }

    /// <summary>Walks a region backwards, primitive by primitive.</summary>
    public void Reverse(IEnumerable<Statement> region)
    {
        foreach (var s in region.Reverse())
        {
            To.Stage = s.Backward.Length > 0 ? s.Backward : s.Stage.Length == 0 ? "" : "Back through: " + s.Stage;
            _via = s.Result;
            if (s.Op is Store store)
            {
                if (!upstream.Contains(store.Tensor)) continue;
                store.Differentiate(this, s, To.Emit(Called(s.Args[0]), new Load(GradientOf(store.Tensor), s.Args[0].Shape, store.Access, IsFixed: true, store.Pattern, store.Beside)));
            }
            else if (Of(s.Result!) is { } adjoint)
            {
                s.Op.Differentiate(this, s, s.Op is Load load && Handed is not null ? Handed(load, adjoint) : adjoint);
            }
        }
    }

    /// <summary>Calls a tile's adjoint otherwise in this region.</summary>
    public void Call(Tile tile, string name) => _names[tile] = name;

    private string Called(Tile tile) => _names.TryGetValue(tile, out var name) ? name : NameOf(tile);

    private Tile Summed(Tile tile, string name, Tile part)
    {
        var rows = part.Shape.Rows != tile.Shape.Rows && tile.Shape.Rows == Dim.One;
        var cols = part.Shape.Cols != tile.Shape.Cols && tile.Shape.Cols == Dim.One;
        if ((rows || cols) && part.Plain == name) part.Plain = name + "Terms";
        if (rows) part = To.SumRows(name, part);
        if (rows && cols && part.Plain == name) part.Plain = name + "Row";
        return cols ? To.SumCols(name, part) : part;
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);
}
