using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Vectors;
using AttnDsl.Runtime;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>Where gradients lie and how many threads compute them change no bit of them.</summary>
public sealed class GradientLayoutTests
{
    private const int Gap = 3;

    public static TheoryData<string> Subjects => GradientTests.Subjects;

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_StridedTensors_GiveTheSameBitsAndWriteNothingElse(string name)
    {
        var run = new GradientRun(name, seed: 1, time: 65);
        var strided = new GradientRun(name, seed: 1, time: 65) { Upstream = Spread(run.Upstream) };
        var expected = run.Backward();
        var actual = run.NewGradients().ToDictionary(pair => pair.Key, pair => pair.Value.IsLearned ? pair.Value : Spread(pair.Value));
        strided.Backward(actual);
        foreach (var (tensor, wide) in actual)
        {
            if (wide.IsLearned)
            {
                Assert.Equal(expected[tensor].Data, wide.Data);
                continue;
            }

            var row = wide.Strides[1];
            Assert.Equal(expected[tensor].Data, wide.Data.Where((_, i) => i % row < row - Gap));
            Assert.All(wide.Data.Where((_, i) => i % row >= row - Gap), value => Assert.True(float.IsNaN(value)));
        }
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_SlicesOfAFusedBuffer_GiveTheSameBits(string name)
    {
        var run = new GradientRun(name, seed: 2, time: 45);
        var expected = run.Backward();
        var actual = LayoutTests.Fuse(run.NewGradients());
        run.Backward(actual);
        foreach (var (tensor, fused) in actual)
        {
            var dense = new float[expected[tensor].Data.Length];
            System.Numerics.Tensors.TensorSpan<float> span = fused.Span;
            span.FlattenTo(dense);
            Assert.Equal(expected[tensor].Data, dense);
        }
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_OneOrMoreThreads_GiveTheSameBits(string name)
    {
        var run = new GradientRun(name, seed: 3, time: 130);
        var expected = With(1, run);
        foreach (var threads in new[] { 2, 3 })
        {
            foreach (var (tensor, actual) in With(threads, run))
            {
                Assert.Equal(expected[tensor].Data, actual.Data);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_NaNInOneHead_LeavesOtherHeadsAndSequencesAlone(string name)
    {
        var clean = new GradientRun(name, seed: 4, time: 45).Backward();
        var poisoned = new GradientRun(name, seed: 4, time: 45);
        poisoned.Upstream.Data[3 * poisoned.Upstream.Strides[1]] = float.NaN;
        foreach (var (tensor, actual) in poisoned.Backward())
        {
            // Token 3, head 0 of sequence 0: what else is touched belongs to it. A learned tensor has no sequences.
            var heads = actual.Shape[actual.IsLearned ? 0 : 2];
            var row = actual.Data.Length / (actual.IsLearned ? heads : actual.Shape[0] * actual.Shape[1] * heads);
            for (var i = 0; i < actual.Data.Length; i++)
            {
                var mayChange = (actual.IsLearned || i < actual.Data.Length / 2) && i / row % heads == 0;
                Assert.True(mayChange || clean[tensor].Data[i].Equals(actual.Data[i]), $"{tensor}[{i}] changed");
            }
        }
    }

    private static Dictionary<string, FloatTensor> With(int threads, GradientRun run)
    {
        var before = Machine.MaxThreads;
        Machine.MaxThreads = threads;
        try
        {
            return run.Backward();
        }
        finally
        {
            Machine.MaxThreads = before;
        }
    }

    /// <summary>The same values with <see cref="Gap"/> floats of NaN behind every token.</summary>
    private static FloatTensor Spread(FloatTensor dense)
    {
        var (row, tokens) = (dense.Strides[1], dense.Shape[0] * dense.Shape[1]);
        var wide = FloatTensor.Poisoned(tokens, row + Gap);
        for (var token = 0; token < tokens; token++)
        {
            System.Array.Copy(dense.Data, token * row, wide.Data, token * (row + Gap), row);
        }

        return new(wide.Data, dense.Shape) { Strides = [dense.Shape[1] * (row + Gap), row + Gap, .. dense.Strides[2..]] };
    }
}
