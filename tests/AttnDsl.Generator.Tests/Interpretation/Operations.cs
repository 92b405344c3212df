using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Semantics;

namespace AttnDsl.Generator.Tests.Interpretation;

/// <summary>The primitives as they are defined: the naive formula of each, on whole tiles. Loads and stores are the program's.</summary>
internal static class Operations
{
    public static Complex[,] Apply(Primitive op, IReadOnlyList<Complex[,]> x, IReadOnlyList<Tile> args, Turn turn) => op switch
    {
        Map m => Fill(turn, m.Shape, (i, j) => At(m.Expr, m.Shape, i, j, x, args, turn)),
        Reduce r => Reduced(r, x, args, turn),
        Transpose => Fill(x[0].GetLength(1), x[0].GetLength(0), (i, j) => x[0][j, i]),
        MatMul m => Product(m.TransposeA ? Transposed(x[0]) : x[0], m.TransposeB ? Transposed(x[1]) : x[1]),
        PrefixSum p => Fill(Rows(x[0]), Cols(x[0]), (i, j) => Sum(Rows(x[0]), r => (p.Reversed ? r > i : r < i) || (r == i && !p.Exclusive), r => x[0][r, j])),
        SegmentSum s => Fill(Rows(x[0]), Rows(x[0]), (i, j) => Between(x[0], j, s.Before ? i - 1 : i, 0)),
        DecayedGram g => Fill(Rows(x[0]), Rows(x[0]), (i, j) => Counts(i, j, g.Strict || g.Before) ? Sum(Cols(x[0]), _ => true, c => x[0][i, c] * x[1][j, c] * Complex.Exp(Between(x[2], j, g.Before ? i - 1 : i, c))) : 0),
        DecayedApply { ToKeys: false } a => Fill(Rows(x[1]), Cols(x[1]), (i, c) => Sum(Rows(x[1]), j => Counts(i, j, a.Strict || a.Before), j => x[0][i, j] * x[1][j, c] * Complex.Exp(Between(x[2], j, a.Before ? i - 1 : i, c)))),
        DecayedApply a => Fill(Rows(x[1]), Cols(x[1]), (j, c) => Sum(Rows(x[1]), i => Counts(i, j, a.Strict || a.Before), i => x[0][i, j] * x[1][i, c] * Complex.Exp(Between(x[2], j, a.Before ? i - 1 : i, c)))),
        DecayedCrossing g => Fill(Rows(x[1]), Cols(x[1]), (r, c) => Sum(Rows(x[1]) * Rows(x[1]), n => n % Rows(x[1]) < r && (g.Before ? r < n / Rows(x[1]) : r <= n / Rows(x[1])), n =>
            x[0][n / Rows(x[1]), n % Rows(x[1])] * x[1][n / Rows(x[1]), c] * x[2][n % Rows(x[1]), c] * Complex.Exp(Between(x[3], n % Rows(x[1]), (n / Rows(x[1])) - (g.Before ? 1 : 0), c)))),
        UnitLowerSolve s => Solved(x[0], x[1], s.Transposed),
        Rotate r => Rotated(r, x[0], x[1], x[2]),
        PairProduct p => Fill(Rows(x[0]), Cols(x[0]) / 2, (i, n) => Paired(p.Layout, n, Cols(x[0])) is var (f, s) && p.Cross ? x[0][i, f] * x[1][i, s] - x[0][i, s] * x[1][i, f] : x[0][i, f] * x[1][i, f] + x[0][i, s] * x[1][i, s]),
        SpreadPairs p => Fill(Rows(x[0]), 2 * Cols(x[0]), (i, j) => x[0][i, p.Layout == PairLayout.HalfSplit ? j % Cols(x[0]) : j / 2]),
        FoldPairs p => Fill(Rows(x[0]), Cols(x[0]) / 2, (i, n) => Paired(p.Layout, n, Cols(x[0])) is var (f, s) ? x[0][i, f] + x[0][i, s] : 0),
        // Angles may be whole turns further on, and nothing is rounded.
        PhaseSum p => Fill(Rows(x[0]), Cols(x[0]), (i, j) => Phase(p, x, i, j)),
        PhaseEnd { Rest: false } p => Fill(1, Cols(x[0]), (_, j) => Phase(p.Sum, x, Rows(x[0]) - 1, j)),
        PhaseEnd => new Complex[1, Cols(x[0])],
        Temper t => Fill(Rows(x[0]), Cols(x[0]), (i, j) => x[0][i, j] * Tau(t.Temperatures, j)),
        CompensatedSum { Rest: false } => Fill(Rows(x[0]), 1, (i, _) => x[1][0, 0] + x[2][0, 0].Real + Sum(Rows(x[0]), r => r <= i, r => x[0][r, 0])),
        CompensatedSum => new Complex[Rows(x[0]), 1],
        Scan => Recurrent(x[0], x[1], x[2]),
        ReverseScan => Fill(Rows(x[1]), Cols(x[1]), (i, j) => Sum(Rows(x[1]), r => r >= i, r => x[1][r, j] * Enumerable.Range(i + 1, r - i).Aggregate(Complex.One, (p, n) => p * x[0][n, j]))),
        Shift s => Fill(Rows(x[0]), Cols(x[0]), (i, j) => s.Up ? i + 1 < Rows(x[0]) ? x[0][i + 1, j] : x[1][0, j] : i > 0 ? x[0][i - 1, j] : x[1][0, j]),
        StateReads { Corrects: true } => StateRead(x[0], x[1], Corrections(x[1], x[2], x[3], x[4], x.ElementAtOrDefault(5)), x[3], x.ElementAtOrDefault(5)),
        StateReads => StateRead(x[0], x[1], x[2], x[3], x.ElementAtOrDefault(4)),
        StateAfter { Corrects: true } => LastState(x[0], Corrections(x[0], x[1], x[2], x[3], x.ElementAtOrDefault(4)), x[2], x.ElementAtOrDefault(4)),
        StateAfter => LastState(x[0], x[1], x[2], x.ElementAtOrDefault(3)),
        EdgeRow e => Fill(1, Cols(x[0]), (_, j) => x[0][e.Last ? Rows(x[0]) - 1 : 0, j]),
        Queue q => Fill(Rows(x[q.Stays ? 0 : 1]), Cols(x[0]), (i, j) => (q.Stays ? Rows(x[1]) : 0) + i is var n && n < Rows(x[0]) ? x[0][n, j] : x[1][n - Rows(x[0]), j]),
        Convolve => Fill(Rows(x[0]), Cols(x[0]), (i, j) => Sum(Rows(x[2]), _ => true, w => x[2][w, j] * Behind(x[1], x[0], i - w, j))),
        ConvolveBack c => Fill(c.Past is { } past ? turn.Size(past) : Rows(x[0]), Cols(x[0]), (i, j) => i - (c.Past is { } before ? turn.Size(before) : 0) is var row
            ? Sum(Rows(x[1]), w => row + w >= 0 && row + w < Rows(x[0]), w => x[1][w, j] * x[0][row + w, j]) : 0),
        ConvolveTaps c => Fill(turn.Size(c.Taps), Cols(x[0]), (w, j) => Sum(Rows(x[0]), _ => true, i => x[0][i, j] * Behind(x[2], x[1], i - w, j))),
        Spread s => Fill(Rows(x[0]), turn.Size(s.Outer) * turn.Size(s.Inner), (i, j) => x[0][i, s.OfOuter ? j / turn.Size(s.Inner) : j % turn.Size(s.Inner)]),
        Collect c => Fill(Rows(x[0]), turn.Size(c.OfOuter ? c.Outer : c.Inner), (i, j) => Sum(Cols(x[0]), n => (c.OfOuter ? n / turn.Size(c.Inner) : n % turn.Size(c.Inner)) == j, n => x[0][i, n])),
        LevelOf l => Fill(Rows(x[0]), 1, (i, _) => Level(x[0][i, 0], x[1][0, 0], l.Last)),
        LevelWeights l => Fill(Rows(x[1]), Rows(x[2]), (i, j) => x[0][i, Level(x[1][i, 0], x[2][j, 0], l.Last)]),
        LevelSums l => Fill(Rows(x[1]), l.Last + 1, (i, n) => Sum(Rows(x[2]), j => Level(x[1][i, 0], x[2][j, 0], l.Last) == n, j => x[0][i, j])),
        MergeLevels m => turn.Size(m.Inner) is var inner && (int)x[1][0, 0].Real is var at && m.Back
            ? Fill(Rows(x[0]), Cols(x[0]), (i, j) => x[0][i / inner < at ? (at * inner) + (i % inner) : i, j])
            : Fill(Rows(x[0]), Cols(x[0]), (i, j) => Sum(Rows(x[0]), r => r % inner == i % inner && i / inner >= at && (r == i || (i / inner == at && r < i)), r => x[0][r, j])),
        Join => Fill(Rows(x[0]), Cols(x[0]) + Cols(x[1]), (i, j) => j < Cols(x[0]) ? x[0][i, j] : x[1][i, j - Cols(x[0])]),
        Part p => Fill(Rows(x[0]), turn.Size(p.Cols), (i, j) => x[0][i, p.IsFirst ? j : turn.Size(p.Others) + j]),
        GroupedProduct p => Grouped(x[0], p.Back ? x[1] : Transposed(x[1]), turn.Size(p.Groups)),
        GroupedGram g => Enumerable.Range(0, turn.Size(g.Groups)).Select(n => Product(Transposed(Group(x[0], n, turn.Size(g.Groups))), Group(x[1], n, turn.Size(g.Groups))))
            .Aggregate(Fill(turn, g.ShapeOf(args), (_, _) => 0), (sum, term) => Fill(Rows(sum), Cols(sum), (i, j) => sum[i, j] + term[i, j])),
        PiecewiseLinear { Slope: true } => Fill(Rows(x[0]), Cols(x[0]) * Cols(x[2]), (i, j) => x[2][Piece(x[1], x[0][i, j / Cols(x[2])]), j % Cols(x[2])]),
        PiecewiseLinear => Fill(Rows(x[0]), Cols(x[0]) * Cols(x[3]), (i, j) => x[0][i, j / Cols(x[3])] is var at && Piece(x[1], at) is var n ? x[4][n, j % Cols(x[3])] + x[3][n, j % Cols(x[3])] * (at - x[2][0, n]) : 0),
        Monomials m => Expanded(m.Kernel, x[0]),
        MonomialsBack m => Contracted(m.Kernel, x[0], x[1]),
        StopGradient => turn.Setting.HoldsStabilisers ? Held(x[0]) : x[0],
        _ => throw new NotSupportedException($"the interpreter does not know {op.GetType().Name}"),
    };

