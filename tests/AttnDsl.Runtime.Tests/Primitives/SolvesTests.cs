using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class SolvesTests512(ITestOutputHelper output) : SolvesTests<Simd512>(output);

public sealed class SolvesTests256(ITestOutputHelper output) : SolvesTests<Simd256>(output);

public sealed class SolvesTests128(ITestOutputHelper output) : SolvesTests<Simd128>(output);

public sealed class SolvesTestsScalar(ITestOutputHelper output) : SolvesTests<SimdScalar>(output);

public abstract class SolvesTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    /// <summary>
    /// Backward error of substitution: the residual of row i is at most the roundings of its own sum, i + 2 units of Σ|a||x|.
    /// </summary>
    [Fact]
    public void UnitLower_AnySize_LeavesSmallResidual()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(7);
        foreach (int rows in Sizes.All)
        {
            foreach (int cols in Sizes.All)
            {
                using Matrix a = Matrix.Random(random, rows, rows, gap: 2, low: -0.3f, high: 0.3f);
                for (int i = 0; i < rows; i++)
                {
                    for (int j = i; j < rows; j++)
                    {
                        a[i, j] = float.NaN;
                    }
                }

                using Matrix x = Matrix.Random(random, rows, cols, gap: 3);
                using Matrix right = x.Copy(0);
                Solves.UnitLower<TVec>(rows, cols, ref a.Ref, a.Stride, ref x.Ref, x.Stride);
                x.CheckCanaries();
                string what = $"rows{rows} cols{cols}";
                for (int i = 0; i < rows; i++)
                {
                    for (int c = 0; c < cols; c++)
                    {
                        double sum = x[i, c];
                        double magnitude = Math.Abs(sum) + Math.Abs(right[i, c]);
                        for (int j = 0; j < i; j++)
                        {
                            double product = (double)a[i, j] * x[j, c];
                            sum += product;
                            magnitude += Math.Abs(product);
                        }

                        Rounding.Check(sum, right[i, c], (i + 2) * Rounding.Unit * magnitude, what, i, c);
                    }
                }
            }
        }
    }

    [Fact]
    public void UnitLower_NaNInRow_PoisonsOnlyWhatFollows()
    {
        if (!IsAccelerated())
        {
            return;
        }

        using Matrix a = Matrix.Random(new Random(8), 40, 40);
        using Matrix x = Matrix.Random(new Random(9), 40, 5);
        x[20, 2] = float.NaN;
        Solves.UnitLower<TVec>(40, 5, ref a.Ref, a.Stride, ref x.Ref, x.Stride);
        for (int i = 0; i < 40; i++)
        {
            for (int c = 0; c < 5; c++)
            {
                Assert.Equal(i >= 20 && c == 2, float.IsNaN(x[i, c]));
            }
        }
    }
}
