using System;
using System.Linq;
using AttnDsl.Space.Points;
using Xunit;

namespace AttnDsl.Space.Tests;

public sealed class CoveringArrayTests
{
    private static readonly int[] s_sizes = [2, 3, 4, 2, 5];

    [Fact]
    public void Rows_OfAnySeed_CoverEveryValidPairAndNameTheOthers()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var (valid, never) = CoveringArray.Of(s_sizes, IsValid, seed);
            Assert.All(valid, row => Assert.True(IsValid(row)));
            Assert.All(never, row => Assert.False(IsValid(row)));
            for (var a = 0; a < s_sizes.Length; a++)
            for (var b = a + 1; b < s_sizes.Length; b++)
            for (var x = 0; x < s_sizes[a]; x++)
            for (var y = 0; y < s_sizes[b]; y++)
            {
                var possible = All().Any(row => row[a] == x && row[b] == y && IsValid(row));
                Assert.Equal(possible, valid.Any(row => row[a] == x && row[b] == y));
                Assert.True(possible || never.Any(row => row[a] == x && row[b] == y));
            }
        }
    }

    [Fact]
    public void Rows_AreFew()
    {
        // 4 · 5 of them at least.
        Assert.InRange(CoveringArray.Of(s_sizes, _ => true, seed: 1).Valid.Count, 20, 30);
    }

    [Fact]
    public void Rows_OfTheSameSeed_AreTheSame() =>
        Assert.Equal(CoveringArray.Of(s_sizes, IsValid, seed: 7).Valid, CoveringArray.Of(s_sizes, IsValid, seed: 7).Valid);

    /// <summary>The third choice of axis 1 needs the last of axis 4, and excludes the second of axis 0.</summary>
    private static bool IsValid(int[] row) => row[1] != 2 || (row[4] == 4 && row[0] == 0);

    private static System.Collections.Generic.IEnumerable<int[]> All() =>
        Enumerable.Range(0, s_sizes.Aggregate((a, b) => a * b)).Select(n => s_sizes.Select(size => (n, n /= size).Item1 % size).ToArray());
}
