using System;
using System.IO;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Vectors;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Reference;

public sealed class ReferenceGoldenTests
{
    public static TheoryData<string> Cases => [.. GoldenSpec.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Oracle_GoldenCase_Agrees(string name)
    {
        var (spec, gate) = GoldenSpec.All[name];
        var tensors = SafeTensors.Read(Path.Combine(GoldenSpec.Folder, name + ".safetensors"));
        var inputs = GoldenSpec.Inputs(tensors, gate);
        MatrixState<double>? initial = null;
        if (tensors.TryGetValue("in.s0", out var start))
        {
            initial = new(spec, inputs.Batch);
            start.Data.AsSpan().ToArray().CopyTo(initial.S, 0);
        }

        foreach (var result in new[] { Oracle.Run(spec, inputs, initial), Oracle.RunOtherwise(spec, inputs, initial) })
        {
            Assert.InRange(ErrorRatio.Of(tensors["out.o"].Data, result.Output), 0, Tolerances.GoldenFile);
            if (tensors.TryGetValue("out.state", out var state))
            {
                Assert.InRange(ErrorRatio.Of(state.Data, result.State!.S), 0, Tolerances.GoldenFile);
            }
        }
    }

    [Theory]
    [InlineData("mlstm")]
    [InlineData("mlstm_extreme_gates")]
    public void Oracle_GoldenMlstm_EndsAtTheSameMaximum(string name)
    {
        var (spec, gate) = GoldenSpec.All[name];
        var tensors = SafeTensors.Read(Path.Combine(GoldenSpec.Folder, name + ".safetensors"));
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
