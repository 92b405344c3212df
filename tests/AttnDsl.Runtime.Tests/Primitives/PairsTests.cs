using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class PairsTests512(ITestOutputHelper output) : PairsTests<Simd512>(output);

public sealed class PairsTests256(ITestOutputHelper output) : PairsTests<Simd256>(output);

public sealed class PairsTests128(ITestOutputHelper output) : PairsTests<Simd128>(output);

public sealed class PairsTestsScalar(ITestOutputHelper output) : PairsTests<SimdScalar>(output);

public abstract class PairsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    private const int Rows = 3;

    private static int[] Widths { get; } = [0, 2, 4, 6, 14, 16, 18, 30, 32, 34, 66];

    [Theory]
    [InlineData(PairLayout.HalfSplit, false)]
    [InlineData(PairLayout.HalfSplit, true)]
    [InlineData(PairLayout.Interleaved, false)]
    [InlineData(PairLayout.Interleaved, true)]
    public void Product_AnySize_IsDotOrCross(PairLayout layout, bool cross)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(20);
        foreach (int k in Widths)
        {
            using Matrix x = Matrix.Random(random, Rows, k, gap: 3);
            using Matrix y = Matrix.Random(random, Rows, k, gap: 1);
            using var z = new Matrix(Rows, k / 2, gap: 5);
            Pairs.Product<TVec>(Rows, k, layout, cross, ref x.Ref, x.Stride, ref y.Ref, y.Stride, ref z.Ref, z.Stride);
            z.CheckCanaries();
            ForEach(layout, k, (t, i, first, second) =>
            {
                double p = (double)x[t, first] * (cross ? y[t, second] : y[t, first]);
                double q = (double)x[t, second] * (cross ? -y[t, first] : y[t, second]);
                Rounding.Check(p + q, z[t, i], 2 * Rounding.Unit * (Math.Abs(p) + Math.Abs(q)), "product", t, i);
            });
        }
    }

    [Theory]
    [InlineData(PairLayout.HalfSplit)]
    [InlineData(PairLayout.Interleaved)]
    public void SpreadAndFold_AnySize_CopyAndSum(PairLayout layout)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(21);
        foreach (int k in Widths)
        {
            using Matrix x = Matrix.Random(random, Rows, k / 2, gap: 3);
            using Matrix y = Matrix.Random(random, Rows, k, gap: 1);
            using var spread = new Matrix(Rows, k, gap: 5);
            using var fold = new Matrix(Rows, k / 2, gap: 2);
            Pairs.Spread<TVec>(Rows, k, layout, ref x.Ref, x.Stride, ref spread.Ref, spread.Stride);
            Pairs.Fold<TVec>(Rows, k, layout, ref y.Ref, y.Stride, ref fold.Ref, fold.Stride);
            spread.CheckCanaries();
            fold.CheckCanaries();
            ForEach(layout, k, (t, i, first, second) =>
            {
                Assert.Equal((x[t, i], x[t, i]), (spread[t, first], spread[t, second]));
                Assert.Equal(y[t, first] + y[t, second], fold[t, i]);
            });
        }
    }

    private static void ForEach(PairLayout layout, int k, Action<int, int, int, int> check)
    {
        for (int t = 0; t < Rows; t++)
        {
            for (int i = 0; i < k / 2; i++)
            {
                (int first, int second) = layout == PairLayout.HalfSplit ? (i, i + (k / 2)) : (2 * i, (2 * i) + 1);
                check(t, i, first, second);
            }
        }
    }
}
