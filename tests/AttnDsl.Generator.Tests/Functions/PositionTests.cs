using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using AttnDsl.Generator.Expressions;
using AttnDsl.Generator.Tests.Derivatives;
using AttnDsl.Generator.Tests.Interpretation;
using Xunit;

namespace AttnDsl.Generator.Tests.Functions;

/// <summary>Positions counted from a block's origin say what positions in the sequence say.</summary>
public sealed class PositionTests
{
    public static TheoryData<string> Relative { get; } = ["difference", "compared", "window", "distance", "shifted", "smaller", "halved"];

    [Theory]
    [MemberData(nameof(Relative))]
    public void Origin_WhereItCancels_Goes(string name)
    {
        var (q, k) = (Ex.Query, Ex.Key);
        var e = Positions.Relative(name switch
        {
            "difference" => q - k,
            "compared" => Conditions.LessOrEqual(k, q),
            "window" => Conditions.And(Conditions.Less(q - k, 9), Conditions.Less(k, q + 5)),
            "distance" => Ex.Abs(q - k) * 0.5,
            "shifted" => q + 3 - (k - 2),
            "smaller" => Ex.Min(q, k) - k,
            _ => 0.5 * q - 0.5 * k,
        });
        Assert.False(e.Any(x => x is Position { Place: Place.Origin }), $"{e}");
    }

    [Fact]
    public void Origin_WhereAPositionCounts_Stays()
    {
        Assert.True(Positions.Relative(Ex.Quotient(Ex.Query, 3)).Any(x => x is Position { Place: Place.Origin }));
        Assert.True(Positions.Relative(Conditions.Less(Ex.Key, 4)).Any(x => x is Position { Place: Place.Origin }));
        Assert.True(Positions.Relative(Ex.Query + Ex.Key).Any(x => x is Position { Place: Place.Origin }));
    }

    /// <summary>Rows and columns moved by an origin give the same values, in random expressions of positions.</summary>
    [Fact]
    public void Origin_Moved_ChangesNothing()
    {
        var random = new Random(3);
        var growth = new ExpressionGrowth(random, args: 1);
        var checkedOnes = 0;
        for (var n = 0; n < 900; n++)
        {
            // Every place of the expression is a position in the sequence.
            var e = growth.Grow(1 + n % 4).Rewrite(x => x switch
            {
                Position { Place: Place.Row or Place.Origin } => Ex.Query,
                Position { Place: Place.Col } => Ex.Key,
                RunTimeValue => 4,
                _ => null,
            });
            if (!e.Any(x => x is Position { Place: Place.Origin })) continue;
            var relative = Positions.Relative(e);
            var (x, query, key, origin) = (2 * random.NextDouble() - 1, random.Next(90), random.Next(90), random.Next(80));
            var expected = At(e, query, key, 0);
            var actual = At(relative, query - origin, key - origin, origin);
            if (double.IsNaN(expected) || Math.Abs(expected) > 1e6) continue;
            Assert.True(Math.Abs(expected - actual) <= 1e-7 * Math.Max(1, Math.Abs(expected)), $"{actual:R} is not {expected:R}: {e}");
            checkedOnes++;

            double At(Expr f, int row, int col, int from) => Evaluation.Of(f.Rewrite(p => p is Position { Place: Place.Origin } ? from : null), new([new Complex(x, 0)], row, col, 2, new Dictionary<string, int>())).Real;
        }

        Assert.True(checkedOnes > 150, $"{checkedOnes}");
    }
}
