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
}
