using System;
using System.Linq;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class CarriedSumsTests512(ITestOutputHelper output) : CarriedSumsTests<Simd512>(output);

public sealed class CarriedSumsTests256(ITestOutputHelper output) : CarriedSumsTests<Simd256>(output);

public sealed class CarriedSumsTests128(ITestOutputHelper output) : CarriedSumsTests<Simd128>(output);

public sealed class CarriedSumsTestsScalar(ITestOutputHelper output) : CarriedSumsTests<SimdScalar>(output);

public abstract class CarriedSumsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    [Fact]
    public void Total_TermsThatCancel_IsTheRoundedExactSum()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(1);
        foreach (int n in Sizes.All.Where(n => n > 1))
        {
            // Whole numbers of 2^-30 below 1: the sum in double is exact. The last term leaves next to nothing of it.
            var x = new float[(n + 15) / 16 * 16];
            for (int i = 0; i < n - 1; i++)
            {
                x[i] = (random.Next(1 << 24) - (1 << 23)) / (float)(1 << 23);
            }

            x[n - 1] = -(float)x.Sum(value => (double)value) * 0.999999f;
            TVec fold = TVec.Create(0), lost = fold;
            for (int i = 0; i < n; i += TVec.Count)
            {
                fold = CarriedSums.Add(fold, TVec.Load(in x[0], i), ref lost);
            }

            double exact = x.Sum(value => (double)value);
            Assert.Equal((float)exact, CarriedSums.Total(fold, lost), Math.Abs((float)exact) * 1e-6f);
        }
    }
}
