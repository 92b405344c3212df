using System.Linq;
using System.Numerics.Tensors;
using AttnDsl.Conformance.Support;
using AttnDsl.Reference;
using Xunit;

namespace AttnDsl.Conformance.Layers;

public sealed class StateTests
{
    private const int Batch = 2, Time = 12, Heads = 2;

    private static readonly LayerInputs s_inputs = new Draw(1).Inputs(Subject.All["Gla7x5"].Spec, Batch, Time);

    [Fact]
    public void State_New_HasTheShapesAndZeros()
    {
        var state = new Gla7x5.State(Batch, Heads);
        Assert.Equal(Batch, state.Batch);
        Assert.Equal(0, state.Position);
        Assert.Equal([2, 2, 7, 5], state.S.Lengths.ToArray());
        Assert.All(Copy(state), value => Assert.Equal(0, value));
    }

    [Fact]
    public void State_Copy_AliasesTheSameMemory()
    {
        var state = new Gla7x5.State(Batch, Heads);
        var copy = state;
        Prefill(copy, 0, Time);
        Assert.Equal(Time, state.Position);
        Assert.Equal(Copy(copy), Copy(state));
    }

    [Fact]
    public void State_Fork_GoesItsOwnWay()
    {
        var state = new Gla7x5.State(Batch, Heads);
        Prefill(state, 0, 5);
        var fork = state.Fork();
        var before = Copy(state);
        Assert.Equal(before, Copy(fork));
        Assert.Equal(5, fork.Position);
        Prefill(fork, 5, 7);
        Assert.Equal(before, Copy(state));
        Assert.Equal(5, state.Position);
        Assert.Equal(12, fork.Position);
        Prefill(state, 5, 7);
        Assert.Equal(Copy(fork), Copy(state));
    }

    [Fact]
    public void State_Reset_IsAsNew()
    {
        var (used, fresh) = (new Gla7x5.State(Batch, Heads), new Gla7x5.State(Batch, Heads));
        Prefill(used, 0, Time);
        used.Reset();
        Assert.Equal(0, used.Position);
        Assert.Equal(Prefill(fresh, 0, Time), Prefill(used, 0, Time));
        Assert.Equal(Copy(fresh), Copy(used));
    }

    [Fact]
    public void State_MemoryOfTheCaller_IsWhereItLives()
    {
        var count = Gla7x5.State.FloatCount(Batch, Heads);
        Assert.True(count >= Batch * Heads * 7 * 5);
        var memory = new float[count + 2];
        memory[0] = memory[^1] = 42;
        var (mine, own) = (new Gla7x5.State(Batch, Heads, new System.Memory<float>(memory, 1, count)), new Gla7x5.State(Batch, Heads));
        Assert.Equal(Prefill(own, 0, Time), Prefill(mine, 0, Time));
        Assert.Equal(Copy(own), Copy(mine));
        Assert.Contains(memory[1..^1], value => value == mine.S[0, 0, 0, 0] && value != 0);
        Assert.Equal([42f, 42f], [memory[0], memory[^1]]);
    }

    [Fact]
    public void State_CacheOverDirtyMemory_IsAsNew()
    {
        var run = SubjectRun.Random("Softmax7x5", seed: 3, Time);
        var memory = Enumerable.Repeat(float.NaN, Softmax7x5.State.FloatCount(Batch, Heads, Time)).ToArray();
        var state = new Softmax7x5.State(Batch, Heads, Time, memory);
        var output = run.NewOutput();
        state.Prefill(new() { Q = run.Slice(0, Time).Q, K = run.Slice(0, Time).K, V = run.Slice(0, Time).V }, output.Span);
        run.AssertOutput(output.Data, "over dirty memory");
    }

    [Fact]
    public void State_Mlstm_HasNormaliserAndMaximum()
    {
        var state = new Mlstm7x5.State(Batch, Heads);
        Assert.Equal([2, 2, 7, 5], state.S.Lengths.ToArray());
        Assert.Equal([2, 2, 7], state.N.Lengths.ToArray());
        Assert.Equal([2, 2], state.M.Lengths.ToArray());
    }

    [Fact]
    public void State_OneSequenceOneHead_HasItsParts()
    {
        var mlstm = new Mlstm7x5.State(1, 1);
        Assert.Equal([1, 1, 7, 5], mlstm.S.Lengths.ToArray());
        Assert.Equal([1, 1, 7], mlstm.N.Lengths.ToArray());
        Assert.Equal([1, 1], mlstm.M.Lengths.ToArray());
        var narrow = new LinearElu1x1.State(3, 1);
        Assert.Equal([3, 1, 1, 1], narrow.S.Lengths.ToArray());
        Assert.Equal([3, 1, 1], narrow.Z.Lengths.ToArray());
        narrow.S[2, 0, 0, 0] = 7;
        Assert.Equal(7, narrow.S[2, 0, 0, 0]);
        Assert.Equal(0, narrow.S[1, 0, 0, 0]);
    }

    [Fact]
    public void Constants_DeclaredSizes_AreThere()
    {
        Assert.Equal((7, 5, 2, 4), (GroupedDelta7x5.KeyDim, GroupedDelta7x5.ValueDim, GroupedDelta7x5.Heads, GroupedDelta7x5.ValueHeads));
        Assert.Equal((7, 5), (Gla7x5.KeyDim, Gla7x5.ValueDim));
        Assert.NotEmpty(Gla7x5.Explanation);
    }

    private static float[] Copy(Gla7x5.State state)
    {
        var copy = new float[state.S.FlattenedLength];
        state.S.FlattenTo(copy);
        return copy;
    }

    private static float[] Prefill(Gla7x5.State state, int start, int count)
    {
        var inputs = s_inputs.Slice(start, count);
        var output = new float[Batch * count * Heads * 5];
        state.Prefill(
            new()
            {
                Q = new(inputs.Q, [Batch, count, Heads, 7]),
                K = new(inputs.K, [Batch, count, Heads, 7]),
                V = new(inputs.V, [Batch, count, Heads, 5]),
                G = new(inputs.G, [Batch, count, Heads, 7]),
            },
            new TensorSpan<float>(output, [Batch, count, Heads, 5]));
        return output;
    }
}
