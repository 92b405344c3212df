using System.Numerics.Tensors;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

/// <summary>The overloads on plain spans give the bits of those on tensors.</summary>
public sealed class SpanTests
{
    private const int Time = 33;

    [Fact]
    public void Gla_Spans_EqualTensors()
    {
        var (run, x) = Inputs("Gla80x96");
        var output = run.NewOutput().Data;
        Gla80x96.Forward(2, Time, 2, x.Q, x.K, x.V, x.G, output);
        Assert.Equal(run.Forward(Forms.Fastest), output);

        var state = new Gla80x96.State(2, 2);
        state.Prefill(Time, x.Q, x.K, x.V, x.G, output);
        Assert.Equal(run.Stream(Time).Output, output);
    }

    [Fact]
    public void GroupedDelta_Spans_EqualTensors()
    {
        var (run, x) = Inputs("GroupedDelta80x96");
        var output = run.NewOutput().Data;
        GroupedDelta80x96.Forward(2, Time, x.Q, x.K, x.V, x.G, x.Beta, output);
        Assert.Equal(run.Forward(Forms.Fastest), output);

        var state = new GroupedDelta80x96.State(2);
        state.Prefill(Time, x.Q, x.K, x.V, x.G, x.Beta, output);
        Assert.Equal(run.Stream(Time).Output, output);
    }

    [Fact]
    public void Mlstm_Spans_EqualTensors()
    {
        var (run, x) = Inputs("Mlstm80x96");
        var output = run.NewOutput().Data;
        Mlstm80x96.Forward(2, Time, 2, x.Q, x.K, x.V, x.G, x.I, output);
        Assert.Equal(run.Forward(Forms.Fastest), output);
    }

    [Fact]
    public void Softmax_Spans_EqualTensors()
    {
        var (run, x) = Inputs("Softmax80x96");
        var output = run.NewOutput().Data;
        Softmax80x96.Forward(2, Time, 2, x.Q, x.K, x.V, output);
        Assert.Equal(run.Forward(Forms.Fastest), output);

        var state = new Softmax80x96.State(2, 2, Time);
        state.Prefill(Time, x.Q, x.K, x.V, output);
        Assert.Equal(run.Stream(Time).Output, output);
    }

    [Fact]
    public void RuntimeWindow_Spans_EqualTensors()
    {
        var (_, x) = Inputs("Softmax7x5");
        var (expected, actual) = (new float[2 * Time * 2 * 5], new float[2 * Time * 2 * 5]);
        RuntimeWindow7x5.Forward(
            new() { Q = new(x.Q, [2, Time, 2, 7]), K = new(x.K, [2, Time, 2, 7]), V = new(x.V, [2, Time, 2, 5]), Window = 11 },
            new TensorSpan<float>(expected, [2, Time, 2, 5]));
        RuntimeWindow7x5.Forward(2, Time, 2, x.Q, x.K, x.V, 11, actual);
        Assert.Equal(expected, actual);
        Assert.Contains(actual, value => value != 0);
    }

    [Fact]
    public void State_StepSpans_EqualTensors()
    {
        var (run, x) = Inputs("Gla7x5");
        var (one, other) = (new Gla7x5.State(2, 2), run.NewState());
        for (var t = 0; t < Time; t++)
        {
            var (token, row, expected) = (x.Slice(t, 1), new float[2 * 2 * 5], new float[2 * 2 * 5]);
            one.Step(token.Q, token.K, token.V, token.G, row);
            other.Step(run.Slice(t, 1), new TensorSpan<float>(expected, [2, 1, 2, 5]));
            Assert.Equal(expected, row);
        }
    }

    private static (SubjectRun Run, LayerInputs Inputs) Inputs(string subject)
    {
        var inputs = new Support.Draw(11).Inputs(Subject.All[subject].Spec, batch: 2, Time);
        return (new(Subject.All[subject], inputs), inputs);
    }
}
