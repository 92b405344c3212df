using System;

namespace AttnDsl.Generator.Ir;

/// <summary>A dimension by its letter: <c>C</c> and <c>R</c> are blocks of time, <c>K</c> and <c>V</c> channels, <c>F</c> features, <c>M</c> slots, <c>J</c> projections, <c>L</c> learned functions, <c>U</c> their hidden units, <c>I</c> the pieces of piecewise linear ones, <c>P</c> pairs of channels, <c>E</c> levels of the past, <c>W</c> taps of a convolution, <c>D</c> rows of the past that it needs, <c>X</c> tokens of a window that a state keeps as they are.</summary>
internal readonly record struct Dim(string Letter)
{
    public static readonly Dim One = new("1"), C = new("C"), R = new("R"), K = new("K"), V = new("V"), F = new("F"), M = new("M"), J = new("J"), L = new("L"), U = new("U"), I = new("I"), P = new("P"), E = new("E"), W = new("W"), D = new("D"), X = new("X");

    /// <summary>The cells of a matrix, row after row: as long as both together.</summary>
    public static Dim Product(Dim rows, Dim cols) => rows == One ? cols : cols == One ? rows : new(rows.Letter + cols.Letter);

    /// <summary>The columns of the matrices whose cells are this dimension and whose rows are another: <see cref="Product"/> undone.</summary>
    public Dim Over(Dim rows) => rows == One ? this : this == rows ? One : new(Letter.Substring(rows.Letter.Length));

    public override string ToString() => Letter;
}

/// <summary>Rows × columns, by letter: two dimensions of equal size never hide a transposition.</summary>
internal readonly record struct Shape(Dim Rows, Dim Cols)
{
    public Shape Transposed => new(Cols, Rows);

    /// <summary>A column or a row: its elements lie one after the other, whichever way it is read.</summary>
    public bool IsVector => Rows == Dim.One || Cols == Dim.One;

    /// <summary>The dimension along which the elements of a vector lie.</summary>
    public Dim Length => Rows == Dim.One ? Cols : Rows;

    public override string ToString() => $"{Rows}×{Cols}";

    /// <summary>The shape in which both fit: equal letters, or 1 repeated along the other's.</summary>
    public static Shape Broadcast(Shape a, Shape b) => new(Fit(a.Rows, b.Rows), Fit(a.Cols, b.Cols));

    private static Dim Fit(Dim a, Dim b) =>
        a == b || b == Dim.One ? a : a == Dim.One ? b : throw new ShapeException($"{a} does not broadcast with {b}");
}

/// <summary>A program that does not fit together: a mistake in the generator, never in a declaration.</summary>
internal sealed class ShapeException(string message) : Exception(message);

/// <summary>A named value of a program, assigned once. Identity is by reference.</summary>
internal sealed class Tile(string name, Shape shape)
{
    public string Name { get; } = name;

    /// <summary>What it is called where no other tile of its program is: see <see cref="TileNaming"/>.</summary>
    public string Plain { get; set; } = name;

    public Shape Shape { get; } = shape;

    public override string ToString() => Name;
}
