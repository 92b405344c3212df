using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class RotationsTests512(ITestOutputHelper output) : RotationsTests<Simd512>(output);

public sealed class RotationsTests256(ITestOutputHelper output) : RotationsTests<Simd256>(output);

public sealed class RotationsTests128(ITestOutputHelper output) : RotationsTests<Simd128>(output);

public sealed class RotationsTestsScalar(ITestOutputHelper output) : RotationsTests<SimdScalar>(output);

public abstract class RotationsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    [Theory]
    [InlineData(PairLayout.HalfSplit, false)]
    [InlineData(PairLayout.HalfSplit, true)]
    [InlineData(PairLayout.Interleaved, false)]
    [InlineData(PairLayout.Interleaved, true)]
    public void Rotate_AnySize_TurnsPairs(PairLayout layout, bool inPlace)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(10);
        foreach (int k in new[] { 0, 2, 4, 6, 14, 16, 18, 24, 30, 32, 34, 64, 66, 96, 100, 128 })
        {
            const int rows = 5;
            int pairs = k / 2;
            using Matrix x = Matrix.Random(random, rows, k, gap: 3);
            using Matrix original = x.Copy(0);
            using Matrix cos = Matrix.Random(random, rows, pairs, gap: 1);
            using Matrix sin = Matrix.Random(random, rows, pairs, gap: 1);
            using var own = new Matrix(rows, k, gap: 2);
            Matrix y = inPlace ? x : own;
            Rotations.Rotate<TVec>(rows, k, layout, ref x.Ref, x.Stride, ref cos.Ref, ref sin.Ref, cos.Stride, ref y.Ref, y.Stride);
            y.CheckCanaries();
            for (int t = 0; t < rows; t++)
            {
                for (int i = 0; i < pairs; i++)
                {
                    (int first, int second) = layout == PairLayout.HalfSplit ? (i, i + pairs) : (2 * i, (2 * i) + 1);
                    double a = original[t, first];
                    double b = original[t, second];
                    double c = cos[t, i];
                    double s = sin[t, i];
                    double bound = 2 * Rounding.Unit * (Math.Abs(a) + Math.Abs(b));
                    Rounding.Check((a * c) - (b * s), y[t, first], bound, "first of pair", t, i);
                    Rounding.Check((a * s) + (b * c), y[t, second], bound, "second of pair", t, i);
                }
            }
        }
    }

    /// <summary>Bound: the rounding to float, and 1e-16 of the angle for rounding its double.</summary>
    [Theory]
    [InlineData(0, 10000)]
    [InlineData(1234567, 10000)]
    [InlineData(4_000_000_000, 500000)]
    public void FillTable_LongPositions_AreAccurate(long firstPosition, double numberBase)
    {
        foreach (int rows in new[] { 0, 1, 3, 64, 65, 200 })
        {
            foreach (int pairs in new[] { 0, 1, 12, 32 })
            {
                using var cos = new Matrix(rows, pairs, gap: 3);
                using var sin = new Matrix(rows, pairs, gap: 3);
                Rotations.FillTable(firstPosition, rows, pairs, numberBase, ref cos.Ref, ref sin.Ref, cos.Stride);
                cos.CheckCanaries();
                sin.CheckCanaries();
                for (int t = 0; t < rows; t++)
                {
                    for (int i = 0; i < pairs; i++)
                    {
                        double angle = (firstPosition + t) * Math.Pow(numberBase, -(2.0 * i) / (2 * pairs));
                        double bound = Rounding.Unit + (angle * 4e-16) + 1e-13;
                        Rounding.Check(Math.Cos(angle), cos[t, i], bound, "cos", t, i);
                        Rounding.Check(Math.Sin(angle), sin[t, i], bound, "sin", t, i);
                    }
                }
            }
        }
    }
}
