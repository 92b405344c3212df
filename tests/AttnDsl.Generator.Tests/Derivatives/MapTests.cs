using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Tests.Interpretation;
using Xunit;

namespace AttnDsl.Generator.Tests.Derivatives;

/// <summary>Maps of random expressions over blocks, columns, rows, single elements and constants, as programs write them.</summary>
public sealed class MapTests
{
    /// <summary>The builder swallows constants and repetitions, shares and reorders arguments: the same values, and their derivative.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Map_OfRandomExpression_IsTheSame_AndItsAdjointTheSlope(int depth)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var rows = random.Next(4) == 0 ? Dim.One : Dim.C;
            var size = rows == Dim.One ? 1 : random.Next(1, 5);
            var setting = new Setting(_ => size, size * random.Next(0, 4)) { Head = random.Next(4), RunTimeValues = new Dictionary<string, int> { ["window"] = 3 } };
            var forward = Program(rows, depth, seed, simplifies: true);
            var slopes = new Slopes(Draw(setting, size, random), forward, setting);
            var because = $"seed {seed}\n{forward}";

            var outputs = slopes.Outputs("y");
            var asItStands = new Slopes(slopes.Inputs, Program(rows, depth, seed, simplifies: false), setting).Outputs("y");
            Assert.Equal(asItStands.Count("y"), outputs.Count("y"));
            Assert.All(asItStands.Elements("y").Zip(outputs.Elements("y")), p => Assert.True(Math.Abs(p.First.Real - p.Second.Real) <= 1e-11 * Math.Max(1, Math.Abs(p.First.Real)), because));

            var upstream = outputs.Like(() => 2 * random.NextDouble() - 1);
            var backward = Reverse.Backward(forward, "backward", ["y"], []);
            var tensors = slopes.Inputs.CopyTo(upstream.CopyTo(new Tensors(), "Grad"));
            ProgramRun.Run(backward, setting, tensors);
            slopes.Check(upstream, tensors, seed, $"{because}\n{backward}");
        }
    }

    private static NamedValues Draw(Setting setting, int size, Random random)
    {
        var values = new NamedValues();
        Add("block", setting.Time, size);
        Add("column", setting.Time, 1);
        Add("element", 1, 1);
        return values;

        void Add(string name, int rows, int cols) => values.Add(name, [Operations.Fill(rows, cols, (_, _) => 4 * random.NextDouble() - 2)]);
    }

    private static TileProgram Program(Dim rows, int depth, int seed, bool simplifies)
    {
        var random = new Random(seed);
        var p = new ProgramBuilder("maps", rows);
        var element = p.Head.Load("element", Dim.One, Dim.One, Access.Whole);
        var column = p.Body.Load("column", rows, Dim.One);
        var row = p.Body.Transpose("row", column);
        var shape = new Shape(rows, rows);
        Tile[] tiles = [p.Body.Load("block", rows, rows), column, row, element, p.Body.Fill("zero", shape, 0), p.Body.Fill("one", new(rows, Dim.One), 1), p.Body.Map("again", new Expressions.Arg(0), shape, column)];
        Tile[] args = [.. Enumerable.Range(0, 4).Select(_ => tiles[random.Next(tiles.Length)])];
        var expr = new ExpressionGrowth(random, args.Length).Grow(depth);
        var result = simplifies ? p.Body.Map("result", expr, shape, args) : new Tile("result", shape);
        if (!simplifies) p.Body.Append(new(new Map(expr, shape), new(args), result, ""));
        p.Body.Store("y", result);
        return p.Build();
    }
}
