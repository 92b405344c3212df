using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class ConvolutionsTests512(ITestOutputHelper output) : ConvolutionsTests<Simd512>(output);

public sealed class ConvolutionsTests256(ITestOutputHelper output) : ConvolutionsTests<Simd256>(output);

public sealed class ConvolutionsTests128(ITestOutputHelper output) : ConvolutionsTests<Simd128>(output);

public sealed class ConvolutionsTestsScalar(ITestOutputHelper output) : ConvolutionsTests<SimdScalar>(output);

/// <summary>Against loops in double; a shorter past than the taps reach, and a longer one, too.</summary>
public abstract class ConvolutionsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(5, 2)]
    [InlineData(3, 6)]
    [InlineData(1, 1)]
    public void EachOfThem_EveryShape_IsItsSum(int taps, int kept)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(taps);
        foreach (int rows in new[] { 1, 2, 3, 4, 7, 8, 18 })
        {
            foreach (int cols in new[] { 1, 3, 8, 16, 31, 33 })
            {
                using Matrix x = Matrix.Random(random, rows, cols, gap: 3), y = Matrix.Random(random, rows, cols, gap: 1), past = Matrix.Random(random, kept, cols, gap: 2), weights = Matrix.Random(random, taps, cols);
                using Matrix sums = new(rows, cols, gap: 2), toRows = new(rows, cols, gap: 4), toPast = new(kept, cols, gap: 1), toTaps = new(taps, cols, gap: 5);
                Convolutions.Rows<TVec>(rows, cols, ref x.Ref, x.Stride, kept, ref past.Ref, past.Stride, taps, ref weights.Ref, weights.Stride, ref sums.Ref, sums.Stride);
                Convolutions.BackToRows<TVec>(rows, cols, ref y.Ref, y.Stride, taps, ref weights.Ref, weights.Stride, ref toRows.Ref, toRows.Stride);
                Convolutions.BackToPast<TVec>(rows, cols, ref y.Ref, y.Stride, taps, ref weights.Ref, weights.Stride, kept, ref toPast.Ref, toPast.Stride);
                Convolutions.BackToTaps<TVec>(rows, cols, ref y.Ref, y.Stride, ref x.Ref, x.Stride, kept, ref past.Ref, past.Stride, taps, ref toTaps.Ref, toTaps.Stride);
                Check(sums, rows, (i, j) => Sum(0, taps, w => weights[w, j] * Behind(x, past, kept, i - w, j)));
                Check(toRows, rows, (i, j) => Sum(0, taps, w => i + w < rows ? weights[w, j] * y[i + w, j] : 0));
                Check(toPast, kept, (i, j) => Sum(kept - i, taps, w => i - kept + w < rows ? weights[w, j] * y[i - kept + w, j] : 0));
                Check(toTaps, taps, (w, j) => Sum(0, rows, i => y[i, j] * Behind(x, past, kept, i - w, j)));

                void Check(Matrix actual, int count, Func<int, int, double> expected)
                {
                    actual.CheckCanaries();
                    for (int i = 0; i < count; i++)
                    {
                        for (int j = 0; j < cols; j++)
                        {
                            Assert.Equal(expected(i, j), actual[i, j], 1e-5);
                        }
                    }
                }
            }
        }
    }

    private static double Sum(int from, int to, Func<int, double> term)
    {
        double sum = 0;
        for (int n = from; n < to; n++)
        {
            sum += term(n);
        }

        return sum;
    }

    private static double Behind(Matrix x, Matrix past, int kept, int i, int j) => i >= 0 ? x[i, j] : kept + i >= 0 ? past[kept + i, j] : 0;
}
