using System;
using System.Linq;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class StatesTests512(ITestOutputHelper output) : StatesTests<Simd512>(output);

public sealed class StatesTests256(ITestOutputHelper output) : StatesTests<Simd256>(output);

public sealed class StatesTests128(ITestOutputHelper output) : StatesTests<Simd128>(output);

public sealed class StatesTestsScalar(ITestOutputHelper output) : StatesTests<SimdScalar>(output);

/// <summary>Against the recurrence in double, cell by cell.</summary>
public abstract class StatesTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    private static readonly (int Rows, int Cols)[] s_sizes = [(1, 1), (3, 17), (7, 5), (8, 16), (21, 37), (64, 32), (20, 64)];

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
        foreach (int tokens in new[] { 1, 2, 5, 31, 32, 33, 70 })
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

    /// <summary>Rows that would share cache sets are packed on the way.</summary>
    [Fact]
    public void Advance_RowsAPageApart_ArePacked()
    {
        if (IsAccelerated())
        {
            Check(new Random(22), 9, 8, 40, gates: 1, strongest: -0.1f, gap: 1024 - 40);
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
        using Matrix s = Matrix.Random(random, 1, rows * cols);
        using var o = new Matrix(tokens, cols);
        using var scratch = new Matrix(1, States.ScratchFloats(rows, cols));
        Ahead none = default;
        g[17, 4] = float.NaN;
        States.AdvanceRowsDecayed<TVec>(tokens, rows, cols, ref q.Ref, q.Stride, ref k.Ref, k.Stride, ref v.Ref, v.Stride, ref g.Ref, g.Stride, ref s.Ref, ref o.Ref, o.Stride, ref scratch.Ref, ref none);
        for (int t = 0; t < tokens; t++) Assert.Equal(t >= 17, float.IsNaN(o[t, 3]));
        for (int r = 0; r < rows; r++) Assert.Equal(r == 4, float.IsNaN(s[0, (r * cols) + 3]));
    }

    /// <summary>Bounds in roundings of the absolute values of all terms: a few for each token that a term outlives and for each row that is summed.</summary>
    private static void Check(Random random, int tokens, int rows, int cols, int gates, float strongest, int gap)
    {
        using Matrix q = Matrix.Random(random, tokens, rows, gap), k = Matrix.Random(random, tokens, rows, gap), v = Matrix.Random(random, tokens, cols, gap);
        using Matrix g = Matrix.Random(random, tokens, Math.Max(1, gates), gates == 1 ? 0 : gap, float.IsInfinity(strongest) ? -0.5f : strongest, 0);
        for (int t = 0; float.IsInfinity(strongest) && t < tokens; t++)
        {
            for (int c = 0; c < g.Cols; c++) g[t, c] = random.Next(12) switch { 0 => strongest, 1 => 0, _ => g[t, c] };
        }

        // The state's rows lie one behind the other.
        using Matrix s = Matrix.Random(random, 1, rows * cols);
        var state = new (double Value, double Size)[rows, cols];
        for (int r = 0; r < rows; r++)
        {
            for (int j = 0; j < cols; j++) state[r, j] = (s[0, (r * cols) + j], Math.Abs(s[0, (r * cols) + j]));
        }

        using var o = new Matrix(tokens, cols, gap);
        using var scratch = new Matrix(1, States.ScratchFloats(rows, cols));
        Ahead none = default;
        if (gates == 0) States.Advance<TVec>(tokens, rows, cols, ref q.Ref, q.Stride, ref k.Ref, k.Stride, ref v.Ref, v.Stride, ref s.Ref, ref o.Ref, o.Stride, ref scratch.Ref, ref none);
        else if (gates == 1) States.AdvanceDecayed<TVec>(tokens, rows, cols, ref q.Ref, q.Stride, ref k.Ref, k.Stride, ref v.Ref, v.Stride, ref g.Ref, ref s.Ref, ref o.Ref, o.Stride, ref scratch.Ref, ref none);
        else States.AdvanceRowsDecayed<TVec>(tokens, rows, cols, ref q.Ref, q.Stride, ref k.Ref, k.Stride, ref v.Ref, v.Stride, ref g.Ref, g.Stride, ref s.Ref, ref o.Ref, o.Stride, ref scratch.Ref, ref none);
        foreach (Matrix m in new[] { q, k, v, s, o, scratch }) m.CheckCanaries();

        double roundings = ((4 * tokens) + rows + 100) * Rounding.Unit;
        for (int t = 0; t < tokens; t++)
        {
            for (int j = 0; j < cols; j++)
            {
                (double sum, double size) = (0, 0);
                for (int r = 0; r < rows; r++)
                {
                    double decay = gates == 0 ? 1 : Math.Exp(g[t, gates == 1 ? 0 : r]);
                    double written = (double)k[t, r] * v[t, j];
                    state[r, j] = ((decay * state[r, j].Value) + written, (decay * state[r, j].Size) + Math.Abs(written));
                    sum += q[t, r] * state[r, j].Value;
                    size += Math.Abs(q[t, r]) * state[r, j].Size;
                }

                Rounding.Check(sum, o[t, j], (size * roundings) + 1e-37, $"outputs, {tokens} tokens, {rows} x {cols}, {gates} gates", t, j);
            }
        }

        for (int r = 0; r < rows; r++)
        {
            for (int j = 0; j < cols; j++) Rounding.Check(state[r, j].Value, s[0, (r * cols) + j], (state[r, j].Size * roundings) + 1e-37, $"state, {tokens} tokens, {rows} x {cols}, {gates} gates", r, j);
        }
    }
}
