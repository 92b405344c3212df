using System;
using System.Linq;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class DeltasTests512(ITestOutputHelper output) : DeltasTests<Simd512>(output);

public sealed class DeltasTests256(ITestOutputHelper output) : DeltasTests<Simd256>(output);

public sealed class DeltasTests128(ITestOutputHelper output) : DeltasTests<Simd128>(output);

public sealed class DeltasTestsScalar(ITestOutputHelper output) : DeltasTests<SimdScalar>(output);

/// <summary>Against the recurrence in double, cell by cell.</summary>
public abstract class DeltasTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    private static readonly (int Rows, int Cols)[] s_sizes = [(1, 1), (3, 17), (21, 37), (20, 64)];

    [Theory]
    [InlineData(0f)]
    [InlineData(-0.01f)]
    [InlineData(-1f)]
    [InlineData(-9f)]
    [InlineData(-200f)]
    [InlineData(float.NegativeInfinity)]
    public void Advance_Gates_AreTheRecurrence(float strongest)
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(21);
        foreach (int tokens in new[] { 1, 2, 7, 35, 70 })
        {
            foreach ((int rows, int cols) in s_sizes)
            {
                foreach (int gates in new[] { 0, 1, rows }.Distinct())
                {
                    Check(random, tokens, rows, cols, gates, strongest, gap: 3);
                }
            }
        }
    }

    [Fact]
    public void Advance_NaNGate_StaysInItsRowOfTheState()
    {
        if (!IsAccelerated())
        {
            return;
        }

        const int tokens = 40, rows = 9, cols = 20;
        var random = new Random(23);
        using Matrix q = Matrix.Random(random, tokens, rows), k = Matrix.Random(random, tokens, rows), v = Matrix.Random(random, tokens, cols), g = Matrix.Random(random, tokens, rows, low: -0.1f, high: 0);
        using Matrix s = Matrix.Random(random, 1, rows * cols), beta = Matrix.Random(random, tokens, 1, low: 0, high: 1);
        using var o = new Matrix(tokens, cols);
        using var scratch = new Matrix(1, Deltas.ScratchFloats(rows));
        Ahead none = default;
        g[17, 4] = float.NaN;
        Deltas.AdvanceRowsDecayed<TVec>(tokens, rows, cols, ref q.Ref, q.Stride, ref k.Ref, k.Stride, ref v.Ref, v.Stride, ref beta.Ref, ref g.Ref, g.Stride, ref s.Ref, ref o.Ref, o.Stride, ref scratch.Ref, ref none);
        // What a key retrieves of that row is no number either, and so is what it writes.
        for (int t = 0; t < tokens; t++) Assert.Equal(t >= 17, float.IsNaN(o[t, 3]));
    }

    /// <summary>
    /// Keys of length 1 and strengths up to 1 make a state no larger, so errors do not grow: bounds in roundings of the largest that a column of
    /// the state has been, a few for each token and for each row that is summed.
    /// </summary>
    private static void Check(Random random, int tokens, int rows, int cols, int gates, float strongest, int gap)
    {
        using Matrix q = Matrix.Random(random, tokens, rows, gap), k = Matrix.Random(random, tokens, rows, gap), v = Matrix.Random(random, tokens, cols, gap), beta = Matrix.Random(random, tokens, 1, low: 0, high: 1);
        using Matrix g = Matrix.Random(random, tokens, Math.Max(1, gates), gates == 1 ? 0 : gap, float.IsInfinity(strongest) ? -0.5f : strongest, 0);
        for (int t = 0; t < tokens; t++)
        {
            double length = Math.Sqrt(Enumerable.Range(0, rows).Sum(c => (double)k[t, c] * k[t, c]));
            for (int c = 0; c < rows; c++) k[t, c] = (float)(k[t, c] / length);
            for (int c = 0; float.IsInfinity(strongest) && c < g.Cols; c++) g[t, c] = random.Next(12) switch { 0 => strongest, 1 => 0, _ => g[t, c] };
        }

        // The state's rows lie one behind the other.
        using Matrix s = Matrix.Random(random, 1, rows * cols);
        var state = new double[rows, cols];
        for (int r = 0; r < rows; r++)
        {
            for (int j = 0; j < cols; j++) state[r, j] = s[0, (r * cols) + j];
        }

        using var o = new Matrix(tokens, cols, gap);
        using var scratch = new Matrix(1, Deltas.ScratchFloats(rows));
        Ahead none = default;
        if (gates == 0) Deltas.Advance<TVec>(tokens, rows, cols, ref q.Ref, q.Stride, ref k.Ref, k.Stride, ref v.Ref, v.Stride, ref beta.Ref, ref s.Ref, ref o.Ref, o.Stride, ref scratch.Ref, ref none);
        else if (gates == 1) Deltas.AdvanceDecayed<TVec>(tokens, rows, cols, ref q.Ref, q.Stride, ref k.Ref, k.Stride, ref v.Ref, v.Stride, ref beta.Ref, ref g.Ref, ref s.Ref, ref o.Ref, o.Stride, ref scratch.Ref, ref none);
        else Deltas.AdvanceRowsDecayed<TVec>(tokens, rows, cols, ref q.Ref, q.Stride, ref k.Ref, k.Stride, ref v.Ref, v.Stride, ref beta.Ref, ref g.Ref, g.Stride, ref s.Ref, ref o.Ref, o.Stride, ref scratch.Ref, ref none);
        foreach (Matrix m in new[] { q, k, v, beta, s, o, scratch }) m.CheckCanaries();

        double roundings = ((4 * tokens) + rows + 100) * Rounding.Unit;
        var largest = new double[cols];
        for (int t = 0; t < tokens; t++)
        {
            for (int j = 0; j < cols; j++)
            {
                double Sum(Func<int, double> term) => Enumerable.Range(0, rows).Sum(term);
                largest[j] = Math.Max(largest[j], Math.Sqrt(Sum(r => state[r, j] * state[r, j])) + Math.Abs(v[t, j]));
                for (int r = 0; r < rows; r++) state[r, j] *= gates == 0 ? 1 : Math.Exp(g[t, gates == 1 ? 0 : r]);
                double written = beta[t, 0] * (v[t, j] - Sum(r => k[t, r] * state[r, j]));
                for (int r = 0; r < rows; r++) state[r, j] += k[t, r] * written;
                Rounding.Check(Sum(r => q[t, r] * state[r, j]), o[t, j], (largest[j] * Math.Sqrt(Sum(r => q[t, r] * q[t, r])) * roundings) + 1e-37, $"outputs, {tokens} tokens, {rows} x {cols}, {gates} gates", t, j);
            }
        }

        for (int r = 0; r < rows; r++)
        {
            for (int j = 0; j < cols; j++) Rounding.Check(state[r, j], s[0, (r * cols) + j], (largest[j] * roundings) + 1e-37, $"state, {tokens} tokens, {rows} x {cols}, {gates} gates", r, j);
        }
    }
}
