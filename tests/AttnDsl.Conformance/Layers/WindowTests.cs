using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class WindowTests
{
    private const int Batch = 2, Time = 60, Heads = 2;

    private static readonly LayerSpec s_spec = new() { KeyDim = 7, ValueDim = 5, Heads = Heads, Similarity = Similarity.Softmax };

    public static TheoryData<int> Windows => [1, 2, 7, 16, 23, 24];

    [Theory]
    [MemberData(nameof(Windows))]
    public void Forward_RuntimeWindow_EqualsTheOracle(int window)
    {
        var inputs = new Draw(window).Inputs(s_spec, Batch, Time);
        var truth = Oracle.Run<double>(s_spec with { Window = window }, inputs);
        foreach (var form in new[] { Forms.Fastest, Forms.Parallel, Forms.Recurrent })
        {
            var output = NewOutput();
            RuntimeWindow7x5.Forward(Bind(inputs, window), new TensorSpan<float>(output, [Batch, Time, Heads, 5]), form);
            Assert.InRange(ErrorRatio.Of(output, truth.Output), 0, Tolerances.Float32);
        }
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void State_RuntimeWindow_EqualsTheOracle(int window)
    {
        var inputs = new Draw(window).Inputs(s_spec, Batch, Time);
        var truth = Oracle.Run<double>(s_spec with { Window = window }, inputs);
        var state = new RuntimeWindow7x5.State(Batch, Heads);
        var first = new float[Batch * 33 * Heads * 5];
        state.Prefill(Bind(inputs.Slice(0, 33), window), new TensorSpan<float>(first, [Batch, 33, Heads, 5]));
        Assert.InRange(ErrorRatio.Of(first, Tokens(truth.Output, 0, 33)), 0, Tolerances.Float32);
        for (var t = 33; t < Time; t++)
        {
            var step = new float[Batch * Heads * 5];
            state.Step(Bind(inputs.Slice(t, 1), window), new TensorSpan<float>(step, [Batch, 1, Heads, 5]));
            Assert.InRange(ErrorRatio.Of(step, Tokens(truth.Output, t, 1)), 0, Tolerances.Float32);
        }

        Assert.Equal(Time, state.Position);
    }

    [Fact]
    public void State_WindowThatGrows_SeesTheTokensItKept()
    {
        var inputs = new Draw(5).Inputs(s_spec, Batch, Time);
        var state = new RuntimeWindow7x5.State(Batch, Heads);
        state.Prefill(Bind(inputs.Slice(0, 40), 3), new TensorSpan<float>(new float[Batch * 40 * Heads * 5], [Batch, 40, Heads, 5]));
        var output = new float[Batch * 20 * Heads * 5];
        state.Prefill(Bind(inputs.Slice(40, 20), 24), new TensorSpan<float>(output, [Batch, 20, Heads, 5]));
        var truth = Oracle.Run<double>(s_spec with { Window = 24 }, inputs);
        Assert.InRange(ErrorRatio.Of(output, Tokens(truth.Output, 40, 20)), 0, Tolerances.Float32);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(25)]
    public void Forward_WindowOutOfRange_SaysSo(int window)
    {
        var inputs = new Draw(6).Inputs(s_spec, Batch, Time);
        Rejected.With(
            () => RuntimeWindow7x5.Forward(Bind(inputs, window), new TensorSpan<float>(NewOutput(), [Batch, Time, Heads, 5])),
            "Window", "24", window.ToString());
    }

    private static float[] NewOutput() => new float[Batch * Time * Heads * 5];

    private static double[] Tokens(double[] output, int start, int count)
        => [.. Enumerable.Range(0, Batch).SelectMany(b => output.Skip(((b * Time) + start) * Heads * 5).Take(count * Heads * 5))];

    private static RuntimeWindow7x5.Inputs Bind(LayerInputs inputs, int window) => new()
    {
        Q = new(inputs.Q, [inputs.Batch, inputs.Time, Heads, 7]),
        K = new(inputs.K, [inputs.Batch, inputs.Time, Heads, 7]),
        V = new(inputs.V, [inputs.Batch, inputs.Time, Heads, 5]),
        Window = window,
    };
}
