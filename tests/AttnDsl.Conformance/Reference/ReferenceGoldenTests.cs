using System;
using System.Linq;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Reference;

public sealed class ReferenceGoldenTests
{
    public static TheoryData<string> Cases => [.. GoldenSpec.All.Keys];

    public static TheoryData<string> Gradients => [.. GoldenSpec.All.Keys.Where(name => name != "mlstm_extreme_gates")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Oracle_GoldenCase_Agrees(string name)
    {
        var (spec, gate) = GoldenSpec.All[name];
        var tensors = GoldenSpec.All[name].Read(name);
        var inputs = GoldenSpec.Inputs(tensors, gate);
        MatrixState<double>? initial = null;
        if (tensors.TryGetValue("in.s0", out var start))
        {
            initial = new(spec, inputs.Batch);
            start.Data.AsSpan().ToArray().CopyTo(initial.S, 0);
        }

        var one = Oracle.Run(spec, inputs, initial);
        foreach (var result in Oracle.HasOtherRoute(spec) ? [one, Oracle.RunOtherwise(spec, inputs, initial)] : new[] { one })
        {
            Assert.InRange(ErrorRatio.Of(tensors["out.o"].Data, result.Output), 0, Tolerances.GoldenFile);
            if (tensors.TryGetValue("out.state", out var state))
            {
                Assert.InRange(ErrorRatio.Of(state.Data, result.State!.S), 0, Tolerances.GoldenFile);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Gradients))]
    public void Slope_GoldenCase_AgreesWithItsGradients(string name)
    {
        var (spec, gate) = GoldenSpec.All[name];
        var tensors = GoldenSpec.All[name].Read(name);
        var slope = new Slope(spec, GoldenSpec.Inputs(tensors, gate), tensors["in.d_o"].Data);
        if (tensors.TryGetValue("in.s0", out var start))
        {
            slope = slope with { Initial = new(spec, slope.Inputs.Batch) };
            start.Data.AsSpan().ToArray().CopyTo(slope.Initial.S, 0);
        }

        foreach (var (tensor, gradient) in tensors.Where(pair => pair.Key.StartsWith("grad.", StringComparison.Ordinal)))
        {
            var differentiated = tensor["grad.".Length..];
            var input = Features.Parameters(spec).ContainsKey(differentiated) ? Slope.MapParameter + differentiated : "in." + differentiated.ToLowerInvariant();
            var moved = input == gate ? "in.g" : input == "in.s0" ? Slope.InitialS : input;
            var (actual, expected) = (new double[8], new double[8]);
            for (var i = 0; i < actual.Length; i++)
            {
                var direction = new Draw(i).Normal(gradient.Data.Length, 1);
                actual[i] = slope.Along(moved, direction);
                expected[i] = gradient.Data.Select((value, at) => (double)value * direction[at]).Sum();
            }

            Assert.InRange(ErrorRatio.Of(actual, expected), 0, Tolerances.GoldenFile);
        }
    }

    [Theory]
    [InlineData("mlstm")]
    [InlineData("mlstm_extreme_gates")]
    public void Oracle_GoldenMlstm_EndsAtTheSameMaximum(string name)
    {
        var (spec, gate) = GoldenSpec.All[name];
        var tensors = GoldenSpec.All[name].Read(name);
        var inputs = GoldenSpec.Inputs(tensors, gate);
        var state = Oracle.Run<double>(spec, inputs).State!;
        for (var b = 0; b < inputs.Batch; b++)
        {
            for (var h = 0; h < spec.Heads; h++)
            {
                var last = (((b * inputs.Time) + inputs.Time - 1) * spec.Heads) + h;
                Assert.Equal(tensors["out.m"].Data[last], state.M[(b * spec.Heads) + h], 1e-5);
            }
        }
    }
}