    /// <summary>The values, without their slopes.</summary>
    public static Complex[,] Held(Complex[,] x) => Fill(Rows(x), Cols(x), (i, j) => x[i, j].Real);

    public static Complex[,] Fill(int rows, int cols, Func<int, int, Complex> value)
    {
        var result = new Complex[rows, cols];
        for (var i = 0; i < rows; i++)
        for (var j = 0; j < cols; j++)
            result[i, j] = value(i, j);
        return result;
    }

    /// <summary>A row of a tile, or, counted on in front of the first, of what stands before it; further back is nothing.</summary>
    private static Complex Behind(Complex[,] past, Complex[,] x, int i, int j) => i >= 0 ? x[i, j] : Rows(past) + i >= 0 ? past[Rows(past) + i, j] : 0;

    private static Complex[,] Fill(Turn turn, Shape shape, Func<int, int, Complex> value) => Fill(turn.Size(shape.Rows), turn.Size(shape.Cols), value);

    /// <summary>How many of the starts behind the first the number has reached.</summary>
    private static int Piece(Complex[,] starts, Complex x) => Enumerable.Range(1, Cols(starts) - 1).Count(n => starts[0, n].Real <= x.Real);

    private static int Level(Complex place, Complex other, int last)
    {
        var bits = 0;
        for (var differ = (uint)((int)place.Real ^ (int)other.Real); differ != 0; differ >>= 1) bits++;
        return Math.Min(bits, last);
    }

