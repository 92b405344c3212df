using System;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Primitives;
using AttnDsl.Runtime;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class PiecewiseLinearTests512(ITestOutputHelper output) : PiecewiseLinearTests<Simd512>(output);

public sealed class PiecewiseLinearTests256(ITestOutputHelper output) : PiecewiseLinearTests<Simd256>(output);

public sealed class PiecewiseLinearTests128(ITestOutputHelper output) : PiecewiseLinearTests<Simd128>(output);

public sealed class PiecewiseLinearTestsScalar(ITestOutputHelper output) : PiecewiseLinearTests<SimdScalar>(output);

public abstract class PiecewiseLinearTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    [Fact]
    public void Values_AnyTable_AreThoseOfThePieceThatXLiesOn() => ForAll((pieces, functions, x, starts, bases, slopes, values, y, scratch) =>
    {
        PiecewiseLinear.Values<TVec>(
            x.Rows, x.Cols, pieces, functions, ref x.Ref, x.Stride, ref starts.Ref, ref bases.Ref, ref slopes.Ref, slopes.Stride, ref values.Ref, values.Stride, ref y.Ref, y.Stride, ref scratch.Ref);
        return (n, l, at) => values[n, l] + ((double)slopes[n, l] * (at - bases[0, n]));
    });

    [Fact]
    public void Slopes_AnyTable_AreThoseOfThePieceThatXLiesOn() => ForAll((pieces, functions, x, starts, _, slopes, _, y, scratch) =>
    {
        PiecewiseLinear.Slopes<TVec>(x.Rows, x.Cols, pieces, functions, ref x.Ref, x.Stride, ref starts.Ref, ref slopes.Ref, slopes.Stride, ref y.Ref, y.Stride, ref scratch.Ref);
        return (n, l, _) => slopes[n, l];
    });

    private delegate Func<int, int, double, double> Lookup(int pieces, int functions, Matrix x, Matrix starts, Matrix bases, Matrix slopes, Matrix values, Matrix y, Matrix scratch);

    private void ForAll(Lookup lookup)
    {
        if (!IsAccelerated())
        {
            return;
        }

        const int rows = 3, groups = 5;
        var random = new Random(17);
        foreach (int pieces in new[] { 1, 2, 3, 16, 17, 18, 33, 65, 256, 257, 258, 300, 600 })
        {
            foreach (int functions in new[] { 1, 2, 3, 4, 7, 8, 12, 16, 17, 33 })
            {
                using Matrix starts = Matrix.Random(random, 1, pieces), bases = Matrix.Random(random, 1, pieces), slopes = Matrix.Random(random, pieces, functions), values = Matrix.Random(random, pieces, functions, gap: 1);
                float[] sorted = [.. Enumerable.Range(1, pieces - 1).Select(n => starts[0, n]).Order()];
                for (int n = 1; n < pieces; n++)
                {
                    starts[0, n] = sorted[n - 1];
                }

                // The first start is not read; some x lie on a start, beyond all of them, or nowhere.
                starts[0, 0] = float.NaN;
                using Matrix x = Matrix.Random(random, rows, groups, gap: 2, low: -1.2f, high: 1.2f);
                (x[0, 1], x[1, 2], x[2, 0]) = (starts[0, pieces / 2], starts[0, pieces - 1], float.NaN);
                if (pieces == 1)
                {
                    (x[0, 1], x[1, 2]) = (0.5f, 2);
                }

                using var y = new Matrix(rows, groups * functions, gap: 3);
                using var scratch = new Matrix(1, PiecewiseLinear.ScratchFloats(pieces));
                var expected = lookup(pieces, functions, x, starts, bases, slopes, values, y, scratch);
                y.CheckCanaries();
                x.CheckCanaries();
                for (int t = 0; t < rows; t++)
                {
                    for (int j = 0; j < groups * functions; j++)
                    {
                        float at = x[t, j / functions];
                        double value = expected(sorted.Count(s => s <= at), j % functions, at);
                        if (double.IsNaN(value)) Assert.True(float.IsNaN(y[t, j]));
                        else Rounding.Check(value, y[t, j], 8 * Rounding.Unit, "feature", t, j);
                    }
                }
            }
        }
    }
}

public sealed class PiecewiseTablesTests
{
    /// <summary>Points of turning of any size, units that never turn and units that turn at one point.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    [InlineData(false, 0.25)]
    public void Table_OfAnyUnits_IsTheFunctionToRounding(bool isShared, double below)
    {
        const int heads = 2, functions = 3, hidden = 40;
        const double factor = 0.6;
        var random = new Random(5);
        int units = isShared ? hidden : functions * hidden, pieces = below == 1 ? 1 : units + 1;
        float[] Normal(int count, double scale = 1) => [.. Enumerable.Range(0, count).Select(_ => (float)(scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
        float[] inner = Normal(heads * units), innerBias = Normal(heads * units), outer = Normal(heads * functions * hidden, 0.1), outerBias = Normal(heads * functions);
        (inner[0], inner[1], innerBias[1], inner[2], innerBias[2]) = (0, -0f, -3, 1e-30f, 2);
        (inner[3], innerBias[3], inner[4], innerBias[4], inner[5]) = (1e-5f, 3, -1e-5f, 2, 1e-40f);
        (inner[7], innerBias[7]) = (inner[6], innerBias[6]);
        float[] table = PiecewiseTables.Of(heads, pieces, functions, isShared, below, factor, inner, innerBias, outer, outerBias);
        Assert.Equal(heads * 2 * pieces * (1 + functions), table.Length);

        for (int head = 0; head < heads; head++)
        {
            float[] own = table[(head * table.Length / heads)..((head + 1) * table.Length / heads)];
            Assert.Equal(own[1..pieces].Order(), own[1..pieces]);
            foreach (float x in Normal(200, 1.5).Concat([0, 1e6f, -1e6f, 1e-6f, .. own[1..pieces].Where(s => Math.Abs(s) < 1e8f)]))
            {
                int piece = own[1..pieces].Count(s => s <= x);
                for (int l = 0; l < functions; l++)
                {
                    double expected = outerBias[(head * functions) + l], size = Math.Abs(expected);
                    for (int n = 0; n < hidden; n++)
                    {
                        int u = (head * units) + (isShared ? n : (l * hidden) + n);
                        double argument = ((double)inner[u] * x) + innerBias[u];
                        double term = outer[(head * functions * hidden) + (l * hidden) + n] * (argument > 0 ? argument : below * argument);
                        expected += term;
                        size += Math.Abs(term) + Math.Abs(outer[(head * functions * hidden) + (l * hidden) + n] * innerBias[u]);
                    }

                    double actual = own[((2 + functions) * pieces) + (piece * functions) + l] + ((double)own[(2 * pieces) + (piece * functions) + l] * (x - own[pieces + piece]));
                    Rounding.Check(factor * expected, (float)actual, 4 * Rounding.Unit * factor * size, $"function at {x:R}", head, l);
                }
            }
        }
    }

    [Fact]
    public void Table_OfUnitsThatAreNotFinite_DoesNotHideThem()
    {
        float[] table = PiecewiseTables.Of(1, 3, 1, true, 0, 1, new float[] { float.NaN, 1 }, new float[] { 1, 1 }, new float[] { 1, 1 }, new float[] { 0 });
        Assert.All(table[9..12], value => Assert.True(float.IsNaN(value)));
    }
}
