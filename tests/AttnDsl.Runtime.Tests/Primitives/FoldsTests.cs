using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class FoldsTests512(ITestOutputHelper output) : FoldsTests<Simd512>(output);

public sealed class FoldsTests256(ITestOutputHelper output) : FoldsTests<Simd256>(output);

public sealed class FoldsTests128(ITestOutputHelper output) : FoldsTests<Simd128>(output);

public sealed class FoldsTestsScalar(ITestOutputHelper output) : FoldsTests<SimdScalar>(output);

/// <summary>What is left of the rows of a tile.</summary>
public abstract class FoldsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    // Whole vectors are read and written: tiles of the scratch memory, whose rows are of sixteen floats.
    [Fact]
    public void MaxDown_EveryShape_IsTheGreatestOfEachColumn()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(11);
        foreach (int rows in new[] { 1, 2, 3, 4, 5, 7, 8, 31, 128 })
        {
            foreach (int cols in new[] { 16, 32, 64 })
            {
                using Matrix x = Matrix.Random(random, rows, cols, gap: 16, low: -9, high: -8), y = new(1, cols);
                Folds.MaxDown<TVec>(rows, cols, ref x.Ref, x.Stride, ref y.Ref);
                y.CheckCanaries();
                for (int j = 0; j < cols; j++)
                {
                    float greatest = float.NegativeInfinity;
                    for (int i = 0; i < rows; i++) greatest = Math.Max(greatest, x[i, j]);
                    Assert.Equal(greatest, y[0, j]);
                }
            }
        }
    }

    [Fact]
    public void MaxDown_NoRows_IsBelowEveryScore()
    {
        using Matrix x = new(1, 16), y = new(1, 16);
        Folds.MaxDown<TVec>(0, 16, ref x.Ref, x.Stride, ref y.Ref);
        for (int j = 0; j < 16; j++) Assert.Equal(float.NegativeInfinity, y[0, j]);
    }

    [Fact]
    public void WeightsDown_EveryShape_AreThoseOfDoublePrecision()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(12);
        foreach (int rows in new[] { 1, 2, 3, 8, 31, 128 })
        {
            foreach (float offset in new[] { 0f, 40f, -300f })
            {
                // In place as well as beside; the first row is the greatest, others far enough below to vanish.
                using Matrix x = Matrix.Random(random, rows, 32, gap: 16, low: offset - 20, high: offset), most = new(1, 32), sum = new(1, 32), y = new(rows, 32), again = new(1, 32);
                for (int j = 0; j < 32; j++)
                {
                    (x[0, j], most[0, j]) = (offset, offset);
                    if (rows > 2) (x[1, j], x[2, j]) = (-1e30f, offset - 90);
                }

                using Matrix scores = x.Copy(gap: 16);
                Folds.WeightsDown<TVec>(rows, 32, ref x.Ref, x.Stride, ref most.Ref, ref y.Ref, y.Stride, ref sum.Ref);
                Folds.WeightsDown<TVec>(rows, 32, ref x.Ref, x.Stride, ref most.Ref, ref x.Ref, x.Stride, ref again.Ref);
                y.CheckCanaries();
                sum.CheckCanaries();
                for (int j = 0; j < 32; j++)
                {
                    double total = 0;
                    for (int i = 0; i < rows; i++)
                    {
                        double below = (double)scores[i, j] - offset, exact = below < -87.5 ? 0 : Math.Exp(below);
                        double bound = exact * (2e-7 - (8e-8 * below));
                        Assert.InRange(y[i, j] - exact, -bound, bound);
                        Assert.Equal(y[i, j], x[i, j]);
                        total += exact;
                    }

                    Assert.Equal(1f, y[0, j]);
                    Assert.Equal(total, sum[0, j], total * 1e-6);
                    Assert.Equal(sum[0, j], again[0, j]);
                }
            }
        }
    }

    [Fact]
    public void WeightsDown_NotANumber_Stays()
    {
        if (!IsAccelerated())
        {
            return;
        }

        using Matrix x = new(3, 16), most = new(1, 16), sum = new(1, 16);
        for (int j = 0; j < 16; j++) (most[0, j], x[0, j], x[1, j], x[2, j]) = (0, -1, j == 3 ? float.NaN : -2, -3);
        Folds.WeightsDown<TVec>(3, 16, ref x.Ref, x.Stride, ref most.Ref, ref x.Ref, x.Stride, ref sum.Ref);
        for (int j = 0; j < 16; j++) Assert.Equal(j == 3, float.IsNaN(sum[0, j]));
    }
}