    private static (int First, int Second) Paired(PairLayout layout, int pair, int channels) =>
        layout == PairLayout.HalfSplit ? (pair, pair + channels / 2) : (2 * pair, 2 * pair + 1);

    private static Complex Phase(PhaseSum p, IReadOnlyList<Complex[,]> x, int row, int pair)
    {
        Complex Step(int r)
        {
            var step = x[0][r, pair] - (p.Differenced ? r > 0 ? x[0][r - 1, pair] : x[^1][0, pair] : 0);
            if (p.Biased) step += Complex.Exp(x[p.Gated ? 4 : 3][0, pair]);
            return p.Gated ? step / (1 + Complex.Exp(-x[3][r, Cols(x[3]) == 1 ? 0 : pair])) : step;
        }

        return x[1][0, pair] + x[2][0, pair].Real + Sum(row + 1, _ => true, r => Tau(p.Temperatures, pair) * Step(r));
    }

    private static double Tau(Temperatures t, int pair) => t.Most * (t.Kind == RotationTemperature.Geometric
        ? Math.Pow(t.Base, -(double)pair / t.Pairs)
        : Math.Tan(0.5 * Math.PI * t.Angle * pair / (t.Pairs - 1)) / Math.Tan(0.5 * Math.PI * t.Angle));

