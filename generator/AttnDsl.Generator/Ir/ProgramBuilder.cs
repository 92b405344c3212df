using System.Collections.Generic;
using AttnDsl.Generator.Infrastructure;

namespace AttnDsl.Generator.Ir;

/// <summary>Writes a program: three regions and the carried tiles.</summary>
internal sealed class ProgramBuilder
{
    private readonly HashSet<string> _names = [];
    private readonly List<Carry> _carries = [];
    private readonly Dictionary<string, Tile> _once = [];
    private readonly string _name;
    private readonly Dim _loop;
    private readonly Dim? _grid;
    private readonly Visits _visits;

    public ProgramBuilder(string name, Dim loop, Dim? grid = null, Visits visits = Visits.All)
    {
        (_name, _loop, _grid, _visits) = (name, loop, grid, visits);
        Head = new(this, null);
        Body = new(this, Head);
        Tail = new(this, Head);
    }

    public RegionBuilder Head { get; }

    public RegionBuilder Body { get; }

    public RegionBuilder Tail { get; }

    /// <summary>What is made where it is first asked for, and there afterwards: a part that carries something through the loop.</summary>
    public Tile Once(string key, System.Func<Tile> make) => _once.TryGetValue(key, out var tile) ? tile : _once[key] = make();

    public Tile NewTile(string name, Shape shape)
    {
        var unique = name;
        for (var n = 2; !_names.Add(unique); n++) unique = name + n.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new Tile(unique, shape) { Plain = name };
    }

    /// <summary>Keeps a name for a tile that is taken over from another program.</summary>
    public void Reserve(Tile tile) => _names.Add(tile.Name);

    /// <summary>Opens a carried tile; close it with <see cref="Carry"/> once the body has produced its next value.</summary>
    public (Tile Start, Tile Final) Open(string name, Shape shape, string? final = null) => (NewTile(name, shape), NewTile(final ?? name + "End", shape));

    public void Carry(string name, Tile initial, (Tile Start, Tile Final) tile, Tile next, bool isReference = false)
    {
        if (next.Shape != tile.Start.Shape || initial.Shape != tile.Start.Shape)
            throw new ShapeException($"carried tile {name} is {tile.Start.Shape}, starts as {initial.Shape}, becomes {next.Shape}");
        _carries.Add(new(name, initial, tile.Start, next, tile.Final, isReference));
    }

    public void Carry(Carry carry) => Carry(carry.Name, carry.Initial, (carry.Start, carry.Final), carry.Next, carry.IsReference);

    public TileProgram Build() => DeadCode.Eliminate(new(
        _name, _loop, _grid, _visits, new(Head.Statements), new(_carries), new(Body.Statements), new(Tail.Statements)));
}
