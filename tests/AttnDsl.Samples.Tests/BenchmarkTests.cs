using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Benchmarks;
using AttnDsl.Benchmarks.Peers;
using Xunit;

namespace AttnDsl.Samples.Tests;

/// <summary>What the benchmarks time is there and runs; how fast is not asked here.</summary>
public sealed class BenchmarkTests
{
    private const int Width = 64, Tokens = 19, Steps = 2;

    public static TheoryData<string> Layers => [.. LayerTable.Of(Width).Select(layer => layer.Name)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_FewTokens_RunsForwardBackwardAndSteps(string name)
    {
        ILayer layer = LayerTable.Find(name, Width)!;
        LayerCase run = layer.Over(Tokens);
        run.ForwardBackward();

        AssertNumbers(run.Output);
        Assert.True(run.SequenceBytes > sizeof(float) * run.Output.Length);
        Assert.True(layer.Cost.OfSequence(Tokens).Flops > 0);
        if (run.Prefilled(Steps) is not { } stepper)
        {
            Assert.Contains(", full", name, StringComparison.Ordinal);
            return;
        }

        // Room for as many steps as were asked for, and after them for as many again.
        for (int i = 0; i < 2 * Steps; i++)
        {
            if (i == Steps)
            {
                stepper.Renew();
            }

            stepper.Step();
        }

        AssertNumbers(stepper.Output);
        Assert.True(stepper.Bytes > 0);
        Assert.True(layer.Cost.OfStep(Tokens).Flops > 0);
    }

    [Fact]
    public void Layers_Names_AreUnique()
    {
        string[] names = [.. LayerTable.Of(Width).Select(layer => layer.Name)];

        Assert.True(names.Length > 40);
        Assert.Equal(names, names.Distinct());
    }

    [Theory]
    [InlineData(128, 2048, 128 * 2048 - (128 * 127 / 2))]
    [InlineData(double.PositiveInfinity, 5, 15)]
    public void Cost_Softmax_CountsTheKeysThatQueriesSee(double window, int time, double pairs)
    {
        (double flops, double exps) = LayerCost.Softmax(Width, Width, window).OfSequence(time);

        Assert.Equal(LayerSlice.Heads * pairs, exps);
        Assert.Equal(4 * Width * exps, flops);
    }

    [Theory]
    [InlineData("--filter", "GLA", "--time", "0.5", "--width", "64,128", "--tokens", "512", "--best")]
    public void LayerOptions_All_AreTaken(params string[] arguments)
    {
        Assert.True(LayerOptions.TryParse(arguments, out LayerOptions options));
        Assert.Equal(("GLA", 0.5, 512, true), (options.Filter, options.Seconds, options.Time, options.BestOnly));
        Assert.Equal([64, 128], options.Widths);
    }

    [Theory]
    [InlineData("--time")]
    [InlineData("--time", "0")]
    [InlineData("--tokens", "-1")]
    [InlineData("--width", "64,wide")]
    [InlineData("--fast")]
    public void LayerOptions_Wrong_AreRefused(params string[] arguments) => Assert.False(LayerOptions.TryParse(arguments, out _));

    [Theory]
    [InlineData]
    [InlineData("--filter", "softmax", "--time", "2", "--processes", "5", "--width", "128", "--lines", "found.txt")]
    public void PeerOptions_GoToTheProcessesThatMeasure(params string[] arguments)
    {
        Assert.True(PeerOptions.TryParse(arguments, out PeerOptions options));
        Assert.True(PeerOptions.TryParse(options.ChildArguments.AsSpan(1), out PeerOptions child));

        Assert.True(child.IsChild);
        Assert.False(options.IsChild);
        Assert.Equal((options.Filter, options.Seconds), (child.Filter, child.Seconds));
        Assert.Equal((IEnumerable<int>)options.Widths, child.Widths);
    }

    [Theory]
    [InlineData("--processes", "0")]
    [InlineData("--processes", "-1")]
    [InlineData("--time", "fast")]
    [InlineData("--threads", "1")]
    public void PeerOptions_Wrong_AreRefused(params string[] arguments) => Assert.False(PeerOptions.TryParse(arguments, out _));

    private static void AssertNumbers(float[] values)
    {
        Assert.All(values, value => Assert.True(float.IsFinite(value)));
        Assert.Contains(values, value => value != 0);
    }
}