    private static int Rows(Complex[,] x) => x.GetLength(0);

    private static int Cols(Complex[,] x) => x.GetLength(1);

    private static Complex Sum(int count, Func<int, bool> counts, Func<int, Complex> term)
    {
        Complex sum = 0;
        for (var n = 0; n < count; n++)
            if (counts(n)) sum += term(n);
        return sum;
    }

    /// <summary>Σ_{j&lt;r≤i} g_rc; nothing where j comes after i.</summary>
    private static Complex Between(Complex[,] g, int j, int i, int c) => Sum(Rows(g), r => j < r && r <= i, r => g[r, c]);

    /// <summary>A cell of the state as row i leaves it.</summary>
    private static Complex[,] StateRead(Complex[,] q, Complex[,] k, Complex[,] v, Complex[,] state, Complex[,]? g) =>
        Fill(Rows(q), Cols(v), (i, j) => Sum(Cols(q), _ => true, c => q[i, c] * StateBehind(i, c, j, k, v, state, g)));

    private static Complex[,] LastState(Complex[,] k, Complex[,] v, Complex[,] state, Complex[,]? g) =>
        Fill(Cols(k), Cols(v), (c, j) => StateBehind(Rows(k) - 1, c, j, k, v, state, g));

    /// <summary>What a delta rule writes: β (v − Sᵀk) of the state before each row's own write.</summary>
    private static Complex[,] Corrections(Complex[,] k, Complex[,] v, Complex[,] state, Complex[,] beta, Complex[,]? g)
    {
        var written = new Complex[Rows(v), Cols(v)];
        for (var i = 0; i < Rows(v); i++)
        {
            // Rows from i on have written nothing yet.
            var seen = Fill(1, Cols(v), (_, j) => Sum(Cols(k), _ => true, c => k[i, c] * StateBehind(i, c, j, k, written, state, g)));
            for (var j = 0; j < Cols(v); j++) written[i, j] = beta[i, 0] * (v[i, j] - seen[0, j]);
        }

        return written;
    }

    private static Complex StateBehind(int i, int c, int j, Complex[,] k, Complex[,] v, Complex[,] state, Complex[,]? g)
    {
        Complex Decay(int from) => g is null ? 1 : Complex.Exp(Between(g, from, i, Cols(g) == 1 ? 0 : c));
        return (Decay(-1) * state[c, j]) + Sum(Rows(k), r => r <= i, r => Decay(r) * k[r, c] * v[r, j]);
    }

    private static bool Counts(int i, int j, bool strict) => strict ? j < i : j <= i;

    /// <summary>An expression at an element of its shape; arguments with a 1 in theirs repeat.</summary>
    private static Complex At(Expr expr, Shape shape, int i, int j, IReadOnlyList<Complex[,]> x, IReadOnlyList<Tile> args, Turn turn)
    {
        var values = args.Select((a, n) => x[n][a.Shape.Rows == Dim.One ? 0 : i, a.Shape.Cols == Dim.One ? 0 : j]).ToArray();
        return Evaluation.Of(expr, new(values, turn.PositionOf(shape.Rows, i), turn.PositionOf(shape.Cols, j), turn.Setting.Head, turn.Setting.RunTimeValues) { Number = (i, j) });
    }

    private static Complex[,] Reduced(Reduce r, IReadOnlyList<Complex[,]> x, IReadOnlyList<Tile> args, Turn turn)
    {
        var (rows, cols) = (turn.Size(r.Domain.Rows), turn.Size(r.Domain.Cols));
        var down = r.Along == Along.Rows;
        return Fill(down ? 1 : rows, down ? cols : 1, (i, j) =>
        {
            var terms = Enumerable.Range(0, down ? rows : cols).Select(n => At(r.Expr, r.Domain, down ? n : i, down ? j : n, x, args, turn));
            return r.Fold == Fold.Sum
                ? terms.Aggregate(Complex.Zero, (a, b) => a + b)
                : terms.Aggregate(new Complex(double.NegativeInfinity, 0), (a, b) => b.Real > a.Real ? b : a);
        });
    }

