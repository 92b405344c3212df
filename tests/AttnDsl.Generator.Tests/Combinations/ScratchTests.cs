extern alias runtime;

using System;
using AttnDsl.Generator.Ir;
using AttnDsl.Generator.Ir.Primitives;
using AttnDsl.Generator.Scheduling;
using Xunit;
using Decays = runtime::AttnDsl.Primitives.Decays;
using Lookups = runtime::AttnDsl.Primitives.PiecewiseLinear;
using Products = runtime::AttnDsl.Primitives.Products;

namespace AttnDsl.Generator.Tests.Combinations;

/// <summary>The generator sets aside the scratch, the runtime writes to it: neither asks the other at run time, and too little is corrupted memory.</summary>
public sealed class ScratchTests
{
    private static readonly int[] s_widths = [1, 5, 7, 8, 15, 16, 17, 31, 32, 64, 80, 96, 100, 128, 240, 255, 256, 257, 512, 768, 1000, 1024];
    private static readonly int[] s_blocks = [16, 32, 64, 128, 256];

    [Fact]
    public void MatMul_WithATransposedFactor_GetsWhatTheRuntimeTakes()
    {
        foreach (var (a, b) in new[] { (new Shape(Dim.R, Dim.K), new Shape(Dim.C, Dim.K)), (new Shape(Dim.C, Dim.V), new Shape(Dim.K, Dim.V)) })
        {
            var op = new MatMul(TransposeB: true);
            ForAll(sizes => Assert.True(
                op.CpuScratch(sizes.Of, [new Tile("a", a), new Tile("b", b)]) >= Products.ScratchFloats(sizes.Of(b.Rows), sizes.Of(b.Cols)),
                $"{a} · {b}ᵀ under {sizes}"));
        }
    }

    [Fact]
    public void DecayedGram_GetsWhatTheRuntimeTakes()
    {
        var shape = new Shape(Dim.C, Dim.K);
        ForAll(sizes => Assert.True(
            new DecayedGram().CpuScratch(sizes.Of, [new Tile("q", shape), new Tile("k", shape), new Tile("g", shape)]) >= Decays.GramScratchFloats(sizes.C, sizes.K),
            $"decayed Gram of {shape} under {sizes}"));
    }

    [Fact]
    public void DecayedCrossing_GetsWhatTheRuntimeTakes()
    {
        var (weights, x) = (new Tile("weights", new(Dim.C, Dim.C)), new Tile("x", new(Dim.C, Dim.K)));
        ForAll(sizes => Assert.True(
            new DecayedCrossing().CpuScratch(sizes.Of, [weights, x, x, x]) >= Decays.CrossingScratchFloats(sizes.C, sizes.K),
            $"decayed crossing of {x.Shape} under {sizes}"));
    }

    [Fact]
    public void PiecewiseLinear_GetsWhatTheRuntimeTakes()
    {
        for (var pieces = 1; pieces < 1200; pieces++)
            Assert.True(new PiecewiseLinear().CpuScratch(_ => pieces, [new("x", new(Dim.C, Dim.J)), new("starts", new(Dim.One, Dim.I))]) >= Lookups.ScratchFloats(pieces), $"{pieces} pieces");
    }

    private static void ForAll(Action<BlockSizes> check)
    {
        foreach (var block in s_blocks)
        foreach (var width in s_widths)
            check(new(block, block, width, 64, width));
    }
}
