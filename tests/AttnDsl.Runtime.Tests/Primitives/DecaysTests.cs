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
