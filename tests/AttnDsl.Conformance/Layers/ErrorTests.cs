using System;
using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class ErrorTests
{
    private const int Batch = 2, Time = 9, Heads = 2, KeyDim = 7, ValueDim = 5;

    private static readonly LayerSpec s_gla = Subject.All["Gla7x5"].Spec;
    private static readonly LayerInputs s_inputs = new Draw(1).Inputs(s_gla, Batch, Time);

    [Theory]
    [InlineData("Q", "[B,T,H,K]", "[2,9,2,6]", 2, 9, 2, 6)]
    [InlineData("Q", "[B,T,H,K]", "[2,9,2]", 2, 9, 2)]
    [InlineData("K", "[B,T,H,K]", "[2,8,2,7]", 2, 8, 2, 7)]
    [InlineData("K", "[B,T,H,K]", "[1,9,2,7]", 1, 9, 2, 7)]
    [InlineData("V", "[B,T,H,V]", "[2,9,2,7]", 2, 9, 2, 7)]
    [InlineData("V", "[B,T,H,V]", "[2,9,3,5]", 2, 9, 3, 5)]
    [InlineData("G", "[B,T,H,K]", "[2,9,2]", 2, 9, 2)]
    [InlineData("output", "[B,T,H,V]", "[2,9,2,4]", 2, 9, 2, 4)]
    [InlineData("output", "[B,T,H,V]", "[2,10,2,5]", 2, 10, 2, 5)]
    public void Forward_WrongShape_NamesTensorExpectedAndGiven(string tensor, string expected, string given, params int[] shape)
    {
        var output = Untouched();
        var call = new Call { Output = output };
        switch (tensor)
        {
            case "Q": call.Q = shape; break;
            case "K": call.K = shape; break;
            case "V": call.V = shape; break;
            case "G": call.G = shape; break;
            default: call.OutputShape = shape; break;
        }

        Rejected.With(call.Forward, tensor, expected, given);
        Assert.All(output, value => Assert.Equal(42, value));
    }

    [Fact]
    public void Forward_DefaultInputs_NamesTheFirstTensor()
        => Rejected.With(() => Gla7x5.Forward(default, new TensorSpan<float>(Untouched(), [Batch, Time, Heads, ValueDim])), "Q");

    [Fact]
    public void Forward_LastAxisNotContiguous_NamesTheTensor()
    {
        var wide = new float[2 * s_inputs.Q.Length];
        Rejected.With(
            () => Gla7x5.Forward(
                new()
                {
                    Q = new(wide, [Batch, Time, Heads, KeyDim], [Time * Heads * KeyDim * 2, Heads * KeyDim * 2, KeyDim * 2, 2]),
                    K = new(s_inputs.K, [Batch, Time, Heads, KeyDim]),
                    V = new(s_inputs.V, [Batch, Time, Heads, ValueDim]),
                    G = new(s_inputs.G, [Batch, Time, Heads, KeyDim]),
                },
                new TensorSpan<float>(Untouched(), [Batch, Time, Heads, ValueDim])),
            "Q", "last axis");
    }

    [Fact]
    public void Forward_OutputOverAnInput_IsRefused()
    {
        var values = (float[])s_inputs.V.Clone();
        Rejected.With(
            () => Gla7x5.Forward(
                new()
                {
                    Q = new(s_inputs.Q, [Batch, Time, Heads, KeyDim]),
                    K = new(s_inputs.K, [Batch, Time, Heads, KeyDim]),
                    V = new(values, [Batch, Time, Heads, ValueDim]),
                    G = new(s_inputs.G, [Batch, Time, Heads, KeyDim]),
                },
                new TensorSpan<float>(values, [Batch, Time, Heads, ValueDim])),
            "output", "V");
        Assert.Equal(s_inputs.V, values);
    }

    [Fact]
    public void Forward_FormTheLayerHasNot_IsRefused()
        => Rejected.With(() => Subject.All["Softmax7x5"].Layer.Forward(SoftmaxSlice(Time), SoftmaxOutput(Time), Forms.Chunkwise), "Chunkwise");

    [Fact]
    public void ForwardSpans_WrongLength_NamesTheSpan()
        => Rejected.With(
            () => Gla7x5.Forward(Batch, Time, Heads, s_inputs.Q, s_inputs.K.AsSpan(1), s_inputs.V, s_inputs.G, Untouched()),
            "K", (s_inputs.K.Length - 1).ToString());

    [Theory]
    [InlineData(-1, 9)]
    [InlineData(2, -9)]
    public void ForwardSpans_NegativeSize_IsRefused(int batch, int time)
        => Rejected.With(() => Gla7x5.Forward(batch, time, Heads, s_inputs.Q, s_inputs.K, s_inputs.V, s_inputs.G, Untouched()), "-");

    [Fact]
    public void State_Default_NamesTheState()
    {
        var call = new Call { Output = Untouched() };
        Rejected.ByState(() => call.Prefill(default), "State");
        Rejected.ByState(() => call.Continue(default), "State");
        Rejected.ByState(() => default(Gla7x5.State).Reset(), "State");
        Rejected.ByState(() => default(Gla7x5.State).Fork(), "State");
        Assert.All(call.Output, value => Assert.Equal(42, value));
    }

    [Fact]
    public void State_OtherBatch_SaysBothAndChangesNothing()
    {
        var state = new Gla7x5.State(Batch + 1, Heads);
        Rejected.With(() => new Call { Output = Untouched() }.Prefill(state), "2", "3");
        Assert.Equal(0, state.Position);
    }

    [Fact]
    public void State_StepOfSeveralTokens_IsRefused()
    {
        var state = new Gla7x5.State(Batch, Heads);
        Rejected.With(() => new Call { Output = Untouched() }.Step(state), "T", "9");
        Assert.Equal(0, state.Position);
    }

    [Fact]
    public void State_MemoryTooShort_SaysHowMuchIsNeeded()
    {
        var needed = Gla7x5.State.FloatCount(Batch, Heads);
        Rejected.With(() => _ = new Gla7x5.State(Batch, Heads, new float[needed - 1]), $"{needed}", $"{needed - 1}");
    }

    [Fact]
    public void State_CapacityExceeded_LeavesTheStateAsItWas()
    {
        var run = SubjectRun.Random("Softmax7x5", seed: 2, time: 12);
        var layer = run.Subject.Layer;
        var (tight, roomy) = (layer.NewState(2, 2, 10), layer.NewState(2, 2, 12));
        foreach (var state in new[] { tight, roomy })
        {
            state.Prefill(run.Slice(0, 9), run.NewOutput().Time(0, 9));
        }

        var refused = run.NewOutput();
        Rejected.ByState(() => tight.Prefill(run.Slice(9, 3), refused.Time(9, 3)), "capacity", "10", "3");
        Assert.All(refused.Data, value => Assert.True(float.IsNaN(value)));

        // The one free place is still there, and holds what it should.
        var (expected, actual) = (run.NewOutput(), run.NewOutput());
        roomy.Step(run.Slice(9, 1), expected.Time(9, 1));
        tight.Step(run.Slice(9, 1), actual.Time(9, 1));
        Assert.Equal(expected.Data, actual.Data);
        Assert.Contains(actual.Data, value => !float.IsNaN(value));
        Rejected.ByState(() => tight.Step(run.Slice(10, 1), refused.Time(10, 1)), "capacity", "10");
    }

    private static float[] Untouched() => [.. Enumerable.Repeat(42f, Batch * Time * Heads * ValueDim)];

    private static Golden.Layers.TimeSlice SoftmaxSlice(int time) => SubjectRun.Random("Softmax7x5", 1, time).Slice(0, time);

    private static TensorSpan<float> SoftmaxOutput(int time) => SubjectRun.Random("Softmax7x5", 1, time).NewOutput().Span;

    /// <summary>A call of Gla7x5 with shapes of one's own.</summary>
    private sealed class Call
    {
        public int[] Q { get; set; } = [Batch, Time, Heads, KeyDim];

        public int[] K { get; set; } = [Batch, Time, Heads, KeyDim];

        public int[] V { get; set; } = [Batch, Time, Heads, ValueDim];

        public int[] G { get; set; } = [Batch, Time, Heads, KeyDim];

        public int[] OutputShape { get; set; } = [Batch, Time, Heads, ValueDim];

        public required float[] Output { get; init; }

        private Gla7x5.Inputs Inputs => new() { Q = Of(Q), K = Of(K), V = Of(V), G = Of(G) };

        private TensorSpan<float> OutputSpan
            => new(OutputShape.Aggregate(1, (length, axis) => length * axis) <= Output.Length ? Output : new float[4096], Lengths(OutputShape));

        public void Forward() => Gla7x5.Forward(Inputs, OutputSpan);

        public void Continue(Gla7x5.State state) => Gla7x5.Forward(Inputs, OutputSpan, state);

        public void Prefill(Gla7x5.State state) => state.Prefill(Inputs, OutputSpan);

        public void Step(Gla7x5.State state) => state.Step(Inputs, OutputSpan);

        private static ReadOnlyTensorSpan<float> Of(int[] shape) => new(new float[4096], Lengths(shape));

        private static nint[] Lengths(int[] shape) => Array.ConvertAll(shape, axis => (nint)axis);
    }
}
