using System;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using AttnDsl.Golden.Layers;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>Layers whose feature map's functions are looked up: forms, streams, gradients, and what a table has to do with states.</summary>
public sealed class TabulatedTests
{
    public static TheoryData<string> Subjects => [.. TabulatedSubjects.All.Keys];

    public static TheoryData<string> Causal => [.. TabulatedSubjects.All.Values.Where(subject => subject.Layer.IsCausal).Select(subject => subject.Name)];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Forward_EveryForm_EqualsTheOracle(string name)
    {
        var subject = TabulatedSubjects.All[name];
        foreach (var time in new[] { 0, 1, 65, 130 })
        {
            var run = SubjectRun.Random(subject, seed: time, time);
            foreach (var form in subject.EachForm) run.AssertOutput(run.Forward(form), $"{form}");
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void State_PiecesAndSteps_EqualOnePass(string name)
    {
        var subject = TabulatedSubjects.All[name];
        var run = SubjectRun.Random(subject, seed: 3, time: 150);
        foreach (var form in subject.EachForm)
        {
            var (output, state) = run.Continue(form, 1, 70, 0, 79);
            run.AssertOutput(output, $"{form} with state");
            run.AssertState(state, $"{form} with state");
        }

        var (streamed, streamedState) = run.Stream(66, -1, -1, -1, 81);
        run.AssertOutput(streamed, "stream");
        run.AssertState(streamedState, "stream");
    }

    /// <summary>Gradients come from the hidden units, whether the call has a table or not.</summary>
    [Theory]
    [MemberData(nameof(Subjects))]
    public void Backward_EqualsTheOracle(string name)
    {
        var run = new GradientRun(TabulatedSubjects.All[name], seed: 5, time: 70, batch: 1);
        var faults = run.Faults(run.Backward(), run.Slope(), directions: 4).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>A state does not know how its features came about: it is saved under one and goes on under the other, token by token and over spans.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void State_SavedWithOrWithoutTable_GoesOnTheOtherWay(bool first)
    {
        const int time = 40, seen = 33, heads = 2;
        var run = SubjectRun.Random(TabulatedSubjects.All[nameof(Tabulated5x3)], seed: 8, time);
        var batch = run.Inputs.Batch;
        var output = run.NewOutput();
        var before = new Tabulated5x3.State(batch, heads);
        before.Prefill(In(run.Slice(0, seen), first), output.Time(0, seen));
        var state = new Tabulated5x3.State(batch, heads);
        state.Load(before.Save());
        for (var t = seen; t < time - 1; t++) state.Step(In(run.Slice(t, 1), !first), output.Time(t, 1));
        var (last, token) = (run.Slice(time - 1, 1), new float[batch * heads * 3]);
        var all = In(last, !first);
        state.Step(
            Flat(all.Q), Flat(all.K), Flat(all.V), Flat(all.Parameters.MapW), Flat(all.Parameters.MapB), Flat(all.Parameters.MapA1),
            Flat(all.Parameters.MapC1), Flat(all.Parameters.MapA2), Flat(all.Parameters.MapC2), token, first ? [] : Table(last));
        new ReadOnlyTensorSpan<float>(token, [batch, 1, heads, 3]).CopyTo(output.Time(time - 1, 1));
        run.AssertOutput(output.Data, "across save and load");
    }

    [Fact]
    public void Table_OfAnotherSize_IsRefusedByName()
    {
        var run = SubjectRun.Random(TabulatedSubjects.All[nameof(Tabulated5x3)], seed: 1, time: 2);
        var error = Assert.Throws<ArgumentException>(() =>
        {
            var slice = run.Slice(0, 2);
            Tabulated5x3.Forward(In(slice, false) with { Parameters = Of(slice) with { MapTable = Table(slice)[1..] } }, run.NewOutput().Span);
        });
        Assert.Equal("Parameters.MapTable has shape [245], expected of Tabulate = [246]", error.Message);
    }

    [Fact]
    public void Tabulate_WithoutAParameter_SaysWhich()
    {
        var error = Assert.Throws<ArgumentException>(() => Tabulated5x3.Tabulate(default));
        Assert.StartsWith("Parameters.MapA1 is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_WithoutATable_HaveNothingOfIt()
    {
        foreach (var layer in new[] { typeof(NotTabulated5x3), typeof(LunaPerChannel5x3) })
        {
            Assert.Null(layer.GetMethod("Tabulate"));
            Assert.Null(layer.GetNestedType("Parameters")!.GetProperty("MapTable"));
        }

        Assert.Contains("Tabulate", Tabulated5x3.Explanation, StringComparison.Ordinal);
        Assert.Contains("are not piecewise linear", LunaPerChannel5x3.Explanation, StringComparison.Ordinal);
    }

    private static Tabulated5x3.Inputs In(TimeSlice t, bool tabulated) =>
        new() { Q = t.Q, K = t.K, V = t.V, Parameters = tabulated ? Of(t) with { MapTable = Table(t) } : Of(t) };

    private static Tabulated5x3.Parameters Of(TimeSlice t) =>
        new() { MapW = t["in.map.W"], MapB = t["in.map.b"], MapA1 = t["in.map.A1"], MapC1 = t["in.map.c1"], MapA2 = t["in.map.A2"], MapC2 = t["in.map.c2"] };

    private static float[] Table(TimeSlice t) => Tabulated5x3.Tabulate(Of(t));

    private static float[] Flat(ReadOnlyTensorSpan<float> tensor)
    {
        var values = new float[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return values;
    }
}
