using System;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using AttnDsl.Runtime;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Vectors;

public sealed class EveryFloatTests512(ITestOutputHelper output) : EveryFloatTests<Simd512>(output);

public sealed class EveryFloatTests256(ITestOutputHelper output) : EveryFloatTests<Simd256>(output);

public sealed class EveryFloatTests128(ITestOutputHelper output) : EveryFloatTests<Simd128>(output);

public sealed class EveryFloatTestsScalar(ITestOutputHelper output) : EveryFloatTests<SimdScalar>(output);

/// <summary>
/// e^x for every float there is. Neighbours share one exponential of double precision: that of the rest, at most 2^−6, is a sum of
/// seven terms, exact to 1e-16. The widest vectors of the machine take every float, narrower ones every eighth row of 4096, for they
/// compute the same: with ATTNDSL_EVERY_FLOAT=1 they take every float too.
/// </summary>
public abstract unsafe class EveryFloatTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    /// <summary>Floats in a row that are checked together: of one sign and exponent.</summary>
    private const int Row = 4096;

    private const float SmallestNormal = -87.3365402f;
    private const float Largest = 88.7228317f;

    [Fact]
    public void Exp_EveryFloat_WithinBound()
    {
        if (!IsAccelerated())
        {
            return;
        }

        bool everyRow = 32 * TVec.Count >= Machine.VectorBits || Environment.GetEnvironmentVariable("ATTNDSL_EVERY_FLOAT") == "1";
        var worst = new double[1 << 20];
        Parallel.For(0, worst.Length, row =>
        {
            if (!everyRow && row % 8 != 0)
            {
                return;
            }

            float* x = stackalloc float[Row];
            float* y = stackalloc float[Row];
            for (int i = 0; i < Row; i++)
            {
                x[i] = BitConverter.Int32BitsToSingle((row * Row) + i);
            }

            Exp(x, y);
            bool isInside = x[0] >= SmallestNormal && x[0] <= Largest && x[Row - 1] >= SmallestNormal && x[Row - 1] <= Largest;
            worst[row] = isInside ? WorstOfNeighbours(x, y) : IsConstant(x[0], x[Row - 1], y) ? 0 : WorstOfAny(x, y);
        });

        double ulps = worst.Max();
        string report = FormattableString.Invariant($"{typeof(TVec).Name} exp: {ulps:F3} ulp, in the row of {BitConverter.Int32BitsToSingle(Array.IndexOf(worst, ulps) * Row):R}");
        Output.WriteLine(report);
        Assert.True(ulps <= (Fuses() ? 0.9 : 1.2), report);
    }

    /// <summary>Whether multiply-adds round once: (1 + 2^−12)² keeps its last bit until then.</summary>
    private static bool Fuses()
    {
        TVec a = TVec.Create(1 + (1f / 4096));
        return TVec.Sum(TVec.MultiplyAdd(a, a, TVec.Create(-1 - (1f / 2048)))) != 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Exp(float* x, float* y)
    {
        for (int i = 0; i < Row; i += TVec.Count)
        {
            TVec.Store(TVec.Exp(TVec.Load(ref *x, i)), ref *y, i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double WorstOfNeighbours(float* x, float* y)
    {
        double middle = x[Row / 2];
        Vector256<double> shared = Vector256.Create(Math.Exp(middle));
        Vector256<double> worst = Vector256<double>.Zero;
        for (int i = 0; i < Row; i += Vector256<double>.Count)
        {
            Vector256<double> rest = Wide(x + i) - Vector256.Create(middle);
            Vector256<double> sum = Vector256.Create(1.0 / 720);
            sum = (sum * rest) + Vector256.Create(1.0 / 120);
            sum = (sum * rest) + Vector256.Create(1.0 / 24);
            sum = (sum * rest) + Vector256.Create(1.0 / 6);
            sum = (sum * rest) + Vector256.Create(0.5);
            sum = (sum * rest) + Vector256.Create(1.0);
            Vector256<double> expected = shared + (shared * rest * sum);

            // Times 2^23 / 2^exponent: exponents are 1 to 2046 and 2046 is the sum of a number's and its inverse's.
            Vector256<long> exponent = expected.AsInt64() & Vector256.Create(0x7FF0_0000_0000_0000);
            Vector256<double> perUlp = (Vector256.Create(2046L << 52) - exponent).AsDouble() * Vector256.Create(8388608.0);
            Vector256<double> error = Vector256.Abs(Wide(y + i) - expected) * perUlp;

            // The other way round a NaN would be no error.
            worst = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(error, worst), worst, error);
        }

        return Enumerable.Range(0, Vector256<double>.Count).Max(lane => double.IsNaN(worst[lane]) ? double.PositiveInfinity : worst[lane]);
    }

    /// <summary>Whether a row wholly beyond the normal results holds zeros, infinities or NaNs alone.</summary>
    private static bool IsConstant(float first, float last, float* y)
    {
        var row = new ReadOnlySpan<int>(y, Row);
        return Math.Max(first, last) < SmallestNormal ? !row.ContainsAnyExcept(0)
            : Math.Min(first, last) > Largest ? !row.ContainsAnyExcept(BitConverter.SingleToInt32Bits(float.PositiveInfinity))
            : float.IsNaN(first) && float.IsNaN(last) && !row.ContainsAnyExceptInRange(0x7F80_0001, int.MaxValue);
    }

    private static double WorstOfAny(float* x, float* y)
    {
        double worst = 0;
        for (int i = 0; i < Row; i++)
        {
            float special = x[i] < SmallestNormal ? 0 : x[i] > Largest ? float.PositiveInfinity : float.NaN;
            bool isSpecial = !(x[i] >= SmallestNormal && x[i] <= Largest);
            worst = Math.Max(worst, !isSpecial ? Rounding.Ulps(y[i], Math.Exp(x[i])) : y[i].Equals(special) ? 0 : double.PositiveInfinity);
        }

        return worst;
    }

    private static Vector256<double> Wide(float* x) => Vector256.Create((double)x[0], x[1], x[2], x[3]);
}