    /// <summary>The features of a polynomial kernel: 1, the channels, every product of two once, each with its factor.</summary>
    private static List<(double Factor, int[] Channels)> Features(Polynomial kernel, int channels)
    {
        var features = new List<(double, int[])>();
        if (kernel.Constant != 0) features.Add((Math.Sqrt(kernel.Constant), []));
        if (kernel.Linear != 0) features.AddRange(Enumerable.Range(0, channels).Select(c => (Math.Sqrt(kernel.Linear), new[] { c })));
        for (var a = 0; a < channels; a++)
        for (var b = a; b < channels; b++)
            features.Add((Math.Sqrt((a == b ? 1 : 2) * kernel.Square), [a, b]));
        return features;
    }

    private static Complex[,] Expanded(Polynomial kernel, Complex[,] x)
    {
        var features = Features(kernel, Cols(x));
        return Fill(Rows(x), features.Count, (i, f) => features[f].Channels.Aggregate((Complex)features[f].Factor, (product, c) => product * x[i, c]));
    }

    /// <summary>Of every feature the product rule, channel by channel.</summary>
    private static Complex[,] Contracted(Polynomial kernel, Complex[,] x, Complex[,] y)
    {
        var features = Features(kernel, Cols(x));
        return Fill(Rows(x), Cols(x), (i, c) => Sum(features.Count, _ => true, f => Enumerable.Range(0, features[f].Channels.Length).Where(n => features[f].Channels[n] == c)
            .Aggregate(Complex.Zero, (sum, n) => sum + features[f].Channels.Where((_, o) => o != n).Aggregate(y[i, f] * features[f].Factor, (product, o) => product * x[i, o]))));
    }

    /// <summary>h_i = a_i h_{i−1} + x_i.</summary>
    private static Complex[,] Recurrent(Complex[,] a, Complex[,] x, Complex[,] start)
    {
        var h = new Complex[Rows(x), Cols(x)];
        for (var i = 0; i < Rows(x); i++)
        for (var j = 0; j < Cols(x); j++)
            h[i, j] = a[i, j] * (i == 0 ? start[0, j] : h[i - 1, j]) + x[i, j];
        return h;
    }

    /// <summary>Each group of columns, as many as the matrix has rows, times the matrix.</summary>
    private static Complex[,] Grouped(Complex[,] x, Complex[,] matrix, int groups) =>
        Fill(Rows(x), groups * Cols(matrix), (i, j) => Sum(Rows(matrix), _ => true, r => x[i, j / Cols(matrix) * Rows(matrix) + r] * matrix[r, j % Cols(matrix)]));

    private static Complex[,] Group(Complex[,] x, int n, int groups) => Fill(Rows(x), Cols(x) / groups, (i, j) => x[i, n * (Cols(x) / groups) + j]);

    private static Complex[,] Transposed(Complex[,] x) => Fill(Cols(x), Rows(x), (i, j) => x[j, i]);

    private static Complex[,] Product(Complex[,] a, Complex[,] b)
    {
        if (Cols(a) != Rows(b)) throw new InvalidOperationException($"a product of {Rows(a)}×{Cols(a)} and {Rows(b)}×{Cols(b)}");
        return Fill(Rows(a), Cols(b), (i, j) => Sum(Cols(a), _ => true, r => a[i, r] * b[r, j]));
    }

    /// <summary>(I + A) X = B row by row, of A only what is below the diagonal.</summary>
    private static Complex[,] Solved(Complex[,] a, Complex[,] b, bool transposed)
    {
        var x = (Complex[,])b.Clone();
        foreach (var i in transposed ? Enumerable.Range(0, Rows(b)).Reverse() : Enumerable.Range(0, Rows(b)))
        for (var j = 0; j < Cols(b); j++)
            x[i, j] = b[i, j] - Sum(Rows(b), r => transposed ? r > i : r < i, r => (transposed ? a[r, i] : a[i, r]) * x[r, j]);
        return x;
    }

    private static Complex[,] Rotated(Rotate r, Complex[,] x, Complex[,] cos, Complex[,] sin)
    {
        var y = new Complex[Rows(x), Cols(x)];
        for (var i = 0; i < Rows(x); i++)
        for (var p = 0; p < Cols(cos); p++)
        {
            var (first, second) = r.Layout == PairLayout.HalfSplit ? (p, p + Cols(cos)) : (2 * p, 2 * p + 1);
            var (a, b, c, s) = (x[i, first], x[i, second], cos[i, p], r.Back ? -sin[i, p] : sin[i, p]);
            (y[i, first], y[i, second]) = (a * c - b * s, a * s + b * c);
        }

        return y;
    }
}
