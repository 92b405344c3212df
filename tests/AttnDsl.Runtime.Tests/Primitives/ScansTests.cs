using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class ScansTests512(ITestOutputHelper output) : ScansTests<Simd512>(output);

public sealed class ScansTests256(ITestOutputHelper output) : ScansTests<Simd256>(output);

public sealed class ScansTests128(ITestOutputHelper output) : ScansTests<Simd128>(output);

public sealed class ScansTestsScalar(ITestOutputHelper output) : ScansTests<SimdScalar>(output);

public abstract class ScansTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    public void PrefixSum_Columns_SumsRows(bool reversed, bool exclusive, bool inPlace)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(3);
        foreach (int rows in Sizes.All)
        {
            foreach (int cols in Sizes.All)
            {
                using Matrix x = Matrix.Random(random, rows, cols, gap: 3);
                using Matrix original = x.Copy(0);
                using var own = new Matrix(rows, cols, gap: 7);
                Matrix y = inPlace ? x : own;
                Scans.PrefixSum<TVec>(rows, cols, ref x.Ref, x.Stride, ref y.Ref, y.Stride, reversed, exclusive);
                y.CheckCanaries();
                for (int j = 0; j < cols; j++)
                {
                    CheckSums(rows, i => original[i, j], i => y[i, j], reversed, exclusive);
                }
            }
        }
    }

    /// <summary>Bound: each term is rounded, the sum is not, whatever stands in front.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-12345.678f)]
    public void CompensatedSum_LongRuns_KeepEveryTerm(float start)
    {
        const int n = 100_000;
        using Matrix x = Matrix.Random(new Random(5), 1, n);
        using var edge = new Matrix(1, 2);
        (edge[0, 0], edge[0, 1]) = (start, start * 1e-8f);
        using var sums = new Matrix(1, n);
        using var rests = new Matrix(1, n);
        Scans.CompensatedSum(n, ref x.Ref, ref edge.Ref, ref edge[0, 1], isRest: false, ref sums.Ref);
        Scans.CompensatedSum(n, ref x.Ref, ref edge.Ref, ref edge[0, 1], isRest: true, ref rests.Ref);
        sums.CheckCanaries();
        rests.CheckCanaries();
        double expected = (double)edge[0, 0] + edge[0, 1];
        double terms = Math.Abs(start) * 1e-10;
        for (int i = 0; i < n; i++)
        {
            expected += x[0, i];
            terms += Math.Abs(x[0, i]);
            Rounding.Check(0, (float)((double)sums[0, i] + rests[0, i] - expected), 2 * Rounding.Unit * terms, "sum", i, 0);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void PrefixSum_Vector_Sums(bool reversed, bool exclusive)
    {
        var random = new Random(4);
        foreach (int n in Sizes.All)
        {
            using Matrix x = Matrix.Random(random, 1, n);
            using Matrix original = x.Copy(0);
            using var y = new Matrix(1, n);
            Scans.PrefixSum(n, ref x.Ref, ref y.Ref, reversed, exclusive);
            Scans.PrefixSum(n, ref x.Ref, ref x.Ref, reversed, exclusive);
            y.CheckCanaries();
            x.CheckCanaries();
            CheckSums(n, i => original[0, i], i => y[0, i], reversed, exclusive);
            CheckSums(n, i => original[0, i], i => x[0, i], reversed, exclusive);
        }
    }

    [Fact]
    public void SegmentSums_AnySize_SumBetweenRows()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(6);
        foreach (int n in Sizes.All)
        {
            using Matrix g = Matrix.Random(random, 1, n, low: -3, high: 0);
            using var d = new Matrix(n, n, gap: 3);
            Scans.SegmentSums<TVec>(n, ref g.Ref, ref d.Ref, d.Stride);
            d.CheckCanaries();
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double sum = 0;
                    for (int r = j + 1; r <= i; r++)
                    {
                        sum += g[0, r];
                    }

                    Rounding.Check(sum, d[i, j], Math.Max(0, i - j) * Rounding.Unit * Math.Abs(sum), "sum", i, j);
                }
            }
        }
    }

    [Fact]
    public void SegmentSums_InfiniteAndWeakGates_StayExactBehindThem()
    {
        if (!IsAccelerated())
        {
            return;
        }

        using var g = new Matrix(1, 20);
        using var d = new Matrix(20, 20);
        for (int r = 0; r < 20; r++)
        {
            g[0, r] = -0.125f;
        }

        g[0, 5] = float.NegativeInfinity;
        g[0, 6] = -1e8f;
        Scans.SegmentSums<TVec>(20, ref g.Ref, ref d.Ref, d.Stride);
        Assert.Equal(0, d[5, 5]);
        Assert.Equal(float.NegativeInfinity, d[5, 4]);
        Assert.Equal(float.NegativeInfinity, d[19, 0]);
        Assert.Equal(-1e8f, d[6, 5]);
        Assert.Equal(-0.125f * 13, d[19, 6]);
        Assert.Equal(0, d[4, 9]);
    }

    [Fact]
    public void SegmentSumsBefore_AnySize_SumStrictlyBetweenRows()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(7);
        foreach (int n in new[] { 1, 2, 15, 16, 17, 40 })
        {
            using Matrix g = Matrix.Random(random, 1, n, low: -3, high: 0);
            using var d = new Matrix(n, n, gap: 3);
            Scans.SegmentSumsBefore<TVec>(n, ref g.Ref, ref d.Ref, d.Stride);
            d.CheckCanaries();
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double sum = 0;
                    for (int r = j + 1; r < i; r++) sum += g[0, r];
                    Rounding.Check(sum, d[i, j], Math.Max(0, i - j) * Rounding.Unit * Math.Abs(sum), "sum", i, j);
                }
            }
        }
    }

    private static void CheckSums(int n, Func<int, float> x, Func<int, float> y, bool reversed, bool exclusive)
    {
        double sum = 0;
        double magnitude = 0;
        for (int step = 0; step < n; step++)
        {
            int i = reversed ? n - 1 - step : step;
            double before = sum;
            sum += x(i);
            magnitude += Math.Abs(x(i));
            Rounding.Check(exclusive ? before : sum, y(i), (step + 1) * Rounding.Unit * magnitude, "sum", i, n);
        }
    }
}
