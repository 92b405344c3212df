using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// Causal short convolutions, channel by channel: the rows of a block moved down by one token after the other, with what the state kept of the
/// past in front of them.
/// </summary>
internal static class ConvolutionProgram
{
    private static readonly Dim One = Dim.One, W = Dim.W, D = Dim.D;

    /// <summary>Rows of an input as the layer takes them: as they come in, or convolved.</summary>
    public static Tile Load(DynamicalSystem system, RegionBuilder b, string tensor, Dim rows, Dim cols, RowPattern? pattern = null) =>
        system.Convolution is { } c && c.Replaces(tensor) ? Of(c, b, tensor, rows, cols) : b.Load(tensor, rows, cols, pattern: pattern);

    /// <summary>The convolution of an input's rows.</summary>
    public static Tile Of(Convolution convolution, RegionBuilder b, string tensor, Dim rows, Dim cols) =>
        b.Program.Once(tensor + "Convolved", () => Convolved(convolution, b, tensor, b.Load(tensor, rows, cols)));

    private static Tile Convolved(Convolution convolution, RegionBuilder b, string tensor, Tile x)
    {
        var (p, head, cols) = (b.Program, b.Head, x.Shape.Cols);
        var stage = head.Stage;
        head.Stage = "The taps, each a row.";
        var taps = head.Load(tensor + "Taps", W, cols, Access.Parameter);
        Tile Tap(int w) => head.MatMul(tensor + "Tap", At(head, W, w), taps);
        var sum = b.Map(tensor + "Convolution", (y, tap) => y * tap, x, Tap(0));
        var past = p.Open(tensor + "Past", new(D, cols));
        var (moved, next) = (x, (Tile?)null);
        for (var w = 1; w < convolution.Width; w++)
        {
            // What lies w rows before the next block is the last row of what is moved by w − 1.
            var kept = b.MatMulTN(tensor + "PastRow", At(b, D, w - 1), b.Emit(tensor + "LastRow", new EdgeRow(Last: true), moved));
            next = next is null ? kept : b.Add(tensor + "PastRows", next, kept);
            moved = b.Emit(tensor + "Before", new Shift(), moved, b.MatMul(tensor + "First", At(b, D, w - 1), past.Start));
            sum = b.Map(tensor + "Convolution", (s, y, tap) => s + y * tap, sum, moved, Tap(w));
        }

        head.Stage = stage;
        p.Carry(tensor + "Past", head.LoadAs(tensor + "Past0", tensor + "Past", D, cols, Access.Whole), past, next!);
        p.Tail.Store(tensor + "Past", past.Final, Access.Whole);
        return convolution.Activation == ConvolutionActivation.Silu ? b.Map(tensor + "Activated", y => y * Ex.Sigmoid(y), sum) : sum;
    }

    /// <summary>A row that is 1 at one place and 0 elsewhere: times a tile, the tile's row there.</summary>
    private static Tile At(RegionBuilder b, Dim dim, int place) =>
        b.Fill("at" + Emit.Literals.Integer(place), new(One, dim), Ex.Max(1 - Ex.Abs(Ex.Col - place), 0));
}
