using System.Collections.Generic;
using AttnDsl.Primitives;
using Xunit;

namespace AttnDsl.Tests.Primitives;

public sealed class AheadTests
{
    private const int Line = 64;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 32)]
    [InlineData(32, 64)]
    [InlineData(31, 7)]
    public unsafe void Take_UntilNothingIsLeft_HasAskedForEveryLineOfEveryRow(int rows, int turns)
    {
        var floats = stackalloc float[8];
        var ahead = new Ahead(rows);
        var missing = new HashSet<nint>();
        foreach ((int first, int cols, int step) in new[] { (0, 64, 512), (3, 64, 512), (5, 17, 20), (0, 1, -96) })
        {
            // Addresses only: nothing is read.
            float* x = floats + (first + (1_000_000L * cols));
            ahead.Add(cols, ref *x, step);
            for (int i = 0; i < rows; i++)
            {
                nint row = (nint)(x + (i * step));
                for (nint line = row / Line; line <= (row + (cols * sizeof(float)) - 1) / Line; line++) missing.Add(line);
            }
        }

        for (int loop = 0; missing.Count > 0; loop++)
        {
            Assert.True(loop < 1000, $"{missing.Count} lines were not asked for");
            nint pair = ahead.Take(turns, out nint lineStep);
            Assert.NotEqual(0, lineStep);
            for (int i = 0; i < turns; i++, pair += lineStep)
            {
                missing.Remove(pair / Line);
                missing.Remove((pair / Line) + 1);
            }
        }
    }

    [Fact]
    public void Take_WhereThereIsNoNextRow_AsksForNothing()
    {
        var ahead = new Ahead(-3);
        float x = 0;
        ahead.Add(16, ref x, 16);
        ahead.Take(8, out nint step);
        Assert.Equal(0, step);
    }
}
