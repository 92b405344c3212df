using System;
using System.Collections.Generic;
using System.Linq;
using AttnDsl.Golden.Vectors;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class LayoutTests
{
    public static TheoryData<string> Subjects => FormTests.Subjects;

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_SlicesOfAFusedBuffer_GiveTheSameBits(string name)
    {
        var run = SubjectRun.Random(name, seed: 1, time: 45);
        var fused = new SubjectRun(run.Subject, new Support.Draw(1).Inputs(run.Subject.Spec, 2, 45)) { Tensors = Fuse(run.Tensors) };
        foreach (var form in run.Subject.EachForm)
        {
            Assert.Equal(run.Forward(form), fused.Forward(form));
        }
    }

    [Theory]
    [MemberData(nameof(FormTests.Causal), MemberType = typeof(FormTests))]
    public void State_SlicesOfAFusedBuffer_GiveTheSameBits(string name)
    {
        var run = SubjectRun.Random(name, seed: 2, time: 21);
        var fused = new SubjectRun(run.Subject, new Support.Draw(2).Inputs(run.Subject.Spec, 2, 21)) { Tensors = Fuse(run.Tensors) };
        Assert.Equal(run.Stream(17, -1, -1, 2).Output, fused.Stream(17, -1, -1, 2).Output);
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_StridedOutput_GivesTheSameBitsAndWritesNothingElse(string name)
    {
        var run = SubjectRun.Random(name, seed: 3, time: 45);
        var shape = run.NewOutput().Shape;
        var row = shape[2] * shape[3];
        foreach (var form in run.Subject.EachForm)
        {
            var wide = FloatTensor.Poisoned(shape[0], shape[1], row + 3);
            var output = new FloatTensor(wide.Data, shape) { Offset = 2, Strides = [shape[1] * (row + 3), row + 3, shape[3], 1] };
            run.Subject.Layer.Forward(run.Slice(0, 45), output.Span, form);
            var inside = wide.Data.Where((_, i) => i % (row + 3) is var column && column >= 2 && column < row + 2);
            var outside = wide.Data.Where((_, i) => i % (row + 3) is var column && (column < 2 || column >= row + 2));
            Assert.Equal(run.Forward(form), inside);
            Assert.All(outside, value => Assert.True(float.IsNaN(value)));
        }
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_NaNInOneHead_LeavesOtherHeadsAndSequencesAlone(string name)
    {
        var clean = SubjectRun.Random(name, seed: 4, time: 45);
        var spec = clean.Subject.Spec;
        var poisoned = SubjectRun.Random(name, seed: 4, time: 45);
        foreach (var tensor in poisoned.Tensors.Values.Where(tensor => tensor.Data.Length > 0 && !tensor.IsLearned))
        {
            // Token 3, head 0 of sequence 0.
            tensor.Data[3 * tensor.Strides[1]] = float.NaN;
        }

        foreach (var form in clean.Subject.EachForm)
        {
            var (expected, actual) = (clean.Forward(form), poisoned.Forward(form));
            var touched = Enumerable.Range(0, actual.Length).Where(i => !expected[i].Equals(actual[i])).ToList();
            Assert.NotEmpty(touched);
            Assert.All(touched, i =>
            {
                var head = i / spec.ValueDim % spec.StateHeads;
                Assert.True(i < actual.Length / 2 && spec.KeyHead(head) == 0, $"{form}: element {i} of head {head} changed");
            });
        }
    }

    /// <summary>All tensors side by side in one row a token, as one projection writes them.</summary>
    internal static Dictionary<string, FloatTensor> Fuse(IReadOnlyDictionary<string, FloatTensor> tensors)
    {
        var used = tensors.Where(pair => pair.Value.Data.Length > 0 && !pair.Value.IsLearned).ToList();
        var (batch, time) = (used[0].Value.Shape[0], used.Min(pair => pair.Value.Shape[1]));
        // What has several rows a token cannot lie beside what has one: it stays as it is.
        used.RemoveAll(pair => pair.Value.Shape[1] != time);
        var width = used.Sum(pair => pair.Value.Strides[1]) + 5;
        var buffer = FloatTensor.Poisoned(batch, time, width);
        var fused = new Dictionary<string, FloatTensor>(tensors);
        var offset = 5;
        foreach (var (name, tensor) in used)
        {
            var row = tensor.Strides[1];
            for (var token = 0; token < batch * time; token++)
            {
                Array.Copy(tensor.Data, token * row, buffer.Data, (token * width) + offset, row);
            }

            fused[name] = new(buffer.Data, tensor.Shape)
            {
                Offset = offset,
                Strides = [time * width, width, .. tensor.Strides[2..]],
            };
            offset += row;
        }

        return fused;
    }
}
