using System;
using System.Linq;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class LevelsTests512(ITestOutputHelper output) : LevelsTests<Simd512>(output);

public sealed class LevelsTests256(ITestOutputHelper output) : LevelsTests<Simd256>(output);

public sealed class LevelsTests128(ITestOutputHelper output) : LevelsTests<Simd128>(output);

public sealed class LevelsTestsScalar(ITestOutputHelper output) : LevelsTests<SimdScalar>(output);

public abstract class LevelsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    private const int Last = 5;

    /// <summary>Places on both sides of the wrap; −1 is the place before the first.</summary>
    [Fact]
    public void Level_AnyPlaces_IsTheBitLengthOfTheirDifference()
    {
        foreach (long first in new long[] { 0, 1, 7, 1000, (1 << 24) - 3, 3L << 24 })
        {
            var places = new float[9];
            Levels.FillPlaces(first, places.Length, ref places[0]);
            for (int i = 0; i < places.Length; i++)
            {
                for (int j = -1; j < places.Length; j++)
                {
                    float other = j < 0 ? places[0] - 1 : places[j];
                    int bits = 0;
                    for (ulong differ = (ulong)((first + i) ^ (first + j)); differ != 0; differ >>= 1) bits++;
                    Assert.Equal(Math.Min(bits, Last), Levels.Level(places[i], other, Last));
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(5, 17)]
    public void WeightsAndSums_AnySize_AreEachOthersTranspose(int rows, int cols)
    {
        var random = new Random(31);
        using Matrix x = Matrix.Random(random, rows, Last + 1, gap: 2);
        using Matrix z = Matrix.Random(random, rows, cols, gap: 1);
        using var y = new Matrix(rows, cols, gap: 3);
        using var sums = new Matrix(rows, Last + 1, gap: 3);
        float[] own = [.. Enumerable.Range(0, Math.Max(1, rows)).Select(i => 20f + i)], other = [.. Enumerable.Range(0, cols).Select(j => 3f + j)];
        Levels.Weights(rows, cols, ref x.Ref, x.Stride, ref own[0], ref other[0], Last, ref y.Ref, y.Stride);
        Levels.Sums(rows, cols, ref z.Ref, z.Stride, ref own[0], ref other[0], Last, ref sums.Ref, sums.Stride);
        y.CheckCanaries();
        sums.CheckCanaries();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < cols; j++)
            {
                Assert.Equal(x[i, Levels.Level(own[i], other[j], Last)], y[i, j]);
            }

            for (int l = 0; l <= Last; l++)
            {
                double sum = Enumerable.Range(0, cols).Where(j => Levels.Level(own[i], other[j], Last) == l).Sum(j => (double)z[i, j]);
                Rounding.Check(sum, sums[i, l], cols * Rounding.Unit * Enumerable.Range(0, cols).Sum(j => Math.Abs((double)z[i, j])), "sum", i, l);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Merge_AnyLevel_MovesLowerOnesUp(int level)
    {
        if (!IsAccelerated())
        {
            return;
        }

        const int inner = 3;
        var random = new Random(32);
        float at = level;
        foreach (int cols in new[] { 1, 15, 16, 33 })
        {
            using Matrix x = Matrix.Random(random, (Last + 1) * inner, cols, gap: 0);
            using var up = new Matrix((Last + 1) * inner, cols, gap: 2);
            using var back = new Matrix((Last + 1) * inner, cols, gap: 2);
            Levels.Merge<TVec>(Last + 1, inner, cols, back: false, ref x.Ref, x.Stride, ref at, ref up.Ref, up.Stride);
            Levels.Merge<TVec>(Last + 1, inner, cols, back: true, ref x.Ref, x.Stride, ref at, ref back.Ref, back.Stride);
            up.CheckCanaries();
            back.CheckCanaries();
            for (int l = 0; l <= Last; l++)
            {
                for (int c = 0; c < inner; c++)
                {
                    for (int j = 0; j < cols; j++)
                    {
                        double sum = l < level ? 0 : l > level ? x[(l * inner) + c, j] : Enumerable.Range(0, level + 1).Sum(m => (double)x[(m * inner) + c, j]);
                        Rounding.Check(sum, up[(l * inner) + c, j], 8 * Rounding.Unit * (level + 1), "merged", l, j);
                        Assert.Equal(x[(Math.Max(l, level) * inner) + c, j], back[(l * inner) + c, j]);
                    }
                }
            }
        }
    }
}
