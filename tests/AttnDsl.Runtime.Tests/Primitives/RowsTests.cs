using System;
using AttnDsl.Primitives;
using AttnDsl.Simd;
using AttnDsl.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AttnDsl.Tests.Primitives;

public sealed class RowsTests512(ITestOutputHelper output) : RowsTests<Simd512>(output);

public sealed class RowsTests256(ITestOutputHelper output) : RowsTests<Simd256>(output);

public sealed class RowsTests128(ITestOutputHelper output) : RowsTests<Simd128>(output);

public sealed class RowsTestsScalar(ITestOutputHelper output) : RowsTests<SimdScalar>(output);

/// <summary>Linear recurrences down the rows, rows moved, columns spread over a matrix and collected again.</summary>
public abstract class RowsTests<TVec>(ITestOutputHelper output) : VectorTests<TVec>(output)
    where TVec : struct, ISimd<TVec>
{
    private static readonly int[] s_rows = [0, 1, 2, 5, 17], s_cols = [1, 3, 8, 16, 31, 33];

    [Fact]
    public void Linear_EveryShape_FollowsTheRecurrence()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(5);
        foreach (int rows in s_rows)
        {
            foreach (int cols in s_cols)
            {
                using Matrix a = Matrix.Random(random, rows, cols, gap: 3, low: 0), x = Matrix.Random(random, rows, cols, gap: 1), start = Matrix.Random(random, 1, cols);
                using Matrix down = new(rows, cols, gap: 2), up = new(rows, cols, gap: 5);
                Scans.Linear<TVec>(rows, cols, ref a.Ref, a.Stride, ref x.Ref, x.Stride, ref start.Ref, ref down.Ref, down.Stride);
                Scans.LinearReversed<TVec>(rows, cols, ref a.Ref, a.Stride, ref x.Ref, x.Stride, ref up.Ref, up.Stride);
                down.CheckCanaries();
                up.CheckCanaries();
                for (int j = 0; j < cols; j++)
                {
                    double before = start[0, j], behind = 0;
                    for (int i = 0; i < rows; i++)
                    {
                        before = (a[i, j] * before) + x[i, j];
                        Assert.Equal(before, down[i, j], 1e-5);
                        int last = rows - 1 - i;
                        double own = x[last, j] + behind;
                        behind = a[last, j] * own;
                        Assert.Equal(own, up[last, j], 1e-5);
                    }
                }
            }
        }
    }

    [Fact]
    public void Shift_EveryShape_MovesRows()
    {
        var random = new Random(6);
        foreach (int rows in s_rows[1..])
        {
            foreach (int cols in s_cols)
            {
                using Matrix x = Matrix.Random(random, rows, cols, gap: 3), edge = Matrix.Random(random, 1, cols);
                using Matrix down = new(rows, cols, gap: 2), up = new(rows, cols);
                Tiles.ShiftDown(rows, cols, ref x.Ref, x.Stride, ref edge.Ref, ref down.Ref, down.Stride);
                Tiles.ShiftUp(rows, cols, ref x.Ref, x.Stride, ref edge.Ref, ref up.Ref, up.Stride);
                down.CheckCanaries();
                up.CheckCanaries();
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < cols; j++)
                    {
                        Assert.Equal(i == 0 ? edge[0, j] : x[i - 1, j], down[i, j]);
                        Assert.Equal(i == rows - 1 ? edge[0, j] : x[i + 1, j], up[i, j]);
                    }
                }
            }
        }
    }

    [Fact]
    public void LeaveAndStay_EveryShape_AreAQueue()
    {
        var random = new Random(8);
        foreach (int rows in s_rows)
        {
            foreach (int joining in s_rows)
            {
                using Matrix a = Matrix.Random(random, rows, 3, gap: 3), b = Matrix.Random(random, joining, 3, gap: 1);
                using Matrix left = new(joining, 3, gap: 2), stayed = new(rows, 3), inPlace = a.Copy(1);
                Tiles.Leave(rows, joining, 3, ref a.Ref, a.Stride, ref b.Ref, b.Stride, ref left.Ref, left.Stride);
                Tiles.Stay(rows, joining, 3, ref a.Ref, a.Stride, ref b.Ref, b.Stride, ref stayed.Ref, stayed.Stride);
                Tiles.Stay(rows, joining, 3, ref inPlace.Ref, inPlace.Stride, ref b.Ref, b.Stride, ref inPlace.Ref, inPlace.Stride);
                left.CheckCanaries();
                stayed.CheckCanaries();
                inPlace.CheckCanaries();
                for (int i = 0; i < rows + joining; i++)
                {
                    for (int j = 0; j < 3; j++)
                    {
                        Assert.Equal(i < rows ? a[i, j] : b[i - rows, j], i < joining ? left[i, j] : stayed[i - joining, j]);
                        if (i >= joining) Assert.Equal(stayed[i - joining, j], inPlace[i - joining, j]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Neighbours_EveryOffset_AreThoseOfTheGrid()
    {
        var random = new Random(9);
        const int time = 12, cols = 3;
        foreach (int columns in new[] { 1, 3, 4 })
        {
            foreach (var (down, right) in new[] { (0, 0), (1, 1), (-1, 0), (0, -1), (2, -2), (-3, 2) })
            {
                using Matrix x = Matrix.Random(random, time, cols, gap: 2), taken = new(5, cols, gap: 1), given = Matrix.Random(random, time, cols, gap: 3);
                float[,] before = new float[time, cols];
                for (int t = 0; t < time; t++)
                {
                    for (int j = 0; j < cols; j++)
                    {
                        before[t, j] = given[t, j];
                    }
                }

                Tiles.Neighbours(5, cols, ref x.Ref, x.Stride, 6, time, columns, down, right, ref taken.Ref, taken.Stride);
                Tiles.AddToNeighbours(5, cols, ref x.Ref, x.Stride, ref given.Ref, given.Stride, 6, time, columns, down, right);
                taken.CheckCanaries();
                given.CheckCanaries();
                for (int i = 0; i < 5; i++)
                {
                    int row = ((6 + i) / columns) + down, column = ((6 + i) % columns) + right;
                    bool isThere = row >= 0 && row < time / columns && column >= 0 && column < columns;
                    for (int j = 0; j < cols; j++)
                    {
                        Assert.Equal(isThere ? x[(row * columns) + column, j] : 0, taken[i, j]);
                        if (isThere)
                        {
                            before[(row * columns) + column, j] += x[i, j];
                        }
                    }
                }

                for (int t = 0; t < time; t++)
                {
                    for (int j = 0; j < cols; j++)
                    {
                        Assert.Equal(before[t, j], given[t, j]);
                    }
                }
            }
        }
    }

    [Fact]
    public void SpreadAndCollect_EveryShape_AreEachOthersTranspose()
    {
        if (!IsAccelerated())
        {
            return;
        }

        var random = new Random(7);
        foreach (int rows in s_rows)
        {
            foreach (int inner in s_cols)
            {
                foreach (int outer in new[] { 1, 2, 7 })
                {
                    using Matrix ofRows = Matrix.Random(random, rows, outer, gap: 1), ofColumns = Matrix.Random(random, rows, inner, gap: 2), cells = Matrix.Random(random, rows, outer * inner, gap: 4);
                    using Matrix spreadRows = new(rows, outer * inner, gap: 3), spreadColumns = new(rows, outer * inner);
                    using Matrix sumRows = new(rows, outer, gap: 3), sumColumns = new(rows, inner, gap: 2);
                    Tiles.SpreadRows<TVec>(rows, outer, inner, ref ofRows.Ref, ofRows.Stride, ref spreadRows.Ref, spreadRows.Stride);
                    Tiles.SpreadColumns<TVec>(rows, outer, inner, ref ofColumns.Ref, ofColumns.Stride, ref spreadColumns.Ref, spreadColumns.Stride);
                    Tiles.CollectRows<TVec>(rows, outer, inner, ref cells.Ref, cells.Stride, ref sumRows.Ref, sumRows.Stride);
                    Tiles.CollectColumns<TVec>(rows, outer, inner, ref cells.Ref, cells.Stride, ref sumColumns.Ref, sumColumns.Stride);
                    foreach (var written in new[] { spreadRows, spreadColumns, sumRows, sumColumns })
                    {
                        written.CheckCanaries();
                    }

                    for (int r = 0; r < rows; r++)
                    {
                        var (rowSums, columnSums) = (new double[outer], new double[inner]);
                        for (int cell = 0; cell < outer * inner; cell++)
                        {
                            Assert.Equal(ofRows[r, cell / inner], spreadRows[r, cell]);
                            Assert.Equal(ofColumns[r, cell % inner], spreadColumns[r, cell]);
                            rowSums[cell / inner] += cells[r, cell];
                            columnSums[cell % inner] += cells[r, cell];
                        }

                        for (int o = 0; o < outer; o++)
                        {
                            Assert.Equal(rowSums[o], sumRows[r, o], 1e-5);
                        }

                        for (int i = 0; i < inner; i++)
                        {
                            Assert.Equal(columnSums[i], sumColumns[r, i], 1e-5);
                        }
                    }
                }
            }
        }
    }
}
