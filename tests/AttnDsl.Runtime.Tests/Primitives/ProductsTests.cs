using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class ProductsTests512(ITestOutputHelper output) : ProductsTests<Simd512>(output);

public sealed class ProductsTests256(ITestOutputHelper output) : ProductsTests<Simd256>(output);

public sealed class ProductsTests128(ITestOutputHelper output) : ProductsTests<Simd128>(output);

public sealed class ProductsTestsScalar(ITestOutputHelper output) : ProductsTests<SimdScalar>(output);

public abstract class ProductsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Multiply_AnySize_IsProduct(bool accumulate) =>
        ForSizes(transposedA: false, (random, m, n, k, a) =>
        {
            using Matrix b = Matrix.Random(random, k, n, gap: 3);
            using Matrix c = Destination(random, m, n, accumulate);
            using Matrix before = c.Copy(0);
            Products.Multiply<TVec>(m, n, k, ref a.Ref, a.Stride, 1, ref b.Ref, b.Stride, ref c.Ref, c.Stride, accumulate);
            Check(before, c, k, accumulate, (i, j, p) => (double)a[i, p] * b[p, j]);
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Multiply_TransposedA_IsProduct(bool accumulate) =>
        ForSizes(transposedA: true, (random, m, n, k, a) =>
        {
            using Matrix b = Matrix.Random(random, k, n);
            using Matrix c = Destination(random, m, n, accumulate);
            using Matrix before = c.Copy(0);
            Products.Multiply<TVec>(m, n, k, ref a.Ref, 1, a.Stride, ref b.Ref, b.Stride, ref c.Ref, c.Stride, accumulate);
            Check(before, c, k, accumulate, (i, j, p) => (double)a[p, i] * b[p, j]);
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MultiplyTransposed_AnySize_IsProduct(bool accumulate) =>
        ForSizes(transposedA: false, (random, m, n, k, a) =>
        {
            using Matrix b = Matrix.Random(random, n, k, gap: 1);
            using Matrix c = Destination(random, m, n, accumulate);
            using Matrix before = c.Copy(0);
            using var scratch = new Matrix(1, Products.ScratchFloats(n, k));
            Products.MultiplyTransposed<TVec>(m, n, k, ref a.Ref, a.Stride, ref b.Ref, b.Stride, ref c.Ref, c.Stride, accumulate, ref scratch.Ref);
            scratch.CheckCanaries();
            Check(before, c, k, accumulate, (i, j, p) => (double)a[i, p] * b[j, p]);
        });

    [Fact]
    public void Multiply_NaNRowOfA_PoisonsItsRowOnly()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(5);
        using Matrix a = Matrix.Random(random, 17, 24);
        using Matrix b = Matrix.Random(random, 24, 20);
        using var c = new Matrix(17, 20);
        a[5, 3] = float.NaN;
        Products.Multiply<TVec>(17, 20, 24, ref a.Ref, a.Stride, 1, ref b.Ref, b.Stride, ref c.Ref, c.Stride, accumulate: false);
        for (int i = 0; i < 17; i++)
        {
            for (int j = 0; j < 20; j++)
            {
                Assert.Equal(i == 5, float.IsNaN(c[i, j]));
            }
        }
    }

    private static Matrix Destination(Random random, int m, int n, bool accumulate) =>
        accumulate ? Matrix.Random(random, m, n, gap: 5) : new Matrix(m, n, gap: 5);

    /// <summary>Bound: k products and sums, each with one rounding of at most the sum of magnitudes.</summary>
    private static void Check(Matrix before, Matrix c, int k, bool accumulate, Func<int, int, int, double> term)
    {
        c.CheckCanaries();
        string what = $"m{c.Rows} n{c.Cols} k{k}";
        for (int i = 0; i < c.Rows; i++)
        {
            for (int j = 0; j < c.Cols; j++)
            {
                double sum = accumulate ? before[i, j] : 0;
                double magnitude = Math.Abs(sum);
                for (int p = 0; p < k; p++)
                {
                    double product = term(i, j, p);
                    sum += product;
                    magnitude += Math.Abs(product);
                }

                Rounding.Check(sum, c[i, j], (k + 2) * Rounding.Unit * magnitude, what, i, j);
            }
        }
    }

    private void ForSizes(bool transposedA, Action<Random, int, int, int, Matrix> test)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(42);
        int[] rows = [.. Sizes.All, 3, 4, 12];
        foreach (int m in rows)
        {
            foreach (int k in Sizes.All)
            {
                using Matrix a = transposedA ? Matrix.Random(random, k, m, gap: 2) : Matrix.Random(random, m, k, gap: 2);
                foreach (int n in Sizes.All)
                {
                    test(random, m, n, k, a);
                }
            }
        }
    }
}
