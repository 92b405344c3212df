using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class MonomialsTests512(ITestOutputHelper output) : MonomialsTests<Simd512>(output);

public sealed class MonomialsTests256(ITestOutputHelper output) : MonomialsTests<Simd256>(output);

public sealed class MonomialsTests128(ITestOutputHelper output) : MonomialsTests<Simd128>(output);

public sealed class MonomialsTestsScalar(ITestOutputHelper output) : MonomialsTests<SimdScalar>(output);

public abstract class MonomialsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    private const float Diagonal = 0.75f, Mixed = 1.25f;

    private static readonly int[] s_widths = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 40];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5f, 0)]
    [InlineData(0, 2)]
    [InlineData(0.5f, 2)]
    public void Expand_AnySize_WritesEveryProductOnce(float constant, float linear) => ForAll(constant, linear, (random, k, width) =>
    {
        const int rows = 3;
        using Matrix x = Matrix.Random(random, rows, k, gap: 3);
        using var y = new Matrix(rows, width, gap: 2);
        Monomials.Expand<TVec>(rows, k, constant, linear, Diagonal, Mixed, ref x.Ref, x.Stride, ref y.Ref, y.Stride);
        y.CheckCanaries();
        x.CheckCanaries();
        for (int t = 0; t < rows; t++)
        {
            int at = 0;
            if (constant != 0)
            {
                Assert.Equal(constant, y[t, at++]);
            }

            for (int c = 0; linear != 0 && c < k; c++)
            {
                Assert.Equal(linear * x[t, c], y[t, at++]);
            }

            for (int a = 0; a < k; a++)
            {
                for (int b = a; b < k; b++, at++)
                {
                    double expected = (a == b ? Diagonal : Mixed) * (double)x[t, a] * x[t, b];
                    Rounding.Check(expected, y[t, at], 2 * Rounding.Unit * Math.Abs(expected), "product", a, b);
                }
            }

            Assert.Equal(width, at);
        }
    });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5f, 0)]
    [InlineData(0, 2)]
    [InlineData(0.5f, 2)]
    public void Contract_AnySize_IsTheAdjoint(float constant, float linear) => ForAll(constant, linear, (random, k, width) =>
    {
        const int rows = 3;
        using Matrix x = Matrix.Random(random, rows, k, gap: 3);
        using Matrix dy = Matrix.Random(random, rows, width, gap: 1);
        using var dx = new Matrix(rows, k, gap: 2);
        Monomials.Contract<TVec>(rows, k, constant, linear, Diagonal, Mixed, ref x.Ref, x.Stride, ref dy.Ref, dy.Stride, ref dx.Ref, dx.Stride);
        dx.CheckCanaries();
        dy.CheckCanaries();
        for (int t = 0; t < rows; t++)
        {
            var expected = new double[k];
            var size = new double[k];
            int at = constant != 0 ? 1 : 0;
            for (int c = 0; linear != 0 && c < k; c++, at++)
            {
                Add(c, linear * (double)dy[t, at]);
            }

            for (int a = 0; a < k; a++)
            {
                for (int b = a; b < k; b++, at++)
                {
                    double weight = (a == b ? Diagonal : Mixed) * (double)dy[t, at];
                    Add(a, weight * x[t, b]);
                    Add(b, weight * x[t, a]);
                }
            }

            for (int c = 0; c < k; c++)
            {
                Rounding.Check(expected[c], dx[t, c], (k + 4) * Rounding.Unit * size[c], "adjoint", t, c);
            }

            void Add(int c, double term)
            {
                expected[c] += term;
                size[c] += Math.Abs(term);
            }
        }
    });

    private void ForAll(float constant, float linear, Action<Random, int, int> check)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(11);
        foreach (int k in s_widths)
        {
            check(random, k, (constant == 0 ? 0 : 1) + (linear == 0 ? 0 : k) + (k * (k + 1) / 2));
        }
    }
}
