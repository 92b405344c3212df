using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class DecaysTests512(ITestOutputHelper output) : DecaysTests<Simd512>(output);

public sealed class DecaysTests256(ITestOutputHelper output) : DecaysTests<Simd256>(output);

public sealed class DecaysTests128(ITestOutputHelper output) : DecaysTests<Simd128>(output);

public sealed class DecaysTestsScalar(ITestOutputHelper output) : DecaysTests<SimdScalar>(output);

public abstract class DecaysTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    [Theory]
    [InlineData(0f, false)]
    [InlineData(-0.001f, false)]
    [InlineData(-0.1f, true)]
    [InlineData(-1f, false)]
    [InlineData(-20f, true)]
    [InlineData(-1e4f, false)]
    [InlineData(float.NegativeInfinity, false)]
    public void Gram_Gates_DecayEveryChannel(float strongest, bool strict)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(11);
        double squares = 0;
        double errors = 0;
        foreach (int rows in Sizes.All)
        {
            foreach (int k in new[] { 0, 1, 5, 16, 17, 24, 64, 100 })
            {
                using Matrix g = Gates(random, rows, k, strongest);
                (double s, double e) = CheckGram(random, rows, k, g, strict);
                squares += s;
                errors += e;
            }
        }

        Output.WriteLine(FormattableString.Invariant($"rms error / rms = {Math.Sqrt(errors / squares):E2}"));
    }

    [Theory]
    [InlineData("q")]
    [InlineData("key")]
    [InlineData("g")]
    public void Gram_NaNRow_PoisonsOnlyWhatDependsOnIt(string which)
    {
        if (!IsAccelerated())
        {
            return;
        }

        const int rows = 53;
        const int k = 9;
        foreach (int bad in new[] { 0, 7, 16, 25, 31, 52 })
        {
            var random = new Random(12);
            using Matrix q = Matrix.Random(random, rows, k);
            using Matrix key = Matrix.Random(random, rows, k);
            using Matrix g = Matrix.Random(random, rows, k, low: -1, high: 0);
            using var p = new Matrix(rows, rows);
            using var scratch = new Matrix(1, Decays.GramScratchFloats(rows, k));
            (which == "q" ? q : which == "key" ? key : g)[bad, 4] = float.NaN;
            Decays.Gram<TVec>(rows, k, ref q.Ref, q.Stride, ref key.Ref, key.Stride, ref g.Ref, g.Stride, ref p.Ref, p.Stride, false, ref scratch.Ref);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < rows; j++)
                {
                    bool depends = j <= i && (which == "q" ? i == bad : which == "key" ? j == bad : j < bad && bad <= i);
                    Assert.True(depends == float.IsNaN(p[i, j]), $"{which} row {bad}: p[{i},{j}] = {p[i, j]}");
                }
            }
        }
    }

    /// <summary>Against sums over the rows between in double; what stands outside the wanted triangle must be 0.</summary>
    [Theory]
    [InlineData(-0.1f)]
    [InlineData(-3f)]
    [InlineData(float.NegativeInfinity)]
    public void Before_Gates_LeaveTheRowsOwnOut(float strongest)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(13);
        foreach (int rows in new[] { 1, 2, 15, 16, 17, 33, 64 })
        {
            foreach (int k in new[] { 1, 7, 16, 40 })
            {
                using Matrix g = Gates(random, rows, k, strongest);
                using Matrix q = Matrix.Random(random, rows, k, gap: 2);
                using Matrix key = Matrix.Random(random, rows, k, gap: 3);
                using Matrix w = Matrix.Random(random, rows, rows, gap: 1);
                using var p = new Matrix(rows, rows, gap: 4);
                using var down = new Matrix(rows, k, gap: 5);
                using var up = new Matrix(rows, k, gap: 6);
                using var scratch = new Matrix(1, Math.Max(Decays.GramScratchFloats(rows, k), Decays.ApplyScratchFloats(rows, k)));
                Decays.GramBefore<TVec>(rows, k, ref q.Ref, q.Stride, ref key.Ref, key.Stride, ref g.Ref, g.Stride, ref p.Ref, p.Stride, ref scratch.Ref);
                Decays.ApplyToQueriesBefore<TVec>(rows, k, ref w.Ref, w.Stride, ref key.Ref, key.Stride, ref g.Ref, g.Stride, ref down.Ref, down.Stride, ref scratch.Ref);
                Decays.ApplyToKeysBefore<TVec>(rows, k, ref w.Ref, w.Stride, ref q.Ref, q.Stride, ref g.Ref, g.Stride, ref up.Ref, up.Stride, ref scratch.Ref);
                p.CheckCanaries();
                down.CheckCanaries();
                up.CheckCanaries();
                scratch.CheckCanaries();
                CheckBefore(rows, k, q, key, w, g, p, down, up);
            }
        }
    }

    /// <summary>Bounds as in <see cref="CheckGram"/>: a rounding a term of a sum and factor of a decay, more where sums of g are exponentiated.</summary>
    private static void CheckBefore(int rows, int k, Matrix q, Matrix key, Matrix w, Matrix g, Matrix p, Matrix down, Matrix up)
    {
        var (scores, toQueries, toKeys) = (new (double Sum, double Bound)[rows, rows], new (double Sum, double Bound)[rows, k], new (double Sum, double Bound)[rows, k]);
        for (int c = 0; c < k; c++)
        {
            for (int j = 0; j < rows; j++)
            {
                double log = 0;
                for (int i = j + 1; i < rows; log += g[i, c], i++)
                {
                    double roundings = k + (4 * rows) + 100 + (double.IsInfinity(log) ? 0 : (16 + (rows / 16)) * -log);
                    Add(ref scores[i, j], (double)q[i, c] * key[j, c] * Math.Exp(log), roundings);
                    Add(ref toQueries[i, c], (double)w[i, j] * key[j, c] * Math.Exp(log), roundings);
                    Add(ref toKeys[j, c], (double)w[i, j] * q[i, c] * Math.Exp(log), roundings);
                }
            }
        }

        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < rows; j++)
            {
                Rounding.Check(scores[i, j].Sum, p[i, j], scores[i, j].Bound, $"Gram rows{rows} k{k}", i, j);
            }

            for (int c = 0; c < k; c++)
            {
                Rounding.Check(toQueries[i, c].Sum, down[i, c], toQueries[i, c].Bound, $"to queries rows{rows} k{k}", i, c);
                Rounding.Check(toKeys[i, c].Sum, up[i, c], toKeys[i, c].Bound, $"to keys rows{rows} k{k}", i, c);
            }
        }

        static void Add(ref (double Sum, double Bound) to, double term, double roundings) =>
            to = (to.Sum + term, to.Bound + (Math.Abs(term) * roundings * Rounding.Unit) + 1e-37);
    }

    /// <summary>Against the sum over the pairs in double; bounds as in <see cref="CheckBefore"/>, with a term for each pair.</summary>
    [Theory]
    [InlineData(-0.1f, false)]
    [InlineData(-0.1f, true)]
    [InlineData(-3f, false)]
    [InlineData(float.NegativeInfinity, false)]
    [InlineData(float.NegativeInfinity, true)]
    public void Crossing_Gates_ReceiveFromThePairsAroundThem(float strongest, bool before)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(14);
        foreach (int rows in new[] { 1, 2, 3, 17, 33 })
        {
            foreach (int k in new[] { 1, 7, 16, 40 })
            {
                using Matrix g = Gates(random, rows, k, strongest);
                using Matrix q = Matrix.Random(random, rows, k, gap: 2);
                using Matrix key = Matrix.Random(random, rows, k, gap: 3);
                using Matrix w = Matrix.Random(random, rows, rows, gap: 1);
                using var y = new Matrix(rows, k, gap: 5);
                using var scratch = new Matrix(1, Decays.CrossingScratchFloats(rows, k));
                for (int i = 0; i < rows; i++)
                {
                    for (int j = i; j < rows; j++) w[i, j] = float.NaN;
                }

                if (before) Decays.CrossingBefore<TVec>(rows, k, ref w.Ref, w.Stride, ref q.Ref, q.Stride, ref key.Ref, key.Stride, ref g.Ref, g.Stride, ref y.Ref, y.Stride, ref scratch.Ref);
                else Decays.Crossing<TVec>(rows, k, ref w.Ref, w.Stride, ref q.Ref, q.Stride, ref key.Ref, key.Stride, ref g.Ref, g.Stride, ref y.Ref, y.Stride, ref scratch.Ref);
                y.CheckCanaries();
                scratch.CheckCanaries();
                CheckCrossing(rows, k, q, key, w, g, y, before);
            }
        }
    }

    private static void CheckCrossing(int rows, int k, Matrix q, Matrix key, Matrix w, Matrix g, Matrix y, bool before)
    {
        for (int c = 0; c < k; c++)
        {
            var (sums, bounds) = (new double[rows], new double[rows]);
            for (int j = 0; j < rows; j++)
            {
                double log = 0;
                for (int i = j + 1; i < rows; i++)
                {
                    // The last row that decays on the way from j to i.
                    int last = before ? i - 1 : i;
                    if (last > j) log += g[last, c];
                    double term = (double)w[i, j] * q[i, c] * key[j, c] * Math.Exp(log);
                    for (int r = j + 1; r <= last; r++)
                    {
                        sums[r] += term;
                        bounds[r] += (Math.Abs(term) * ((8 * rows) + 100) * Rounding.Unit) + 1e-37;
                    }
                }
            }

            for (int r = 0; r < rows; r++) Rounding.Check(sums[r], y[r, c], bounds[r], $"crossing rows{rows} k{k}", r, c);
        }
    }

    private static Matrix Gates(Random random, int rows, int k, float strongest)
    {
        if (!float.IsInfinity(strongest))
        {
            return Matrix.Random(random, rows, k, gap: 1, low: strongest, high: 0);
        }

        // Mostly weak gates, with infinite and zero ones among them.
        Matrix g = Matrix.Random(random, rows, k, gap: 1, low: -0.5f, high: 0);
        for (int i = 0; i < rows; i++)
        {
            for (int c = 0; c < k; c++)
            {
                g[i, c] = random.Next(12) switch { 0 => strongest, 1 => 0, _ => g[i, c] };
            }
        }

        return g;
    }

    /// <summary>
    /// Bound, in roundings of Σ|q·key·decay|: k for the sum; at most 32 factors e^g of 3 each; the sums of g of whole blocks, one
    /// rounding a row of a block and a block, times their size because they are exponentiated.
    /// </summary>
    private static (double Squares, double Errors) CheckGram(Random random, int rows, int k, Matrix g, bool strict)
    {
        using Matrix q = Matrix.Random(random, rows, k, gap: 2);
        using Matrix key = Matrix.Random(random, rows, k, gap: 3);
        using var p = new Matrix(rows, rows, gap: 4);
        using var scratch = new Matrix(1, Decays.GramScratchFloats(rows, k));
        Decays.Gram<TVec>(rows, k, ref q.Ref, q.Stride, ref key.Ref, key.Stride, ref g.Ref, g.Stride, ref p.Ref, p.Stride, strict, ref scratch.Ref);
        p.CheckCanaries();
        scratch.CheckCanaries();
        string what = $"rows{rows} k{k}";
        double squares = 0;
        double errors = 0;
        for (int j = 0; j < rows; j++)
        {
            var sums = new double[k];
            for (int i = 0; i < rows; i++)
            {
                double expected = 0;
                double bound = 0;
                for (int c = 0; c < k && i >= j; c++)
                {
                    sums[c] += i > j ? g[i, c] : 0;
                    if (i == j && strict)
                    {
                        continue;
                    }

                    double term = (double)q[i, c] * key[j, c] * Math.Exp(sums[c]);
                    expected += term;
                    double roundings = term == 0 ? 0 : k + 100 + ((16 + (rows / 16)) * -sums[c]);
                    bound += Math.Abs(term) * roundings * Rounding.Unit;
                }

                Rounding.Check(expected, p[i, j], bound + (k * 1e-37), what, i, j);
                squares += expected * expected;
                errors += (p[i, j] - expected) * (p[i, j] - expected);
            }
        }

        return (squares, errors);
    }
}
