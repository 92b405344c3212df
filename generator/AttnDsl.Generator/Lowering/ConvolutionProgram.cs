using System;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Lowering;

/// <summary>
/// Short convolutions, channel by channel. In time: of the rows of a block, in front of which stand those that the state kept of the past. On a
/// grid: of the rows of the tokens around.
/// </summary>
internal static class ConvolutionProgram
{
    private static readonly Dim One = Dim.One, W = Dim.W, D = Dim.D;

    /// <summary>Rows of an input as the layer takes them: as they come in, or convolved.</summary>
    public static Tile Load(DynamicalSystem system, RegionBuilder b, string tensor, Dim rows, Dim cols, RowPattern? pattern = null) =>
        system.Convolution is { } c && c.Replaces(tensor) ? Of(c, b, tensor, rows, cols) : b.Load(tensor, rows, cols, pattern: pattern);

    /// <summary>The convolution of an input's rows.</summary>
    public static Tile Of(Convolution convolution, RegionBuilder b, string tensor, Dim rows, Dim cols) =>
        b.Program.Once(tensor + "Convolved", () => convolution.IsOnGrid ? Around(convolution, b, tensor, rows, cols) : Convolved(convolution, b, tensor, b.Load(tensor, rows, cols)));

    private static Tile Convolved(Convolution convolution, RegionBuilder b, string tensor, Tile x)
    {
        var (p, head, cols) = (b.Program, b.Head, x.Shape.Cols);
        var past = p.Open(tensor + "Past", new(D, cols));
        var sum = b.Emit(tensor + "Convolution", new Convolve(), x, past.Start, head.Load(tensor + "Taps", W, cols, Access.Parameter));
        p.Carry(tensor + "Past", head.LoadAs(tensor + "Past0", tensor + "Past", D, cols, Access.Whole), past, b.Emit(tensor + "PastNext", new Queue(Stays: true), past.Start, x));
        p.Tail.Store(tensor + "Past", past.Final, Access.Whole);
        return Activated(convolution, b, tensor, sum);
    }

    /// <summary>Around each token of a grid, which needs no past: every token's neighbours are there.</summary>
    private static Tile Around(Convolution convolution, RegionBuilder b, string tensor, Dim rows, Dim cols)
    {
        var (head, w) = (b.Head, convolution.Width);
        var (stage, tap) = (head.Stage, Taps(head, tensor, cols));
        Tile? sum = null;
        for (var n = 0; n < w * w; n++)
        {
            var (down, right) = (n / w - w / 2, n % w - w / 2);
            var x = down == 0 && right == 0 ? b.Load(tensor, rows, cols) : b.LoadBeside(tensor + "Beside", tensor, rows, cols, new(down, right, convolution.Columns));
            sum = sum is null ? b.Map(tensor + "Convolution", (y, t) => y * t, x, tap(n)) : b.Map(tensor + "Convolution", (s, y, t) => s + y * t, sum, x, tap(n));
        }

        head.Stage = stage;
        return Activated(convolution, b, tensor, sum!);
    }

    private static Func<int, Tile> Taps(RegionBuilder head, string tensor, Dim cols)
    {
        head.Stage = "The taps, each a row.";
        var taps = head.Load(tensor + "Taps", W, cols, Access.Parameter);
        return w => head.MatMul(tensor + "Tap", At(head, W, w), taps);
    }

    private static Tile Activated(Convolution convolution, RegionBuilder b, string tensor, Tile sum) =>
        convolution.Activation == ConvolutionActivation.Silu ? b.Map(tensor + "Activated", y => y * Ex.Sigmoid(y), sum) : sum;

    /// <summary>A row that is 1 at one place and 0 elsewhere: times a tile, the tile's row there.</summary>
    private static Tile At(RegionBuilder b, Dim dim, int place) =>
        b.Fill("at" + Emit.Literals.Integer(place), new(One, dim), Ex.Max(1 - Ex.Abs(Ex.Col - place), 0));
}
