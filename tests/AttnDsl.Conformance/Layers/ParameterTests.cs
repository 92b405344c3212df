using System;
using System.Linq;
using AttnDsl.Golden.Vectors;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>Learned parameters: values, gradients, messages.</summary>
public sealed class ParameterTests
{
    public static TheoryData<string, int> Cases => SkipRun.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Skip_EveryFormAndGradient_AddsWhatItSays(string name, int time)
    {
        var (without, with) = SkipSubjects.All[name];
        Assert.Equal([], SkipRun.Faults(without, with, time).Where(fault => fault.Length > 0));
    }

    [Fact]
    public void Forward_ParameterMissing_NamesIt()
    {
        var error = Assert.Throws<ArgumentException>(() => Forward(default));
        Assert.Equal("Parameters.D is missing: set Inputs.Parameters.D to a tensor [H]", error.Message);
    }

    [Fact]
    public void Forward_ParameterOfAnotherShape_NamesBoth()
    {
        var error = Assert.Throws<ArgumentException>(() => Forward(new FloatTensor(new float[3], [3])));
        Assert.Equal("Parameters.D has shape [3], expected [H] = [2]", error.Message);
    }

    [Fact]
    public void Backward_GradientOverlapsParameter_IsRefused()
    {
        var run = new GradientRun(GradientSubjects.All[nameof(Gla7x5)], 1, 4);
        var gradients = run.NewGradients();
        var d = new FloatTensor(new float[2], [2]);
        var tensors = new System.Collections.Generic.Dictionary<string, FloatTensor>(run.Run.Tensors) { ["in.d"] = d };
        gradients["in.d"] = d;
        var error = Assert.Throws<ArgumentException>(() => SkipSubjects.All["Gla"].With.Backward(new(tensors, default, 0, 4), run.Upstream.Span, new(gradients, default, 0, 4)));
        Assert.Contains("gradients.Parameters.D overlaps Parameters.D", error.Message, StringComparison.Ordinal);
    }

    private static void Forward(FloatTensor? d)
    {
        var run = new GradientRun(GradientSubjects.All[nameof(Gla7x5)], 1, 4);
        var inputs = new SkippedGla7x5.Inputs
        {
            Q = run.Run.Slice(0, 4).Q,
            K = run.Run.Slice(0, 4).K,
            V = run.Run.Slice(0, 4).V,
            G = run.Run.Slice(0, 4).G,
            Parameters = d is null ? default : new() { D = d.Span },
        };
        SkippedGla7x5.Forward(in inputs, run.Run.NewOutput().Span);
    }
}
