using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class TilesTests512(ITestOutputHelper output) : TilesTests<Simd512>(output);

public sealed class TilesTests256(ITestOutputHelper output) : TilesTests<Simd256>(output);

public sealed class TilesTests128(ITestOutputHelper output) : TilesTests<Simd128>(output);

public sealed class TilesTestsScalar(ITestOutputHelper output) : TilesTests<SimdScalar>(output);

public abstract class TilesTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    [Fact]
    public void Transpose_AnySize_SwapsIndices()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(1);
        foreach (int rows in Sizes.All)
        {
            foreach (int cols in Sizes.All)
            {
                using Matrix x = Matrix.Random(random, rows, cols, gap: 3);
                using var y = new Matrix(cols, rows, gap: 2);
                Tiles.Transpose<TVec>(rows, cols, ref x.Ref, x.Stride, ref y.Ref, y.Stride);
                y.CheckCanaries();
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < cols; j++)
                    {
                        Assert.Equal(x[i, j], y[j, i]);
                    }
                }
            }
        }
    }

    [Fact]
    public void GatherAndScatter_AnySize_AreInverse()
    {
        var random = new Random(2);
        foreach (int n in Sizes.All)
        {
            using Matrix column = Matrix.Random(random, n, 1, gap: 6);
            using var packed = new Matrix(1, n);
            using var back = new Matrix(n, 1, gap: 4);
            Tiles.Gather(n, ref column.Ref, column.Stride, ref packed.Ref);
            Tiles.Scatter(n, ref packed.Ref, ref back.Ref, back.Stride);
            packed.CheckCanaries();
            back.CheckCanaries();
            for (int i = 0; i < n; i++)
            {
                Assert.Equal(column[i, 0], packed[0, i]);
                Assert.Equal(column[i, 0], back[i, 0]);
            }
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(16, 5)]
    public void SpreadAndPick_AnyStart_AreAdjoint(int every, int phase)
    {
        var random = new Random(every + phase);
        foreach (int rows in new[] { 1, 2, 5, 16, 33 })
        {
            foreach (int first in new[] { 0, 1, 7, 16 })
            {
                int tokens = ((first + rows - 1) / every) + 1;
                using Matrix x = Matrix.Random(random, tokens, 5, gap: 2);
                using var spread = new Matrix(rows, 5, gap: 3);
                using Matrix picked = Matrix.Random(random, tokens, 5, gap: 1);
                using Matrix before = picked.Copy(0);
                Tiles.Spread(rows, 5, ref x.Ref, x.Stride, first, every, phase, ref spread.Ref, spread.Stride, -2f);
                Tiles.Pick(rows, 5, ref spread.Ref, spread.Stride, ref picked.Ref, picked.Stride, first, every, phase, accumulate: true);
                spread.CheckCanaries();
                picked.CheckCanaries();
                var seen = new bool[tokens];
                for (int i = 0; i < rows; i++)
                {
                    bool there = (first + i) % every == phase;
                    int token = (first + i) / every;
                    seen[token] |= there;
                    for (int j = 0; j < 5; j++)
                    {
                        Assert.Equal(there ? x[token, j] : -2f, spread[i, j]);
                    }
                }

                for (int token = 0; token < tokens; token++)
                {
                    for (int j = 0; j < 5; j++)
                    {
                        Assert.Equal(before[token, j] + (seen[token] ? x[token, j] : 0), picked[token, j]);
                    }
                }
            }
        }
    }
}
